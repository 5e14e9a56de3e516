"""Node-REDs given as so many on each of something: "30 drones, a Node-RED on each".

A share waits for the number of what it is one of each: the thing counted just before it, or the
one of that name elsewhere in the note ("Every kiosk has its own Node-RED. … Fourteen kiosks.").
Several shares of different things add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.notes.noun import ANAPHOR, Noun, noun_after, same_thing
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.tally import Share, Statement, Thing, Weight
from app.domain.notes.vocabulary import WORDS

_EACH = WORDS["each"] | WORDS["per"]
_EARLIER = frozenset({ANAPHOR, "developer", "person"})
_OWNED = frozenset({"flow", "instance"})
_OWN_ONE = WORDS["the"] | WORDS["own"]
_UNITS = frozenset({None, "nr", "instance", "machine"})
_THINGS = frozenset({"thing", "machine", "site"})
_APART = re.compile(r"[.;:,]")
_TIMES = re.compile(r"\s*[×x*]\s*")
_AWAY = re.compile(r"[.;:]")
_MAX_WORDS_TO_EACH = 2
_MAX_WORDS_FROM_NAME = 4
_MAX_WORDS_TO_NAME = 8
_MAX_WORDS_TO_WHOLE = 3


def shares(sentence: Sentence, standing: Sequence[Count]) -> Iterator[Share]:
    """What a sentence says there is on each of something, Node-RED being what is meant.

    `standing` are its counts that hold now.
    """
    if not (sentence.named or sentence.near or sentence.topic):
        return
    passage = sentence.passage
    for index in sentence.words:
        text = passage.words[index].text
        if text not in _EACH and not (text in WORDS["all"] and _whole(sentence, index)):
            continue
        of = noun_after(passage, index + 1)
        if of is None and (whole := _whole(sentence, index)) is not None:
            of = whole.noun
        named = of if of is not None and of.kind in _THINGS else None
        share = _counted_share(sentence, index) or _share_behind(sentence, named)
        if share is None and _one_each(sentence, index, named):
            share = Share(1, (), sentence.quote)
        if share is None:
            continue
        if (times := _times(sentence, named)) is not None:
            yield share._replace(
                words=(*share.words, times.first), of=Thing(times.value, "", site=False)
            )
        elif named is not None:
            yield share._replace(head=named.head)
        elif (thing := _thing_before(standing, index, share.words)) is not None:
            yield share._replace(of=thing)


def products(
    found_shares: Sequence[Share], things: Sequence[Thing]
) -> Iterator[tuple[Statement, Statement | None]]:
    """Instances, and places where the things are places, from shares whose things are counted."""
    found: dict[str, tuple[int, Thing]] = {}
    quote = ""
    for share in found_shares:
        thing = share.of or _thing_of(share.head, things)
        if thing is not None and thing.head not in found:
            found[thing.head] = share.value * thing.value, thing
            quote = quote or share.quote
    if found:
        places = sum(thing.value for _, thing in found.values() if thing.site)
        sites = Statement(places, Weight.SAID, quote) if places else None
        yield Statement(sum(value for value, _ in found.values()), Weight.IMPLIED, quote), sites


def _counted_share(sentence: Sentence, index: int) -> Share | None:
    """A share with a number: "1 per kiosk", "one box on each", "each with 2 Node-REDs"."""
    for count in sentence.counts:
        reach = range(count.last, count.end + _MAX_WORDS_TO_EACH + 1)
        between = sentence.passage.words[count.end : index]
        joined = all(word.text in WORDS["onset"] for word in between)
        apart = count.end <= index and _APART.search(sentence.passage.between(count.end, index))
        if index in reach and joined and not apart and count.kind in _UNITS:
            return Share(count.value, (count.first,), sentence.quote)
        behind = 0 < count.first - index <= _MAX_WORDS_FROM_NAME
        units = count.kind in NAMED or (count.first == index + 1 and _in_pieces(count))
        if behind and units and not _APART.search(sentence.passage.between(index + 1, count.first)):
            return Share(count.value, (count.first,), sentence.quote)
    return None


def _in_pieces(count: Count) -> bool:
    """Whether a number counts pieces of what was named ("in each 2 pieces")."""
    return count.noun is None or count.noun.head in WORDS["pieces"]


def _share_behind(sentence: Sentence, of: Noun | None) -> Share | None:
    """A share whose number follows: "Node-RED per greenhouse: one"."""
    if of is None or not sentence.named:
        return None
    for count in sentence.counts:
        behind = count.first == of.last and count.noun is None
        if behind and sentence.passage.between(of.last, count.first).strip() in {":", "="}:
            return Share(count.value, (count.first,), sentence.quote)
    return None


def _one_each(sentence: Sentence, index: int, of: Noun | None) -> bool:
    """Whether Node-RED is said to be on each: "one NR on each", "every bench has its own NR"."""
    passage = sentence.passage
    words = passage.words
    if index + 1 < len(words) and words[index + 1].text in WORDS["every_other"]:
        return False
    end = of.last if of else index + 1
    if of is None and end < len(words) and words[end].text == "one":
        end += 1
    for hit in sentence.hits:
        if hit.kind != "nr" and not (hit.kind in _OWNED and _own(sentence, hit.first)):
            continue
        if 0 <= index - hit.last <= _reach(sentence, hit.last, index):
            between = words[hit.last : index]
            if any(w.text in WORDS["onset"] for w in between) and not _vague(sentence, hit.first):
                return not _AWAY.search(passage.between(hit.last, index))
        if end <= hit.first <= end + _MAX_WORDS_TO_NAME and not _APART.search(
            passage.between(end, hit.first)
        ):
            on_each = bool(index) and words[index - 1].text in WORDS["onset"]
            has = on_each or (end < len(words) and words[end].text in WORDS["with"] | WORDS["gets"])
            if words[index].text in WORDS["all"] and words[hit.first - 1].text not in _OWN_ONE:
                return False
            return has and not _vague(sentence, hit.first)
    return False


def _reach(sentence: Sentence, first: int, index: int) -> int:
    """How many words may part Node-RED from "each"; more where a host stands between them."""
    words = sentence.passage.words[first:index]
    hosted = any(word.text in WORDS["hosts"] for word in words)
    return _MAX_WORDS_FROM_NAME * (2 if hosted else 1)


def _times(sentence: Sentence, of: Noun | None) -> Count | None:
    """The factor in "one per line × 12"."""
    if of is None:
        return None
    passage = sentence.passage
    for count in sentence.counts:
        start = passage.words[count.first].start
        if count.first >= of.last and _TIMES.fullmatch(
            passage.folded, passage.words[of.last - 1].end, start
        ):
            return count
    return None


def _whole(sentence: Sentence, index: int) -> Count | None:
    """The counted things in "each of the 8 trucks"."""
    for count in sentence.counts:
        if 0 < count.first - index <= _MAX_WORDS_TO_WHOLE and count.thing:
            apart = _APART.search(sentence.passage.between(index + 1, count.first))
            return None if apart else count
    return None


def _own(sentence: Sentence, first: int) -> bool:
    """Whether flows are said to be each one's own ("its own copy of the flow")."""
    words = sentence.passage.words[max(0, first - _MAX_WORDS_FROM_NAME) : first]
    return any(word.text in WORDS["own"] for word in words)


