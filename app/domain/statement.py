"""Deviations as notes word them: which line grants one, and what it says, in whatever order.

    Deviation: why_now – no date yet, the board decides in March – until 31 March – approved by Kim

Reads words and judges nothing: what is missing stays missing, and whether the rest may count is
decided in `deviation`. Text that is struck out or quoted from elsewhere says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from app.domain.naming import Name, Names, name_of
from app.domain.notes.line import Line
from app.domain.notes.moment import expiry
from app.domain.notes.page import read_page
from app.domain.notes.phrase import Word, fold, words_of
from app.domain.verdict import CriterionId

MAX_REMEMBERED_NOTES = 4096
MAX_DATE_WORDS = 6
MAX_NAME_CHARS = 80
MIN_REASON_LETTERS = 3
MICROSECOND = timedelta(microseconds=1)

_LEAD = r"[\s\-*•·‣▪◦–+□☐☑✔✅\[\]()\"'“„_#]*(?:\d{1,2}[.)]\s)?"
_UNTIL = (
    r"(?:(?:valid|runs|lasts|holds|gultig|befristet|limited)\s+)?"
    r"(?:until|till?|through|thru|up to|expires?(?: on)?|ends?(?: on)?"
    r"|bis(?: zum| einschliesslich)?|jusqu'?au|hasta(?: el)?|tot(?: en met)?)"
)
_APPROVED = (
    r"(?:approved|granted|authori[sz]ed|signed off|okayed|genehmigt|freigegeben|abgesegnet)"
    r"\s+(?:by|von|durch)"
)
_REASON = r"(?:reason|because|rationale|grund|begrundung|weil|da)"
_CRITERION = r"(?:criterion|criteria|kriterium|blocker)"
_SEPARATOR = re.compile(
    r"\s+[–—-]{1,2}(?:\s+|$)|\s*[–—]\s+|\s+[–—]|\s*[|;•]\s*|(?<=\d),\s+(?=[^\W\d])"
)
_BEFORE_APPROVAL = re.compile(rf"[\s,.(]+(?={_APPROVED}\b)")
_SENTENCE_OF_DATE = re.compile(rf"[.(]\s*(?={_UNTIL}\b)")
_DATE = re.compile(rf"{_UNTIL}\b\s*:?\s*(?P<tail>.+)|(?P<bare>[\d./-]{{6,10}})")
_DATE_INSIDE = re.compile(rf"[\s,]+{_UNTIL}\b\s*:?\s*(?P<tail>.+)$")
_APPROVER = re.compile(rf"(?:{_APPROVED}\b\s*:?|(?:by|von|who)\s*:)\s*(?P<name>\S.*)")
_REASON_FIELD = re.compile(rf"{_REASON}\b\s*:?\s*")
_CRITERION_FIELD = re.compile(rf"{_CRITERION}\s*:\s*")
_FIELD_LINE = re.compile(
    rf"{_LEAD}(?:(?:{_REASON}|{_CRITERION}|by|who)\s*:|{_UNTIL}\s*:?\s*\d|{_UNTIL}\s*:|{_APPROVED}\b)"
)
_LINKING = re.compile(r"(?:\s*(?:from|for|of|to|on|von|zu|fur|the|der|dem|den)\b)*[\s:]*")
_WITHDRAWN = frozenset(
    {
        *("withdrawn", "revoked", "cancelled", "canceled", "obsolete", "void"),
        *("aufgehoben", "widerrufen", "zuruckgezogen", "hinfallig"),
    }
)
_NO_REASON = frozenset(
    {
        *("tbd", "tba", "todo", "none", "pending", "later", "unknown"),
        *("offen", "keine", "folgt"),
    }
)
_EDGE = " \t*_,;:.|–—-\"'“”„()[]?"


@dataclass(frozen=True, slots=True)
class Forms:
    """How the lines begin that grant a deviation and that take one back, and what may follow."""

    labels: tuple[str, ...]
    withdrawal_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One deviation, or the end of one, as a note words it.

    `quote` is verbatim from the stripped note, one entry of `lines` for each of its lines.
    `until` is the last instant that it names; None, or an empty text, for what it does not say.
    """

    lines: tuple[str, ...]
    criterion: CriterionId | None
    reason: str = ""
    until: datetime | None = None
    approver: str = ""
    is_withdrawal: bool = False

    @property
    def quote(self) -> str:
        """The words."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A line that begins a statement, and where its label starts and ends in it."""

    start: int
    end: int
    is_withdrawal: bool
    needs_criterion: bool


