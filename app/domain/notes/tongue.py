"""Whether a text is in a language, or a script, that is not read here.

Such a text cannot be judged; it refuses to guess, and names no language.
"""

from __future__ import annotations

from app.domain.notes.stretch import Stretch

_MIN_FOREIGN_WORDS = 2
_LAST_LATIN, _LATIN_ADDITIONAL = "\u024f", ("\u1e00", "\u1eff")


def is_foreign(stretch: Stretch) -> bool:
    """Whether its letters, or its small words, are none of a language that is read here."""
    return _foreign_script(stretch.text) or _foreign_words(stretch)


def _foreign_words(stretch: Stretch) -> bool:
    """Whether the small words of a text are those of a language that is not read here."""
    passage = stretch.passage
    if "unknown_language" not in passage.kinds:
        return False
    inside = [w for w in passage.words if stretch.start <= w.start and w.end <= stretch.end]
    foreign = sum(
        hit.kind == "unknown_language"
        and stretch.start <= passage.words[hit.first].start < stretch.end
        for hit in passage.hits
    )
    known = sum(word.text in passage.fillers for word in inside)
    return foreign >= _MIN_FOREIGN_WORDS and foreign > known


def _foreign_script(text: str) -> bool:
    if text.isascii():
        return False
    letters = [char for char in text if char.isalpha()]
    low, high = _LATIN_ADDITIONAL
    foreign = sum(char > _LAST_LATIN and not low <= char <= high for char in letters)
    return foreign * 2 > len(letters)
