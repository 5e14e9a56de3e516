"""Where Node-RED runs: counted places, places that a count is spread over, places by name.

Places of the customer without Node-RED, its size and its machines never count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.notes.counting import Entry, Kind
from app.domain.notes.noun import ANAPHOR, hits_from
from app.domain.notes.passage import Passage
from app.domain.notes.relation import leads_with
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.standing import CLAUSE, clause_of
from app.domain.notes.tally import Statement, Tally, Weight
from app.domain.notes.vocabulary import WORDS

_PARENTHESIS = re.compile(r"[^()]{0,40}\(([^()]{5,200})\)")
_PLACED = re.compile(
    r"(?P<n>\d{1,4}) (?:in|at|à|en|te|bei) (?:the )?[A-ZÀ-Ý][^,]*|[A-ZÀ-Ý][^\d]*\s(?P<m>\d{1,4})"
)
_NUMBERED = re.compile(
    r"[A-ZÀ-Ý][\w'’-]+ \((?:~|ca\.? )?(\d{1,4}|none|no|keine?|geen|aucun|ning[uú]n)x?\)"
)
_NAME = r"[A-ZÀ-Ý][\w'’.-]+(?:\s[A-ZÀ-Ý][\w'’.-]+){0,2}"
_NAMES = re.compile(
    rf"(?P<before>\b(?:in|at|both|over|across|between|te|bei|à|en|sur|über"
    r"|(?:sites?|plants?|usines?|plantas?|Werken?|locaties?)(?:\s(?:of|de|d'|van|von|in))?)"
    r"\s(?:the\s|our\s)?|[:,;(]\s?)"
    rf"(?P<names>{_NAME}(?:,\s{_NAME}){{0,9}}(?:,?\s(?:and|und|en|et|y|&|\+)\s){_NAME})"
)
_BESIDE = re.compile(r"\s*[:(–-]?\s*")
_EACH_NAMED = re.compile(
    r"\b(?:[Ww]erk|[Pp]lant|[Ss]ite|[Ss]tandort|[Uu]sine|[Pp]lanta|[Ff]abriek|[Mm]ill) "
    r"([A-ZÀ-Ý][\w-]+)"
)
_NAMES_END = re.compile(r"\s*(?:$|[.,;)])")
_PEOPLE = frozenset({"builds", "developer", "person"})
_JOINT = re.compile(r",?\s(?:and|und|en|et|y|&|\+)\s|,\s")
_SPREAD = frozenset({"to", "over", "across"})
_RUNS = frozenset({"nr", "instance", "flow"})
_FACTS = frozenset({Kind.INSTANCE, Kind.DEVELOPER})
_MAX_WORDS_OF_ITEM = 4
_MAX_WORDS_TO_INSTANCES = 8
_MAX_WORDS_OF_PHRASE = 3


def enter_places(
    sentence: Sentence,
    entries: Sequence[Entry],
    groups: Sequence[Sequence[Count]],
    tally: Tally,
    *,
    shared: bool,
) -> None:
    """Add the places of a sentence where Node-RED runs; `shared`: it says how many on each."""
    quote, day = sentence.quote, sentence.day
    for count, kind in entries:
        if kind is Kind.SITE:
            _enter_site(sentence, count, entries, tally)
        elif kind is Kind.INSTANCE and (spread := broken_down(sentence.passage, count)):
            tally.sites.append(Statement(spread, Weight.IMPLIED, quote, day))
    if sentence.named and "(" in quote:
        _enter_lists(sentence, tally, counted=bool(groups))
    for group in groups:
        places = {place for count in group if (place := place_of(sentence, count))}
        if len(group) > 1 and len(places) == len(group):
            tally.sites.append(Statement(len(places), Weight.SAID, quote, day))
    if (names := _named(sentence, listing=shared or bool(groups))) is not None:
        tally.sites.append(Statement(names, Weight.SAID, quote, day))


def _enter_site(sentence: Sentence, count: Count, entries: Sequence[Entry], tally: Tally) -> None:
    """A counted place; what stands there unmanned is a machine as well, so an instance."""
    said = Statement(count.value, Weight.SAID, sentence.quote, sentence.day)
    if runs_there(sentence, count):
        tally.sites.append(said._replace(weight=Weight.NAMED))
        if count.noun is not None and count.noun.head in WORDS["unmanned"]:
            tally.instances.append(said._replace(weight=Weight.IMPLIED))
    elif _among_facts(sentence, count, entries) and _listed(sentence, count):
        tally.sites.append(said)


def _enter_lists(sentence: Sentence, tally: Tally, *, counted: bool) -> None:
    """Places with their numbers in parentheses: "Ghent (4), Lille (3)", "(Ghent 4, Lille 3)".

    `counted`: a count of instances stands before them already.
    """
    beside = _NUMBERED.findall(sentence.quote)
    if len(beside) > 1:
        values = [int(number) if number.isdecimal() else 0 for number in beside]
        said = Statement(sum(values), Weight.NAMED, sentence.quote, sentence.day)
        tally.instances.append(said)
        tally.sites.append(said._replace(value=sum(1 for value in values if value)))
    for listed in _PARENTHESIS.finditer(sentence.quote) if not counted else ():
        if numbers := _spread(listed[1]):
            said = Statement(sum(numbers), Weight.SAID, sentence.quote, sentence.day)
            tally.instances.append(said)
            tally.sites.append(said._replace(value=len(numbers), weight=Weight.NAMED))


def runs_there(sentence: Sentence, count: Count) -> bool:
    """Whether a number of places is one where Node-RED runs, and not the company's size."""
    if count.kind == "nr" or leads_with(sentence, count) or _with_instances(sentence, count):
        return True
    passage = sentence.passage
    back = [word.text for word in passage.words[max(0, count.first - 2) : count.first]]
    if CLAUSE.search(passage.between(count.first, count.first) if count.first else ""):
        back = []
    onset = any(word in WORDS["onset"] | _SPREAD for word in back)
    live = any(hit.kind == "live" and hit.last <= count.first for hit in sentence.hits)
    runs = sentence.topic and any(word in WORDS["gets"] for word in back)
    return onset and (
        runs
        or any(hit.kind in _RUNS for hit in sentence.hits)
        or (live and (sentence.near or sentence.topic))
    )


