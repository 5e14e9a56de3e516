"""What the value of a field that asks for a number says as a whole.

A list of places with their numbers gives its sum ("packing plant 5, kiln 3, jetty 2"), "just the
one" a single one. It reads no list that opens with a number, none with a word of time or measure
in a place's stead ("max 15", "now 4"), and none with a number that is left over: what is not
understood as a whole is not added up.
"""

from __future__ import annotations

import re

from app.domain.notes.phrase import fold, words_of
from app.domain.notes.vocabulary import NUMBERS, WORDS

_ITEM = re.compile(
    r"\s*(?P<place>[^\W\d_][^\d,;+:()=]{1,30}?)\s?[:=]?\s(?P<count>\d{1,4})\s*\.?\s*"
)
_BETWEEN = re.compile(r"[,;+]|\b(?:and|und|en|et|y)\b")
_SITES = frozenset({"plant", "site", "mill", "factory", "werk", "usine", "planta", "fabriek"})
_JUST_ONE = re.compile(r"\W*(?:just|only) (?:the )?one\b")
_MIN_ITEMS = 2


def itemized(text: str) -> tuple[int, int] | None:
    """The sum of a list and over how many sites it is spread, 0 where they are no sites.

    None when the text is no such list.
    """
    parts = _BETWEEN.split(text)
    items = [match for part in parts if (match := _ITEM.fullmatch(part))]
    counted = [part for part in parts if any(char.isdecimal() for char in part)]
    if len(items) < _MIN_ITEMS or len(items) != len(counted):
        return None
    places = [{word.text for word in words_of(fold(item["place"]))} for item in items]
    if any(place & WORDS["no_item"] or not place.isdisjoint(NUMBERS) for place in places):
        return None
    spread = len(items) if all(place & _SITES for place in places) else 0
    return sum(int(item["count"]) for item in items), spread


def single(folded: str) -> bool:
    """Whether folded text begins with "just the one"."""
    return _JUST_ONE.match(folded) is not None
