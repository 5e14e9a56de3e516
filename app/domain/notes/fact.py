"""Facts about the customer's Node-RED: is it there, how many, who, where, live or not."""

from __future__ import annotations

import re
from datetime import date

from app.domain.notes.answer import Fact, Facts
from app.domain.notes.census import Sentence, read_numbers
from app.domain.notes.counting import (
    NAMED,
)
from app.domain.notes.form import read_fields, read_values
from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.headcount import named_people
from app.domain.notes.inline import inline_fields
from app.domain.notes.interview import replies
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.operations import operational_signs
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.plans import plans
from app.domain.notes.quantity import quantities
from app.domain.notes.segment import fields
from app.domain.notes.tally import Statement, Tally, Weight, flag, number, strongest
from app.domain.notes.vocabulary import NUMBERS, WORDS

_RELEVANT = NAMED | {
    "developer", "live", "not_live", "selves", "only_one", "not_adopted", "adopted", "not_used",
    "builds", "flow", "ended",
}  # fmt: skip
_BARE_LIVE = re.compile(
    r"(?:^|[,;:(]\s*|\bis )(?:all |all in |now |both )?"
    r"(?:prod|production|produktiv|productie|producción|live|running)(?=\s*(?:[,.;):!]|$))",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|just|nur|alleen|seulement|s[oó]lo)\b", re.IGNORECASE)
_ONE_SITE = re.compile(
    r"\b(?:only|just|nur|alleen|solo|seulement) "
    r"(?:the |one |our |das |de |het |la |l')?(?:[\w-]+ )?"
    r"(?:plant|site|factory|location|mill|Werk|vestiging|usine|planta|fábrica)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\d.*(?:,|\+|\band|\bund|\ben|\bet|\by)\s*\d")
_PRODUCTION = re.compile(r"\bprodu[ckz]", re.IGNORECASE)
_SUBJECTS = NAMED | {"flow"}
_MAX_WORDS_PLANNED_BEFORE = 4
_MAX_WORDS_PLANNED_AFTER = 4
_MAX_WORDS_OF_ITEM = 4
_MAX_WORDS_SHORT = 12


def read_facts(script: Manuscript) -> Facts:
    """The facts of a note; None where it does not say."""
    tally = Tally()
    found = list(fields(script))
    read_fields(found, tally)
    read_values(inline_fields(script), tally)
    read_values(replies(script), tally)
    spoken_of = any(not p.kinds.isdisjoint(_SUBJECTS) for p in script.passages)
    if spoken_of or tally.instances or tally.adopted:
        for passage in script.passages:
            theirs = script.frames[passage.index] not in NOT_THEIRS
            short = len(passage.words) <= _MAX_WORDS_OF_ITEM or (
                "site" in passage.kinds and len(passage.words) <= _MAX_WORDS_SHORT
            )
            if theirs and (short or not passage.kinds.isdisjoint(_RELEVANT)):
                _read_passage(passage, tally, script.dates[passage.index])
    adopted = _adopted(tally)
    signs = operational_signs(script)
    return Facts(
        node_red_adopted=adopted,
        node_red_instances=number(tally.instances),
        node_red_developers=number(tally.developers),
        node_red_in_production=flag(tally.live) if adopted and adopted.value else None,
        node_red_sites=number(tally.sites),
        next_year_plans=plans(script, found),
        governance=signs["governance"],
        standards_owner=signs["standards_owner"],
        security_owner=signs["security_owner"],
        consistency=signs["consistency"],
        incidents=signs["incidents"],
    )


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
    if sites is not None and sites.value and sites.weight == Weight.NAMED:
        return Fact(value=True, quote=sites.quote)
    return None


def _read_passage(passage: Passage, tally: Tally, day: date | None) -> None:
    short = len(passage.words) <= _MAX_WORDS_OF_ITEM and bool(tally.instances)
    near = short or not passage.kinds.isdisjoint(_SUBJECTS)
    numbers = quantities(passage)
    for span in passage.sentences:
        hits = [
            hit
            for hit in passage.hits
            if span[0] <= passage.words[hit.first].start
            and passage.words[hit.last - 1].end <= span[1]
        ]
        if hits or near:
            kinds = {hit.kind for hit in hits}
            named = not kinds.isdisjoint(NAMED)
            sentence = Sentence(passage, span, hits, named, near, day)
            ended = "beyond" not in kinds and (_not_adopted(hits) or _no_longer_used(hits))
            if "current" not in kinds and ("not_theirs" in kinds or ended):
                if ended:
                    tally.adopted.append(Statement(0, Weight.NAMED, sentence.quote))
                    read_numbers(sentence, [q for q in numbers if not q.value], tally)
                elif named and _ONLY.search(sentence.quote):
                    tally.adopted.append(Statement(0, Weight.IMPLIED, sentence.quote))
                continue
            read_numbers(sentence, numbers, tally)
            _read_statements(sentence, tally)


