"""Where Node-RED runs: which numbers of sites count, and over how many places a count is spread.

Places of the customer without Node-RED, its size and its machines never count.
"""

from __future__ import annotations

import re

from app.domain.notes.counting import (
    CLAUSE,
    MAX_WORDS_TO_NAMED,
    NAMED,
    NOUNS,
    clause_of,
    each_has_one,
    leads_with,
    noun_after,
    with_node_red,
)
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.quantity import Quantity
from app.domain.notes.vocabulary import WORDS

_PARENTHESIS = re.compile(r"[^()]{0,40}\(([^()]{5,200})\)")
_PLACED = re.compile(
    r"(?P<n>\d{1,4}) (?:in|at|à|en|te|bei) (?:the )?[A-ZÀ-Ý][^,]*|[A-ZÀ-Ý][^\d]*\s(?P<m>\d{1,4})"
)


def counts_sites(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """Whether a number of sites is one where Node-RED runs, and not the company's size."""
    noun = noun_after(passage, quantity, NOUNS)
    if leads_with(passage, quantity, hits):
        return True
    if noun is not None and (
        with_node_red(passage, noun, hits) or _with_instances(passage, noun, hits)
    ):
        return True
    before = passage.words[quantity.first - 1].text if quantity.first else ""
    if before not in WORDS["onset"] | {"to"} and not _hedged_onset(passage, quantity):
        return each_has_one(passage, quantity, hits)
    return any(h.kind in {"nr", "instance", "flow"} for h in hits)


def lists_sites(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number of sites stands by itself, as in "17 instances, 2 sites, live"."""
    noun = noun_after(passage, quantity, frozenset({"site"}))
    first, last = clause_of(passage, quantity)
    goes_on = any(h.kind in NAMED and h.last == quantity.first for h in passage.hits)
    return noun is not None and (goes_on or quantity.first - first <= 1) and last - noun.last <= 1


def breakdown_sites(passage: Passage, quantity: Quantity) -> int | None:
    """Over how many places a count is broken down: "17 (12 in Wels, 5 in Steyr)" gives 2."""
    noun = noun_after(passage, quantity, NOUNS)
    end = passage.words[(noun.last if noun else quantity.last) - 1].end
    listed = _PARENTHESIS.match(passage.text, end)
    if listed is None:
        return None
    parts = [_PLACED.fullmatch(part) for part in re.split(r"\s*[,;+/]\s*", listed[1])]
    if not all(parts) or len(parts) < 2:
        return None
    total = sum(int(part["n"] or part["m"]) for part in parts if part)
    return len(parts) if total == quantity.value else None


def named_places(passage: Passage, counts: list[Quantity]) -> bool:
    """Whether every count follows the name of its place ("Ghent 4 NR, Lille 3 NR")."""
    return all(
        count.first
        and passage.text[passage.words[count.first - 1].start].isupper()
        and passage.words[count.first - 1].text not in WORDS["not_names"]
        for count in counts
    )


def _hedged_onset(passage: Passage, quantity: Quantity) -> bool:
    """Such as "on about 4", "in all 3", "at the 7"."""
    words = passage.words
    return (
        quantity.first > 1
        and words[quantity.first - 2].text in WORDS["onset"]
        and not CLAUSE.search(passage.between(quantity.first - 1, quantity.first))
    )


def _with_instances(passage: Passage, noun: Hit, hits: list[Hit]) -> bool:
    """Such as "two factories with a combined total of 29 instances"."""
    following = passage.words[noun.last].text if noun.last < len(passage.words) else ""
    near = range(noun.last, noun.last + MAX_WORDS_TO_NAMED)
    return following in WORDS["with"] and any(
        h.kind == "instance" and h.first in near for h in hits
    )
