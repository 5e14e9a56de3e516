"""What a number in a sentence counts: instances, developers, people, sites, or nothing of ours.

Only current counts are wanted. A number that is planned, quoted, hypothetical or of the past is
excluded, and so is one that belongs to another product or to the size of the company.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.quantity import Quantity
from app.domain.notes.vocabulary import WORDS

NOUNS = frozenset({"nr", "instance", "developer", "person", "site", "machine", "anaphor"})
NAMED = frozenset({"nr", "instance"})
"""The classes that show a sentence to speak of Node-RED."""

_PEOPLE = frozenset({"developer", "person"})
_PLACES = frozenset({"site", "machine"})
_GAP = re.compile(r"[.;:,()|=/]|\s[+&]\s|\b(?:and|with|plus|und|mit|et|avec|en|met|y|con)\b")
CLAUSE = re.compile(r"[.;:()|=]|\s/\s|,\s(?!\d{3}\b)")
_SCOPE = re.compile(r"[.;()|]|\s/\s|,\s(?!\d{3}\b)")
_COLON = re.compile(r"\s*:?\s*")
_BARE_END = re.compile(r"\s*(?:$|[.,;)+|]|[-–—]\s)")
_RESULT = re.compile(r"=\s*(?:~|ca\.?\s)?\s*$")
_BY_YEAR = re.compile(
    r"\s*(?:by|bis|tegen|d'ici|para|from|ab|vanaf|in) (?:end |ende |eind )?20\d\d\b"
)
_ARROW = re.compile(r"\s*(?:→|->|=>)")
_EACH = re.compile(
    r"(?:all|each|every one|alle|jeweils|tous|toutes|todos|todas) "
    r"(?:with|running|run|have|mit|met|avec|con) (?:their own |its own |own )?node.?red"
    r"|node.?red on (?:each|all|every)\b"
)
_JOINED = re.compile(r"\b(?:[A-ZÀ-Ý][\w'-]+|me|I|him|her)\s*(?:\+|&|and|und|en|et|y)\s*$")
_MAX_CHARACTERS_BACK = 40
_MAX_CHARACTERS_TO_EACH = 60
_VERSION = re.compile(r"\bv?\d\.(?:\d{1,2}|x)(?:\.\d{1,2})?\b")
_MAX_WORDS_TO_NOUN = 4
_MAX_WORDS_TO_NAME = 2
_MAX_WORDS_TO_PLACE = 8
_MAX_WORDS_BACK = 6
_MAX_WORDS_TO_EACH = 6
MAX_WORDS_TO_NAMED = 8
_MAX_WORDS_TO_VERB = 4


def counted(passage: Passage, quantity: Quantity, hits: list[Hit]) -> str | None:
    """The class of what a number counts; None when that is nothing known."""
    noun = noun_after(passage, quantity, NOUNS)
    kind = _kind(quantity, noun, hits)
    if any(h.kind == "builds" and h.first == quantity.last for h in hits):
        return "developer"
    if leads_with(passage, quantity, hits):
        return "site" if _earlier(quantity, hits) == "site" else "instance"
    if noun is not None and kind == "nr":
        return _of_node_red(quantity, noun, hits)
    if noun is not None and kind == "person":
        return "developer" if _builds(passage, quantity, noun, hits) else "person"
    if kind in {"instance", "developer"}:
        return kind
    return _by_context(passage, quantity, noun, kind, hits)


def _by_context(
    passage: Passage, quantity: Quantity, noun: Hit | None, kind: str | None, hits: list[Hit]
) -> str | None:
    """What is counted where only the rest of the sentence tells: machines, places, bare numbers."""
    follows = _follows_node_red(passage, quantity, hits)
    if (kind == "site" and follows) or (noun is None and _of_else(quantity, hits)):
        return kind
    bare = noun is None and (
        _after_former(quantity, hits)
        or (in_total(passage, quantity) and _sums_instances(quantity, hits))
    )
    with_it = noun is not None and kind == "machine" and with_node_red(passage, noun, hits)
    if follows or bare or with_it or each_has_one(passage, quantity, hits):
        return "instance"
    return "site" if kind == "site" else None


def _of_node_red(quantity: Quantity, noun: Hit, hits: list[Hit]) -> str | None:
    """What is counted in "3 Node-REDs", "3 Node-RED developers", "3 Node-RED flows"."""
    if noun.first - quantity.last > _MAX_WORDS_TO_NAME:
        return None
    following = {h.kind for h in hits if h.first == noun.last}
    following |= {h.kind for h in hits if h.first == noun.first and h.last > noun.last}
    if following & {"flow", "artefact"}:
        return None
    return "developer" if following & _PEOPLE else "instance"


def _of_else(quantity: Quantity, hits: list[Hit]) -> bool:
    """Whether something that is never counted follows: flows, tags, continents, years."""
    near = (quantity.last, quantity.last + 1)
    return any(h.kind in {"flow", "artefact"} and h.first in near for h in hits)


def leads_with(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """Such as "20 gateways, 9 with Node-RED": what has it was counted before."""
    following = passage.words[quantity.last].text if quantity.last < len(passage.words) else ""
    return following in WORDS["with"] and any(
        h.kind == "nr" and quantity.last < h.first <= quantity.last + 2 for h in hits
    )


def _earlier(quantity: Quantity, hits: list[Hit]) -> str | None:
    """The class of the last noun before a number that may stand for places or people."""
    nouns = [h for h in hits if h.last <= quantity.first and h.kind in _PLACES | _PEOPLE]
    last = {h.kind for h in nouns if h.first == nouns[-1].first}
    return "machine" if "machine" in last else nouns[-1].kind if nouns else None


def _sums_instances(quantity: Quantity, hits: list[Hit]) -> bool:
    """Whether what a sum adds up are instances, and not the sites counted before it."""
    kinds = {hit.kind for hit in hits}
    if "instance" in kinds:
        return True
    return "nr" in kinds and _earlier(quantity, hits) not in {"site", "person", "developer"}


def _kind(quantity: Quantity, noun: Hit | None, hits: list[Hit]) -> str | None:
    """The class of a counted noun; "3 of them" counts what was counted before."""
    if noun is None or noun.kind != "anaphor":
        return noun.kind if noun else None
    return _earlier(quantity, hits) or "machine"


def noun_after(passage: Passage, quantity: Quantity, kinds: AbstractSet[str]) -> Hit | None:
    """The counted noun soon after a number, with no punctuation between; the longest there."""
    limit = quantity.last + _MAX_WORDS_TO_NOUN
    best: Hit | None = None
    for hit in passage.hits:
        if hit.kind not in kinds or not quantity.last <= hit.first < limit:
            continue
        if _GAP.search(passage.between(quantity.last, hit.first)):
            continue
        if best is None or (hit.first, -hit.last) < (best.first, -best.last):
            best = hit
    return best


def each_has_one(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """Whether each of what is counted has its own Node-RED ("140 stations, each with …")."""
    each, words = WORDS["each"], passage.words
    named = [hit for hit in hits if hit.kind == "nr"]
    if not named:
        return False
    if any(word.text in each for word in words[max(0, quantity.first - 3) : quantity.first]):
        last = quantity.last
        return any(last < h.first <= last + MAX_WORDS_TO_NAMED for h in named)
    for index in range(quantity.last, min(quantity.last + _MAX_WORDS_TO_EACH, len(words))):
        reach = range(index + 1, index + 1 + MAX_WORDS_TO_NAMED)
        if words[index].text in each and any(h.first in reach for h in named):
            return True
    end = words[quantity.last - 1].end
    if _EACH.search(passage.folded, end, end + _MAX_CHARACTERS_TO_EACH):
        return noun_after(passage, quantity, _PLACES) is not None
    close = [h for h in named if 0 <= quantity.first - h.last <= 1]
    return any(w.text in each for h in close for w in words[max(0, h.first - 5) : h.first])


def per_unit(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number is one of each ("1 per barn", "one Node-RED each")."""
    noun = noun_after(passage, quantity, NOUNS)
    end = noun.last if noun else quantity.last
    for last in {quantity.last, end}:
        if last < len(passage.words) and passage.words[last].text in WORDS["per"]:
            return not _GAP.search(passage.between(last, last))
    return False


