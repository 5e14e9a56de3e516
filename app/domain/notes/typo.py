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

_ASKED_ABOUT = tuple(sorted(WORDS["asked_about"]))
_JOINED = "why"  # "whychnage", written as one word
_MIN_LETTERS = 5
_MIN_LETTERS_JOINED = len(_JOINED) + _MIN_LETTERS
_LETTERS_FOR_TWO_ERRORS = 8


def corrected(words: list[Word]) -> list[Word]:
    """The words with labels spelled right; places stay those of the text."""
    for index, word in enumerate(words):
        if word[0].startswith(_JOINED) and len(word[0]) >= _MIN_LETTERS_JOINED:
            meant = _closest(word[0][len(_JOINED) :])
            if meant is not None:
                words[index] = word._replace(text=_JOINED + meant)
    why = WORDS["why"]
    for index in [index for index, word in enumerate(words) if word[0] in why]:
        following = words[index + 1] if index + 1 < len(words) else None
        if following is not None and len(following.text) >= _MIN_LETTERS:
            meant = _closest(following.text)
            if meant is not None:
                words[index + 1] = following._replace(text=meant)
    return words


@lru_cache(maxsize=4096)
def _closest(text: str) -> str | None:
    """The asked-about word that `text` misspells; None when it is one, or no misspelling."""
    if text in WORDS["asked_about"] or text in WORDS["no_typos"]:
        return None
    errors = 2 if len(text) >= _LETTERS_FOR_TWO_ERRORS else 1
    found = process.extractOne(text, _ASKED_ABOUT, scorer=OSA.distance, score_cutoff=errors)
    return None if found is None else found[0]
