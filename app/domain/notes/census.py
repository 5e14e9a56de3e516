"""The counts of a sentence, entered as what they are, one by one or as a sum.

A sum is worked out where a sentence goes on with further places ("6 in Leeds, 4 in York", "47 on
the ships and 9 in the ports", "two in test, five live"). A total that the note gives outweighs it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.notes.counting import Entry, Kind, kind_of
from app.domain.notes.distribution import shares, thing_of
from app.domain.notes.ellipsis import in_total
from app.domain.notes.noun import ANAPHOR, hits_from, noun_after
from app.domain.notes.placement import enter_places, is_name, placed
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.standing import clause_of, said_of_today, stands
from app.domain.notes.tally import Statement, Tally, Weight
from app.domain.notes.vocabulary import WORDS

_NAMED_PLUS = re.compile(r"\w\s*[+&]\s*$")
_ASIDE = re.compile(r"\([^()]*\)")
_NUMBERED = re.compile(
    r"\bon (?:the )?[a-z]{2,20}s "
    r"(?P<numbers>\d{1,3}(?:, ?\d{1,3}){1,20},?\s?(?:and|&|\+)\s?\d{1,3})"
    r"(?=$|[.,;)]|\s(?!in\b|at\b))"
)
_DIGITS = re.compile(r"\d+")
_PLUS_ONE = re.compile(r"\s*(?:[+&]|and|und|en|et|y|plus)\s*")
_NONE_OF_THEM = re.compile(
    r"\b(?:none|keiner|geen|aucun|ninguno) (?:of|von|van|d'|de)\b", re.IGNORECASE
)
_PEOPLE = frozenset({Kind.DEVELOPER, Kind.PERSON})
_PLUS = re.compile(r"(?:\+|\bplus|\band another|\bund noch)\s*$")
_GOES_ON = re.compile(r"[,+&/]|\b(?:and|und|en|et|y|plus)\b")
_NO_SUM = re.compile(
    r"[.;:!?=]"
    r"|\b(?:of which|of them|of those|incl\w*|davon|darunter|daarvan|waarvan|dont|de ellos)\b"
)
_ONSET_END = re.compile(
    r"\b(?:and|und|en|et|y|plus) (?:on|in|at|auf|op|sur|dans)\s?(?:the|den|der|de|les)?\s*$"
)
_UNITS = frozenset({None, "nr", "instance", "machine"})
_STATES = frozenset({"live", "trial"})
_ADDABLE = frozenset({Kind.INSTANCE, None})
_MAX_CHARACTERS_BACK = 40
_MAX_WORDS_BETWEEN = 9
_MAX_WORDS_BESIDE = 4


def read_numbers(sentence: Sentence, tally: Tally, year: int) -> None:
    """Enter the counts of a sentence; nothing of one that begins with a condition."""
    conditional = sentence.quote.partition(" ")[0].lower() in WORDS["conditional"]
    if conditional and "live" not in sentence.kinds:
        return
    if not (sentence.counts or sentence.named or sentence.topic):
        return
    standing = _standing(sentence, year)
    found = list(shares(sentence, standing))
    tally.shares.extend(found)
    tally.things.extend(thing_of(count) for count in standing if count.thing)
    taken = {first for share in found for first in share.words}
    entries: list[Entry] = []
    for count in standing:
        if count.first not in taken:
            entries.append((count, kind_of(sentence, count, entries)))
    groups = summed(sentence, entries)
    if _continues(sentence, entries, tally):
        tally.instances[-1] = tally.instances[-1]._replace(
            value=tally.instances[-1].value + entries[0][0].value
        )
        groups = []
    for group in groups:
        _enter_instances(sentence, group, tally)
    _enter_numbered(sentence, tally)
    _enter_people(sentence, entries, tally)
    enter_places(sentence, entries, groups, tally, shared=bool(found))


def _continues(sentence: Sentence, entries: Sequence[Entry], tally: Tally) -> bool:
    """Whether a sentence adds to the count of the one before it ("… running. + 2 at the gate.")."""
    if not (sentence.topic and tally.instances and entries and sentence.span[0]):
        return False
    count, kind = entries[0]
    lead = sentence.passage.folded[sentence.span[0] : sentence.passage.words[count.first].start]
    return kind in _ADDABLE and count.kind in _UNITS and _PLUS.fullmatch(lead.strip()) is not None


def _standing(sentence: Sentence, year: int) -> list[Count]:
    """The counts that hold now."""
    standing: list[Count] = []
    before: tuple[Count, bool] | None = None
    for count in sentence.counts:
        before = count, stands(sentence, count, before, year)
        if before[1]:
            standing.append(count)
    return standing


def summed(sentence: Sentence, entries: Sequence[Entry]) -> list[list[Count]]:
    """The counts of instances, those that add up together."""
    groups: list[list[Count]] = []
    for count, kind in entries:
        if kind not in _ADDABLE:
            continue
        if groups and _adds_to(sentence, groups[-1], count):
            groups[-1].append(count)
        elif kind is Kind.INSTANCE:
            groups.append([count])
    return groups


def total_of(sentence: Sentence, group: Sequence[Count]) -> int:
    """The sum of a group, which its first may already be ("9 NR, 5 in prod, 4 on the bench")."""
    first, *rest = (count.value for count in group)
    summed_up = len(rest) > 1 and first == sum(rest) and not placed(sentence, group[0])
    return first if summed_up else first + sum(rest)


def _adds_to(sentence: Sentence, group: Sequence[Count], count: Count) -> bool:
    """Whether a count goes on with others: a further place, a further state, or a plus."""
    passage, before = sentence.passage, group[-1]
    if count.kind == ANAPHOR or count.first - before.end > _MAX_WORDS_BETWEEN:
        return False
    text = _ASIDE.sub("", passage.between(before.end, count.first))
    in_parentheses = "(" in _ASIDE.sub("", passage.between(group[0].end, count.first))
    if in_parentheses or _NO_SUM.search(text) or not _GOES_ON.search(text):
        return False
    if in_total(sentence, count) or count.kind == "site":
        return False
    alike = before.thing and count.thing and _PLUS_ONE.fullmatch(text) is not None
    plus = _PLUS.search(text) is not None and count.kind in _UNITS
    return alike or plus or _elsewhere(sentence, before, count, text)


def _elsewhere(sentence: Sentence, before: Count, count: Count, text: str) -> bool:
    """Whether two counts are of two places, or of two states ("two in test, five live")."""
    if placed(sentence, before) and (placed(sentence, count) or _ONSET_END.search(text)):
        return True
    states = [_state(sentence, c) for c in (before, count)]
    return None not in states and states[0] != states[1]


def _state(sentence: Sentence, count: Count) -> str | None:
    """Live or on trial, as the words around a count say."""
    near = hits_from(sentence.passage, count.last, count.end + 1)
    return next((hit.kind for hit in near if hit.kind in _STATES), None)


def _enter_instances(sentence: Sentence, group: Sequence[Count], tally: Tally) -> None:
    last = group[-1]
    part = last.kind == ANAPHOR
    weighty = part or any(in_total(sentence, c) or said_of_today(sentence, c) for c in group)
    weight = Weight.NAMED if weighty else Weight.SAID
    weight = Weight.CORRECTED if _corrects(sentence, last) else weight
    value = total_of(sentence, group) + _one_more(sentence, last)
    tally.instances.append(Statement(value, weight, sentence.quote, sentence.day))


def _corrects(sentence: Sentence, last: Count) -> bool:
    """Whether a count of instances is set against a wrong one ("17 instances, not 71")."""
    words = sentence.passage.words
    return last.kind in NAMED and any(
        0 <= count.first - last.end <= 1 and words[count.first - 1].text in WORDS["negation"]
        for count in sentence.counts
    )


def _enter_numbered(sentence: Sentence, tally: Tally) -> None:
    """The machines that are told by their numbers: "Node-RED on cranes 1, 2, 4 and 6" are four."""
    for listed in _NUMBERED.finditer(sentence.passage.folded, *sentence.span):
        numbers = _DIGITS.findall(listed["numbers"])
        if sentence.named and len(set(numbers)) == len(numbers):
            said = Statement(len(numbers), Weight.SAID, sentence.quote, sentence.day)
            tally.instances.append(said)


def _one_more(sentence: Sentence, last: Count) -> int:
    """1 where the last count goes on with a single machine ("and on the packer's PC")."""
    passage = sentence.passage
    words = passage.words
    for index in range(last.end, min(last.end + 2, len(words) - 3)):
        follows = [word.text for word in words[index : index + 3]]
        if (
            follows[0] in WORDS["and"]
            and follows[1] in WORDS["onset"]
            and follows[2] in WORDS["the"]
            and not _NO_SUM.search(passage.between(last.end, index + 3))
        ):
            noun = noun_after(passage, index + 3)
            return int(noun is not None and noun.kind in {"machine", "site", "thing"})
    return 0


def _enter_people(sentence: Sentence, entries: Sequence[Entry], tally: Tally) -> None:
    """Those who build; people of whom a part builds, or none, are not them."""
    people = [(count, kind) for count, kind in entries if kind in _PEOPLE]
    if any(kind is Kind.DEVELOPER and count.kind == ANAPHOR for count, kind in people):
        people = [entry for entry in people if entry[0].kind == ANAPHOR]
    listing = sentence.named and bool(tally.instances) and not _NONE_OF_THEM.search(sentence.quote)
    listed = [count for count, _ in people if listing and _in_list(sentence, count)]
    for group in _joined(sentence, people):
        build = group[0][0] in listed or any(kind is Kind.DEVELOPER for _, kind in group)
        if build and not _goes_on_with_names(sentence, group[0][0]):
            value = sum(count.value for count, _ in group)
            tally.developers.append(Statement(value, Weight.SAID, sentence.quote, sentence.day))
            if sentence.named and value:
                tally.adopted.append(Statement(1, Weight.IMPLIED, sentence.quote))


def _in_list(sentence: Sentence, count: Count) -> bool:
    """Whether people stand by themselves in a list of facts, behind the product's name.

    Those counted ahead of it are the size of the company ("60 people, 5 Node-RED, live").
    """
    if count.noun is not None and count.noun.head in WORDS["workforce"]:
        return False
    first, last = clause_of(sentence.passage, count)
    alone = last - first - (count.end - count.first) <= _MAX_WORDS_BESIDE
    return alone and any(hit.kind in NAMED and hit.first < count.first for hit in sentence.hits)


def _joined(sentence: Sentence, people: Sequence[Entry]) -> list[list[Entry]]:
    """Counts of people, those that one "and" joins together ("one fitter + two devs")."""
    groups: list[list[Entry]] = []
    for entry in people:
        before = groups[-1][-1][0] if groups else None
        if before and _PLUS_ONE.fullmatch(sentence.passage.between(before.end, entry[0].first)):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups


def _goes_on_with_names(sentence: Sentence, count: Count) -> bool:
    """Whether people who are named stand before a number ("Marta and two apprentices")."""
    passage = sentence.passage
    if count.first < 2 or passage.words[count.first - 1].text not in WORDS["and"] | {"n"}:
        start = passage.words[count.first].start
        if not _NAMED_PLUS.search(passage.text, max(0, start - _MAX_CHARACTERS_BACK), start):
            return False
    name = count.first - 1 - (passage.words[count.first - 1].text in WORDS["and"] | {"n"})
    return is_name(passage, name) or passage.words[name].text in WORDS["persons_named"]
