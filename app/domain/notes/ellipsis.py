"""Numbers whose noun is left out, and what they go on counting: "used to be 9 NRs, now 4".

The sentence before them, or the noun they are said of, tells what is meant; where neither does, a
number alone counts nothing.
"""

from __future__ import annotations

import re

from app.domain.notes.phrase import Hit
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.standing import clause_of, said_of_today
from app.domain.notes.vocabulary import WORDS

_BUILDERS = frozenset({"developer", "person", "builds"})
_PLACES = frozenset({"machine", "site"})
_SUBJECTS = NAMED | _BUILDERS | _PLACES
_CURRENT = frozenset({"current"})
_BEFORE_CURRENT = frozenset({"former", "planned", "instance", "nr"})
_FACTS_LISTED = frozenset({"developer", "live", "trial", "site", "not_live"})
_RESULT = re.compile(r"=\s*(?:~|ca\.?\s)?\s*$")
_MAX_WORDS_OF_STATEMENT = 4
_WORDS_OF_AGE = 2  # "a man who is 67"
_MAX_WORDS_OF_BARE = 6
_MAX_WORDS_OF_NAME = 2
_MAX_WORDS_FROM_NOW = 2
_MAX_WORDS_FROM_COUNTING = 3
_MAX_CHARACTERS_OF_RESULT = 6


def counts_instances(sentence: Sentence, count: Count) -> bool:
    """Whether a number alone goes on counting instances, lists them, or sums them up."""
    return (
        _restated(sentence, count)
        or _owned(sentence, count)
        or _recounted(sentence, count)
        or _itemized(sentence, count)
        or (in_total(sentence, count) and _sums_instances(sentence, count))
    )


def counts_people(sentence: Sentence, count: Count) -> bool:
    """Such as "the number of developers is three", "devs were 8, now 6"."""
    subject = _subject(sentence, count)
    if subject is None or not count.first or subject.kind not in _BUILDERS:
        return False
    words = sentence.passage.words
    of_age = words[subject.last].text == "who" and count.first - subject.last == _WORDS_OF_AGE
    said = (
        words[count.first - 1].text in WORDS["equals"]
        and not of_age
        and count.first - subject.last <= _MAX_WORDS_OF_STATEMENT
    )
    if subject.kind == "developer":
        return said or said_of_today(sentence, count)
    return said and any(hit.kind == "builds" for hit in sentence.hits)


def is_name_of_place(sentence: Sentence, count: Count) -> bool:
    """Whether a number is the name of a machine or a place: "line 5", "plant 2"."""
    passage = sentence.passage
    return count.noun is None and any(
        hit.last == count.first
        and hit.kind in _PLACES
        and passage.between(hit.last, hit.last) == " "
        for hit in sentence.hits
    )


def in_total(sentence: Sentence, count: Count) -> bool:
    """Whether a number is the sum of others: "Eight in total", "3 test + 9 live = 12"."""
    passage = sentence.passage
    start = passage.words[count.first].start
    return (
        _concluded(sentence, count)
        or any(
            hit.kind == "total"
            and (hit.first in {count.last, count.end} or 0 <= count.first - hit.last <= 1)
            for hit in sentence.hits
        )
        or _RESULT.search(passage.folded, max(0, start - _MAX_CHARACTERS_OF_RESULT), start)
        is not None
    )


def _concluded(sentence: Sentence, count: Count) -> bool:
    """Such as "7 instances, 3 of those in a box, so 4 running"."""
    before = sentence.passage.words[count.first - 1].text if count.first else ""
    return before in WORDS["so"] and any(
        other.kind in NAMED and other.first < count.first for other in sentence.counts
    )


def _subject(sentence: Sentence, count: Count) -> Hit | None:
    """The last noun before a number that it may be said of ("devs were 8, now 6")."""
    nouns = (hit for hit in sentence.hits if hit.last <= count.first and hit.kind in _SUBJECTS)
    return max(nouns, key=lambda hit: (hit.last, hit.kind in NAMED), default=None)


def _restated(sentence: Sentence, count: Count) -> bool:
    """Such as "used to be 9 instances, now 4"."""
    subject = _subject(sentence, count)
    if in_total(sentence, count) or (subject and subject.kind not in NAMED | _PLACES):
        return False
    before = any(hit.kind in _BEFORE_CURRENT and hit.last < count.first for hit in sentence.hits)
    return before and (
        any(True for _ in sentence.before(count, _CURRENT, _MAX_WORDS_FROM_NOW))
        or any(hit.kind == "current" and hit.first == count.last for hit in sentence.hits)
    )


def _owned(sentence: Sentence, count: Count) -> bool:
    """Such as "we offered 50 instances, they have 12"."""
    subject = _subject(sentence, count)
    before = sentence.passage.words[count.first - 1].text if count.first else ""
    return subject is not None and subject.kind in NAMED and before in WORDS["gets"]


def _itemized(sentence: Sentence, count: Count) -> bool:
    """Such as "2 devs, NR 10, live": the product's name and a bare number in a list of facts."""
    passage = sentence.passage
    named = any(hit.kind == "nr" and hit.last == count.first for hit in sentence.hits)
    first, last = clause_of(passage, count)
    alone = named and count.last == last and count.first - first <= _MAX_WORDS_OF_NAME
    return alone and any(hit.kind in _FACTS_LISTED for hit in sentence.hits)


def _recounted(sentence: Sentence, count: Count) -> bool:
    """Such as "Last count was 31.", right after a sentence on Node-RED."""
    first, last = clause_of(sentence.passage, count)
    if not sentence.topic or last - first > _MAX_WORDS_OF_BARE or not count.first:
        return False
    if any(hit.kind == "current" and count.last <= hit.first < last for hit in sentence.hits):
        return True
    owned = sentence.passage.words[count.first - 1].text in WORDS["gets"]
    return owned or any(True for _ in sentence.before(count, _CURRENT, _MAX_WORDS_FROM_COUNTING))


def _sums_instances(sentence: Sentence, count: Count) -> bool:
    """Whether what a sum adds up are instances, and not the places or people before it."""
    multiplied = any(word.text in WORDS["times"] for word in sentence.passage.words[: count.first])
    if multiplied or any(hit.kind == "instance" for hit in sentence.hits):
        return sentence.named or not multiplied
    others = (hit for hit in sentence.hits if hit.last <= count.first)
    last = [hit.kind for hit in others if hit.kind in {"site", "machine", "person", "developer"}]
    return sentence.named and (not last or last[-1] == "machine")
