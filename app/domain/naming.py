"""The names by which people call a criterion: its id, its title, and how notes head its answer.

A name that could mean two criteria means neither, because guessing would waive the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Protocol

from app.domain.notes import WHYS, Question, QuestionId
from app.domain.notes.automaton import expand
from app.domain.notes.phrase import fold, words_of
from app.domain.notes.vocabulary import BUILT_IN
from app.domain.verdict import CriterionId

Name = tuple[str, ...]
"""A name as its folded words, so that case, accents and punctuation do not matter."""
Names = Mapping[Name, CriterionId]


class Asks(Protocol):
    """The part of a check that says which questions it asks of notes."""

    def questions(self) -> tuple[QuestionId, ...]:
        """The questions that notes are read for on behalf of this check."""
        ...


class Nameable(Protocol):
    """The part of a criterion that names it."""

    @property
    def id(self) -> CriterionId:
        """The code."""
        ...

    @property
    def title(self) -> str:
        """A few words."""
        ...

    @property
    def check(self) -> Asks:
        """How it is tested."""
        ...


def name_of(text: str) -> Name:
    """A text as a name."""
    return tuple(word.text for word in words_of(fold(text)))


def names_of(criteria: Iterable[Nameable], questions: Sequence[Question]) -> Names:
    """Every name of every criterion. Ids come first, then titles, then labels of questions."""
    listed = list({criterion.id: criterion for criterion in criteria}.values())
    labels = {question.id: question.labels for question in questions}
    names: dict[Name, CriterionId] = {}
    for rank in (
        (((name_of(c.id),), c.id) for c in listed),
        (((name_of(c.title),), c.id) for c in listed),
        ((_labels(c.check, labels), c.id) for c in listed),
    ):
        names = _certain(rank) | names
    return names


def _certain(named: Iterable[tuple[Iterable[Name], CriterionId]]) -> dict[Name, CriterionId]:
    """Names that mean one criterion."""
    meant: dict[Name, CriterionId] = {}
    vague: set[Name] = {()}
    for names, code in named:
        own = dict.fromkeys(names, code)
        vague.update(name for name in meant.keys() & own.keys() if meant[name] != code)
        meant.update(own)
    for name in vague:
        meant.pop(name, None)
    return meant


def _labels(check: Asks, labels: Mapping[QuestionId, Sequence[str]]) -> Iterator[Name]:
    asked = check.questions()
    if len(asked) == 1:
        yield from map(name_of, labels.get(asked[0], ()))
        yield from _built_in(asked[0])


@cache
def _built_in(question: QuestionId) -> tuple[Name, ...]:
    if question not in WHYS:
        return ()
    patterns = BUILT_IN.get(f"labels.{question}", ())
    return tuple({name_of(phrase) for pattern in patterns for phrase in expand(pattern)})
