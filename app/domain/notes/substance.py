"""Whether a stretch of text answers a question: substance, or words that stand in its place.

Judges words alone, clause by clause; who wrote them and where they stand is the business of
`frame` and `segment`. A clause has substance if words are left in it that no class of emptiness
covers; after a cue of emptiness it takes more of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from app.domain.notes.answer import AnswerState, QuestionKind, ReasonCode
from app.domain.notes.evidence import misplaced
from app.domain.notes.opening import opening_opinion
from app.domain.notes.passage import Passage
from app.domain.notes.stretch import Opinion, Stretch, blank
from app.domain.notes.vocabulary import WORDS

_CLAUSE_END = re.compile(
    r"[.!?;,]+(?=\s|$)|\s[-–—]+\s|[()]|:\s"
    r"|\s(?=(?:but|though|although|aber|maar|mais|pero|however|except)\b)"
)
_DATE = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th|\.(?=\s))|\b\d{1,2}[./]\d{1,2}\b(?!:)"
    r"|\b(?:wk|week|kw|cw)\s?\d{1,2}\b|\b20[23]\d\b",
    re.IGNORECASE,
)
_INNER_FIELD = re.compile(r"[^:.;!?()]{1,40}:\s+(?=\S)")  # "success criteria: tbd"
_COUNT = re.compile(r"\bnode-?\s?reds?\b|\b(?:instan[ctz]\w+|devs?|developers?|entwickler)\b")
_WORDS = re.compile(r"\w+")
_EMPTINESS = frozenset({"blank", "unasked", "deferred", "reference"})
_KIND_EMPTINESS: Mapping[QuestionKind, str] = {
    QuestionKind.REASON: "no_reason",
    QuestionKind.TIMING: "no_urgency",
    QuestionKind.VALUE: "no_value",
    QuestionKind.SIGNAL: "undecided",
}
_FAINT: Mapping[QuestionKind, str] = {
    QuestionKind.REASON: "faint_reason",
    QuestionKind.TIMING: "faint_timing",
    QuestionKind.VALUE: "faint_value",
}
"""Words that alone are no answer of a kind; beside others they neither add nor take away."""
_REASONS: Mapping[str, ReasonCode] = {
    "reference": ReasonCode.REFERENCE,
    "no_reason": ReasonCode.NEGATED,
    "no_urgency": ReasonCode.NO_TIMING,
    "no_value": ReasonCode.EMPTY_PRAISE,
    "faint_value": ReasonCode.EMPTY_PRAISE,
    "undecided": ReasonCode.NOT_DECIDED,
}
_MAX_LEFT_UNASKED: Mapping[QuestionKind, int] = {
    QuestionKind.REASON: 1,
    QuestionKind.TIMING: 4,
    QuestionKind.VALUE: 6,
    QuestionKind.SIGNAL: 0,
}
"""Words that "nobody knows …" may carry; a why change is often about what nobody knows."""
_MAX_LEFT: Mapping[str, int] = {"blank": 3, "deferred": 4, "reference": 4, "faint_value": 1}
_DEFAULT_MAX_LEFT = 2
_MIN_LEFT_BEFORE_CUE = 3
_MIN_WORDS_AFTER_EMPTY_OPENING = 4
_DATES_REDEEM = frozenset({"", "no_urgency", "reference"})
_ANSWERED = Opinion(AnswerState.ANSWERED, ReasonCode.LABELLED, "names something of the right kind")


class _Cue(NamedTuple):
    """A phrase of emptiness in a clause."""

    kind: str
    first: int
    last: int


class _Clause(NamedTuple):
    """How many words of content a clause has, the cue of emptiness in it, and whether it dates.

    `counts` says that it tells how much Node-RED they run, as notes do in the next breath.
    """

    left: int
    cue: str
    timed: bool
    counts: bool


def judge_text(passage: Passage, start: int, end: int, kind: QuestionKind) -> Opinion:
    """What the text of a line between two places is worth as an answer of that kind."""
    stretch = Stretch(passage, start, end, kind)
    opinion = opening_opinion(stretch)
    if opinion is not None:
        return opinion
    if field := _INNER_FIELD.match(passage.text, start, end):
        inner = _weigh(stretch._replace(start=field.end()))
        if inner.reason is ReasonCode.PLACEHOLDER:
            return inner
    weighed = _weigh(stretch)
    if weighed.state is AnswerState.ANSWERED and (other := misplaced(stretch)) is not None:
        return other
    return weighed


def _weigh(stretch: Stretch) -> Opinion:
    """The whole from its clauses, which need no telling apart where nothing is empty."""
    if _is_plain(stretch):
        return _ANSWERED
    parts = _clauses(stretch)
    read = (_clause(part) for part in _said(parts))
    clauses = [clause for clause in read if clause is not None]
    cue = next((clause.cue for clause in clauses if clause.cue), "")
    redeemable = stretch.kind is QuestionKind.TIMING and cue in _DATES_REDEEM
    if redeemable and any(clause.timed for clause in clauses):
        return _ANSWERED
    opens_empty = (
        bool(clauses)
        and clauses[0].cue != "faint_value"
        and clauses[0].left <= _limit(clauses[0].cue, stretch.kind)
    )
    content = sum(
        c.left
        for c in clauses
        if c.left > _limit(c.cue, stretch.kind) and not (opens_empty and c.counts)
    )
    if content >= (_MIN_WORDS_AFTER_EMPTY_OPENING if opens_empty else 1):
        return _ANSWERED
    return blank(_REASONS.get(cue, ReasonCode.PLACEHOLDER), "no content of the right kind")


def _is_plain(stretch: Stretch) -> bool:
    """Whether a word has content and no phrase of emptiness stands in the line, as in most."""
    passage = stretch.passage
    special = _KIND_EMPTINESS.get(stretch.kind, "")
    if special in passage.kinds or not passage.kinds.isdisjoint(_EMPTINESS):
        return False
    if _FAINT.get(stretch.kind) in passage.kinds:
        return False
    fillers, interjections = passage.fillers, WORDS["interjections"]
    inside = passage.words_in(*stretch.span)
    return any(
        word.text not in fillers and word.text not in interjections and not _is_letter(word.text)
        for word in passage.words[inside.start : inside.stop]
    )


def _said(parts: list[Stretch]) -> list[Stretch]:
    """The clauses without an interjection before them: "yes, the audit in May"."""
    while len(parts) > 1 and set(_WORDS.findall(parts[0].folded)) <= WORDS["interjections"]:
        parts = parts[1:]
    return parts


def _limit(cue: str, kind: QuestionKind) -> int:
    """How many words may be left in a clause with that cue before it has substance."""
    if not cue:
        return 0
    if cue == "unasked":
        return _MAX_LEFT_UNASKED.get(kind, _DEFAULT_MAX_LEFT)
    return _MAX_LEFT.get(cue, _DEFAULT_MAX_LEFT)


def _clauses(stretch: Stretch) -> list[Stretch]:
    cuts = [match.span() for match in _CLAUSE_END.finditer(stretch.passage.folded, *stretch.span)]
    starts = [stretch.start, *(b for _, b in cuts)]
    ends = [*(a for a, _ in cuts), stretch.end]
    return [stretch._replace(start=a, end=b) for a, b in zip(starts, ends, strict=True) if b > a]


def _clause(part: Stretch) -> _Clause | None:
    passage, words = part.passage, part.passage.words
    inside = passage.words_in(*part.span)
    if not inside:
        return None
    first, last = inside.start, inside.stop
    special = _KIND_EMPTINESS.get(part.kind, "")
    faint = _FAINT.get(part.kind, "")
    covered: set[int] = set()
    emptied: set[int] = set()
    timed: set[int] = set()
    cue: _Cue | None = None
    for hit in passage.hits:
        if hit.first < first or hit.last > last:
            continue
        if hit.kind in _EMPTINESS or hit.kind == special:
            covered.update(range(hit.first, hit.last))
            if hit.kind == special:
                emptied.update(range(hit.first, hit.last))
            if cue is None or (hit.first, -hit.last) < (cue.first, -cue.last):
                cue = _Cue(*hit)
        elif hit.kind == faint:
            covered.update(range(hit.first, hit.last))
            if faint == "faint_value" and cue is None:
                cue = _Cue(*hit)
        elif hit.kind == "time":
            timed.update(range(hit.first, hit.last))
    fillers = passage.fillers
    left = [
        i
        for i in inside
        if i not in covered and words[i].text not in fillers and not _is_letter(words[i].text)
    ]
    kept = cue is not None and _holds(part, cue, left, last)
    dated = bool(timed - emptied) or bool(_DATE.search(passage.text, part.start, part.end))
    counts = bool(_COUNT.search(passage.folded, part.start, part.end))
    return _Clause(len(left), cue.kind if cue and kept else "", dated, counts)


def _is_letter(text: str) -> bool:
    """Whether a word is but a letter, as in "t.b.a." or "n/d"."""
    return len(text) == 1 and text.isalpha()


def _holds(part: Stretch, cue: _Cue, left: list[int], last: int) -> bool:
    """Whether a cue empties its clause, or is only part of a sentence with content.

    "TBD with QA" is empty and "TBD Industries closes in May" is not; "is unknown" speaks for the
    clause only at its end.
    """
    if cue.kind == "blank":
        return not left or _opens_blank(part, cue, left, last)
    if cue.kind not in {"unasked", "deferred", "reference"}:
        return True
    late = sum(i < cue.first for i in left) >= _MIN_LEFT_BEFORE_CUE
    if late or _cannot_tell(part, cue, left, last):
        return False
    ends = cue.last == last
    copula = part.passage.words[cue.first].text in WORDS["copulas"]
    return ends or cue.kind != "unasked" or not copula


def _opens_blank(part: Stretch, cue: _Cue, left: list[int], last: int) -> bool:
    """Whether a blank opens its clause, and what follows only says where the answer will be."""
    words = part.passage.words
    if words[cue.first].start > words[min(left)].start or words[cue.first].start > _lead(part):
        return False
    after = part.passage.text[words[cue.last - 1].end :][:1]
    following = words[cue.last].text if cue.last < last else ""
    return cue.last == last or following in WORDS["linked"] or after in ",.;:/(–—"


def _cannot_tell(part: Stretch, cue: _Cue, left: list[int], last: int) -> bool:
    """Whether it is their trouble that nobody can tell: "we cannot tell who edited what"."""
    if cue.kind != "unasked" or part.kind is not QuestionKind.REASON or not left:
        return False
    return cue.last < last and part.passage.words[cue.last].text in WORDS["asks"]


def _lead(part: Stretch) -> int:
    """Where the first word of a clause starts."""
    return next(word.start for word in part.passage.words if word.start >= part.start)
