"""Numbers in a line: digits, number words, and what is none (ranges, versions, times, money)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from app.domain.notes.moment import MONTHS
from app.domain.notes.numeral import numeral_at, value_of
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import NUMBERS, WORDS

_RANGE = re.compile(
    r",?\s*(?:maybe|perhaps|vielleicht|misschien|peut-etre|quizas?|-|–|—|to|or|bis|oder|ou|a|o|till|tot|/)\s*"
)
_PART_OF = re.compile(
    r"\s*(?:/|(?:out )?of(?: (?:the|their|our|its))?"
    r"|von(?: den)?|van(?: de)?|sur|de(?: los| las)?)\s*"
)
_JOINED_BEFORE = frozenset("/.:-–—#€$£§@_")
_RANGE_AHEAD = re.compile(r"\s?(?:[-–—]|to|or|bis|oder|ou|o|till|tot)\s?\d")
_RANGE_BEHIND = re.compile(r"\d\s(?:to|or|bis|oder|ou|o|till|tot)\s$")
_GROWN = re.compile(r"\b(?:from|von|van|de)\s\d*$")
_RISEN = re.compile(
    r"\b(?:went|gone|go|grew|grown|grow|rose|risen|up|down|increased|fell|shrank|shrunk|gewachsen"
    r"|gestiegen|gegroeid|passes?|passe|pasaron|subido) (?:from|von|van|de)\s$"
)
_MAX_CHARACTERS_OF_RANGE = 8
_TIMES = re.compile(r"(\d{1,4})(?:x|ish)|x(\d{1,4})")
_DIGITS = frozenset("0123456789")
_LETTERS_OF_COMPOUND = 9
_MAX_DIGITS = 5
_THOUSANDS = re.compile(r"[.,]\d{3}")
_DECIMALS = re.compile(r"[.,]\d")
_YEARS = range(1990, 2100)
_NO_COUNT = WORDS["no_count"]
_AMBIGUOUS = WORDS["ambiguous_numbers"]
_COUNTED = frozenset({"nr", "instance", "developer", "person", "site", "machine"})
_DATE_JOINT = re.compile(r"\.?(?:st|nd|rd|th)? ")
_ENUMERATOR = re.compile(r"[\s>*_(•–-]*\d{1,2}[.)]\s+\S")
_MAX_WORDS_TO_DENIAL = 3


class Quantity(NamedTuple):
    """A number over the words `first` to `last` (exclusive); `whole` is the 9 of "4 of 9"."""

    value: int
    first: int
    last: int
    whole: int | None = None


def quantities(passage: Passage, start: int = 0, end: int | None = None) -> list[Quantity]:
    """The countable numbers of a line between two places, in order; a range gives none."""
    words = passage.words
    places = [
        index
        for index, (text, _, _) in enumerate(words)
        if text in NUMBERS
        or text[0] in _DIGITS
        or text[-1] in _DIGITS
        or (len(text) > _LETTERS_OF_COMPOUND and value_of(text) is not None)
    ]
    found: list[Quantity] = []
    for index in places:
        inside = start <= words[index].start and (end is None or words[index].end <= end)
        if not inside or (found and index < found[-1].last):
            continue
        quantity = _at(passage, index)
        if quantity is not None:
            found.append(quantity)
    return _without_ranges(passage, found) if len(found) > 1 else found


def _at(passage: Passage, index: int) -> Quantity | None:
    word = passage.words[index]
    if word.text.isdecimal():
        return _digits(passage, index)
    if match := _TIMES.fullmatch(word.text):
        return Quantity(int(match[1] or match[2]), index, index + 1)
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
    heads = not any(char.isalnum() for char in text[: word.start])
    if heads and _ENUMERATOR.match(text):
        return None
    if _numbers_a_name(passage, index) or value in _YEARS or _dated(passage, index):
        return None
    return Quantity(value, index, index + 1)


def _numbers_a_name(passage: Passage, index: int) -> bool:
    """Whether a number tells which one is meant: "TOP 5", "level 0"."""
    before = passage.words[index - 1].text if index else ""
    return before in WORDS["ordinals"] and passage.between(index, index) == " "


def _dated(passage: Passage, index: int) -> bool:
    """Whether a number is the day of a month ("31 May", "June 3", "31. März")."""
    words = passage.words
    near = [words[i] for i in (index - 1, index + 1) if 0 <= i < len(words)]
    return any(
        word.text in MONTHS
        and _DATE_JOINT.fullmatch(
            passage.folded[min(word.end, words[index].end) : max(word.start, words[index].start)]
        )
        and (word.text not in WORDS["no_months"] or passage.text[word.start].isupper())
        for word in near
    )


def _spelled(passage: Passage, index: int) -> Quantity | None:
    """A number in words, unless the word means something else or "one" is a pronoun."""
    words = passage.words
    numeral = numeral_at(passage.folded, words, index)
    if numeral is None:
        return None
    value, last = numeral
    if value == 1 and index and words[index - 1].text in _NO_COUNT:
        return None
    if words[index].text in _AMBIGUOUS and not _counts_at(passage, last):
        return None
    return Quantity(0 if _denied(passage, index) else value, index, last)


def _counts_at(passage: Passage, index: int) -> bool:
    """Whether a noun that can be counted begins with a word, or any in a Romance language."""
    if any(hit.first == index and hit.kind in _COUNTED for hit in passage.hits):
        return True
    romance = any(word.text in WORDS["romance"] for word in passage.words)
    return (
        romance
        and index < len(passage.words)
        and passage.words[index].text not in WORDS["phrase_ends"]
    )


def _denied(passage: Passage, index: int) -> bool:
    """Whether a "single" is denied: "not a single one", "don't have a single person"."""
    words = passage.words
    before = words[max(0, index - _MAX_WORDS_TO_DENIAL) : index]
    return words[index].text == "single" and any(word.text in WORDS["denies"] for word in before)


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
    behind = _RANGE_BEHIND.search(text, max(0, start - _MAX_CHARACTERS_OF_RANGE), start)
    if behind and not _GROWN.search(text, 0, behind.start()):
        return False
    return not (after in "/:" and end + 1 < len(text) and text[end + 1].isdigit())


def _without_ranges(passage: Passage, found: list[Quantity]) -> list[Quantity]:
    """Without both ends of ranges; "4 of 9" is one number, so that what follows is its noun."""
    dropped: set[int] = set()
    wholes: dict[int, Quantity] = {}
    for left, right in pairwise(found):
        between = passage.folded[
            passage.words[left.last - 1].end : passage.words[right.first].start
        ]
        if _PART_OF.fullmatch(between):
            wholes[left.first] = right
            dropped.add(right.first)
        elif _RISEN.search(passage.folded, 0, passage.words[left.first].start):
            dropped.add(left.first)
        elif _RANGE.fullmatch(between) or _between(passage, left, between):
            dropped.update((left.first, right.first))
    return [
        quantity._replace(last=whole.last, whole=whole.value)
        if (whole := wholes.get(quantity.first))
        else quantity
        for quantity in found
        if quantity.first not in dropped
    ]


def _between(passage: Passage, left: Quantity, between: str) -> bool:
    """Whether two numbers are the ends of a range, as in "between 10 and 15"."""
    before = passage.words[left.first - 1].text if left.first else ""
    return before in WORDS["between"] and between.strip() in WORDS["and"]
