"""What a count in a sentence is of: instances, developers, people, sites, or nothing of ours.

The noun decides where it can. Where it cannot (machines, places, things that the vocabulary does
not know, numbers that stand alone), how Node-RED stands to it does. What belongs to another
product or to the size of the company counts as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from app.domain.notes.ellipsis import counts_instances, counts_people, is_name_of_place
from app.domain.notes.noun import ANAPHOR, hits_from
from app.domain.notes.passage import Passage
from app.domain.notes.relation import follows_node_red, leads_with
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
_CLAUSE_END = re.compile(r"[.;:()|]")
_ON_IT = (["on", "it"], ["on", "this"], ["daran"], ["eraan"], ["dessus"])
_MAX_WORDS_TO_VERB = 4
_MAX_WORDS_TO_OWNER = 2
_MAX_WORDS_OF_FRAGMENT = 5


def kind_of(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> Kind | None:
    """What a count is of; None when that is nothing known. `earlier` are those before it."""
    if count.kind in _NEVER:
        return None
    if _verb_at(sentence.passage, count.end) and not count.thing:
        return Kind.DEVELOPER
    if count.kind == "person":
        build = _builds(sentence, count) or _on_node_red(sentence, count)
        build = build or _on_it(sentence, count)
        return Kind.DEVELOPER if build else Kind.PERSON
    if count.kind == ANAPHOR:
        return Kind.DEVELOPER if _builds(sentence, count) else _again(sentence, count, earlier)
    if count.kind == "nr" and _last_thing(earlier) == "site" and _user_before(sentence, count):
        return Kind.SITE
    return _BY_NOUN.get(count.kind or "") or _by_context(sentence, count, earlier)


def _by_context(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> Kind | None:
    """What is counted where the noun does not tell: machines, things, a number alone."""
    if count.noun is None:
        if is_name_of_place(sentence, count) and not leads_with(sentence, count):
            return None
        if not count.value and _in_use_behind(sentence, count):
            return Kind.INSTANCE
        if counts_people(sentence, count):
            return Kind.DEVELOPER
    elif count.noun.head in WORDS["pieces"] | WORDS["hosts"] and _names_nr(sentence, count):
        return Kind.INSTANCE
    leads = leads_with(sentence, count)
    if not (leads or follows_node_red(sentence, count, _given(earlier))):
        alone = count.noun is None and counts_instances(sentence, count)
        return Kind.INSTANCE if alone else None
    thing = _last_thing(earlier) or (None if earlier else sentence.antecedent)
    return Kind.SITE if count.noun is None and thing == "site" else Kind.INSTANCE


def _given(earlier: Sequence[Entry]) -> int:
    """The word up to which instances have been counted."""
    return max((count.end for count, kind in earlier if kind is Kind.INSTANCE), default=0)


def _again(sentence: Sentence, count: Count, earlier: Sequence[Entry]) -> Kind | None:
    """What "3 of them" counts: what was counted before, as far as Node-RED is said to be there."""
    nouns = [(e, kind) for e, kind in earlier if e.noun is not None and e.kind not in _NEVER]
    if not nouns:
        words = sentence.passage.words[max(0, count.first - _MAX_WORDS_TO_OWNER) : count.first]
        there = any(word.text in WORDS["gets"] for word in words)
        there = there or any(True for _ in sentence.before(count, _CURRENT, _MAX_WORDS_TO_OWNER))
        there = there or len(sentence.words) <= _MAX_WORDS_OF_FRAGMENT
        said = ((sentence.topic or sentence.named) and there) or follows_node_red(sentence, count)
        again = Kind.SITE if sentence.antecedent == "site" else Kind.INSTANCE
        return again if said else None
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
            between = passage.words[count.end : hit.first]
            none = any(word.text in WORDS["no"] for word in between)
            return not none and not _CLAUSE_END.search(passage.between(count.end, hit.first))
        if count.kind == ANAPHOR and passage.words[count.first - 1].text not in WORDS["by"]:
            continue
        if 0 <= count.first - hit.last <= _MAX_WORDS_TO_VERB:
            return not CLAUSE.search(passage.between(hit.last, count.first))
    return False


def _in_use_behind(sentence: Sentence, count: Count) -> bool:
    """Whether a zero is said to be in use, of Node-RED ("0 in use today")."""
    near = hits_from(sentence.passage, count.last, count.last + 1)
    return sentence.named and any(hit.kind in {"in_use", "live"} for hit in near)


def _on_node_red(sentence: Sentence, count: Count) -> bool:
    """Whether people are said to be on it: "2 FTE on Node-RED", "one guy for NR"."""
    words = sentence.passage.words
    following = words[count.end].text if count.end < len(words) else ""
    return following in WORDS["onset"] | WORDS["at_work"] and any(
        hit.kind == "nr" for hit in hits_from(sentence.passage, count.end + 1, count.end + 2)
    )


def _on_it(sentence: Sentence, count: Count) -> bool:
    """Whether a short sentence behind one on Node-RED puts people on it: "Three people on it."."""
    words = sentence.passage.words
    following = [word.text for word in words[count.end : count.end + 2]]
    short = len(sentence.words) <= _MAX_WORDS_OF_FRAGMENT
    return sentence.topic and short and following in _ON_IT


def _user_before(sentence: Sentence, count: Count) -> bool:
    """Whether a number of users stands between "use" and Node-RED ("davon nutzen 4 Node-RED")."""
    before = sentence.passage.words[count.first - 1].text if count.first else ""
    again = any(hit.kind == ANAPHOR and hit.last <= count.first for hit in sentence.hits)
    return again and before in WORDS["with"] | WORDS["gets"]


def _last_thing(earlier: Sequence[Entry]) -> str | None:
    """The class of the thing counted last before a number."""
    return next((e.kind for e, _ in reversed(earlier) if e.thing), None)


def _names_nr(sentence: Sentence, count: Count) -> bool:
    """Whether Node-RED is named before a number, and nothing else was counted since."""
    named = [hit.last for hit in sentence.hits if hit.kind == "nr" and hit.last <= count.first]
    return bool(named) and not any(
        named[-1] <= other.first < count.first for other in sentence.counts
    )


def _verb_at(passage: Passage, index: int) -> bool:
    return any(hit.kind == "builds" for hit in hits_from(passage, index, index + 1))