def _vague(sentence: Sentence, first: int) -> bool:
    return any(hit.kind == "vague" and 0 <= first - hit.last <= 1 for hit in sentence.hits)


def _thing_before(standing: Sequence[Count], index: int, own: Sequence[int]) -> Thing | None:
    """The thing counted last before "each", whatever the vocabulary calls it; not the share."""
    things = [
        count
        for count in standing
        if count.end <= index
        and count.first not in own
        and (count.thing or count.kind in _EARLIER or _part(count))
    ]
    if not things:
        bare = [count for count in standing if count.noun is None and count.last == index]
        return Thing(bare[0].value, "", site=False) if bare else None
    of_site = things[-1].kind == ANAPHOR and any(count.kind == "site" for count in things)
    thing = thing_of(things[-1])
    return thing._replace(site=thing.site or of_site)


def _part(count: Count) -> bool:
    """Whether it is a part of what was counted before ("12 of the 40 have Node-RED, one each")."""
    return count.noun is None and count.whole is not None


def thing_of(count: Count) -> Thing:
    """A count of things as one; its noun must be there."""
    head = count.noun.head if count.noun else ""
    return Thing(count.value, head, site=count.kind == "site")


def _thing_of(head: str, things: Sequence[Thing]) -> Thing | None:
    """The counted thing of that name; None when there is none, or they contradict one another."""
    same = [thing for thing in things if same_thing(thing.head, head)]
    return same[0] if len({thing.value for thing in same}) == 1 else None
