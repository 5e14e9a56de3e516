"""Two policies held against each other: what means something else, told in sentences.

Looks at the values that deals are judged by and never at the files, so that layout, comments and
the order of criteria are no difference. Changed wording is told apart from changed meaning. It
walks whatever a policy is made of, so that a new part of it is compared without a word here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from app.domain.alert_sentences import route_sentence
from app.domain.case import Check
from app.domain.checks import CHECKS
from app.domain.criterion import Criterion
from app.domain.lead_status import LeadStatusRules, StatusOption
from app.domain.notes import Question
from app.domain.policy import Policy
from app.domain.process import Meeting, Process, Stage
from app.domain.routing import Mention, Route
from app.domain.sentence import sentence
from app.domain.zone import AxisRules, Signal, ZoneRow, ZoneRules

MAX_SHOWN_CHARS = 120


class Kind(StrEnum):
    """What became of a part of the policy; `reworded` changes no verdict."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the place in people's words, and what became of it."""

    kind: Kind
    place: str
    says: str

    @property
    def means_something(self) -> bool:
        """Whether a verdict may differ for it."""
        return self.kind is not Kind.REWORDED


WORDING: Mapping[type, frozenset[str]] = {
    Policy: frozenset({"title", "version"}),
    Criterion: frozenset({"title", "fix", "ask", "source"}),
    Meeting: frozenset({"name", "goal", "focus", "source"}),
    Process: frozenset({"label", "won_stage", "lost_stage", "source"}),
    Question: frozenset({"asks"}),
    LeadStatusRules: frozenset({"source"}),
    StatusOption: frozenset({"label", "when"}),
    ZoneRules: frozenset({"source"}),
    AxisRules: frozenset({"ask"}),
    Signal: frozenset({"says"}),
    ZoneRow: frozenset({"name", "motion"}),
}
"""The fields that people read and that no verdict depends on, by class."""

NAMES: Mapping[type, Callable[[Any], str]] = {
    Criterion: lambda part: f"criterion {part.id}",
    Meeting: lambda part: f"meeting {part.id}",
    Process: lambda part: f"process {part.id}",
    Stage: lambda part: f"stage {part.label}",
    Question: lambda part: f"question {part.id}",
    StatusOption: lambda part: f"lead status {part.value}",
    ZoneRow: lambda part: f"zone {part.zone}",
    Route: lambda part: f"route “{route_sentence(part)[:-1]}”",
    Mention: lambda part: f"mention of {part.email}",
    Signal: lambda part: f"{part.level} for {part.fact} {part.comparison.replace('_', ' ')}",
}
"""What a part of a list is called, which also says which parts of two lists are the same one."""

ORDERED = frozenset({Stage, Signal, Route})
"""Parts whose order in their list means something."""


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """What the new policy says otherwise than the old one; empty when nothing at all."""
    return tuple(dict.fromkeys(_Walk(old, new).parts("", old, new)))


def told(found: Iterable[Difference]) -> Iterator[str]:
    """The differences as sentences; places that share one are named together."""
    places: dict[tuple[Kind, str], list[str]] = {}
    for each in found:
        places.setdefault((each.kind, each.says), []).append(each.place)
    for (_, says), where in places.items():
        named = ", ".join(place for place in where if place)
        yield f"{named}: {says}." if named else f"{says[:1].upper()}{says[1:]}."


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk over two policies side by side."""

    old: Policy
    new: Policy

    def parts(self, place: str, old: object, new: object) -> Iterator[Difference]:
        """The differences between two dataclasses of one type, field by field."""
        for field in fields(old):  # type: ignore[arg-type]  # callers checked that it is one
            if field.compare and field.name not in {"id", "exit"}:
                one, other = getattr(old, field.name), getattr(new, field.name)
                if one != other:
                    is_text = field.name in WORDING.get(type(old), ())
                    yield from self._field(place, field.name, one, other, is_text=is_text)
        if isinstance(old, Meeting) and isinstance(new, Meeting):
            yield from self._same(NAMES[Criterion](old.exit), old.exit, new.exit)

    def _field(
        self, place: str, name: str, old: object, new: object, *, is_text: bool
    ) -> Iterator[Difference]:
        said = name.replace("_", " ")
        if isinstance(old, tuple) and isinstance(new, tuple) and not is_text:
            if any(is_dataclass(each) for each in (*old, *new)):
                yield from self._keyed(place, old, new)
            else:
                yield from _words(place, said, old, new)
        elif type(old) is type(new) and is_dataclass(old) and not is_text:
            yield from self._same(_inside(place, said, old), old, new)
        else:
            kind = Kind.REWORDED if is_text else Kind.CHANGED
            yield Difference(kind, place, f"{said} changes from {_shown(old)} to {_shown(new)}")

    def _same(self, place: str, old: object, new: object) -> Iterator[Difference]:
        if old != new:
            yield from self.parts(place, old, new)

    def _keyed(
        self, place: str, old: Sequence[object], new: Sequence[object]
    ) -> Iterator[Difference]:
        """The differences between two lists of parts, matched by what they are called."""
        before, after = _by_name(old), _by_name(new)
        for name, part in before.items():
            if name not in after:
                yield Difference(Kind.REMOVED, place, f"{name} is removed{_says(part, self.old)}")
            else:
                inner = name if isinstance(part, Criterion) else _joined(place, name)
                yield from self._same(inner, part, after[name])
        for name, part in after.items():
            if name not in before:
                yield Difference(Kind.ADDED, place, f"{name} is added{_says(part, self.new)}")
        kept = [name for name in before if name in after]
        if type(next(iter(before.values()), None)) in ORDERED and kept != [
            name for name in after if name in before
        ]:
            yield Difference(Kind.CHANGED, place, f"the order becomes {', '.join(after)}")


def _words(
    place: str, said: str, old: Sequence[object], new: Sequence[object]
) -> Iterator[Difference]:
    """The differences between two lists of words."""
    gone = [each for each in old if each not in new]
    come = [each for each in new if each not in old]
    if gone:
        yield Difference(Kind.CHANGED, place, f"{said} no longer has {_shown(tuple(gone))}")
    if come:
        yield Difference(Kind.CHANGED, place, f"{said} now also has {_shown(tuple(come))}")
    if not gone and not come:
        yield Difference(Kind.CHANGED, place, f"the order of {said} becomes {_shown(tuple(new))}")


def _by_name(parts: Sequence[object]) -> dict[str, object]:
    return {_name(part, number): part for number, part in enumerate(parts, 1)}


def _name(part: object, number: int) -> str:
    named = NAMES.get(type(part))
    return named(part) if named else f"{type(part).__name__} {number}"


def _inside(place: str, said: str, part: object) -> str:
    """A check is no place of its own: its parameters are the criterion's."""
    return place if isinstance(part, Check) else _joined(place, said)


def _joined(*places: str) -> str:
    return ", ".join(place for place in places if place)


def _says(part: object, policy: Policy) -> str:
    return f": {sentence(part, policy)[:-1]}" if isinstance(part, Criterion) else ""


def _shown(value: object) -> str:
    if isinstance(value, Check):
        name = next(name for name, check in CHECKS.items() if type(value) is check)
        with_ = ", ".join(f"{f.name} {_shown(getattr(value, f.name))}" for f in fields(value))  # type: ignore[arg-type]
        return f"{name} ({with_})" if with_ else name
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    text = str(value)
    cut = text if len(text) <= MAX_SHOWN_CHARS else f"{text[: MAX_SHOWN_CHARS - 1].rstrip()}…"
    return f"“{cut}”" if " " in cut else cut
