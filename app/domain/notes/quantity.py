"""Numbers in a line: digits, number words, and what is none (ranges, versions, times, money)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import NUMBERS, WORDS

_RANGE = re.compile(r"\s*(?:-|–|—|to|or|bis|oder|ou|a|o|till|tot|/)\s*")
_PART_OF = re.compile(
    r"\s*(?:/|(?:out )?of(?: (?:the|their|our|its))?"
    r"|von(?: den)?|van(?: de)?|sur|de(?: los| las)?)\s*"
)
_JOINED_BEFORE = frozenset("/.:-–—#€$£§@_")
_RANGE_AHEAD = re.compile(r"\s?(?:[-–—]|to|or|bis|oder|ou|o|till|tot)\s?\d")
_TIMES = re.compile(r"(\d{1,4})x")
_MAX_DIGITS = 5
_THOUSANDS = re.compile(r"[.,]\d{3}")
_DECIMALS = re.compile(r"[.,]\d")
_YEARS = range(1990, 2100)
_LEAST_COLLECTIVE = 10
_NO_COUNT = WORDS["no_count"]
_AMBIGUOUS = WORDS["ambiguous_numbers"]
_TENS = frozenset({20, 30, 40, 50, 60, 70, 80, 90})


class Quantity(NamedTuple):
    """A number over the words `first` to `last` (exclusive)."""

    value: int
    first: int
    last: int


def quantities(passage: Passage, start: int = 0, end: int | None = None) -> list[Quantity]:
    """The countable numbers of a line between two places, in order; a range gives none."""
    found: list[Quantity] = []
    words = passage.words
    index = 0
    while index < len(words):
        if words[index].start < start or (end is not None and words[index].end > end):
            index += 1
            continue
        text = words[index].text
        if not text[0].isdecimal() and text not in NUMBERS:
            index += 1
            continue
        quantity = _at(passage, index)
        if quantity is None:
            index += 1
            continue
        found.append(quantity)
        index = quantity.last
    return _without_ranges(passage, found)


def _at(passage: Passage, index: int) -> Quantity | None:
    word = passage.words[index]
    if word.text.isdecimal():
        return _digits(passage, index)
    if match := _TIMES.fullmatch(word.text):
        return Quantity(int(match[1]), index, index + 1)
    return _spelled(passage, index)


def _digits(passage: Passage, index: int) -> Quantity | None:
    """A number in digits, perhaps with a separator of thousands; a year is none."""
    words, text = passage.words, passage.folded
    word = words[index]
    if len(word.text) > _MAX_DIGITS or not _stands_alone(text, word.start, word.end):
        return None
    value = int(word.text)
    following = words[index + 1] if index + 1 < len(words) else None
    if following is not None and _THOUSANDS.fullmatch(text, word.end, following.end):
        return Quantity(value * 1000 + int(following.text), index, index + 2)
    if _DECIMALS.match(text, word.end):
        return None
    return None if value in _YEARS else Quantity(value, index, index + 1)


def _spelled(passage: Passage, index: int) -> Quantity | None:
    """A number in words: "twelve", "thirty-two", "une quinzaine"."""
    words, text = passage.words, passage.folded
    value = NUMBERS.get(words[index].text)
    if value is None or (value == 1 and index and words[index - 1].text in _NO_COUNT):
        return None
    if words[index].text in _AMBIGUOUS and not any(h.first == index + 1 for h in passage.hits):
        return None
    following = words[index + 1] if index + 1 < len(words) else None
    then = NUMBERS.get(following.text, 0) if following else 0
    if value == 1 and then >= _LEAST_COLLECTIVE:
        return Quantity(then, index, index + 2)
    joined = following is not None and text[words[index].end : following.start] in {"-", " "}
    if joined and value in _TENS and 0 < then < _LEAST_COLLECTIVE:
        return Quantity(value + then, index, index + 2)
    return Quantity(value, index, index + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether digits are a count and not part of a date, a time, a price or a version."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before in _JOINED_BEFORE and start > 1 and text[start - 2].isalnum():
        return False
    if before in "#€$£§":
        return False
    if after in "%€$£°":
        return False
    if _RANGE_AHEAD.match(text, end):
        return False
    return not (after in "/:" and end + 1 < len(text) and text[end + 1].isdigit())


def _without_ranges(passage: Passage, found: list[Quantity]) -> list[Quantity]:
    """Without both ends of ranges, and without the whole in "4 of 9"."""
    dropped: set[int] = set()
    for left, right in pairwise(found):
        between = passage.folded[
            passage.words[left.last - 1].end : passage.words[right.first].start
        ]
        if _PART_OF.fullmatch(between):
            dropped.add(right.first)
        elif _RANGE.fullmatch(between) or _between(passage, left, between):
            dropped.update((left.first, right.first))
    return [quantity for quantity in found if quantity.first not in dropped]


def _between(passage: Passage, left: Quantity, between: str) -> bool:
    """Whether two numbers are the ends of a range, as in "between 10 and 15"."""
    before = passage.words[left.first - 1].text if left.first else ""
    return before in WORDS["between"] and between.strip() in WORDS["and"]
