"""Form fields and qualifying questions: a heading that asks for a fact, and its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.domain.notes.counting import NOUNS, excluded, noun_after
from app.domain.notes.headcount import count_names, headcount
from app.domain.notes.label import Mark
from app.domain.notes.passage import Part, Passage
from app.domain.notes.quantity import Quantity, quantities
from app.domain.notes.tally import Statement, Tally, Weight
from app.domain.notes.vocabulary import WORDS

_VALUE_PART = re.compile(r"[^/,;]+")
_REPLY = re.compile(r"(?:A|R|Ans|Antwort|Answer)\s?[:.)]\s*")
_MACHINE = frozenset({"machine"})


class _Value(NamedTuple):
    """What stands in a field: its first word, where that is, and the numbers in it."""

    passage: Passage
    start: int
    end: int
    first: int
    numbers: list[Quantity]

    @property
    def word(self) -> str:
        return self.passage.words[self.first].text

    @property
    def negative(self) -> bool:
        """Whether it begins with a no."""
        return self.word in WORDS["no"]

    @property
    def positive(self) -> bool:
        """Whether it begins with a yes."""
        return self.word in WORDS["yes"]

    @property
    def quote(self) -> str:
        return self.passage.text[self.start : self.end].strip(" /|;")


def read_fields(found: Iterable[tuple[Mark, list[Part]]], tally: Tally) -> None:
    """Add what the fields of a note state."""
    for mark, parts in found:
        if not parts:
            continue
        questions = _asked(mark)
        for question, part in zip(questions, _split(parts[0], len(questions)), strict=False):
            value = _value(part)
            if value is not None and question in _FIELDS:
                _FIELDS[question](value, tally)


def read_values(found: Iterable[tuple[str, Part]], tally: Tally) -> None:
    """Add what stands in values found elsewhere: inside lines, and in replies."""
    for question, part in found:
        value = _value(part)
        if value is not None:
            _FIELDS[question](value, tally)


def _asked(mark: Mark) -> Sequence[str]:
    """The facts that a label asks for; in "Node-RED devs" the product only says of what."""
    if len(mark.questions) == 2 and mark.questions[0] == "node_red_adopted":
        return mark.questions[1:]
    return mark.questions


def _split(part: Part, count: int) -> list[Part]:
    """The values of a field that asks for several things at once ("3 / 1")."""
    passage, (start, end) = part
    pieces = [match.span() for match in _VALUE_PART.finditer(passage.text[start:end])]
    if count == 1 or len(pieces) < count:
        return [part] * count
    return [(passage, (start + a, start + b)) for a, b in pieces[:count]]


def _value(part: Part) -> _Value | None:
    passage, (start, end) = part
    if lead := _REPLY.match(passage.text, start, end):
        start = lead.end()
    first = next((i for i, word in enumerate(passage.words) if word.start >= start), None)
    if first is None or passage.words[first].end > end:
        return None
    return _Value(passage, start, end, first, quantities(passage, start, end))


def _adopted(value: _Value, tally: Tally) -> None:
    passage, span = value.passage, (value.start, value.end)
    foreign = passage.has("not_theirs", *span)
    if foreign and not value.negative and not passage.has("not_used", *span):
        return
    if foreign or passage.has("ended", *span) or (value.negative and not _only_not_live(value)):
        tally.adopted.append(Statement(0, Weight.FIELD, value.quote))
        return
    tried = passage.has("trial", *span)
    if value.positive:
        tally.adopted.append(Statement(1, Weight.FIELD, value.quote))
    elif tried or passage.has("in_use", *span) or passage.has("vague", *span):
        tally.adopted.append(Statement(1, Weight.SAID, value.quote))
    if tried:
        tally.live.append(Statement(0, Weight.SAID, value.quote))
    for quantity in value.numbers:
        leads = quantity.first <= value.first + 1 and quantity.value > 0
        bare = leads and not noun_after(passage, quantity, NOUNS)
        machines = noun_after(passage, quantity, _MACHINE)
        if (bare or machines) and not excluded(passage, quantity):
            tally.instances.append(Statement(quantity.value, Weight.SAID, value.quote))


def _only_not_live(value: _Value) -> bool:
    """Whether a "not" that leads a field denies live operation alone ("not yet in production")."""
    return any(hit.kind == "not_live" and hit.first == value.first for hit in value.passage.hits)


def _in_production(value: _Value, tally: Tally) -> None:
    passage, span = value.passage, (value.start, value.end)
    if value.negative or passage.has("not_live", *span) or passage.has("trial", *span):
        tally.live.append(Statement(0, Weight.FIELD, value.quote))
    elif value.positive or passage.has("live", *span):
        tally.live.append(Statement(1, Weight.FIELD, value.quote))


def _developers(value: _Value, tally: Tally) -> None:
    number = value.numbers[0].value if value.numbers else None
    count = headcount(value.passage, (value.start, value.end), number)
    if count is not None:
        tally.developers.append(Statement(count, Weight.FIELD, value.quote))


def _leading_number(value: _Value) -> list[Statement]:
    """The first number that stands, provided that the field begins with a number at all."""
    if not value.numbers or value.numbers[0].first > value.first + 2:
        return []
    standing = [q.value for q in value.numbers if not excluded(value.passage, q)]
    return [Statement(number, Weight.FIELD, value.quote) for number in standing[:1]]


def _instances(value: _Value, tally: Tally) -> None:
    tally.instances.extend(_leading_number(value))


def _sites(value: _Value, tally: Tally) -> None:
    tally.sites.extend(_leading_number(value))
    names = None if value.numbers else count_names(value.quote)
    if names is not None:
        tally.sites.append(Statement(names, Weight.FIELD, value.quote))


_FIELDS: Mapping[str, Callable[[_Value, Tally], None]] = {
    "node_red_adopted": _adopted,
    "node_red_instances": _instances,
    "node_red_developers": _developers,
    "node_red_in_production": _in_production,
    "node_red_sites": _sites,
}
