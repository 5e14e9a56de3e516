"""Answers without a label: only sentences that cannot be mistaken.

"They want to change because …", "that's the date", "they picked us over X because …" count; a
reason that merely could be meant does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.notes.answer import WHY_CHANGE, AnswerState, QuestionId, ReasonCode
from app.domain.notes.candidate import Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.label import Place
from app.domain.notes.line import Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.stretch import Opinion
from app.domain.notes.substance import judge_text
from app.domain.notes.vocabulary import WORDS

_DIRECT = WORDS["introduces"]
_CHANGING = f"before.{WHY_CHANGE}"
"""We sell and never change, so that "we want to change" is the customer's word."""

_JOINS = WORDS["joins"]
_OURS = WORDS["disclaims"]
_ELSEWHERE = re.compile(
    r"(?:At|Bei|Bij|Chez|En) (?!the\b|our\b|their\b)[A-Z]\w{1,30},? "
    r"(?:they|he|she|we|sie|ils|ellos|ze)\b"
)
_SIGN = re.compile(r"(?:,? in (?:his|her|their|the customer's) (?:own )?words)?\s?(?::|=)")
_NAMED_BEHIND = re.compile(r"[^:;,.!?]{0,40}:\s+(?=\w)")  # "… is why they leave: it costs too much"
_JOINTS = " ,;–—-=→>"
_LEAD_IN = re.compile(
    r"(?:\s*(?:aus|from|for) \w+(?: sicht| point of view)?(?=,))?"
    r"[\s,:;=–—-]*(?:(?:that|dass|dat|que)\b\s*)?"
)
_NAMES_CAUSE = re.compile(
    r"\b(?:reasons?|grund|anlass|reden|aanleiding|raison|motif|razon|motivo"
    r"|what|was|wat|ce qui|lo que)"
    r"(?: (?!(?:we|i|wir|ich|ik|nous|je|not|never)\b)[\w']+){0,3} $"
)
_IS_THAT = re.compile(
    r"[^.;:?!]{0,60}?\b(?:(?:is|was) (?:that|because)|(?:ist|war|sei),? (?:dass|weil)"
    r"|(?:is|was),? (?:dat|omdat)|(?:est|etait) (?:que|parce que)|(?:es|era|fue) (?:que|porque))\b"
)
"""The verb of "the reason they want to move away from the current setup is that …"."""

_HEADING = frozenset({Place.HEAD, Place.INLINE})
MAX_STATEMENTS_PER_NOTE = 400
"""Phrases that may state an answer and are followed up; more of them only cost time."""

_MIN_CHARACTERS = 2
_MAX_WORDS_TO_BECAUSE = 9
_MAX_CHARACTERS_TO_DENIAL = 12
_MAX_TO_CAUSE = 60  # characters back
_MAX_PRONOUN_CHARACTERS = 12
_STATED = Opinion(AnswerState.ANSWERED, ReasonCode.STATED, "an unmistakable sentence")


def stated(script: Manuscript) -> Iterator[Candidate]:
    """The candidates that running text gives without a label."""
    budget = MAX_STATEMENTS_PER_NOTE
    for passage in script.passages:
        if not passage.questions or script.frames[passage.index] is not Frame.NOTE:
            continue
        labels = [m for m in script.marks[passage.index] if m.place in _HEADING]
        limit = min((m.start for m in labels), default=len(passage.text))
        labelled = {question for mark in labels for question in mark.questions}
        for hit in passage.hits:
            if hit.kind not in passage.questions:
                continue
            role, _, question = hit.kind.partition(".")
            if role not in _SPANS:
                continue
            if passage.words[hit.first].start >= limit and question in labelled:
                continue
            budget -= 1
            if budget < 0:
                return
            span = _SPANS[role](passage, hit)
            if span is None or _is_elsewhere(passage, span) or _is_withdrawn(passage, span):
                continue
            identity = QuestionId(question)
            opinion = judge_text(passage, *span, script.kinds[identity])
            if opinion.state is AnswerState.ANSWERED:
                base = passage.line.start
                yield Candidate(
                    identity, passage.index, None, "", base + span[0], base + span[1], _STATED
                )


