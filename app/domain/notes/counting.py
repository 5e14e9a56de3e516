"""What a number in a sentence counts: instances, developers, people, sites, or nothing of ours.

Only current counts are wanted. A number that is planned, quoted, hypothetical or of the past is
excluded, and so is one that belongs to another product or to the size of the company.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.quantity import Quantity
from app.domain.notes.vocabulary import WORDS

NOUNS = frozenset({"nr", "instance", "developer", "person", "site", "machine"})
NAMED = frozenset({"nr", "instance"})
"""The classes that show a sentence to speak of Node-RED."""

_GAP = re.compile(r"[.;:,()|]|\s[+&]\s|\b(?:and|with|plus|und|mit|et|avec|en|met|y|con)\b")
_CLAUSE = re.compile(r"[.;:()|]|,\s(?!\d{3}\b)")
_MAX_WORDS_TO_NOUN = 4
_MAX_WORDS_BACK = 6
_MAX_WORDS_TO_EACH = 6
_MAX_WORDS_EACH_TO_NAME = 8
_MAX_WORDS_SHORT_FACT = 4


def counted(passage: Passage, quantity: Quantity, hits: list[Hit]) -> str | None:
    """The class of what a number counts; None when that is nothing known."""
    noun = noun_after(passage, quantity, NOUNS)
    kind = noun.kind if noun else None
    if noun is not None and kind == "nr":
        people = {"developer", "person"}
        return (
            "developer"
            if any(h.first == noun.last and h.kind in people for h in hits)
            else "instance"
        )
    if kind in {"instance", "developer", "person"}:
        return kind
    if kind == "site" and _follows_node_red(passage, quantity, hits):
        return "site"
    own = (
        _follows_node_red(passage, quantity, hits)
        or (noun is not None and kind == "machine" and _with_node_red(passage, noun, hits))
        or each_has_one(passage, quantity, hits)
        or (noun is None and (_after_former(quantity, hits) or _in_total(quantity, hits)))
    )
    if own:
        return "instance"
    return "site" if kind == "site" else None


def noun_after(passage: Passage, quantity: Quantity, kinds: AbstractSet[str]) -> Hit | None:
    """The counted noun soon after a number, with no punctuation between; the longest there."""
    limit = quantity.last + _MAX_WORDS_TO_NOUN
    best: Hit | None = None
    for hit in passage.hits:
        if hit.kind not in kinds or not quantity.last <= hit.first < limit:
            continue
        if _GAP.search(passage.between(quantity.last, hit.first)):
            continue
        if best is None or (hit.first, -hit.last) < (best.first, -best.last):
            best = hit
    return best


def each_has_one(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """Whether each of what is counted has its own Node-RED ("140 stations, each with …")."""
    each, words = WORDS["each"], passage.words
    named = [hit for hit in hits if hit.kind == "nr"]
    if any(word.text in each for word in words[max(0, quantity.first - 3) : quantity.first]):
        last = quantity.last
        return any(last < h.first <= last + _MAX_WORDS_EACH_TO_NAME for h in named)
    for index in range(quantity.last, min(quantity.last + _MAX_WORDS_TO_EACH, len(words))):
        if words[index].text in each:
            return any(index < h.first <= index + _MAX_WORDS_EACH_TO_NAME for h in named)
    close = [h for h in named if 0 <= quantity.first - h.last <= 1]
    return any(w.text in each for h in close for w in words[max(0, h.first - 5) : h.first])


def adds_to(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number goes on with a count ("47 instances on the ships and 9 in the ports")."""
    words = passage.words
    before = words[quantity.first - 1].text if quantity.first else ""
    after = words[quantity.last].text if quantity.last < len(words) else ""
    return before in WORDS["and"] and after in WORDS["onset"]


def excluded(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number is wanted, quoted, hypothetical or of the past."""
    words = passage.words
    start = max(
        (m.end() for m in _CLAUSE.finditer(passage.folded, 0, words[quantity.first].start)),
        default=0,
    )
    barred = -1
    for hit in passage.hits:
        if words[hit.first].start < start or hit.last > quantity.first:
            continue
        if hit.kind in {"planned", "former"} and hit.first >= quantity.first - _MAX_WORDS_BACK:
            barred = max(barred, hit.first)
        elif hit.kind == "current" and hit.first > barred:
            barred = -1
    if barred >= 0:
        return True
    noun = noun_after(passage, quantity, NOUNS)
    end = noun.last if noun else quantity.last
    return any(word.text in WORDS["planned_after"] for word in words[end : end + 2])


def counts_sites(passage: Passage, quantity: Quantity, sentence: Span, *, named: bool) -> bool:
    """Whether a number of sites is one of Node-RED and not the company's size."""
    if named:
        return True
    leads = passage.words[quantity.first].start - sentence[0] <= 2
    return leads and len(passage.text[slice(*sentence)].split()) <= _MAX_WORDS_SHORT_FACT


def _follows_node_red(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """Such as "Node-RED on 4 PCs", "Node-RED läuft auf 16 Rechnern", "NR 4 in production"."""
    for hit in hits:
        if hit.kind != "nr" or not 0 <= quantity.first - hit.last <= _MAX_WORDS_TO_NOUN:
            continue
        text = passage.between(hit.last, quantity.first)
        words = {word.text for word in passage.words[hit.last : quantity.first]}
        if words & WORDS["onset"] and not re.search(r"[.;(,]", text):
            return True
        after = {h.kind for h in hits if h.first == quantity.last}
        if (
            not words
            and not _GAP.search(text.replace(":", ""))
            and after & {"live", "trial", "machine"}
        ):
            return True
    return False


def _with_node_red(passage: Passage, noun: Hit, hits: list[Hit]) -> bool:
    """Such as "54 computers with Node-RED", "3 boxes running Node-RED"."""
    following = passage.words[noun.last].text if noun.last < len(passage.words) else ""
    return following in WORDS["with"] and any(
        h.kind == "nr" and noun.last < h.first <= noun.last + 2 for h in hits
    )


def _after_former(quantity: Quantity, hits: list[Hit]) -> bool:
    """Such as "used to be 9 instances, now 4"."""
    return any(h.kind == "current" and h.last == quantity.first for h in hits) and any(
        h.kind == "former" for h in hits
    )


def _in_total(quantity: Quantity, hits: list[Hit]) -> bool:
    """Such as "Eight in total" where the sentence speaks of Node-RED."""
    return any(h.kind == "total" and h.first == quantity.last for h in hits) and any(
        h.kind == "nr" for h in hits
    )
