"""Facts about the customer's Node-RED: is it there, how many, who, where, live or not."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.domain.notes.answer import Fact, Facts
from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.headcount import headcount, named_people
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.operations import operational_signs
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.plans import plans
from app.domain.notes.quantity import Quantity, quantities
from app.domain.notes.segment import Part, fields
from app.domain.notes.vocabulary import WORDS

_NAMED = frozenset({"nr", "instance"})
_RELEVANT = _NAMED | frozenset(
    {
        "developer", "person", "site", "live", "trial", "not_live", "selves", "only_one",
        "not_adopted", "adopted", "not_used",
    }
)  # fmt: skip
_NOUNS = frozenset({"nr", "instance", "developer", "person", "site", "machine"})
_ONSETS = WORDS["onset"]
_EACH = WORDS["each"]
_YES = WORDS["yes"]
_NO = WORDS["no"]
_GAP = re.compile(r"[.;:,()|+&]|\b(?:and|with|plus|und|mit|et|avec|en|met|y|con)\b")
_BARE_LIVE = re.compile(
    r"(?:^|[,;:(]\s*|\bis )(?:all |all in |now |both )?(?:prod|production|produktiv|productie|live|running)(?=\s*(?:[,.;):!]|$))",
    re.IGNORECASE,
)
_WITH = WORDS["with"]
_CLAUSE = re.compile(r"[.;:()|]|,\s(?!\d{3}\b)")
_MAX_WORDS_TO_NOUN = 4
_MAX_WORDS_BACK = 6
_MAX_WORDS_SHORT_FACT = 4


class Statement(NamedTuple):
    """One statement of a fact; the strongest one stands, the later of equals."""

    value: int
    weight: int
    quote: str
    day: date | None = None


class _Tally(NamedTuple):
    instances: list[Statement]
    developers: list[Statement]
    sites: list[Statement]
    adopted: list[Statement]
    live: list[Statement]


def read_facts(script: Manuscript) -> Facts:
    """The facts of a note; None where it does not say."""
    tally = _Tally([], [], [], [], [])
    _read_fields(script, tally)
    touches = any(not p.kinds.isdisjoint(_NAMED) for p in script.passages)
    if touches or tally.instances or tally.adopted:
        for passage in script.passages:
            theirs = script.frames[passage.index] not in NOT_THEIRS
            if theirs and not passage.kinds.isdisjoint(_RELEVANT):
                _read_passage(passage, tally, script.dates[passage.index])
    signs = operational_signs(script)
    adopted = _adopted(tally)
    return Facts(
        node_red_adopted=adopted,
        node_red_instances=_count(tally.instances),
        node_red_developers=_count(tally.developers),
        node_red_in_production=_flag(tally.live) if adopted and adopted.value else None,
        node_red_sites=_count(tally.sites),
        next_year_plans=plans(script),
        **signs,
    )


def _count(statements: list[Statement]) -> Fact[int] | None:
    best = _best(statements)
    return None if best is None else Fact(best.value, best.quote)


def _flag(statements: list[Statement]) -> Fact[bool] | None:
    best = _best(statements)
    return None if best is None else Fact(bool(best.value), best.quote)


def _best(statements: list[Statement]) -> Statement | None:
    best: Statement | None = None
    for statement in statements:
        if best is None or _stronger(statement, best):
            best = statement
    return best


def _stronger(new: Statement, old: Statement) -> bool:
    if new.weight == old.weight and new.day and old.day:
        return new.day > old.day
    return new.weight > old.weight


def _adopted(tally: _Tally) -> Fact[bool] | None:
    """Said outright, or to be seen from instances that are counted."""
    said = _best(tally.adopted)
    counted = _best(tally.instances)
    if said is not None and (said.weight >= 4 or not (counted and counted.value)):
        return Fact(bool(said.value), said.quote)
    if counted is not None and (counted.value or said is None):
        return Fact(counted.value > 0, counted.quote)
    live = _best(tally.live)
    if live is not None and live.weight >= 3 and said is None:
        return Fact(value=True, quote=live.quote)
    return None if said is None else Fact(bool(said.value), said.quote)


def _read_fields(script: Manuscript, tally: _Tally) -> None:
    """Form fields and qualifying questions with what stands under them."""
    for mark, parts in fields(script):
        if not parts:
            continue
        values = _split(parts[0], len(mark.questions))
        for question, part in zip(mark.questions, values, strict=False):
            _read_field(question, part, tally)


def _split(part: Part, count: int) -> list[Part]:
    """The values of a field that asks for several things at once ("3 / 1")."""
    passage, (start, end) = part
    pieces = [m.span() for m in re.finditer(r"[^/,;]+", passage.text[start:end])]
    if count == 1 or len(pieces) < count:
        return [part] * count
    return [(passage, (start + a, start + b)) for a, b in pieces[:count]]


def _read_field(question: str, part: Part, tally: _Tally) -> None:
    passage, (start, end) = part
    quote = passage.text[start:end]
    inside = [i for i, w in enumerate(passage.words) if start <= w.start and w.end <= end]
    if not inside:
        return
    first = passage.words[inside[0]].text
    numbers = quantities(passage, start, end)
    if question == "node_red_adopted":
        if first in _NO:
            tally.adopted.append(Statement(0, 4, quote))
        elif first in _YES:
            tally.adopted.append(Statement(1, 4, quote))
        for number in numbers:
            early = (
                number.first <= inside[0] + 1
                and number.value > 0
                and not _noun(passage, number, _NOUNS)
            )
            if (early or _noun(passage, number, {"machine"})) and not _excluded(passage, number):
                tally.instances.append(Statement(number.value, 3, quote))
    elif question == "node_red_in_production":
        if first in _NO:
            tally.live.append(Statement(0, 5, quote))
        elif first in _YES and not _trial(passage, (start, end)):
            tally.live.append(Statement(1, 5, quote))
    elif question == "node_red_developers":
        value = headcount(passage, (start, end), numbers[0].value if numbers else None)
        if value is not None:
            tally.developers.append(Statement(value, 5, quote))
    elif question in {"node_red_instances", "node_red_sites"} and numbers:
        target = tally.instances if question == "node_red_instances" else tally.sites
        if numbers[0].first <= inside[0] + 2 and not _excluded(passage, numbers[0]):
            target.append(Statement(numbers[0].value, 5, quote))


def _read_passage(passage: Passage, tally: _Tally, day: date | None) -> None:
    speaks_of_it = not passage.kinds.isdisjoint(_NAMED)
    numbers = quantities(passage)
    for sentence in passage.sentences:
        _read_sentence(passage, sentence, numbers, tally, day, speaks_of_it=speaks_of_it)


def _read_sentence(
    passage: Passage,
    sentence: Span,
    numbers: list[Quantity],
    tally: _Tally,
    day: date | None,
    *,
    speaks_of_it: bool,
) -> None:
    quote = passage.text[slice(*sentence)]
    hits = [h for h in passage.hits if _within(passage, h, sentence)]
    if not hits and not speaks_of_it:
        return
    here = any(h.kind in _NAMED for h in hits)
    found_instance = False
    for quantity in numbers:
        word = passage.words[quantity.first]
        if not sentence[0] <= word.start < sentence[1] or passage.struck(word.start, word.end):
            continue
        kind = _counted(passage, quantity, hits)
        if kind is None or _excluded(passage, quantity):
            continue
        weight = 2 + any(h.kind == "total" for h in hits)
        if kind == "instance":
            tally.instances.append(Statement(quantity.value, weight, quote, day))
            found_instance = True
            noun = _noun(passage, quantity, {"site"})
            if noun is not None and _each_has_one(passage, quantity, hits):
                tally.sites.append(Statement(quantity.value, weight, quote, day))
        elif kind == "developer" or (kind == "person" and here and found_instance):
            tally.developers.append(Statement(quantity.value, weight, quote, day))
        elif kind == "site" and _is_site_count(
            passage, quantity, sentence, here=here, speaks_of_it=speaks_of_it
        ):
            tally.sites.append(Statement(quantity.value, weight, quote, day))
    _read_states(passage, sentence, hits, tally, here=here, speaks_of_it=speaks_of_it)


def _read_states(
    passage: Passage,
    sentence: Span,
    hits: list[Hit],
    tally: _Tally,
    *,
    here: bool,
    speaks_of_it: bool,
) -> None:
    """Statements without numbers: adopted or not, live or on trial, one person, one place."""
    quote = passage.text[slice(*sentence)]
    kinds = {h.kind for h in hits}
    question = quote.rstrip().endswith("?")
    if question:
        return
    if "not_adopted" in kinds or _no_longer_used(hits):
        tally.adopted.append(Statement(0, 3, quote))
    elif "adopted" in kinds and not _planned(passage, hits):
        tally.adopted.append(Statement(1, 2, quote))
    if here or speaks_of_it or tally.instances:
        weight = 3 if here else 2
        if "not_live" in kinds or (here and "trial" in kinds):
            tally.live.append(Statement(0, weight, quote))
        elif ("live" in kinds or _BARE_LIVE.search(quote)) and not _planned_live(passage, hits):
            tally.live.append(Statement(1, weight, quote))
    if "only_one" in kinds:
        tally.sites.append(Statement(1, 2, quote))
    if speaks_of_it or tally.instances:
        people = 1 if "selves" in kinds else named_people(passage, sentence, live="live" in kinds)
        if people:
            tally.developers.append(Statement(people, 1, quote))


def _no_longer_used(hits: list[Hit]) -> bool:
    """Whether a sentence that names Node-RED then says it is not used."""
    named = min((h.first for h in hits if h.kind == "nr"), default=None)
    return named is not None and any(h.kind == "not_used" and h.first > named for h in hits)


def _within(passage: Passage, hit: Hit, span: Span) -> bool:
    return span[0] <= passage.words[hit.first].start and passage.words[hit.last - 1].end <= span[1]


def _counted(passage: Passage, quantity: Quantity, hits: list[Hit]) -> str | None:
    """What a number counts: "instance", "developer", "person", "site", or nothing known."""
    noun = _noun(passage, quantity, _NOUNS)
    if noun is not None and noun.kind == "nr":
        after = [h for h in hits if h.first == noun.last and h.kind in {"developer", "person"}]
        return "developer" if after else "instance"
    if noun is not None and noun.kind in {"instance", "developer", "person"}:
        return noun.kind
    if _follows_node_red(passage, quantity, hits):
        return "site" if noun is not None and noun.kind == "site" else "instance"
    if noun is not None and noun.kind == "machine" and _with_node_red(passage, noun, hits):
        return "instance"
    if _each_has_one(passage, quantity, hits):
        return "instance"
    if noun is not None and noun.kind == "site":
        return "site"
    if noun is None and (_after_current(passage, quantity, hits) or _in_total(quantity, hits)):
        return "instance"
    return None


def _noun(passage: Passage, quantity: Quantity, kinds: frozenset[str] | set[str]) -> Hit | None:
    """The counted noun soon after a number, with no punctuation between."""
    limit = quantity.last + _MAX_WORDS_TO_NOUN
    best: Hit | None = None
    for hit in passage.hits:
        if hit.kind not in kinds or not quantity.last <= hit.first < limit:
            continue
        between = passage.folded[
            passage.words[quantity.last - 1].end : passage.words[hit.first].start
        ]
        if _GAP.search(between):
            continue
        if best is None or (hit.first, -hit.last) < (best.first, -best.last):
            best = hit
    return best


def _follows_node_red(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """ "Node-RED on 4 PCs", "Node-RED läuft auf 16 Rechnern", "NR 4 in production"."""
    for hit in hits:
        if hit.kind != "nr" or not 0 <= quantity.first - hit.last <= _MAX_WORDS_TO_NOUN:
            continue
        between = [w.text for w in passage.words[hit.last : quantity.first]]
        text = passage.folded[passage.words[hit.last - 1].end : passage.words[quantity.first].start]
        if _ONSETS.intersection(between) and not re.search(r"[.;(,]", text):
            return True
        after = {h.kind for h in hits if h.first == quantity.last}
        if (
            not between
            and not _GAP.search(text.replace(":", ""))
            and after & {"live", "trial", "machine"}
        ):
            return True
    return False


def _with_node_red(passage: Passage, noun: Hit, hits: list[Hit]) -> bool:
    """ "54 computers with Node-RED", "3 boxes running Node-RED"."""
    following = passage.words[noun.last].text if noun.last < len(passage.words) else ""
    return following in _WITH and any(
        h.kind == "nr" and noun.last < h.first <= noun.last + 2 for h in hits
    )


def _each_has_one(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """ "140 stations, each with a small Node-RED gateway"."""
    words = passage.words
    for index in range(quantity.last, min(quantity.last + 6, len(words))):
        if words[index].text in _EACH:
            return any(h.kind == "nr" and index < h.first <= index + 8 for h in hits)
    if any(w.text in _EACH for w in words[max(0, quantity.first - 3) : quantity.first]):
        return any(h.kind == "nr" and quantity.last < h.first <= quantity.last + 8 for h in hits)
    named = [h for h in hits if h.kind == "nr" and 0 <= quantity.first - h.last <= 1]
    return any(w.text in _EACH for h in named for w in words[max(0, h.first - 5) : h.first])


def _after_current(passage: Passage, quantity: Quantity, hits: list[Hit]) -> bool:
    """ "used to be 9 instances, now 4"."""
    return any(h.kind == "current" and h.last == quantity.first for h in hits) and any(
        h.kind == "former" for h in hits
    )


def _in_total(quantity: Quantity, hits: list[Hit]) -> bool:
    """ "Eight in total" where the sentence speaks of Node-RED."""
    return any(h.kind == "total" and h.first == quantity.last for h in hits) and any(
        h.kind == "nr" for h in hits
    )


def _excluded(passage: Passage, quantity: Quantity) -> bool:
    """Whether a number is wanted, quoted, hypothetical or of the past."""
    words = passage.words
    start = 0
    for match in _CLAUSE.finditer(passage.folded, 0, words[quantity.first].start):
        start = match.end()
    barred = -1
    for hit in passage.hits:
        if words[hit.first].start < start or hit.last > quantity.first:
            continue
        if hit.kind in {"planned", "former"} and hit.first >= quantity.first - _MAX_WORDS_BACK:
            barred = max(barred, hit.first)
        elif hit.kind == "current" and hit.first > barred:
            barred = -1
    if barred >= 0:
        return True
    noun = _noun(passage, quantity, _NOUNS)
    end = noun.last if noun else quantity.last
    return any(
        hit.kind == "planned"
        and end <= hit.first <= end + 1
        and words[hit.first].text in {"planned", "spare", "next", "geplant", "prevu", "more"}
        for hit in passage.hits
    )


def _is_site_count(
    passage: Passage, quantity: Quantity, sentence: Span, *, here: bool, speaks_of_it: bool
) -> bool:
    if here:
        return True
    leads = passage.words[quantity.first].start - sentence[0] <= 2
    words = passage.text[slice(*sentence)].split()
    return leads and len(words) <= _MAX_WORDS_SHORT_FACT


def _trial(passage: Passage, span: Span) -> bool:
    return passage.has("trial", *span)


def _planned(passage: Passage, hits: list[Hit]) -> bool:
    adopted = next(h for h in hits if h.kind == "adopted")
    return any(h.kind == "planned" and adopted.first - 3 <= h.first < adopted.first for h in hits)


def _planned_live(passage: Passage, hits: list[Hit]) -> bool:
    live = next((h for h in hits if h.kind == "live"), None)
    return live is not None and any(
        h.kind == "planned" and live.first - 4 <= h.first < live.first for h in hits
    )
