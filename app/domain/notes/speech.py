"""Who speaks in a transcript, a chat or a thread of messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from app.domain.notes.passage import Passage

_SPEAKER = re.compile(
    r"(?:\[?[\d/.\-, ]*\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?\]?[\s\-–]*)?"
    r"(?P<name>[^\W\d_][\w.'’& \-]{0,28}?(?:\s\d{1,2})?)\s?(?:\([^()]{0,40}\))?\s?:\s+(?=\S)",
)
_HEAD = re.compile(
    r"(?P<name>[^\W\d_][\w.'’ \-]{0,28}?)[\s,]+\[?\(?"
    r"(?:today at |yesterday at )?\d{1,2}[:.]\d{2}(?:\s?[AaPp][Mm])?\)?\]?:?"
)
_MAX_HEAD_CHARACTERS = 60
_MIN_TURNS = 4
_MIN_REPEATED = 2


def speakers_of(passages: Sequence[Passage]) -> list[str | None]:
    """The speaker of every line; all None when the note is no conversation.

    A conversation has at least four turns, and names that come back.
    """
    if (headed := _headed(passages)) is not None:
        return headed
    names: list[str | None] = []
    for passage in passages:
        match = _SPEAKER.match(passage.text) if ":" in passage.text else None
        name = match["name"].casefold().strip() if match else None
        if name is not None and any(
            hit.kind.partition(".")[0] in {"labels", "titles", "short"}
            and passage.words[hit.first].start < len(name)
            for hit in passage.hits
        ):
            name = None
        names.append(name)
    turns = Counter(name for name in names if name)
    repeated = [name for name, count in turns.items() if count >= 2]
    if sum(turns.values()) < _MIN_TURNS or len(repeated) < _MIN_REPEATED:
        return _short_talk(passages, names)
    return names


def _headed(passages: Sequence[Passage]) -> list[str | None] | None:
    """Speakers of messages that stand under lines like "Kofi 15:58"; None without such lines."""
    heads = [
        _HEAD.fullmatch(passage.text)
        if len(passage.text) <= _MAX_HEAD_CHARACTERS
        and (passage.text[-1].isdecimal() or passage.text[-1] in "mM)]:")
        else None
        for passage in passages
    ]
    if len({match["name"] for match in heads if match}) < _MIN_REPEATED:
        return None
    current: str | None = None
    names: list[str | None] = []
    for match in heads:
        current = match["name"].casefold() if match else current
        names.append(None if match else current)
    return names


def _short_talk(passages: Sequence[Passage], names: Sequence[str | None]) -> list[str | None]:
    """An exchange of two or three turns: somebody asks one of the questions, the next answers."""
    for index, (passage, name) in enumerate(zip(passages, names, strict=True)):
        answer = names[index + 1] if index + 1 < len(names) else None
        asks = passage.text.rstrip().endswith("?") and any(
            hit.kind.startswith(("labels.", "asks.")) for hit in passage.hits
        )
        if name and answer and name != answer and asks:
            return list(names)
    return [None] * len(names)


def words_start(passage: Passage) -> int:
    """Where the words of a speaker start behind the name."""
    match = _SPEAKER.match(passage.text)
    return match.end() if match else 0
