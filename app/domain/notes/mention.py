"""Labels in running text: "when I asked why change he said …", "need to nail why now"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.notes.answer import AnswerState, QuestionId, QuestionKind, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.label import Mark, Place
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.stretch import Opinion
from app.domain.notes.substance import judge_text

_QUOTES = "\"'”»"
_REPORT = re.compile(
    rf"[\s,{_QUOTES})?*_]*(?:"
    r"(?P<is>is|was|being|=|would be|seems to be)\s+(?:basically\s+|really\s+|mainly\s+|mostly\s+|simply\s+|clearly\s+)?"
    r"(?:that\s+|because\s+|simple\s*[:,]\s*|clear\s*[:,]\s*|easy\s*[:,]\s*)?"
    r"|(?:they|he|she|\w+)\s+(?:just |only )?(?:said|says|told (?:me|us)|answered|replied|explained|mentioned"
    r"|meinte|sagte|zei|a dit|dijo)\s*[:,]?\s*(?:that\s+)?"
    r"|(?:come|comes|came|boil|boils)\s+down\s+to\s+(?:one thing\s*:?\s*|the same(?: thing)?\s*:?\s*"
    r"|this\s*:\s*|that\s*:\s*)?"
    r"|(?:because|bc|weil|omdat|parce que|car|porque)\s+"
    r")"
)
_COMMA_TURN = re.compile(rf"[\s{_QUOTES}?)]*[,–-]?\s*(?=(?:they|he|she|we|i|nobody|no|not|\w+)\b)")
_ASKED_ABOUT = re.compile(
    r"\b(?:asked|asks|ask|asking|explained|explain|explaining|wonders?|wondered|know|understand|discussed|told (?:her|him|them))\s+(?:\w+\s+){0,2}$"
)
_BEFORE_IT = re.compile(r"(?:←|<-|<=|\^|\()\s*$")
_AS_FOR = re.compile(
    r"\b(?:as for|as to|on|regarding|about|concerning|when it comes to|zum|zu|over|quant a|en cuanto a)\s+(?:the\s+|their\s+)?[\"']?$"
)
_COMMA = re.compile(r"[\"']?\s*,\s*")
_MAX_QUESTION_TAIL = 80
_LATER = re.compile(
    r"\b(?:(?:need|have|want|going|still|ask|prep) to|must|should|will|i'll|we'll|missing|homework"
    r"|reminder|next (?:call|time|week))\b"
)
_SILENT = re.compile(
    r"\b(?:nobody|no one|forgot|couldn|could not|didn|did not|doesn|no answer|turned around)\b"
)
_DEFLECTED = re.compile(
    r"[\s\"'”)?,]*(?:\w+\s+)?(?:turned (?:it |the question )?around|dodged|deflected|laughed|shrugged|changed the subject|asked (?:me|us) back)"
)


def read_mention(
    script: Manuscript, passage: Passage, mark: Mark, following: int | None
) -> Iterator[Candidate]:
    """The candidates of a label that no sign sets apart from its sentence; often none."""
    sentence = passage.sentence_at(mark.start)
    stop = sentence[1] if following is None else min(sentence[1], following)
    frame = script.frames[passage.index]
    for question in mark.questions:
        read = _answer(passage, mark, sentence, stop, script.kinds[question], frame)
        if read is not None:
            yield _candidate(passage, mark, question, *read)


def _candidate(
    passage: Passage, mark: Mark, question: QuestionId, opinion: Opinion, span: Span
) -> Candidate:
    base = passage.line.start
    label = passage.text[mark.start : mark.end]
    return Candidate(
        question, passage.index, mark.place, label, base + span[0], base + span[1], opinion
    )


def _answer(
    passage: Passage, mark: Mark, sentence: Span, stop: int, kind: QuestionKind, frame: Frame
) -> tuple[Opinion, Span] | None:
    nothing = (mark.start, mark.start)
    if frame is Frame.ASKING:
        return ASKED, nothing
    if _BEFORE_IT.search(passage.text[: mark.start]):
        return _preceding(passage, mark, kind)
    asked_about = _ASKED_ABOUT.search(passage.folded[: mark.start])
    match = _REPORT.match(passage.folded, mark.end, stop)
    if match and not (asked_about and match["is"]):
        span = _trim(passage, match.end(), stop)
        opinion = judge_text(passage, *span, kind)
        if opinion.state is not AnswerState.ASKED_ONLY:
            return opinion, span
    if match := _AS_FOR.search(passage.folded[: mark.start]):
        rest = _COMMA.match(passage.folded, mark.end, stop)
        if rest and stop - rest.end() > 8 and not passage.has("unasked", rest.end(), stop):
            span = _trim(passage, rest.end(), stop)
            return judge_text(passage, *span, kind), span
    if passage.text[sentence[1] - 1] == "?" and sentence[1] - mark.end < _MAX_QUESTION_TAIL:
        return ASKED, nothing
    silent = passage.has("unasked", *sentence) or _DEFLECTED.match(passage.folded, mark.end, stop)
    if silent and not _asks_later(passage, sentence):
        after = _COMMA_TURN.match(passage.folded, mark.end, stop)
        span = _trim(passage, after.end(), stop) if after and stop - after.end() > 3 else sentence
        if not re.search(r"\w", passage.text[slice(*span)]):
            span = sentence
        reason = "says that nobody answered"
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.PLACEHOLDER, reason), span
    if passage.has("todo", *sentence) or passage.has("asking", *sentence):
        return ASKED, nothing
    ends_here = not passage.text[mark.end : stop].strip(" .,;)*_")
    if passage.text[stop - 1 : stop] == "?" or (mark.place is Place.BARE and ends_here):
        return ASKED, nothing
    return None


def _preceding(passage: Passage, mark: Mark, kind: QuestionKind) -> tuple[Opinion, Span] | None:
    """The answer before "← why now" or "(why now)": the rest of its sentence."""
    arrow = _BEFORE_IT.search(passage.text[: mark.start])
    end = arrow.start() if arrow else mark.start
    start = passage.sentence_at(max(0, end - 1))[0]
    span = _trim(passage, start, end)
    if span[1] - span[0] < 4:
        return None
    return judge_text(passage, *span, kind), span


def _asks_later(passage: Passage, sentence: Span) -> bool:
    """Whether the sentence is about asking and not about an answer that did not come."""
    text = passage.folded[slice(*sentence)]
    return bool(_LATER.search(text)) and not _SILENT.search(text)


def _trim(passage: Passage, start: int, end: int) -> Span:
    text = passage.text
    while start < end and text[start] in " ,:;-–—":
        start += 1
    while end > start and text[end - 1] in " ,;(":
        end -= 1
    return start, end
