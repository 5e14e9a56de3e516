"""Answers without a label: only sentences that cannot be mistaken.

"They want to change because …", "that's the date", "they picked us over X because …" count; a
reason that merely could be meant does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.domain.notes.answer import AnswerState, QuestionId, QuestionKind, ReasonCode
from app.domain.notes.candidate import Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.substance import Opinion, judge_text

_DIRECT = frozenset(
    "is was ist war est es fue because bc as since weil denn omdat car porque que by from of to".split()
)
_OURS = frozenset(
    "we i you if should would could don't don t not never doesn didn unless whether why wir ich nous on".split()
)
_MAX_WORDS_TO_BECAUSE = 9
_STATED = Opinion(AnswerState.ANSWERED, ReasonCode.STATED, "an unmistakable sentence")


def stated(
    passages: Sequence[Passage],
    frames: Sequence[Frame],
    kinds: Mapping[QuestionId, QuestionKind],
) -> Iterator[Candidate]:
    """The candidates that running text gives without a label."""
    for passage, frame in zip(passages, frames, strict=True):
        if frame not in {Frame.NOTE, Frame.GUESSING} or passage.line.quoted:
            continue
        for hit in passage.hits:
            role, _, question = hit.kind.partition(".")
            if role == "before" and question:
                span = _following(passage, hit)
            elif role == "after" and question:
                span = _preceding(passage, hit)
            else:
                continue
            if span is None or _is_elsewhere(passage, span):
                continue
            identity = QuestionId(question)
            opinion = judge_text(passage, *span, kinds[identity])
            if opinion.state is AnswerState.ANSWERED:
                base = passage.line.start
                yield Candidate(
                    identity, passage.index, None, "", base + span[0], base + span[1], _STATED
                )


def _following(passage: Passage, hit: Hit) -> Span | None:
    start, end = passage.span_of(hit)
    sentence = passage.sentence_at(start)
    if passage.text[sentence[1] - 1] == "?" or _disclaimed(passage, hit, sentence):
        return None
    words = passage.words
    if words[hit.last - 1].text in _DIRECT:
        at = end
    else:
        because = _because(passage, hit, sentence)
        if because is None:
            return None
        at = because
    while at < sentence[1] and passage.text[at] in " ,:;-–—":  # noqa: RUF001 - dashes
        at += 1
    return (at, sentence[1]) if sentence[1] - at > 2 else None


def _because(passage: Passage, hit: Hit, sentence: Span) -> int | None:
    """Where the reason starts, if one is given soon after the phrase."""
    limit = hit.last + _MAX_WORDS_TO_BECAUSE
    for other in passage.hits:
        if other.kind == "because" and hit.last <= other.first <= limit:
            start, end = passage.span_of(other)
            if end < sentence[1]:
                return end
    return None


def _disclaimed(passage: Passage, hit: Hit, sentence: Span) -> bool:
    """Whether our own side, a condition or a negation stands right before the phrase."""
    for word in passage.words[max(0, hit.first - 3) : hit.first]:
        if word.start >= sentence[0] and word.text in _OURS:
            return True
    return False


def _preceding(passage: Passage, hit: Hit) -> Span | None:
    start, _ = passage.span_of(hit)
    sentence = passage.sentence_at(start)
    if start - sentence[0] > 12:
        return sentence[0], start
    index = passage.sentences.index(sentence) if sentence in passage.sentences else 0
    if index == 0:
        return None
    return passage.sentences[index - 1][0], sentence[1]


def _is_elsewhere(passage: Passage, span: Span) -> bool:
    sentence = passage.sentence_at(span[0])
    return passage.has("elsewhere", *sentence) or bool(
        re.match(
            r"(?:At|Bei|Bij|Chez|En) [A-Z]\w+,? (?:they|he|she|we|sie|ils|ellos)\b",
            passage.text[sentence[0] : sentence[1]],
        )
    )
