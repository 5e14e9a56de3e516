"""The numbers of one sentence, each entered as what it counts.

Sums over places ("6 in Leeds, 4 in York") and products ("1 per line, 12 lines") are worked out
here, since a sentence gives their parts one by one.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from app.domain.notes.counting import (
    adds_to,
    counted,
    each_has_one,
    excluded,
    in_total,
    joined_to_people,
    noun_after,
    per_unit,
)
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.placement import (
    breakdown_sites,
    counts_sites,
    lists_sites,
    named_places,
)
from app.domain.notes.quantity import Quantity
from app.domain.notes.tally import Statement, Tally, Weight
from app.domain.notes.vocabulary import WORDS

_BULLETS = "-*•·‣▪◦– \t"
_MAX_CHARACTERS_OF_LABEL = 40
_PLACES = frozenset({"site", "machine"})
_ANAPHOR = frozenset({"anaphor"})
_TIMES = re.compile(r"[×x*]\s*$")
_SITE = frozenset({"site"})


class Sentence(NamedTuple):
    """A sentence with its hits; `named`: it speaks of Node-RED, `near`: its line does."""

    passage: Passage
    span: Span
    hits: list[Hit]
    named: bool
    near: bool
    day: date | None

    @property
    def quote(self) -> str:
        """The sentence without bullet and label."""
        text = self.passage.text[slice(*self.span)].lstrip(_BULLETS).rstrip(" ;|")
        head, colon, rest = text[:_MAX_CHARACTERS_OF_LABEL].partition(":")
        labelled = any(
            "." in hit.kind and self.passage.words[hit.first].start - self.span[0] < len(head)
            for hit in self.hits
        )
        return text[len(head) + 1 :].lstrip() if colon and rest and labelled else text


def read_numbers(sentence: Sentence, numbers: list[Quantity], tally: Tally) -> None:
    """Enter the counts of a sentence; nothing of a sentence that begins with a condition."""
    passage, hits = sentence.passage, sentence.hits
    if sentence.quote.partition(" ")[0].lower() in WORDS["conditional"]:
        return
    found: list[tuple[str, Quantity]] = []
    each: list[Quantity] = []
    places: list[Quantity] = []
    for quantity in numbers:
        word = passage.words[quantity.first]
        inside = sentence.span[0] <= word.start < sentence.span[1]
        if not inside or passage.struck(word.start, word.end):
            continue
        kind = counted(passage, quantity, hits)
        kinds = [earlier for earlier, _ in found]
        if "instance" in kinds and kind in {None, "site"} and adds_to(passage, quantity):
            previous = tally.instances[-1]
            tally.instances[-1] = previous._replace(value=previous.value + quantity.value)
            continue
        if kind in {"instance", "site", None} and per_unit(passage, quantity):
            each.append(quantity)
            continue
        if noun_after(passage, quantity, _PLACES) or _TIMES.search(passage.folded, 0, word.start):
            places.append(quantity)
        if kind is None or excluded(passage, quantity):
            continue
        found.append((kind, quantity))
        _read_number(sentence, quantity, kind, tally)
    counts = [quantity for kind, quantity in found if kind == "instance"]
    if len(counts) > 1 and named_places(passage, counts):
        total = sum(count.value for count in counts)
        tally.instances[-len(counts) :] = [tally.instances[-1]._replace(value=total)]
        tally.sites.append(Statement(len(counts), Weight.SAID, sentence.quote, sentence.day))
    if each and sentence.near:
        _multiply(sentence, each[0], found, places, tally)


def _read_number(sentence: Sentence, quantity: Quantity, kind: str, tally: Tally) -> None:
    passage, hits = sentence.passage, sentence.hits
    part = noun_after(passage, quantity, _ANAPHOR) is not None
    weight = Weight.NAMED if part or in_total(passage, quantity) else Weight.SAID
    statement = Statement(quantity.value, weight, sentence.quote, sentence.day)
    if kind == "instance":
        tally.instances.append(statement)
        places = breakdown_sites(passage, quantity)
        if places:
            tally.sites.append(statement._replace(value=places, weight=Weight.IMPLIED))
        if noun_after(passage, quantity, _SITE) and each_has_one(passage, quantity, hits):
            tally.sites.append(statement)
    elif kind == "developer" or (kind == "person" and sentence.named and tally.instances):
        if not joined_to_people(passage, quantity):
            tally.developers.append(statement)
    elif kind == "site" and counts_sites(passage, quantity, hits):
        tally.sites.append(statement._replace(weight=Weight.NAMED))
    elif kind == "site" and sentence.near and lists_sites(passage, quantity):
        tally.sites.append(statement)


def _multiply(
    sentence: Sentence,
    each: Quantity,
    found: list[tuple[str, Quantity]],
    places: list[Quantity],
    tally: Tally,
) -> None:
    """Instances and places where a sentence gives so many per place ("1 Node-RED each")."""
    counts = [q.value for kind, q in found if kind == "instance"]
    per_site = noun_after(sentence.passage, each, _SITE) is not None
    if not counts and places:
        counts = [places[-1].value * each.value]
        tally.instances.append(Statement(counts[0], Weight.SAID, sentence.quote, sentence.day))
        per_site = per_site or noun_after(sentence.passage, places[-1], _SITE) is not None
    if counts and per_site:
        sites = counts[-1] // max(1, each.value)
        tally.sites.append(Statement(sites, Weight.SAID, sentence.quote, sentence.day))
