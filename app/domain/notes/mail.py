"""Where an older mail begins below a newer one: what stands behind that line is quoted.

Mail programs put a separator or a block of headers there instead of marking every line. A header
at the very top belongs to the mail itself, and a forwarded mail is the message, not its history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.notes.line import Line
from app.domain.notes.phrase import fold

_SEPARATOR = re.compile(
    r"-{2,}\s*(?:original (?:message|appointment)|ursprungliche nachricht|oorspronkelijk bericht"
    r"|message d'origine|mensaje original)"
    r"|(?:on|am|le|el|op) .{6,90}\b(?:wrote|schrieb|a ecrit|escribio|schreef)\b.{0,60}:$"
)
_SENDER = re.compile(r"(?:from|von|de|van)\s?:\s")
_HEADER = re.compile(
    r"(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoye|a|objet|enviado|para|asunto"
    r"|verzonden|aan|onderwerp)\s?:\s"
)
_HEADERS_END_IN = 3


def with_history_quoted(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines of a page, those of older mails one quotation deeper."""
    start = _older_mail(lines)
    return (
        *lines[:start],
        *(line._replace(quoted=line.quoted + 1) for line in lines[start:]),
    )


def _older_mail(lines: Sequence[Line]) -> int:
    """Where the first older mail begins; behind the last line where there is none."""
    for index, line in enumerate(lines[1:], start=1):
        if ":" not in line.text and "-" not in line.text:
            continue
        text = fold(line.text)
        if _SEPARATOR.match(text):
            return index
        if _SENDER.match(text) and any(
            _HEADER.match(fold(below.text))
            for below in lines[index + 1 : index + 1 + _HEADERS_END_IN]
        ):
            return index
    return len(lines)
