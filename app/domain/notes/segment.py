"""From labels to judged segments: which words answer which question, and what they are worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.domain.notes.answer import AnswerState, QuestionId, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.extent import answer_parts, tightened
from app.domain.notes.frame import NOT_THEIRS, Frame
from app.domain.notes.label import Mark, Place
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.mention import read_mention
from app.domain.notes.passage import Part, Passage
from app.domain.notes.stretch import Opinion
from app.domain.notes.substance import judge_text
from app.domain.notes.turn import settling, turns_after

_SLOT = re.compile(r"\s*\(?\d{1,2}[:.h]\d{2}")  # "10:15 Why change", a slot or a chapter
_TICKED = re.compile(r"\s*(?:[☑☒✅✔]|\[[xX]\])")
_INTRODUCED = re.compile(
    r"[\s*_]*(?:a|answers?|both|all|same|reply|antwort(?:en)?|antwoord(?:en)?|beide[s]?|reponses?"
    r"|respuestas?)\s?[:=–-]|\s*[-–:=→]",
    re.IGNORECASE,
)
_SLIDE = re.compile(r"\([^()]*\b(?:slides?|deck|pitch|brochure|website|flyer|folien?|poster)\b")
_OF_OTHERS = re.compile(
    r"\bfrom (?:the|their|our|my) (?:[\w-]+ ){1,3}(?:file|deal|record|notes?|project|opportunity)"
    r"\s*:\s*$"
)
ORDER = re.compile(
    r"\b(?:treat|mark|consider|set|count|regard|rate|score|flag|report|accept|classify)\b"
    r"[^.!?]{0,100}\b(?:as|to)\s(?:be )?(?:answered|met|known|complete|done|satisfied|qualified)\b"
)
_SIGNATURE = re.compile(r"\bflowfuse(?:\.com)?\s*[|·•–—-]|@flowfuse\b|\b(?:tel|mobile|phone)\b[.:]")
_PLAYED = frozenset({"foreign", "ours", "shown"})
_LETTER = re.compile(r"[^\W_]")
_MIN_LISTED = 2


def labelled(script: Manuscript) -> Iterator[Candidate]:
    """Every candidate that stands under a label, in reading order."""
    for index, marks in enumerate(script.marks):
        if marks and _staged(script.passages[index], marks[0]):
            continue
        if _only_listed(script.passages[index], marks):
            for mark in marks:
                for question in filter(script.kinds.__contains__, mark.questions):
                    yield _candidate(script, script.passages[index], mark, [], question)
            continue
        for position, mark in enumerate(marks):
            if mark.questions[0] in script.kinds:
                yield from _read(script, index, mark, _following(marks, position))


def _only_listed(passage: Passage, marks: Sequence[Mark]) -> bool:
    """Whether a line only puts questions, one after the other: "Why change? Why now? …"."""
    asked = sum(len(mark.questions) for mark in marks)
    if asked > _MIN_LISTED and len(marks) == 1 and marks[0].sign in {"", "?", "."}:
        return not _INTRODUCED.match(passage.text, marks[0].end)
    if asked < _MIN_LISTED or not all("?" in mark.sign for mark in marks):
        return False
    gaps = pairwise(marks)
    if any(_LETTER.search(passage.text, mark.end, following.start) for mark, following in gaps):
        return False
    if passage.has("asking", 0, marks[0].start) or asked > _MIN_LISTED:
        return not _INTRODUCED.match(passage.text, marks[-1].end)
    behind = passage.has_words(marks[-1].end)
    return len(marks) > 1 and behind and not _INTRODUCED.match(passage.text, marks[-1].end)


def fields(script: Manuscript) -> Iterator[tuple[Mark, list[Part]]]:
    """The labels of form fields and qualifying questions, each with what stands under it."""
    for index, marks in enumerate(script.marks):
        for position, mark in enumerate(marks):
            if mark.questions[0] not in script.kinds and script.frames[index] not in NOT_THEIRS:
                passage = script.passages[index]
                parts = answer_parts(script, passage, mark, _following(marks, position))
                yield mark, [part for span in parts if (part := tightened(*span)) is not None]


def _following(marks: Sequence[Mark], position: int) -> int | None:
    """Where the next label cuts off the answer to this one."""
    mentioned = marks[position].place is Place.MENTION
    for mark in marks[position + 1 :]:
        if mentioned or mark.place is not Place.MENTION:
            return mark.start
    return None


def _read(script: Manuscript, index: int, mark: Mark, following: int | None) -> Iterator[Candidate]:
    passage, frame = script.passages[index], script.frames[index]
    if frame in NOT_THEIRS or _staged(passage, mark):
        return
    spoken = turns_after(script, index, mark, following)
    if spoken is None and mark.place in {Place.MENTION, Place.BARE}:
        yield from read_mention(script, passage, mark, following)
        return
    parts = spoken if spoken is not None else answer_parts(script, passage, mark, following)
    for question in mark.questions:
        yield _candidate(script, passage, mark, parts, question)


def _staged(passage: Passage, mark: Mark) -> bool:
    """Whether a question is only played, or a signature's slogan ("Jo | FlowFuse – why now?")."""
    if mark.sign == "?" and _SIGNATURE.search(passage.folded, 0, mark.start):
        return True
    if _SLIDE.search(passage.folded, mark.start, mark.end):
        return True
    if _OF_OTHERS.search(passage.folded, 0, mark.start) or _within_order(passage, mark):
        return True
    return not passage.kinds.isdisjoint(_PLAYED) and _is_played(passage, mark)


