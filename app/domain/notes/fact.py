"""Facts about the customer's Node-RED: is it there, how many, who, where, live or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import zip_longest

from app.domain.notes.answer import Fact, Facts
from app.domain.notes.breakdown import read_breakdowns
from app.domain.notes.census import read_numbers
from app.domain.notes.distribution import products, thing_of
from app.domain.notes.form import read_fields, read_values
from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.inline import inline_fields
from app.domain.notes.interview import replies
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.operations import operational_signs
from app.domain.notes.passage import Passage
from app.domain.notes.plans import plans
from app.domain.notes.segment import fields
from app.domain.notes.sentence import NAMED, Sentence, counts_in
from app.domain.notes.standing import withdrawn_by
from app.domain.notes.tally import Statement, Tally, Weight, flag, number, strongest
from app.domain.notes.usage import denies_use, read_statements

_RELEVANT = NAMED | {
    "developer", "live", "not_live", "selves", "only_one", "not_adopted", "adopted", "not_used",
    "builds", "flow", "ended",
}  # fmt: skip
_ONLY = re.compile(r"\b(?:only|just|nur|alleen|seulement|s[oó]lo)\b", re.IGNORECASE)
_SUBJECTS = NAMED | {"flow"}
_ADOPTING = frozenset({Weight.SAID, Weight.NAMED})
_LINES_OF_TOPIC = 3
_MAX_WORDS_OF_ITEM = 4


def read_facts(script: Manuscript, written_at: datetime) -> Facts:
    """The facts of a note; None where it does not say."""
    tally, year = Tally(), written_at.year
    found = list(fields(script))
    read_breakdowns(script, tally)
    read_fields(found, tally, year)
    read_values(inline_fields(script), tally, year)
    read_values(replies(script), tally, year)
    if tally.instances or tally.adopted or _speaks_of_node_red(script):
        _read_sentences(script, tally, year)
    adopted = _adopted(tally)
    signs = operational_signs(script)
    return Facts(
        node_red_adopted=adopted,
        node_red_instances=number(tally.instances),
        node_red_developers=_developers(tally, adopted),
        node_red_in_production=flag(tally.live) if adopted and adopted.value else None,
        node_red_sites=number(tally.sites),
        next_year_plans=plans(script, found),
        governance=signs["governance"],
        standards_owner=signs["standards_owner"],
        security_owner=signs["security_owner"],
        consistency=signs["consistency"],
        incidents=signs["incidents"],
    )


def _speaks_of_node_red(script: Manuscript) -> bool:
    return any(not passage.kinds.isdisjoint(_SUBJECTS) for passage in script.passages)


def _read_sentences(script: Manuscript, tally: Tally, year: int) -> None:
    """Every sentence on the customer's own Node-RED, and the products that they give together."""
    named_at = -_LINES_OF_TOPIC
    passed_over: list[Passage] = []
    for passage in script.passages:
        if script.frames[passage.index] in NOT_THEIRS:
            continue
        short = len(passage.words) <= _MAX_WORDS_OF_ITEM and bool(tally.instances)
        topic = passage.index - named_at < _LINES_OF_TOPIC
        if not short and not topic and passage.kinds.isdisjoint(_RELEVANT):
            passed_over.append(passage)
            continue
        near = short or not passage.kinds.isdisjoint(_SUBJECTS)
        sentences = _sentences(passage, script.dates[passage.index], near=near, topic=topic)
        for said, following in zip_longest(sentences, sentences[1:]):
            if (said.hits or near or said.topic) and not (following and withdrawn_by(following)):
                _read_sentence(said, tally, year)
        if not passage.kinds.isdisjoint(NAMED):
            named_at = passage.index
    if tally.shares:
        _multiply(tally, passed_over)


def _sentences(passage: Passage, day: date | None, *, near: bool, topic: bool) -> list[Sentence]:
    counts = counts_in(passage)
    sentences: list[Sentence] = []
    things: list[str | None] = []
    for span in passage.sentences:
        thing = things[-1] if things else None
        said = Sentence.of(passage, span, counts, near=near, topic=topic, day=day, antecedent=thing)
        things.extend(count.kind for count in said.counts if count.thing)
        topic = topic or said.named
        sentences.append(said)
    return sentences


def _multiply(tally: Tally, passed_over: Sequence[Passage]) -> None:
    """Enter the products; what is one of each may be counted in a line that says nothing else."""
    elsewhere = [
        thing_of(count) for passage in passed_over for count in counts_in(passage) if count.thing
    ]
    for instances, sites in products(tally.shares, [*tally.things, *elsewhere]):
        tally.instances.append(instances)
        if sites is not None:
            tally.sites.append(sites)


def _developers(tally: Tally, adopted: Fact[bool] | None) -> Fact[int] | None:
    """Who develops; where nothing is used, people counted do something else."""
    found = number(tally.developers)
    unused = adopted is not None and not adopted.value
    return None if found is not None and unused and found.value else found


def _adopted(tally: Tally) -> Fact[bool] | None:
    """Said outright, or to be seen from instances that are counted or live."""
    said = strongest(tally.adopted)
    instances = strongest(tally.instances)
    if instances is not None and (
        said is None or said.weight < (Weight.FIELD if instances.value else Weight.NAMED)
    ):
        return Fact(bool(instances.value), instances.quote)
    if said is not None:
        return Fact(bool(said.value), said.quote)
    live = strongest(tally.live)
    if live is not None and live.weight >= Weight.NAMED:
        return Fact(value=True, quote=live.quote)
    sites = strongest(tally.sites)
    if sites is not None and sites.value and sites.weight in _ADOPTING:
        return Fact(value=True, quote=sites.quote)
    return None


def _read_sentence(sentence: Sentence, tally: Tally, year: int) -> None:
    kinds = sentence.kinds
    ended = "beyond" not in kinds and denies_use(sentence)
    if "current" in kinds or not ("not_theirs" in kinds or ended):
        read_numbers(sentence, tally, year)
        read_statements(sentence, tally)
    elif ended:
        tally.adopted.append(Statement(0, Weight.NAMED, sentence.quote))
        zeros = [count for count in sentence.counts if not count.value]
        read_numbers(sentence._replace(counts=zeros), tally, year)
    elif sentence.named and _ONLY.search(sentence.quote):
        tally.adopted.append(Statement(0, Weight.IMPLIED, sentence.quote))
