"""What a count in a sentence is of: instances, developers, people, sites, or nothing of ours.

The noun decides where it can. Where it cannot (machines, places, things that the vocabulary does
not know, numbers that stand alone), how Node-RED stands to it does: "Node-RED on 4 tugs",
"40 Pis, 9 with Node-RED", "NR: 4". What belongs to another product or to the size of the company
counts as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from app.domain.notes.noun import ANAPHOR, hits_from
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.standing import CLAUSE
from app.domain.notes.vocabulary import WORDS


class Kind(StrEnum):
    """What is counted."""

    INSTANCE = "instance"
    DEVELOPER = "developer"
    PERSON = "person"
    """People who may or may not build."""
    SITE = "site"
    """Places, whether Node-RED runs there or not; `placement` tells."""


Entry = tuple[Count, "Kind | None"]
"""A count and what it is of."""

_BY_NOUN = {
    "instance": Kind.INSTANCE,
    "nr": Kind.INSTANCE,
    "developer": Kind.DEVELOPER,
    "site": Kind.SITE,
}
_NEVER = frozenset({"flow", "artefact"})
_CURRENT = frozenset({"current"})
_BUILDERS = frozenset({"developer", "person", "builds"})
_COLON = re.compile(r"\s*:?\s*")
_OPENED = re.compile(r"[^.;:]{0,24}[:(]\s*(?:~|ca\.?\s|about\s|circa\s)?")
_BARE_END = re.compile(r"\s*(?:$|[.,;)+|]|[-–—]\s)")
_RESULT = re.compile(r"=\s*(?:~|ca\.?\s)?\s*$")
_VERSION = re.compile(r"\bv?\d\.(?:\d{1,2}|x)(?:\.\d{1,2})?\b")
_AWAY = re.compile(r"[.;(]")
_ALL = re.compile(r",?\s(?:all|alle|each|tous|toutes|todos|todas|both)\s")
_CLAUSE_END = re.compile(r"[.;:()|]")
_MAX_WORDS_TO_PLACE = 8
_MAX_WORDS_TO_VERB = 4
_MAX_WORDS_TO_OWNER = 2
_MAX_WORDS_TO_WITH = 4
_MAX_WORDS_TO_EQUALS = 2
_MAX_WORDS_OF_BARE = 6
_MAX_CHARACTERS_OF_RESULT = 6


def kind_of(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> Kind | None:
    """What a count is of; None when that is nothing known. `earlier` are those before it."""
    if count.kind in _NEVER:
        return None
    if _verb_at(sentence.passage, count.end) and not count.thing:
        return Kind.DEVELOPER
    if count.kind == "person":
        return Kind.DEVELOPER if _builds(sentence, count) else Kind.PERSON
    if count.kind == ANAPHOR:
        return _again(sentence, count, earlier)
    return _BY_NOUN.get(count.kind or "") or _by_context(sentence, count, earlier)


def _by_context(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> Kind | None:
    """What is counted where the noun does not tell: machines, things, a number alone."""
    head = count.noun.head if count.noun else ""
    if head in WORDS["pieces"] | WORDS["hosts"] and _names_nr(sentence, count):
        return Kind.INSTANCE
    if count.noun is None and _states_people(sentence, count):
        return Kind.DEVELOPER
    if not _carries_node_red(sentence, count, earlier):
        return None
    leads = count.noun is None and leads_with(sentence, count)
    return Kind.SITE if leads and _last_thing(earlier) == "site" else Kind.INSTANCE


def leads_with(sentence: Sentence, count: Count) -> bool:
    """Such as "54 computers with Node-RED", "9 mit Node-RED", "4 plants de production use it"."""
    passage = sentence.passage
    words = passage.words
    end = words[count.end - 1].end
    if every := _ALL.match(passage.folded, end):
        end = every.end() - 1
    for index in range(count.end, min(count.end + _MAX_WORDS_TO_WITH, len(words))):
        if CLAUSE.search(passage.folded, end, words[index].start):
            return False
        if words[index].text in WORDS["with"]:
            return any(
                hit.kind in NAMED and not CLAUSE.search(passage.between(index + 1, hit.first))
                for hit in hits_from(passage, index + 1, index + 3)
            )
    return False


def follows_node_red(sentence: Sentence, count: Count, earlier: Sequence[Entry] = ()) -> bool:
    """Such as "Node-RED on 4 PCs", "Node-RED läuft auf 16 Rechnern", "NR: 4", "NR 3x"."""
    passage = sentence.passage
    for hit in sentence.before(count, NAMED, _MAX_WORDS_TO_PLACE):
        if any(kind is Kind.INSTANCE and hit.last <= e.end for e, kind in earlier):
            continue
        if any(h.kind == "developer" and hit.first < h.last <= count.first for h in sentence.hits):
            continue
        words = [word.text for word in passage.words[hit.last : count.first]]
        if 0 < len(words) <= _MAX_WORDS_TO_EQUALS and words[-1] in WORDS["equals"]:
            return True
        if hit.kind == "nr" and _on(passage, hit, count, words):
            return True
    return False


def in_total(sentence: Sentence, count: Count) -> bool:
    """Whether a number is the sum of others: "Eight in total", "3 test + 9 live = 12"."""
    passage = sentence.passage
    start = passage.words[count.first].start
    return (
        any(
            hit.kind == "total"
            and (hit.first in {count.last, count.end} or 0 <= count.first - hit.last <= 1)
            for hit in sentence.hits
        )
        or _RESULT.search(passage.folded, max(0, start - _MAX_CHARACTERS_OF_RESULT), start)
        is not None
    )


def _carries_node_red(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> bool:
    """Whether what is counted are the machines that Node-RED runs on, or Node-REDs unnamed."""
    if leads_with(sentence, count) or follows_node_red(sentence, count, earlier):
        return True
    return count.noun is None and (
        _after_former(sentence, count)
        or _recounted(sentence, count)
        or (in_total(sentence, count) and _sums_instances(sentence, count))
    )


def _on(passage: Passage, hit: Hit, count: Count, words: Sequence[str]) -> bool:
    """Whether "on", a colon or nothing stands between Node-RED and a count of what it runs on."""
    text = _VERSION.sub("", passage.between(hit.last, count.first))
    if not WORDS["onset"].isdisjoint(words) and not _AWAY.search(text) and ", " not in text:
        return True
    if _OPENED.fullmatch(text) and count.noun is not None and count.thing:
        return True
    bare = count.noun is None and _BARE_END.match(passage.folded, passage.words[count.last - 1].end)
    if words:
        return bool(bare) and _OPENED.fullmatch(text) is not None and "(" in text
    if not _COLON.fullmatch(text):
        return False
    after = {following.kind for following in hits_from(passage, count.last, count.last + 1)}
    if (
        after & {"live", "trial", "machine", "total"}
        or passage.words[count.last - 1].text[-1] == "x"
    ):
        return True
    return ":" in text and bool(bare)


def _again(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> Kind | None:
    """What "3 of them" counts: what was counted before, as far as Node-RED is said to be there."""
    nouns = [(e, kind) for e, kind in earlier if e.noun is not None and e.kind not in _NEVER]
    if not nouns:
        words = sentence.passage.words[max(0, count.first - _MAX_WORDS_TO_OWNER) : count.first]
        there = any(word.text in WORDS["gets"] for word in words)
        there = there or any(True for _ in sentence.before(count, _CURRENT, _MAX_WORDS_TO_OWNER))
        said = (sentence.topic and there) or follows_node_red(sentence, count)
        return Kind.INSTANCE if said else None
    before, kind = nouns[-1]
    if kind is Kind.INSTANCE and before.kind in NAMED:
        return None  # part of what has been counted already
    if kind in {Kind.PERSON, Kind.DEVELOPER}:
        near = hits_from(sentence.passage, count.end, count.end + _MAX_WORDS_TO_VERB)
        return Kind.DEVELOPER if any(hit.kind == "nr" for hit in near) else Kind.PERSON
    on_it = leads_with(sentence, count) or follows_node_red(sentence, count)
    return (kind or Kind.INSTANCE) if on_it or sentence.named else None


def _builds(sentence: Sentence, count: Count) -> bool:
    """Whether the counted people build: "3 people who maintain it", "built by two engineers"."""
    passage = sentence.passage
    for hit in sentence.hits:
        if hit.kind != "builds":
            continue
        if count.end <= hit.first <= count.end + _MAX_WORDS_TO_VERB:
            return not _CLAUSE_END.search(passage.between(count.end, hit.first))
        if 0 <= count.first - hit.last <= _MAX_WORDS_TO_VERB:
            return not CLAUSE.search(passage.between(hit.last, count.first))
    return False


def _last_thing(earlier: Sequence[Entry]) -> str | None:
    """The class of the thing counted last before a number."""
    return next((e.kind for e, _ in reversed(earlier) if e.thing), None)


def _names_nr(sentence: Sentence, count: Count) -> bool:
    """Whether Node-RED is named before a number, and nothing else was counted since."""
    named = [hit.last for hit in sentence.hits if hit.kind == "nr" and hit.last <= count.first]
    return bool(named) and not any(
        named[-1] <= other.first < count.first for other in sentence.counts
    )


def _states_people(sentence: Sentence, count: Count) -> bool:
    """Such as "the number of persons with development tasks is six"."""
    if not count.first or sentence.passage.words[count.first - 1].text not in WORDS["equals"]:
        return False
    kinds = {hit.kind for hit in sentence.before(count, _BUILDERS, _MAX_WORDS_TO_PLACE)}
    return "developer" in kinds or kinds | {"developer"} >= _BUILDERS


def _verb_at(passage: Passage, index: int) -> bool:
    return any(hit.kind == "builds" for hit in hits_from(passage, index, index + 1))


def _after_former(sentence: Sentence, count: Count) -> bool:
    """Such as "used to be 9 instances, now 4"."""
    return any(
        hit.kind in {"former", "planned", "instance", "nr"} and hit.last < count.first
        for hit in sentence.hits
    ) and any(True for _ in sentence.before(count, _CURRENT, 2))


def _recounted(sentence: Sentence, count: Count) -> bool:
    """Such as "Last count was 57.", right after a sentence on Node-RED."""
    if not sentence.topic or len(sentence.words) > _MAX_WORDS_OF_BARE or not count.first:
        return False
    owned = sentence.passage.words[count.first - 1].text in WORDS["gets"]
    return owned or any(True for _ in sentence.before(count, _CURRENT, 3))


def _sums_instances(sentence: Sentence, count: Count) -> bool:
    """Whether what a sum adds up are instances, and not the places or people before it."""
    if any(hit.kind == "instance" for hit in sentence.hits):
        return True
    others = (hit for hit in sentence.hits if hit.last <= count.first)
    last = [hit.kind for hit in others if hit.kind in {"site", "machine", "person", "developer"}]
    return sentence.named and (not last or last[-1] == "machine")
