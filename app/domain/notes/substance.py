"""Whether a stretch of text answers a question: substance, or words that stand in its place.

Judges words alone, clause by clause; who wrote them and where they stand is the business of
`frame` and `segment`. When in doubt about a clause it counts as substance only if words are left
that no class of emptiness covers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.domain.notes.answer import AnswerState, QuestionKind, ReasonCode
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import WORDS

_URL = re.compile(
    r"(?:https?://|www\.)\S+|\S+\.(?:docx?|pptx?|pdf|xlsx?|png|jpe?g)\b", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"[.!?;,]+(?=\s|$)|\s[-–—]+\s|[()]|:\s"
    r"|\s(?=(?:but|though|although|aber|maar|mais|pero|however|except)\b)"
)
_QUESTION = re.compile(
    r"[\s\"'(]*(?:what|why|who|when|which|how|is|are|do|does|any|was|wer|wann|wie|gibt|quel|qui|que|cual|welke|wat|anything|something)\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"[^.!?\s][.!](?:\s|$)")
_PITCH = re.compile(
    r"\bflowfuse (?:is (?:the|a|an) |lets|enables|offers|provides|adds|helps|allows|deserves|makes it easy)|\bour (?:platform|product|solution) (?:is|lets|enables|offers|provides|helps|allows)|\bwe (?:offer|provide|help (?:companies|teams|customers|you)|are the (?:leading|only))\b|\b(?:because )?your node-red\b"
)
_THEIRS = re.compile(r"\b(?:they|them|their|he|his|him|she|her|hers|customer|colleague|prospect)\b")
_DATE = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th|\.(?=\s))|\b\d{1,2}[./]\d{1,2}\b(?!:)|\b(?:wk|week|kw|cw)\s?\d{1,2}\b|\b20[23]\d\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d")
_LINKED = WORDS["linked"]

_COPULAS = WORDS["copulas"]
_MAX_LEFT_AFTER_CUE = {
    QuestionKind.REASON: 1,
    QuestionKind.TIMING: 4,
    QuestionKind.VALUE: 6,
}
_MIN_FOREIGN_WORDS = 2
_MAX_WORDS_SOLVED = 12
_MAX_WORDS_TO_ASK = 5
_MAX_LEFT_BY_CUE = {"blank": 3, "reference": 4, "no_value": 2, "no_reason": 2}
_KIND_EMPTINESS = {
    QuestionKind.REASON: "no_reason",
    QuestionKind.TIMING: "no_urgency",
    QuestionKind.VALUE: "no_value",
    QuestionKind.SIGNAL: "undecided",
}
_REASON_BY_CLASS = {
    "blank": ReasonCode.PLACEHOLDER,
    "unasked": ReasonCode.PLACEHOLDER,
    "reference": ReasonCode.REFERENCE,
    "no_reason": ReasonCode.NEGATED,
    "no_urgency": ReasonCode.NO_TIMING,
    "no_value": ReasonCode.EMPTY_PRAISE,
    "undecided": ReasonCode.NOT_DECIDED,
    "hint": ReasonCode.TEMPLATE,
}


class Opinion(NamedTuple):
    """A judgement of some text, with a sentence that gives the reason."""

    state: AnswerState
    reason: ReasonCode
    why: str


class _Clause(NamedTuple):
    left: int
    cue: str
    timed: bool
    starts_with_cue: bool
    words: int


def judge_text(passage: Passage, start: int, end: int, kind: QuestionKind) -> Opinion:
    """What the text of a line between two places is worth as an answer of that kind."""
    text = passage.text[start:end]
    if not re.search(r"[^\W_]", text):
        if re.search(r"[?–—✅☑✔…._-]", text):
            return Opinion(AnswerState.PLACEHOLDER, ReasonCode.PLACEHOLDER, "only signs, no words")
        return Opinion(
            AnswerState.ASKED_ONLY, ReasonCode.QUESTION_ONLY, "nothing follows the question"
        )
    plain = _URL.sub(" ", text)
    if not re.search(r"[^\W_]", plain) and plain != text:
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.LINK_ONLY, "only a link")
    if _foreign_script(plain) or _foreign_words(passage, start, end):
        return Opinion(
            AnswerState.UNCLEAR, ReasonCode.UNKNOWN_LANGUAGE, "in a language that is not read here"
        )
    early = _opening(passage, start, end, kind)
    if early is not None:
        return early
    clauses = [_clause(passage, a, b, kind) for a, b in _clauses(passage, start, end)]
    clauses = [clause for clause in clauses if clause.words]
    return _weigh(clauses, kind, passage, start, end)


def _opening(passage: Passage, start: int, end: int, kind: QuestionKind) -> Opinion | None:
    """What the first words or the shape of the whole text already decide."""
    text = passage.text[start:end].strip()
    first = _first_word(passage, start)
    kinds_at_first = {
        hit.kind
        for hit in passage.hits
        if first <= hit.first <= first + 1 and passage.words[hit.first].start < end
    }
    if any(hit.kind in {"hint", "sample"} and hit.first == first for hit in passage.hits):
        return Opinion(AnswerState.ASKED_ONLY, ReasonCode.TEMPLATE, "helper text of a template")
    if (
        text.rstrip("\"')* ").endswith("?")
        and "?" not in text[:-3]
        and (_QUESTION.match(text) or len(text.split()) <= 4)
        and kind is not QuestionKind.FACT
    ):
        return Opinion(AnswerState.ASKED_ONLY, ReasonCode.QUESTION_ONLY, "a question, no answer")
    if any(
        hit.kind == "denied" and hit.first <= first + 1 and passage.words[hit.first].start >= start
        for hit in passage.hits
    ) and not (kind is QuestionKind.TIMING and passage.has("time", start, end)):
        return Opinion(
            AnswerState.PLACEHOLDER, ReasonCode.RETRACTED, "says that it no longer holds"
        )
    if (
        kind is QuestionKind.REASON
        and passage.has("solved", start, end)
        and len(text.split()) <= _MAX_WORDS_SOLVED
    ):
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.NEGATED, "the trouble is over")
    if "to_ask" in kinds_at_first and len(text.split()) <= _MAX_WORDS_TO_ASK:
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.PLACEHOLDER, "somebody is to be asked")
    if _only_questions(text) and kind is not QuestionKind.FACT:
        return Opinion(AnswerState.ASKED_ONLY, ReasonCode.QUESTION_ONLY, "more questions")
    if _is_empty_talk(passage, start, end):
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.PLACEHOLDER, "talk without content")
    if "guess" in kinds_at_first and kind is not QuestionKind.FACT:
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.SELLERS_VIEW, "the seller's own guess")
    folded = passage.folded[start:end]
    if _PITCH.search(folded) and not _THEIRS.search(folded):
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.PITCH, "our own words about ourselves")
    if kind is QuestionKind.TIMING:
        return _opening_of_timing(passage, start, end, first)
    return None


def _only_questions(text: str) -> bool:
    """Whether every sentence of a text asks ("any deadline? who signs?")."""
    marks = re.findall(r"[.!?]+(?=\s|$)", text)
    return text.rstrip().endswith("?") and len(marks) > 1 and all("?" in mark for mark in marks)


def _is_empty_talk(passage: Passage, start: int, end: int) -> bool:
    """Whether phrases that say nothing make up the better part of a text without numbers."""
    spans = [passage.span_of(hit) for hit in passage.hits if hit.kind == "empty_talk"]
    inside = [(a, b) for a, b in spans if a >= start and b <= end]
    if len(inside) < 2 or _DIGITS.search(passage.text, start, end):
        return False
    return sum(b - a for a, b in inside) * 4 >= end - start


def _opening_of_timing(passage: Passage, start: int, end: int, first: int) -> Opinion | None:
    words = len(passage.text[start:end].split())
    early = {
        hit.kind
        for hit in passage.hits
        if first <= hit.first <= first + 2 and passage.words[hit.first].start < end
    }
    if "on_hold" in early:
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.ON_HOLD, "the plan rests")
    if passage.has("sellers_time", start, end):
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.SELLERS_VIEW, "our date, not theirs")
    if "hedge" in early and words <= 6:
        return Opinion(AnswerState.UNCLEAR, ReasonCode.HEDGED, "hedged")
    if (
        passage.has("merit", start, end)
        and not passage.has("time", start, end)
        and not _DIGITS.search(passage.text, start, end)
        and "merit" in early
        and words <= 8
    ):
        return Opinion(
            AnswerState.PLACEHOLDER, ReasonCode.WRONG_WHY, "speaks of the product, not of time"
        )
    return None


def _first_word(passage: Passage, start: int) -> int:
    for index, word in enumerate(passage.words):
        if word.start >= start:
            return index
    return len(passage.words)


def _clauses(passage: Passage, start: int, end: int) -> list[Span]:
    spans: list[Span] = []
    at = start
    for match in _CLAUSE_END.finditer(passage.folded, start, end):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, end))
    return [(a, b) for a, b in spans if b > a]


def _clause(passage: Passage, start: int, end: int, kind: QuestionKind) -> _Clause:
    words = passage.words
    inside = [i for i, word in enumerate(words) if word.start >= start and word.end <= end]
    if not inside:
        return _Clause(0, "", timed=False, starts_with_cue=False, words=0)
    first, last = inside[0], inside[-1] + 1
    covered: set[int] = set()
    cue = ""
    cue_first = last
    cue_last = first
    special = _KIND_EMPTINESS.get(kind, "")
    timed_words: set[int] = set()
    for hit in passage.hits:
        if hit.first < first or hit.last > last:
            continue
        if hit.kind in {"blank", "unasked", "reference", special}:
            covered.update(range(hit.first, hit.last))
            if hit.first < cue_first or (hit.first == cue_first and hit.last > cue_last):
                cue, cue_first, cue_last = hit.kind, hit.first, hit.last
        elif hit.kind == "time":
            timed_words.update(range(hit.first, hit.last))
    emptied = {
        i
        for hit in passage.hits
        if hit.kind == special and first <= hit.first < last
        for i in range(hit.first, hit.last)
    }
    fillers = passage.fillers
    left = [i for i in range(first, last) if i not in covered and words[i].text not in fillers]
    timed = bool(timed_words - emptied) or bool(_DATE.search(passage.text, start, end))
    if cue == "blank" and cue_last < last:
        after = passage.text[words[cue_last - 1].end]
        linked = words[cue_last].text in _LINKED or after in ",.;:/(–—"
        if (cue_first != first or not linked) and left:
            cue = ""
    elif (
        (cue == "blank" and cue_first != first and left)
        or (cue in {"unasked", "reference"} and sum(i < cue_first for i in left) >= 3)
        or (cue == "unasked" and words[cue_first].text in _COPULAS and cue_last < last)
    ):
        cue = ""
    return _Clause(len(left), cue, timed, cue_first == first, last - first)


def _weigh(
    clauses: list[_Clause], kind: QuestionKind, passage: Passage, start: int, end: int
) -> Opinion:
    """The whole from its clauses."""
    best = 0
    cue = ""
    timed = False
    for clause in clauses:
        empty = clause.left <= _limit(clause.cue, kind)
        if clause.cue and not cue:
            cue = clause.cue
        if not empty:
            best = max(best, clause.left)
        timed = timed or clause.timed
    opens_empty = bool(clauses and clauses[0].cue) and clauses[0].left <= _limit(
        clauses[0].cue, kind
    )
    if kind is QuestionKind.TIMING and timed and cue in {"no_urgency", "", "reference"}:
        return _answered()
    needed = 3 if opens_empty else 1
    if best >= needed:
        return _answered()
    reason = _REASON_BY_CLASS.get(cue, ReasonCode.PLACEHOLDER)
    return Opinion(
        AnswerState.PLACEHOLDER, reason, f"no content: {passage.text[start:end].strip()[:60]}"
    )


def _limit(cue: str, kind: QuestionKind) -> int:
    """How many words may be left in a clause that opens with a cue of emptiness."""
    if cue == "unasked":
        return _MAX_LEFT_AFTER_CUE.get(kind, 2)
    return _MAX_LEFT_BY_CUE.get(cue, 2 if cue else 0)


def _answered() -> Opinion:
    return Opinion(AnswerState.ANSWERED, ReasonCode.LABELLED, "names something of the right kind")


def _foreign_words(passage: Passage, start: int, end: int) -> bool:
    """Whether the small words of a text are those of a language that is not read here."""
    if "unknown_language" not in passage.kinds:
        return False
    words = [word.text for word in passage.words if start <= word.start and word.end <= end]
    foreign = sum(
        hit.kind == "unknown_language" and start <= passage.words[hit.first].start < end
        for hit in passage.hits
    )
    known = sum(word in passage.fillers for word in words)
    return foreign >= _MIN_FOREIGN_WORDS and foreign > known


def _foreign_script(text: str) -> bool:
    if text.isascii():
        return False
    letters = [char for char in text if char.isalpha()]
    foreign = sum(char > "\u024f" and not "\u1e00" <= char <= "\u1eff" for char in letters)
    return foreign * 2 > len(letters)
