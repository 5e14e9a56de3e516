"""Labels in running text: "when I asked why change he said …", "need to nail why now"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.domain.notes.answer import AnswerState, QuestionId, QuestionKind, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.label import Mark, Place
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.substance import Opinion, judge_text

_REPORT = re.compile(
    r"[\s,\"')?*_]*(?:"
    r"(?:is|was|being|=)\s+(?:that\s+|because\s+|simple\s*[:,]\s*|clear\s*[:,]\s*|easy\s*[:,]\s*)?"
    r"|(?:they|he|she|\w+)\s+(?:said|says|told (?:me|us)|answered|replied|explained|mentioned|meinte|sagte|zei|a dit|dijo)\s*[:,]?\s*(?:that\s+)?"
    r"|(?:come|comes|came|boil|boils)\s+down\s+to\s+(?:one thing\s*:?\s*|the same(?: thing)?\s*:?\s*|this\s*:\s*|that\s*:\s*)?"
    r"|(?:because|bc|weil|omdat|parce que|car|porque)\s+"
    r")"
)
_SILENCE = re.compile(
    r"[\s,\"')?*_-]*(?=(?:they|he|she|we|i|nobody|no one|no |not |\w+ (?:couldn|didn|doesn|wouldn|could not|did not|does not|dodged|had no|has no|shrugged))\b)"
)
_MIN_WORDS_BARE = 2


def read_mention(
    passage: Passage,
    mark: Mark,
    following: int | None,
    frame: Frame,
    kinds: Mapping[QuestionId, QuestionKind],
) -> list[Candidate]:
    """The candidates of a label that no sign sets apart from its sentence; often none."""
    sentence = _sentence(passage, mark)
    stop = min(sentence[1], following if following is not None else sentence[1])
    label = passage.text[mark.start : mark.end]
    found: list[Candidate] = []
    for question in mark.questions:
        read = _answer(passage, mark, sentence, stop, kinds[question], frame)
        if read is None:
            continue
        opinion, (start, end) = read
        base = passage.line.start
        found.append(
            Candidate(question, passage.index, mark.place, label, base + start, base + end, opinion)
        )
    return found


def _sentence(passage: Passage, mark: Mark) -> Span:
    return passage.sentence_at(mark.start)


def _answer(
    passage: Passage, mark: Mark, sentence: Span, stop: int, kind: QuestionKind, frame: Frame
) -> tuple[Opinion, Span] | None:
    empty = (mark.start, mark.start)
    if frame is Frame.ASKING:
        return ASKED, empty
    if match := _REPORT.match(passage.folded, mark.end, stop):
        span = _trim(passage, match.end(), stop)
        opinion = judge_text(passage, *span, kind)
        if opinion.state is not AnswerState.ASKED_ONLY:
            return opinion, span
    cue = _silence(passage, sentence)
    if cue is not None and not _asks_later(passage, sentence):
        after = _SILENCE.match(passage.folded, mark.end, stop)
        span = _trim(passage, after.end(), stop) if after and stop - after.end() > 3 else sentence
        return (
            Opinion(AnswerState.PLACEHOLDER, ReasonCode.PLACEHOLDER, "says that nobody answered"),
            span,
        )
    if passage.has("todo", *sentence) or passage.has("asking", *sentence):
        return ASKED, empty
    if passage.text[stop - 1 : stop] == "?" or mark.place is Place.BARE and stop == mark.end:
        return ASKED, empty
    if mark.place is Place.BARE and not passage.text[mark.end : stop].strip(" .,;)*_"):
        return ASKED, empty
    return None


def _silence(passage: Passage, sentence: Span) -> str | None:
    for hit in passage.hits:
        start, end = passage.span_of(hit)
        if hit.kind == "unasked" and sentence[0] <= start and end <= sentence[1]:
            return hit.kind
    return None


def _asks_later(passage: Passage, sentence: Span) -> bool:
    """Whether the sentence is about asking and not about an answer that did not come."""
    text = passage.folded[slice(*sentence)]
    return bool(
        re.search(
            r"\b(?:need|have|want|must|should|will|going|ask|prep|still) to\b|\bmissing\b|\bhomework\b",
            text,
        )
    ) and not re.search(
        r"\b(?:nobody|no one|forgot|couldn|could not|didn|did not|doesn|no answer)\b", text
    )


def _trim(passage: Passage, start: int, end: int) -> Span:
    text = passage.text
    while start < end and text[start] in " ,:;-–—":  # noqa: RUF001 - dashes as people type them
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end