class StatementReader:
    """Finds the statements of notes; built once for a policy and safe to share."""

    def __init__(self, forms: Forms, names: Names) -> None:
        self._names = names
        self._longest = max(map(len, names), default=0)
        labels = ((label, False) for label in forms.labels)
        withdrawals = ((label, True) for label in forms.withdrawal_labels)
        self._labels = tuple(
            (_pattern(label), ends, not label.rstrip().endswith(":"))
            for label, ends in (*withdrawals, *labels)
        )
        several = (*forms.labels, *forms.withdrawal_labels)
        self._words = tuple({_bare(label).split()[0] for label in several})
        self.statements = lru_cache(MAX_REMEMBERED_NOTES)(self._statements)

    def may_state(self, body: str) -> bool:
        """Whether a note may hold a statement at all, by the first words of the labels; quick."""
        text = fold(body)
        return any(word in text for word in self._words)

    def _statements(self, body: str, written_at: datetime) -> tuple[Statement, ...]:
        """The statements of a note's body, in reading order."""
        return tuple(self._read(body, written_at)) if self.may_state(body) else ()

    def _read(self, body: str, written_at: datetime) -> Iterator[Statement]:
        lines = read_page(body).lines
        at = 0
        while at < len(lines):
            line, at = lines[at], at + 1
            text = _unstruck(line)
            opening = None if line.quoted else self._opening(text)
            if opening is None:
                continue
            parts = [text[opening.end :]]
            said = [line.text[opening.start :]]
            while at < len(lines) and _continues(lines[at]):
                parts.append(_unstruck(lines[at]))
                said.append(lines[at].text)
                at += 1
            statement = self._statement(parts, written_at, opening)
            if statement is not None:
                yield replace(statement, lines=tuple(said))

    def _opening(self, text: str) -> _Opening | None:
        folded = fold(text)
        for pattern, is_withdrawal, needs_criterion in self._labels:
            match = pattern.search(folded)
            if match is not None:
                start = match.start("label")
                return _Opening(start, match.end(), is_withdrawal, needs_criterion)
        return None

    def _statement(
        self, parts: Sequence[str], written_at: datetime, opening: _Opening
    ) -> Statement | None:
        """What the text behind a label says; None when it is an ordinary sentence after all."""
        text = " | ".join(parts)
        text = _cut_in(text, _BEFORE_APPROVAL)
        fields = _SEPARATOR.split(_cut_in(text, _SENTENCE_OF_DATE))
        fields = [field.strip() for field in fields if field.strip(_EDGE)]
        criterion, fields = self._criterion(fields)
        if criterion is None and opening.needs_criterion:
            return None
        if opening.is_withdrawal:
            return Statement((), criterion, is_withdrawal=True)
        if any(name_of(field)[:1] and set(name_of(field)) <= _WITHDRAWN for field in fields):
            return Statement((), criterion, is_withdrawal=True)
        until, fields = _until(fields, written_at)
        approver, fields = _approver(fields)
        return Statement((), criterion, _reason(fields), until, approver)

    def _criterion(self, fields: list[str]) -> tuple[CriterionId | None, list[str]]:
        """The criterion named first, or else in a field of its own; and what is left."""
        if fields:
            first = _without(_LINKING, _without(_CRITERION_FIELD, fields[0]))
            code, rest = self._named_first(first)
            if code is not None:
                return code, [field for field in (rest, *fields[1:]) if field]
        for index, field in enumerate(fields):
            code = self._names.get(name_of(_without(_CRITERION_FIELD, field)))
            if code is not None:
                return code, [*fields[:index], *fields[index + 1 :]]
        return None, fields

    def _named_first(self, text: str) -> tuple[CriterionId | None, str]:
        """The criterion whose name the text begins with, the longest name first; and the rest."""
        words: list[Word] = words_of(fold(text))
        for count in range(min(self._longest, len(words)), 0, -1):
            name: Name = tuple(word.text for word in words[:count])
            if name in self._names:
                return self._names[name], text[words[count - 1].end :].strip(_EDGE)
        return None, text