def adds_to(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number goes on with a count ("47 on the ships and 9 in the ports")."""
    words = passage.words
    if not quantity.first or quantity.last >= len(words):
        return False
    if words[quantity.last].text not in WORDS["onset"]:
        return False
    if words[quantity.first - 1].text in WORDS["and"]:
        return True
    place = words[quantity.last + 1 : quantity.last + 2]
    listed = passage.between(quantity.first, quantity.first).strip() == ","
    return listed and bool(place) and passage.text[place[0].start].isupper()


def joined_to_people(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number of people only goes on with names ("Marta and two apprentices")."""
    start = passage.words[quantity.first].start
    return _JOINED.search(passage.text, max(0, start - _MAX_CHARACTERS_BACK), start) is not None


def excluded(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number is wanted, quoted, hypothetical or of the past."""
    words = passage.words
    start = max(
        (m.end() for m in _SCOPE.finditer(passage.folded, 0, words[quantity.first].start)),
        default=0,
    )
    barred = -1
    for hit in passage.hits:
        if words[hit.first].start < start or hit.last > quantity.first:
            continue
        if hit.kind in {"planned", "former"} and hit.first >= quantity.first - _MAX_WORDS_BACK:
            barred = max(barred, hit.first)
        elif hit.kind == "current" and hit.first > barred:
            barred = -1
    negated = quantity.first and words[quantity.first - 1].text in WORDS["negation"]
    if barred >= 0 or negated or _ARROW.match(passage.folded, words[quantity.last - 1].end):
        return True
    noun = noun_after(passage, quantity, NOUNS)
    end = noun.last if noun else quantity.last
    if _BY_YEAR.match(passage.folded, words[end - 1].end):
        return True
    not_now = WORDS["not_now_after"]
    return any(
        word.text in not_now and not CLAUSE.search(passage.folded, words[end - 1].end, word.start)
        for word in words[end : end + 2]
    )


def clause_of(passage: Passage, quantity: Quantity) -> tuple[int, int]:
    """The words of the clause that a number stands in."""
    words, first, last = passage.words, quantity.first, quantity.last
    while first and not CLAUSE.search(passage.folded, words[first - 1].end, words[first].start):
        first -= 1
    while last < len(words) and not CLAUSE.search(
        passage.folded, words[last - 1].end, words[last].start
    ):
        last += 1
    return first, last


def _builds(passage: Passage, quantity: Quantity, noun: Hit, hits: list[Hit]) -> bool:
    """Whether the counted people build: "3 people who maintain it", "built by two engineers"."""
    for hit in hits:
        if hit.kind != "builds":
            continue
        if noun.last <= hit.first <= noun.last + _MAX_WORDS_TO_VERB:
            return not re.search(r"[.;:()|]", passage.between(noun.last, hit.first))
        if 0 <= quantity.first - hit.last <= _MAX_WORDS_TO_VERB:
            return not CLAUSE.search(passage.between(hit.last, quantity.first))
    return False


def _follows_node_red(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """Such as "Node-RED on 4 PCs", "Node-RED läuft auf 16 Rechnern", "NR: 4", "NR 3x"."""
    for hit in hits:
        if hit.kind not in NAMED or not 0 <= quantity.first - hit.last <= _MAX_WORDS_TO_PLACE:
            continue
        if _equals(passage, quantity, hit):
            return True
        if hit.kind != "nr":
            continue
        text = _VERSION.sub("", passage.between(hit.last, quantity.first))
        words = {word.text for word in passage.words[hit.last : quantity.first]}
        if words & WORDS["onset"] and not re.search(r"[.;(,]", text):
            return True
        if words or not _COLON.fullmatch(text):
            continue
        after = {h.kind for h in hits if h.first == quantity.last}
        end = passage.words[quantity.last - 1]
        if after & {"live", "trial", "machine", "total"} or end.text.endswith("x"):
            return True
        if ":" in text and _BARE_END.match(passage.folded, end.end):
            return True
    return False


def _equals(passage: Passage, quantity: Quantity, hit: Hit) -> bool:
    """Such as "the number of instances is 18"."""
    words = [word.text for word in passage.words[hit.last : quantity.first]]
    return len(words) == 1 and words[0] in WORDS["equals"]


def with_node_red(passage: Passage, noun: Hit, hits: list[Hit]) -> bool:
    """Such as "54 computers with Node-RED", "3 boxes running Node-RED", "4 plants use it"."""
    following = passage.words[noun.last].text if noun.last < len(passage.words) else ""
    return following in WORDS["with"] and any(
        h.kind == "nr" and noun.last < h.first <= noun.last + 2 for h in hits
    )


def _after_former(quantity: Quantity, hits: list[Hit]) -> bool:
    """Such as "used to be 9 instances, now 4"."""
    return any(h.kind == "current" and 0 <= quantity.first - h.last <= 2 for h in hits) and any(
        h.kind in {"former", "planned", "instance", "nr"} and h.last < quantity.first for h in hits
    )


def in_total(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number is the sum of others: "Eight in total", "3 test + 9 live = 12"."""
    noun = noun_after(passage, quantity, NOUNS)
    ends = {quantity.last, noun.last if noun else quantity.last}
    start = passage.words[quantity.first].start
    return (
        any(
            h.kind == "total" and (h.first in ends or 0 <= quantity.first - h.last <= 1)
            for h in passage.hits
        )
        or _RESULT.search(passage.folded, max(0, start - 6), start) is not None
    )
