"""Form fields and qualifying questions: a heading that asks for a fact, and its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from app.domain.notes.amount import itemized, single
from app.domain.notes.census import summed, total_of
from app.domain.notes.counting import Kind
from app.domain.notes.distribution import products, shares, thing_of
from app.domain.notes.headcount import count_names, headcount
from app.domain.notes.label import Mark
from app.domain.notes.noun import ANAPHOR, THING
from app.domain.notes.passage import Part, Passage
from app.domain.notes.phrase import Word
from app.domain.notes.placement import broken_down, runs_there
from app.domain.notes.relation import leads_with
from app.domain.notes.sentence import NAMED, Count, Sentence, counts_in
from app.domain.notes.standing import stands
from app.domain.notes.tally import Statement, Tally, Weight
from app.domain.notes.usage import asks, given_up
from app.domain.notes.vocabulary import WORDS

_VALUE_PART = re.compile(r"[^/,;]+")
_REPLY = re.compile(r"(?:A|R|Ans|Antwort|Answer)\s?[:.)]\s*")
_UNITS = frozenset({None, "nr", "instance", "machine", THING, ANAPHOR})
_RUN_ON = frozenset({None, THING, ANAPHOR})
_PEOPLE = frozenset({"person", "developer"})
_PLACES = frozenset({None, "site", "machine", THING, ANAPHOR})
_COUNTED = frozenset({"node_red_instances", "node_red_developers", "node_red_sites"})
_PLANS = "next_year_plans"
_MAX_WORDS_BEFORE_NUMBER = 2
_MAX_WORDS_TO_YES = 4
_MAX_WORDS_OF_DOUBT = 3
_MAX_WORDS_OF_DENIAL = 4
_CORRECTED = re.compile(
    r"[.,;–-]\s*(?:no|sorry|wait|hold on|correction|make that|or rather|rather|i mean"
    r"|scratch that|nein|halt|quatsch|nee|wacht|pardon|non|perdon)\b[,:]?"
    r"(?:\s(?:no|wait|sorry|stop|make that|moment)\b,?)*\s(?=\w)"
)


class _Value(NamedTuple):
    """What stands in a field, as a sentence of its own; `first` is its first word."""

    said: Sentence
    first: int
    year: int

    @property
    def passage(self) -> Passage:
        return self.said.passage

    @property
    def word(self) -> str:
        return self.passage.words[self.first].text

    @property
    def negative(self) -> bool:
        """Whether it begins with a no."""
        return self.word in WORDS["no"]

    @property
    def none(self) -> bool:
        """Whether it says no and nothing else."""
        inside = self.passage.words_in(*self.said.span)
        return not self.said.counts and all(
            self.passage.words[index].text in WORDS["no"] for index in inside
        )

    @property
    def positive(self) -> bool:
        """Whether it begins with a yes."""
        return self.word in WORDS["yes"]

    @property
    def quote(self) -> str:
        return self.passage.text[slice(*self.said.span)].strip(" /|;")

    def leading(self) -> Sequence[Word]:
        """Its first words."""
        return self.passage.words[self.first : self.first + _MAX_WORDS_TO_YES]

    def has(self, kind: str) -> bool:
        """Whether a phrase of that class stands in it."""
        return kind in self.said.kinds

    def standing(self) -> list[Count]:
        """The counts in it that hold now."""
        start, end = self.said.span
        corrected = [m.end() for m in _CORRECTED.finditer(self.passage.folded, start, end)]
        since = next(
            (place for place in reversed(corrected) if self.said.counts_from(place)), start
        )
        return [c for c in self.said.counts_from(since) if stands(self.said, c, None, self.year)]


def read_fields(found: Iterable[tuple[Mark, list[Part]]], tally: Tally, year: int) -> None:
    """Add what the fields of a note state."""
    for mark, parts in found:
        if not parts:
            continue
        questions = _asked(mark)
        wanted = _PLANS in questions
        for question, part in zip(questions, _split(parts[0], len(questions)), strict=False):
            value = _value(part, year)
            if value is None or question not in _FIELDS or (wanted and question in _COUNTED):
                continue
            _FIELDS[question](value, tally)
            if question != mark.questions[0] and any(c.value for c in value.said.counts):
                tally.adopted.append(Statement(1, Weight.SAID, value.quote))


def read_values(found: Iterable[tuple[str, Part]], tally: Tally, year: int) -> None:
    """Add what stands in values found elsewhere: inside lines, and in replies."""
    for question, part in found:
        value = _value(part, year)
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


def _value(part: Part, year: int) -> _Value | None:
    passage, (start, end) = part
    if lead := _REPLY.match(passage.text, start, end):
        start = lead.end()
    words = passage.words_in(start, end)
    if not words:
        return None
    said = Sentence.of(passage, (start, end), counts_in(passage, start, end), near=True)
    states = passage.words[words[0]].text in WORDS["yes"] | WORDS["no"] or said.counts
    if not states and asks(said) and len(words) > _MAX_WORDS_OF_DOUBT:
        return None
    return _Value(said, words[0], year)


def _adopted(value: _Value, tally: Tally) -> None:
    if (product := _product(value)) is not None:
        instances, sites = product
        tally.instances.append(instances._replace(quote=value.quote))
        tally.sites.extend([sites._replace(quote=value.quote)] if sites else [])
        return
    foreign = value.has("not_theirs")
    if foreign and not value.negative and not value.has("not_used"):
        return
    if foreign or given_up(value.said) or (_denies(value) and not _only_not_live(value)):
        tally.adopted.append(Statement(0, Weight.FIELD, value.quote))
        if any(count.first == value.first and not count.value for count in value.said.counts):
            tally.instances.append(Statement(0, Weight.FIELD, value.quote))
        return
    tried = value.has("trial")
    if value.positive:
        tally.adopted.append(Statement(1, Weight.FIELD, value.quote))
    elif tried or value.has("in_use") or value.has("vague"):
        tally.adopted.append(Statement(1, Weight.SAID, value.quote))
    if tried:
        tally.live.append(Statement(0, Weight.SAID, value.quote))
    tally.sites.extend(
        Statement(count.value, Weight.SAID, value.quote)
        for count in value.standing()
        if count.kind == "site" and runs_there(value.said, count)
    )
    counted = any(count.kind in NAMED for count in value.said.counts)
    for group in summed(value.said, [(count, Kind.INSTANCE) for count in value.standing()]):
        count = group[0]
        leads = _leads(value, count)
        alone = count.kind in _RUN_ON and (value.positive or count.noun is None)
        if (leads and alone) or (count.kind == "machine" and not counted):
            tally.instances.append(Statement(total_of(value.said, group), Weight.SAID, value.quote))


def _leads(value: _Value, count: Count) -> bool:
    """Whether a value begins with a count, perhaps behind a yes and an "about"."""
    near = 1 if count != value.said.counts[0] else _MAX_WORDS_BEFORE_NUMBER
    return count.value > 0 and count.first <= value.first + near


def _denies(value: _Value) -> bool:
    """Whether it begins with a no, or is a short one ("they not have")."""
    words = value.passage.words
    inside = value.passage.words_in(*value.said.span)
    return value.negative or (
        len(inside) <= _MAX_WORDS_OF_DENIAL
        and not value.said.counts
        and any(words[index].text in WORDS["negation"] for index in inside)
    )


def _only_not_live(value: _Value) -> bool:
    """Whether a "not" that leads a field denies live operation alone ("not yet in production")."""
    return value.has("not_live") and (
        not value.negative
        or any(hit.kind == "not_live" and hit.first == value.first for hit in value.said.hits)
    )


def _in_production(value: _Value, tally: Tally) -> None:
    says_yes = any(word.text in WORDS["yes"] for word in value.leading())
    places = [count.value for count in value.standing() if count.kind == "site"]
    tally.sites.extend(Statement(n, Weight.SAID, value.quote) for n in places[:1])
    if value.negative or value.has("not_live") or (value.has("trial") and not says_yes):
        tally.live.append(Statement(0, Weight.FIELD, value.quote))
    elif says_yes or value.has("live") or any(count.value for count in value.standing()[:1]):
        tally.live.append(Statement(1, Weight.FIELD, value.quote))


def _developers(value: _Value, tally: Tally) -> None:
    number = value.said.counts[0].value if value.said.counts else None
    count = headcount(value.passage, value.said.span, number)
    if count is not None:
        tally.developers.append(Statement(count, Weight.FIELD, value.quote))


def _product(value: _Value) -> tuple[Statement, Statement | None] | None:
    """The instances, and perhaps places, of a value that says how many are on each of so many."""
    standing = value.standing()
    things = [thing_of(count) for count in standing if count.thing]
    return next(products(list(shares(value.said, standing)), things), None)


def _whole(value: _Value) -> int | None:
    """What a value says as a whole: none, or a single one."""
    if value.none:
        return 0
    return 1 if single(value.passage.folded[slice(*value.said.span)]) else None


def _leading_number(value: _Value, nouns: AbstractSet[str | None]) -> list[Statement]:
    """What a field that a number leads says: a product, a part of it, or its first sum.

    Counts of anything but `nouns` are passed over ("Footprint: 3 sites / 14 instances").
    """
    leading = value.said.counts[:1]
    if (whole := _whole(value)) is not None:
        return [Statement(whole, Weight.FIELD, value.quote)]
    if not leading or leading[0].first > value.first + _MAX_WORDS_BEFORE_NUMBER:
        return []
    standing = [count for count in value.standing() if count.kind in nouns]
    product = _product(value)
    if product is not None:
        return [product[0]._replace(weight=Weight.FIELD, quote=value.quote)]
    running = [count for count in standing if leads_with(value.said, count)]
    if running:
        return [Statement(running[-1].value, Weight.FIELD, value.quote)]
    groups = summed(value.said, [(count, Kind.INSTANCE) for count in standing])
    return [
        Statement(total_of(value.said, group), Weight.FIELD, value.quote) for group in groups[:1]
    ]


def _instances(value: _Value, tally: Tally) -> None:
    total, listed = itemized(value.quote) or (None, 0)
    whole = [] if total is None else [Statement(total, Weight.FIELD, value.quote)]
    tally.instances.extend(whole or _leading_number(value, _UNITS))
    people = [count.value for count in value.standing() if count.kind in _PEOPLE]
    tally.developers.extend(Statement(n, Weight.SAID, value.quote) for n in people[:1])
    broken = [broken_down(value.passage, count) for count in value.said.counts]
    spread = [places for places in (*broken, listed) if places]
    tally.sites.extend(Statement(places, Weight.IMPLIED, value.quote) for places in spread[:1])


def _sites(value: _Value, tally: Tally) -> None:
    tally.sites.extend(_leading_number(value, _PLACES))
    if value.said.counts:
        return
    names = count_names(value.quote)
    if any(word.text in WORDS["only"] for word in value.passage.words[value.first :]):
        names = names or 1
    if names is not None:
        tally.sites.append(Statement(names, Weight.FIELD, value.quote))


_FIELDS: Mapping[str, Callable[[_Value, Tally], None]] = {
    "node_red_adopted": _adopted,
    "node_red_instances": _instances,
    "node_red_developers": _developers,
    "node_red_in_production": _in_production,
    "node_red_sites": _sites,
}