def _pattern(label: str) -> re.Pattern[str]:
    """A label at the start of a line or, when it has a colon, of a sentence."""
    word = r"\s+".join(map(re.escape, _bare(label).split()))
    if label.rstrip().endswith(":"):
        sign = r"[\s*_]*(?::|=|\s[–—-]\s)[\s*_]*"
        return re.compile(rf"(?:^{_LEAD}|[.!?;]\s+)(?P<label>{word}){sign}")
    return re.compile(rf"^{_LEAD}(?P<label>{word})\b[\s*_:]*")


def _bare(label: str) -> str:
    return fold(label).strip().rstrip(":").strip()


def _unstruck(line: Line) -> str:
    """The line with spaces where it is struck out, so that places in it stay."""
    text = line.text
    for start, end in line.struck:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _continues(line: Line) -> bool:
    """Whether a line goes on with the fields of the statement above it."""
    return not line.quoted and bool(_FIELD_LINE.match(fold(_unstruck(line))))


def _cut_in(text: str, before: re.Pattern[str]) -> str:
    """The text with a separator in place of each match."""
    pieces, at = [], 0
    for match in before.finditer(fold(text)):
        pieces.append(text[at : match.start()])
        at = match.end()
    return " | ".join([*pieces, text[at:]])


def _without(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.match(fold(text.lstrip(_EDGE)))
    return text.lstrip(_EDGE)[match.end() :] if match else text


def _until(fields: list[str], written_at: datetime) -> tuple[datetime | None, list[str]]:
    """The end that a field names, else one at the end of a field; and the fields without it."""
    for index, field in enumerate(fields):
        stripped = field.strip(_EDGE)
        match = _DATE.fullmatch(fold(stripped))
        until = match and _moment(match["tail"] or match["bare"], written_at)
        if until:
            return until, [*fields[:index], *fields[index + 1 :]]
    for index, field in enumerate(fields):
        match = _DATE_INSIDE.search(fold(field))
        until = match and _moment(match["tail"], written_at)
        if match and until:
            return until, [*fields[:index], field[: match.start()], *fields[index + 1 :]]
    return None, fields


def _moment(text: str, written_at: datetime) -> datetime | None:
    """The last instant of the day that a few words name."""
    if len(text.split()) > MAX_DATE_WORDS:
        return None
    midnight = expiry(text, written_at)
    return None if midnight is None else midnight - MICROSECOND


def _approver(fields: list[str]) -> tuple[str, list[str]]:
    for index, field in enumerate(fields):
        stripped = field.strip(_EDGE)
        match = _APPROVER.fullmatch(fold(stripped))
        if match:
            name = stripped[match.start("name") :].strip(_EDGE)[:MAX_NAME_CHARS]
            return name, [*fields[:index], *fields[index + 1 :]]
    return "", fields


def _reason(fields: list[str]) -> str:
    """The rest; empty when it is no reason, such as "TBD"."""
    said = [_without(_REASON_FIELD, field).strip(_EDGE) for field in fields]
    words = [word for field in said for word in name_of(field) if word not in _NO_REASON]
    if not any(len(word) >= MIN_REASON_LETTERS and word.isalpha() for word in words):
        return ""
    return " – ".join(field for field in said if field)
