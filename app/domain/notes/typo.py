"""Typing errors in labels: "why chnage", "warum wechsln".

Only a word right behind a question word is corrected, and only into one of the few words that the
whys ask about; anything bolder would read labels into plain text.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.domain.notes.phrase import Word
from app.domain.notes.vocabulary import WORDS

_WHY = WORDS["why"]
_ASKED_ABOUT = tuple(sorted(WORDS["asked_about"]))
_SWAPPED = {"nwo": "now", "onw": "now", "nw": "now"}
"""Words too short to be told from others by a count of errors."""

_JOINED = "why"  # "whychnage", written as one word
_MIN_LETTERS = 5
_LETTERS_FOR_TWO_ERRORS = 8


def corrected(words: list[Word]) -> list[Word]:
    """The words with labels spelled right; places stay those of the text."""
    for index, (text, _, _) in enumerate(words):
        if text in _WHY:
            if index + 1 < len(words):
                _correct(words, index + 1, "")
        elif text[: len(_JOINED)] == _JOINED:
            _correct(words, index, _JOINED)
    return words


def _correct(words: list[Word], index: int, before: str) -> None:
    """Spell one word right behind what it is joined to, if it misspells what is asked about."""
    text = words[index].text[len(before) :]
    meant = _closest(text) if len(text) >= _MIN_LETTERS else _SWAPPED.get(text)
    if meant is not None:
        words[index] = words[index]._replace(text=before + meant)


@lru_cache(maxsize=4096)
def _closest(text: str) -> str | None:
    """The asked-about word that `text` misspells; None when it is one, or no misspelling."""
    if text in WORDS["asked_about"] or text in WORDS["no_typos"]:
        return None
    errors = 2 if len(text) >= _LETTERS_FOR_TWO_ERRORS else 1
    found = process.extractOne(text, _ASKED_ABOUT, scorer=OSA.distance, score_cutoff=errors)
    return None if found is None else found[0]
