"""Whether Node-RED is used and whether it is live, as sentences say it without a number.

An experiment is a use and no production. What is planned, another owner's, or denied is not
entered as a use; a sentence that denies live operation alone says nothing against the use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.notes.headcount import named_people
from app.domain.notes.phrase import Hit
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.standing import CLAUSE
from app.domain.notes.tally import Statement, Tally, Weight
from app.domain.notes.vocabulary import NUMBERS, WORDS

_BARE_LIVE = re.compile(
    r"(?:^|[.,;:(/]\s*|\s[–-]\s|\bis )(?:all |all in |now |both )?"
    r"(?:prod|production|produktiv|productie|producción|live|running)(?=\s*(?:[,.;):!/]|$))",
    re.IGNORECASE,
)
_ONE_SITE = re.compile(
    r"\b(?:only|just|nur|alleen|solo|seulement) "
    r"(?:at |in |bei |en |à )?(?:the |one |our |das |de |het |la |l')?(?:[\w-]+ )?"
    r"(?:plant|site|factory|location|mill|Werk|vestiging|usine|planta|fábrica)\b",
    re.IGNORECASE,
)
_ONLY_THERE = re.compile(
    r"\b(?:[Oo]nly|[Nn]ur|[Aa]lleen|[Ss][oó]lo|[Uu]niquement|[Ss]eulement) (?:in|at|im|te|à|en) "
    r"(?:[A-ZÀ-Ý][\w-]+(?=[,.;)]|$)"
    r"|(?:the|der|de|la|el|l')\s?(?:first|second|third|last|main|older|newer|old|new|one|erste|zweite"
    r"|eerste|tweede|premi[eè]re|deuxi[eè]me|primera|segunda)n?\b)"
    r"|\b(?:in|at|te|à|en) [A-ZÀ-Ý][\w-]+ (?:only|alone)\b"
)
_RUNS = re.compile(
    r"(?:^|[,;:+(]\s*|\b(?:it|that|which|and|node-?red|nr|flows?|instances?|boxes)\s)"
    r"(?:runs?|running|drives?|driving|"
    r"controls?|controlling|steers?|operates?|feeds?) (?:the|our|all|every|half the) [a-z]",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\d.*(?:,|\+|\bplus|\band|\bund|\ben|\bet|\by)\s*\d")
_LISTING = re.compile(r"[,;+/]|\b(?:and|und|en|et|y)\b")
_PRODUCTION = re.compile(r"\bprodu[ckz]", re.IGNORECASE)
_SERVES = re.compile(
    r"\b(?:node.?red|nr) (?:itself |also |then |already )?(?P<verb>[a-z]{3,}s) "
    r"(?:every|each|all|the|our|their|his|its) [a-z]"
)
_SERVED = re.compile(r"\b(?:node.?red|nr) (?:has|have) been [a-z]+ing\b")
_ASKED = re.compile(
    r"\b(?:live|in prod|prod|production|lab|test|pilot)(?: or |/| oder | of | ou | o )"
    r"(?:live|in prod|prod|production|lab|test|pilot|not)\b"
    r"|\b(?:how many|how much|wie viele?|wieviele?|hoeveel|combien|cuant[oa]s)\b"
)
_GIVEN_UP = frozenset({"not_used", "ended"})
_MAX_WORDS_PLANNED = 9
_MAX_WORDS_OF_PART = 5
_MAX_WORDS_TO_ENDED = 4
_MAX_WORDS_DENIED = 4


def read_statements(sentence: Sentence, tally: Tally) -> None:
    """Enter what a sentence states without numbers: use, live or trial, who builds, one place."""
    if asks(sentence):
        return
    quote, kinds = sentence.quote, sentence.kinds
    _read_adoption(sentence, kinds, tally)
    if (sentence.named or sentence.topic) and _ONLY_THERE.search(quote):
        tally.sites.append(Statement(1, Weight.NAMED, quote))
    elif "only_one" in kinds or ((sentence.named or sentence.topic) and _ONE_SITE.search(quote)):
        tally.sites.append(Statement(1, Weight.SAID, quote))
    known = tally.instances or tally.adopted or tally.shares
    if sentence.near or sentence.topic or known or _PRODUCTION.search(quote):
        _read_operation(sentence, kinds, tally)
        _read_builders(sentence, kinds, tally)


def asks(sentence: Sentence) -> bool:
    """Whether a sentence only asks ("live or lab", "Node-RED: how many, where") or is open."""
    if sentence.quote.rstrip().endswith(("?", "or not")):
        return True
    asked = _ASKED.search(sentence.passage.folded, *sentence.span)
    return asked is not None and not sentence.counts


def denies_use(sentence: Sentence) -> bool:
    """Whether a sentence says that Node-RED is not, or no longer, used."""
    kinds = sentence.kinds
    return ("not_adopted" in kinds and _not_adopted(sentence.hits)) or (
        not kinds.isdisjoint(_GIVEN_UP) and _no_longer_used(sentence)
    )


def _runs_it(sentence: Sentence) -> bool:
    """Whether a machine, not a person, is said to run something ("it runs the paint line")."""
    return _RUNS.search(sentence.quote) is not None or serves(sentence)


def serves(sentence: Sentence) -> bool:
    """Whether Node-RED does some work by itself: "Node-RED prints every label"."""
    folded, span = sentence.passage.folded, sentence.span
    found = _SERVES.search(folded, *span) if "nr" in sentence.kinds else None
    return found is not None and found["verb"] not in WORDS["no_service"]


def _read_operation(sentence: Sentence, kinds: frozenset[str], tally: Tally) -> None:
    quote = sentence.quote
    weight = Weight.NAMED if sentence.named else Weight.SAID
    live = "live" in kinds or bool(_BARE_LIVE.search(quote)) or _runs_it(sentence)
    trial = sentence.near and "trial" in kinds and not _planned(sentence, "trial")
    trial = trial and not _partly_on_trial(sentence)
    live = live and not _planned(sentence, "live")
    if (
        "not_live" in kinds
        or _denied(sentence)
        or (trial and not (live and (_SEVERAL.search(quote) or _apart(sentence))))
    ):
        tally.live.append(Statement(0, weight, quote))
    elif live:
        tally.live.append(Statement(1, weight, quote))


def _apart(sentence: Sentence) -> bool:
    """Whether live operation and a trial stand in two clauses ("in prod at Lund, in test here")."""
    passage = sentence.passage
    lives = [hit for hit in sentence.hits if hit.kind == "live"]
    return any(
        hit.kind == "trial"
        and live.last <= hit.first
        and _LISTING.search(passage.between(live.last, hit.first))
        for hit in sentence.hits
        for live in lives
    )


def _denied(sentence: Sentence) -> bool:
    """Whether all that is said of live operation is denied ("nothing of it runs the line")."""
    lives = [hit for hit in sentence.hits if hit.kind == "live"]
    return bool(lives) and all(_negated(sentence, hit) for hit in lives)


def _negated(sentence: Sentence, live: Hit) -> bool:
    """Whether a word that denies stands before a phrase, in its clause."""
    passage = sentence.passage
    first = max(sentence.words.start, live.first - _MAX_WORDS_DENIED)
    return any(
        passage.words[index].text in WORDS["denying"]
        and not CLAUSE.search(passage.between(index + 1, live.first))
        for index in range(first, live.first)
    )


def _partly_on_trial(sentence: Sentence) -> bool:
    """Whether only some are on trial, or a trial is yet to come ("4 NR, 1 of them in the lab")."""
    most = max((count.value for count in sentence.counts if count.kind in NAMED), default=0)
    words = sentence.passage.words
    return any(
        any(word.text in WORDS["after"] for word in words[max(0, hit.first - 2) : hit.first])
        or any(
            0 < hit.first - c.first <= _MAX_WORDS_OF_PART and c.value < most
            for c in sentence.counts
        )
        for hit in sentence.hits
        if hit.kind == "trial" and hit.first
    )


def _read_builders(sentence: Sentence, kinds: frozenset[str], tally: Tally) -> None:
    alone = "selves" in kinds
    people = 1 if alone else named_people(sentence.passage, sentence.span, live="live" in kinds)
    if people is not None:
        tally.developers.append(Statement(people, Weight.IMPLIED, sentence.quote))


def _read_adoption(sentence: Sentence, kinds: frozenset[str], tally: Tally) -> None:
    quote = sentence.quote
    if "beyond" in kinds and "not_adopted" in kinds and "trial" in kinds:
        tally.adopted.append(Statement(1, Weight.NAMED, quote))
        tally.live.append(Statement(0, Weight.NAMED, quote))
    elif denies_use(sentence):
        tally.adopted.append(Statement(0, Weight.NAMED, quote))
    elif "none_yet" in kinds and sentence.named:
        tally.adopted.append(Statement(0, Weight.NAMED, quote))
        if "planned" in kinds:
            tally.instances.append(Statement(0, Weight.NAMED, quote))
    elif "nr_other" in kinds:
        return
    elif _uses(sentence) or _some(sentence):
        tally.adopted.append(Statement(1, Weight.SAID, quote))


def _uses(sentence: Sentence) -> bool:
    """Whether it says that Node-RED is used, or what it does."""
    if "adopted" in sentence.kinds and not _planned(sentence, "adopted"):
        return True
    folded = sentence.passage.folded
    return serves(sentence) or (sentence.named and bool(_SERVED.search(folded, *sentence.span)))


def _some(sentence: Sentence) -> bool:
    """Whether it speaks of an amount of Node-REDs that is no number ("15-20 NRs", "a few")."""
    words = sentence.passage.words
    for hit in sentence.hits:
        if hit.kind not in NAMED or not hit.first or _planned(sentence, hit.kind):
            continue
        before = words[hit.first - 1].text
        if any(word.text in WORDS["not_now_after"] for word in words[hit.last : hit.last + 2]):
            continue
        vague = any(h.kind == "vague" and 0 <= hit.first - h.last <= 1 for h in sentence.hits)
        if vague or (before.isdecimal() and before != "0") or NUMBERS.get(before, 0) > 1:
            return True
    return False


def _not_adopted(hits: Sequence[Hit]) -> bool:
    """Whether a sentence denies the use, and not live operation alone ("not yet live")."""
    lives = [hit for hit in hits if hit.kind == "not_live"]
    return any(
        hit.kind == "not_adopted" and not any(h.first <= hit.last < h.last for h in lives)
        for hit in hits
    )


def _no_longer_used(sentence: Sentence) -> bool:
    """Whether a sentence that names Node-RED then says it is not used."""
    named = min((hit.first for hit in sentence.hits if hit.kind == "nr"), default=None)
    return named is not None and given_up(sentence, named)


def given_up(sentence: Sentence, after: int = -1) -> bool:
    """Whether words behind a word say that it is not used; "2 more were scrapped" is but a part."""
    return any(
        hit.kind in _GIVEN_UP
        and hit.first > after
        and not any(
            count.value
            and 0 < hit.first - count.first <= _MAX_WORDS_TO_ENDED
            and not _past(sentence, count)
            for count in sentence.counts
        )
        for hit in sentence.hits
    )


def _past(sentence: Sentence, count: Count) -> bool:
    """Whether a number is said to be of earlier ("formerly 3, decommissioned")."""
    before = sentence.passage.words[count.first - 1].text if count.first else ""
    former = sentence.before(count, frozenset({"former"}), _MAX_WORDS_TO_ENDED)
    return before in WORDS["were"] or any(True for _ in former)


def _of_node_red(sentence: Sentence, said: Hit) -> bool:
    """Whether a phrase names Node-RED itself ("if Node-RED goes down, …")."""
    return any(hit.kind == "nr" and said.first <= hit.first < said.last for hit in sentence.hits)


def _planned(sentence: Sentence, kind: str) -> bool:
    """Whether a statement is about what they want and not about what is, in its own clause."""
    passage = sentence.passage
    said = next((hit for hit in sentence.hits if hit.kind == kind), None)
    if said is None:
        return False
    place, of_failure = said.first, kind == "live" and _of_node_red(sentence, said)
    return any(
        (
            hit.kind == "planned"
            and not (of_failure and passage.words[hit.first].text in WORDS["conditional"])
            and 0 < place - hit.first <= _MAX_WORDS_PLANNED
            and not CLAUSE.search(passage.between(hit.last, place) if hit.last <= place else "")
        )
        or (hit.kind == "later" and 0 < hit.first - place <= _MAX_WORDS_PLANNED)
        for hit in sentence.hits
    )
