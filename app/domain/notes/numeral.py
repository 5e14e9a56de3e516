"""Numbers in words of five languages: "thirty-two", "achtunddreißig", "quatre-vingts".

It reads the value alone; whether the number counts anything is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from app.domain.notes.phrase import Word
from app.domain.notes.vocabulary import NUMBERS, WORDS

_UNIT_FIRST = re.compile(r"(?P<unit>[a-z]{2,6}?)(?:und|en)(?P<tens>[a-z]{6,9})")
_TENS = frozenset({20, 30, 40, 50, 60, 70, 80, 90})
_TENS_WITH_TEENS = frozenset({60, 80})  # French counts on: soixante-douze, quatre-vingt-onze
_TEN = 10
_DOZEN = 12
_FOUR, _TWENTY = 4, 20
_JOINTS = frozenset({"-", " "})
_MAX_WORDS_TO_HALF = 2


@lru_cache(maxsize=4096)
def value_of(word: str) -> int | None:
    """The value of a single folded word; None when it is no number word."""
    value = NUMBERS.get(word)
    if value is not None:
        return value
    compound = _UNIT_FIRST.fullmatch(word)
    if compound is None:
        return None
    unit, tens = NUMBERS.get(compound["unit"]), NUMBERS.get(compound["tens"])
    return unit + tens if unit and unit < _TEN and tens in _TENS else None


def numeral_at(folded: str, words: Sequence[Word], index: int) -> tuple[int, int] | None:
    """The number that begins with a word, and the word behind it; None where none begins."""
    value = value_of(words[index].text)
    if value is None:
        return None
    if value == _DOZEN and _halved(words, index):
        return _DOZEN // 2, index + 1
    last = index + 1
    then = _next(folded, words, last)
    if then == _DOZEN and value < _TEN:
        return value * _DOZEN, last + 1
    if value == 1 and then is not None and then >= _TEN:
        return then, last + 1  # "a hundred", "une quinzaine"
    if value == _FOUR and then == _TWENTY:
        value, last = _FOUR * _TWENTY, last + 1
        then = _next(folded, words, last)
    if value in _TENS:
        joined = last < len(words) and words[last].text in WORDS["and_in_numbers"]
        unit = _next(folded, words, last + 1) if joined else then
        limit = 2 * _TEN if value in _TENS_WITH_TEENS else _TEN
        if unit and unit < limit:
            return value + unit, last + 1 + joined
    return value, last


def _halved(words: Sequence[Word], index: int) -> bool:
    before = words[max(0, index - _MAX_WORDS_TO_HALF) : index]
    return any(word.text in WORDS["half"] for word in before)


def _next(folded: str, words: Sequence[Word], index: int) -> int | None:
    """The value of the word at `index`, if nothing but a hyphen or a space stands before it."""
    if index >= len(words) or folded[words[index - 1].end : words[index].start] not in _JOINTS:
        return None
    return value_of(words[index].text)