def _is_played(passage: Passage, mark: Mark) -> bool:
    """Whether what stands before a question says that it is ours, or but shown."""
    colon = passage.text.find(":", 0, mark.start)
    if colon > 0 and passage.has("ours", 0, colon):
        return True
    opens = passage.sentence_at(mark.start)[0]
    if any(passage.has(kind, opens, mark.start) for kind in _PLAYED):
        return True
    announced = passage.text[:opens].rstrip().endswith(":")
    return announced and passage.has("shown", passage.sentence_at(opens - 2)[0], mark.start)


def _within_order(passage: Passage, mark: Mark) -> bool:
    """Whether a label is but named in an order to the reader: "mark why now as answered"."""
    if ORDER.search(passage.folded):
        return True
    return "commands" in passage.kinds and any(
        hit.kind == "commands" and passage.words[hit.first].start < mark.start
        for hit in passage.hits
    )


def _candidate(
    script: Manuscript, passage: Passage, mark: Mark, parts: list[Part], question: QuestionId
) -> Candidate:
    label = passage.text[mark.start : mark.end].strip()
    tight = [part for span in parts if (part := tightened(*span)) is not None]
    base = Candidate(
        question, passage.index, mark.place, label, 0, 0, ASKED, stand_in=mark.stand_in
    )
    if not tight:
        return base
    opinion = _judge(script, mark, tight, question)
    first, last = _decisive(script, tight, question, opinion)
    return base._replace(
        start=first[0].line.start + first[1][0],
        end=last[0].line.start + last[1][1],
        opinion=opinion,
    )


def _judge(script: Manuscript, mark: Mark, parts: list[Part], question: QuestionId) -> Opinion:
    """The best of the parts, except that an empty first line outweighs what follows it."""
    passage = script.passages[mark.passage]
    frame = script.frames[passage.index]
    listed = passage.line.depth and not _TICKED.match(passage.text)
    if frame is Frame.ASKING and (listed or _SLOT.match(passage.text)):
        return Opinion(AnswerState.ASKED_ONLY, ReasonCode.TEMPLATE, "in a list of questions to ask")
    kind = script.kinds[question]
    opinions = [judge_text(p, a, b, kind) for p, (a, b) in parts]
    if script.speakers[parts[0][0].index]:
        opinions = opinions[: settling(parts) + 1]
    best = opinions[0]
    others = parts[0][0].line.depth or parts[0][0].line.cell or script.speakers[parts[0][0].index]
    if best.state is not AnswerState.ANSWERED and (others or best.state is AnswerState.ASKED_ONLY):
        best = next((o for o in opinions if o.state is AnswerState.ANSWERED), best)
    guessed = frame is Frame.GUESSING or passage.has("guess", mark.start, mark.end)
    if guessed and best.state is AnswerState.ANSWERED:
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.SELLERS_VIEW, "the seller's guess")
    return best


def _decisive(
    script: Manuscript, parts: list[Part], question: QuestionId, opinion: Opinion
) -> tuple[Part, Part]:
    """The first and the last part to quote: in a conversation the one turn that decides."""
    if script.speakers[parts[0][0].index] is None:
        return parts[0], parts[-1]
    kind = script.kinds[question]
    for passage, (start, end) in parts:
        if judge_text(passage, start, end, kind).state is opinion.state:
            return (passage, (start, end)), (passage, (start, end))
    return parts[0], parts[0]