def _read_statements(sentence: Sentence, tally: Tally) -> None:
    """Statements without numbers: adopted or not, live or on trial, who builds, one place."""
    quote, hits = sentence.quote, sentence.hits
    if quote.rstrip().endswith("?"):
        return
    kinds = {hit.kind for hit in hits}
    _read_adoption(sentence, kinds, tally)
    if "only_one" in kinds or (sentence.named and _ONE_SITE.search(quote)):
        tally.sites.append(Statement(1, Weight.SAID, quote))
    if not (sentence.near or tally.instances or tally.adopted or _PRODUCTION.search(quote)):
        return
    weight = Weight.NAMED if sentence.named else Weight.SAID
    live = "live" in kinds or _BARE_LIVE.search(quote) is not None
    trial = sentence.near and "trial" in kinds and not _planned(hits, "trial")
    live = live and not _planned(hits, "live")
    if "not_live" in kinds or (trial and not (live and _SEVERAL.search(quote))):
        tally.live.append(Statement(0, weight, quote))
    elif live:
        tally.live.append(Statement(1, weight, quote))
    alone = "selves" in kinds
    people = 1 if alone else named_people(sentence.passage, sentence.span, live="live" in kinds)
    if people is not None:
        tally.developers.append(Statement(people, Weight.IMPLIED, quote))


def _read_adoption(sentence: Sentence, kinds: set[str], tally: Tally) -> None:
    quote, hits = sentence.quote, sentence.hits
    if "beyond" in kinds and "not_adopted" in kinds and "trial" in kinds:
        tally.adopted.append(Statement(1, Weight.NAMED, quote))
        tally.live.append(Statement(0, Weight.NAMED, quote))
    elif _not_adopted(hits) or _no_longer_used(hits):
        tally.adopted.append(Statement(0, Weight.NAMED, quote))
    elif "nr_other" in kinds:
        return
    elif ("adopted" in kinds and not _planned(hits, "adopted")) or _some(sentence):
        tally.adopted.append(Statement(1, Weight.SAID, quote))


def _some(sentence: Sentence) -> bool:
    """Whether it speaks of an amount of Node-REDs that is no number ("15-20 NRs", "a few")."""
    words = sentence.passage.words
    for hit in sentence.hits:
        if hit.kind not in NAMED or not hit.first or _planned(sentence.hits, hit.kind):
            continue
        before = words[hit.first - 1].text
        if any(word.text in WORDS["not_now_after"] for word in words[hit.last : hit.last + 2]):
            continue
        vague = any(h.kind == "vague" and 0 <= hit.first - h.last <= 1 for h in sentence.hits)
        if vague or (before.isdecimal() and before != "0") or NUMBERS.get(before, 0) > 1:
            return True
    return False


def _not_adopted(hits: list[Hit]) -> bool:
    """Whether a sentence denies the use, and not live operation alone ("not yet live")."""
    lives = [hit for hit in hits if hit.kind == "not_live"]
    return any(
        hit.kind == "not_adopted" and not any(h.first <= hit.last < h.last for h in lives)
        for hit in hits
    )


def _no_longer_used(hits: list[Hit]) -> bool:
    """Whether a sentence that names Node-RED then says it is not used."""
    named = min((hit.first for hit in hits if hit.kind == "nr"), default=None)
    return named is not None and any(
        h.kind in {"not_used", "ended"} and h.first > named for h in hits
    )


def _planned(hits: list[Hit], kind: str) -> bool:
    """Whether a statement is about what they want and not about what is."""
    place = next((hit.first for hit in hits if hit.kind == kind), None)
    if place is None:
        return False
    earliest = place - _MAX_WORDS_PLANNED_BEFORE
    latest = place + _MAX_WORDS_PLANNED_AFTER
    return any(
        (hit.kind == "planned" and earliest <= hit.first < place)
        or (hit.kind == "later" and place < hit.first <= latest)
        for hit in hits
    )