def _following(passage: Passage, hit: Hit) -> Span | None:
    """What a phrase introduces: the reason behind "because", or what "the reason is" names."""
    start, end = passage.span_of(hit)
    sentence = passage.sentence_at(start)
    named = _cause_named(passage, hit, sentence)
    if passage.text[sentence[1] - 1] == "?" or (
        named is None and _disclaimed(passage, hit, sentence)
    ):
        return None
    words = passage.words
    at: int | None = end
    if words[hit.last - 1].text not in _DIRECT and not _SIGN.match(passage.text, end):
        if hit.last < len(words) and words[hit.last].text in _JOINS:
            at = words[hit.last].end
        else:
            at = _because(passage, hit, sentence) or named
    if at is None:
        return None
    if match := _LEAD_IN.match(passage.folded, at):
        at = match.end()
    end = at + len(passage.text[at : sentence[1]].rstrip(" ;"))
    return (at, end) if end - at > _MIN_CHARACTERS else None


def _because(passage: Passage, hit: Hit, sentence: Span) -> int | None:
    """Where the reason starts, if one is given soon after the phrase."""
    limit = hit.last + _MAX_WORDS_TO_BECAUSE
    for other in passage.hits:
        if other.kind == "because" and hit.last <= other.first <= limit:
            _, end = passage.span_of(other)
            if end < sentence[1]:
                return end
    return None


def _cause_named(passage: Passage, hit: Hit, sentence: Span) -> int | None:
    """Where the clause starts that a noun of cause, or "what they liked", is said to be."""
    words = passage.words
    start = words[hit.first].start
    named = _NAMES_CAUSE.search(passage.folded, max(sentence[0], start - _MAX_TO_CAUSE), start)
    if named is None and not words[hit.first].text.startswith("reason"):
        return None
    verb = _IS_THAT.match(passage.folded, words[hit.last - 1].end, sentence[1])
    return verb.end() if verb else None


def _disclaimed(passage: Passage, hit: Hit, sentence: Span) -> bool:
    """Whether our own side, a condition or a negation stands right before the phrase."""
    return any(
        word.start >= sentence[0]
        and word.text in _OURS
        and not (hit.kind == _CHANGING and word.text in WORDS["we"])
        for word in passage.words[max(0, hit.first - 3) : hit.first]
    )


def _preceding(passage: Passage, hit: Hit) -> Span | None:
    """What "that's the date" points back to: its own sentence up to there, or the one before."""
    start, end = passage.span_of(hit)
    sentence = passage.sentence_at(start)
    if named := _NAMED_BEHIND.match(passage.text, end, sentence[1]):
        return named.end(), sentence[1]
    if start - sentence[0] > _MAX_PRONOUN_CHARACTERS:
        return sentence[0], sentence[0] + len(passage.text[sentence[0] : start].rstrip(_JOINTS))
    index = passage.sentences.index(sentence) if sentence in passage.sentences else 0
    if index == 0:
        return None
    before = passage.sentences[index - 1]
    colon = passage.text.rfind(": ", *before)
    return (colon + 2 if colon > 0 else before[0]), before[1]


def _whole(passage: Passage, hit: Hit) -> Span | None:
    """The sentence that the phrase is the verb of."""
    start, _ = passage.span_of(hit)
    sentence = passage.sentence_at(start)
    if passage.text[sentence[1] - 1] == "?" or _disclaimed(passage, hit, sentence):
        return None
    return sentence


_SPANS = {"before": _following, "after": _preceding, "states": _whole}


def _is_withdrawn(passage: Passage, span: Span) -> bool:
    """Whether what follows takes back: "the deadline is gone"."""
    if "denied" not in passage.kinds:
        return False
    start, _ = passage.sentence_at(span[0])
    return passage.has("denied", start, span[0] + _MAX_CHARACTERS_TO_DENIAL)


def _is_elsewhere(passage: Passage, span: Span) -> bool:
    sentence = passage.sentence_at(span[0])
    if passage.has("elsewhere", *sentence) or passage.has("foreign", *sentence):
        return True
    return bool(_ELSEWHERE.match(passage.text, *sentence))