def placed(sentence: Sentence, count: Count) -> bool:
    """Whether a count is tied to a place or a machine: "47 on the ships", "Ghent 4"."""
    words = sentence.passage.words
    following = words[count.end].text if count.end < len(words) else ""
    return following in WORDS["onset"] or place_of(sentence, count) is not None


def place_of(sentence: Sentence, count: Count) -> str | None:
    """The name of the place that a count stands beside; None without one."""
    passage = sentence.passage
    words = passage.words
    index = count.end
    if index + 1 < len(words) and words[index].text in WORDS["onset"] | WORDS["at"]:
        index += 1 + (words[index + 1].text in WORDS["the"])
        if index < len(words) and is_name(passage, index):
            return words[index].text
    ahead = count.first and _BESIDE.fullmatch(passage.between(count.first, count.first))
    if ahead and is_name(passage, count.first - 1):
        return words[count.first - 1].text
    return None


def is_name(passage: Passage, index: int) -> bool:
    """Whether a word looks like a name: a capital, and no word that the vocabulary knows."""
    word = passage.words[index]
    if not passage.text[word.start].isupper() or word.text in WORDS["not_names"]:
        return False
    first = max(0, index - _MAX_WORDS_OF_PHRASE)
    return not any(hit.last > index for hit in hits_from(passage, first, index + 1))


def _among_facts(sentence: Sentence, count: Count, entries: Sequence[Entry]) -> bool:
    """Whether a sentence lists facts about Node-RED, and not the size of the company."""
    if any(kind in _FACTS for _, kind in entries):
        return True
    if any(c.noun and c.noun.head in WORDS["workforce"] for c in sentence.counts):
        return False
    if sentence.named:
        return True
    begins = sentence.topic and count.first == sentence.words.start
    return begins or (sentence.near and len(sentence.words) <= _MAX_WORDS_OF_ITEM)


def _listed(sentence: Sentence, count: Count) -> bool:
    """Whether a number of places stands by itself, as in "17 instances, 2 sites, live"."""
    passage = sentence.passage
    first, last = clause_of(passage, count)
    goes_on = any(hit.kind in NAMED and hit.last == count.first for hit in sentence.hits)
    part = any(hit.kind == ANAPHOR and 0 <= hit.first - count.end <= 1 for hit in sentence.hits)
    return goes_on or (count.first - first <= 1 and last - count.end <= 2 and not part)


def broken_down(passage: Passage, count: Count) -> int | None:
    """Over how many places a count is broken down: "17 (12 in Wels, 5 in Steyr)" gives 2."""
    listed = _PARENTHESIS.match(passage.text, passage.words[count.end - 1].end)
    spread = _spread(listed[1]) if listed else None
    return len(spread) if spread and sum(spread) == count.value else None


def _spread(text: str) -> list[int] | None:
    """The numbers of a list of places ("Lager A 3, Lager B 8"); None when it is no such list."""
    parts = [_PLACED.fullmatch(part) for part in re.split(r"\s*[,;+/]\s*", text)]
    numbers = [int(part["n"] or part["m"]) for part in parts if part]
    return numbers if 1 < len(parts) == len(numbers) else None


def _named(sentence: Sentence, *, listing: bool) -> int | None:
    """How many places a sentence on Node-RED names: "at the Ghent and Lille mills" gives 2.

    `listing`: it lists facts with a count, so that names may end it without a preposition.
    """
    passage = sentence.passage
    if not sentence.named:
        return None
    counted = {count.noun.first for count in sentence.counts if count.noun is not None}
    people = any(hit.kind in _PEOPLE and hit.first not in counted for hit in sentence.hits)
    for match in _NAMES.finditer(passage.text, *sentence.span):
        if match["before"][0] in ":,;(" and (
            people or not listing or not _NAMES_END.match(passage.text, match.end("names"))
        ):
            continue
        words = passage.words_in(match.start("names"), match.end("names"))
        capital = [i for i in words if passage.text[passage.words[i].start].isupper()]
        if all(is_name(passage, index) for index in capital):
            return len(_JOINT.split(match["names"]))
    noted = set(_EACH_NAMED.findall(passage.text[slice(*sentence.span)]))
    return len(noted) if len(noted) > 1 else None


def _with_instances(sentence: Sentence, count: Count) -> bool:
    """Such as "two factories with a combined total of 29 instances"."""
    words = sentence.passage.words
    following = words[count.end].text if count.end < len(words) else ""
    near = range(count.end, count.end + _MAX_WORDS_TO_INSTANCES)
    return following in WORDS["with"] and any(
        hit.kind in NAMED and hit.first in near for hit in sentence.hits
    )
