"""From labels to judged segments: which words answer which question, and what they are worth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.domain.notes.answer import AnswerState, QuestionId, QuestionKind, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.label import Mark, Place
from app.domain.notes.mention import read_mention
from app.domain.notes.page import Page, Span
from app.domain.notes.passage import Passage
from app.domain.notes.substance import Opinion, judge_text

_FIELD = re.compile(r"[\s\-*•·\d.)]*[^\s:?.!,][^:?.!,\n]{0,38}:(?:\s|$)")
_CUT = re.compile(r"\s\|\s|\s*;\s(?=(?:next steps?|nr|node-red|contact)\b)", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]{1,80}\)\s*(?=\S)")
_TRIM = " \t*_,;|:=→–—-"  # noqa: RUF001 - dashes as people type them
_MAX_LINES = 12


class Segmenter:
    """Cuts one note into candidates; one instance serves one note."""

    def __init__(
        self,
        page: Page,
        passages: Sequence[Passage],
        frames: Sequence[Frame],
        marks: Sequence[Sequence[Mark]],
        kinds: Mapping[QuestionId, QuestionKind],
    ) -> None:
        self._page = page
        self._passages = passages
        self._frames = frames
        self._marks = marks
        self._kinds = kinds

    def candidates(self) -> list[Candidate]:
        """Every candidate of the note, in reading order."""
        found: list[Candidate] = []
        for index, marks in enumerate(self._marks):
            for position, mark in enumerate(marks):
                following = marks[position + 1].start if position + 1 < len(marks) else None
                found.extend(self._read(index, mark, following))
        return found

    def _read(self, index: int, mark: Mark, following: int | None) -> list[Candidate]:
        passage = self._passages[index]
        frame = self._frames[index]
        if frame in {Frame.FOREIGN, Frame.ELSEWHERE}:
            return []
        if mark.place in {Place.MENTION, Place.BARE}:
            return self._mention(passage, mark, following, frame)
        spans = self._answer(passage, mark, following)
        return [
            self._candidate(passage, mark, spans, question, frame) for question in mark.questions
        ]

    def _answer(
        self, passage: Passage, mark: Mark, following: int | None
    ) -> list[tuple[Passage, Span]]:
        """The stretches that follow a label: the rest of its line, else the lines below it."""
        stop = len(passage.text) if following is None else following
        if match := _CUT.search(passage.text, mark.end, stop):
            stop = match.start()
        if passage.text[mark.end : stop].strip(_TRIM + "\"'()"):
            spans = [(passage, (mark.end, stop))]
            return spans + (self._nested(passage) if following is None else [])
        if passage.line.cell is not None:
            return self._cells(passage)
        if following is not None:
            return []
        below = self._below(passage)
        if below:
            return below
        return [(passage, (mark.end, stop))] if passage.text[mark.end : stop].strip() else []

    def _nested(self, passage: Passage) -> list[tuple[Passage, Span]]:
        """List items that hang under a line which already holds text."""
        if not passage.line.depth:
            return []
        return [part for part in self._below(passage) if part[0].line.depth > passage.line.depth]

    def _cells(self, passage: Passage) -> list[tuple[Passage, Span]]:
        """The answer to a label in a table: the cell beside it, or below it under a header row."""
        cell = passage.line.cell
        if cell is None:
            return []
        row = [
            p
            for p in self._passages[passage.index + 1 :]
            if p.line.cell and p.line.cell[:2] == cell[:2]
        ]
        header = any(self._marks[p.index] for p in row) or (
            cell.row == 0
            and cell.column > 0
            and any(
                self._marks[p.index]
                for p in self._passages
                if p.line.cell and p.line.cell[:2] == cell[:2] and p is not passage
            )
        )
        if header:
            return [
                (p, (0, len(p.text)))
                for p in self._passages[passage.index + 1 :]
                if p.line.cell
                and p.line.cell.table == cell.table
                and p.line.cell.column == cell.column
                and not self._marks[p.index]
            ]
        column = self._content_column(cell.table)
        parts = [
            p for p in row if column is None or p.line.cell is None or p.line.cell.column == column
        ]
        return [(p, (0, len(p.text))) for p in parts]

    def _content_column(self, table: int) -> int | None:
        """The column of a table with several that holds answers, as its header row names it."""
        heads = [
            p
            for p in self._passages
            if p.line.cell and p.line.cell.table == table and p.line.cell.row == 0
        ]
        if len(heads) < 2 or any(self._marks[p.index] for p in heads):
            return None
        for passage in heads:
            if (
                re.search(
                    r"\b(?:content|answer|answers|value|text|notes?|details?|comment|response|antwort|antwoord|reponse|respuesta|inhalt|what they said)\b",
                    passage.folded,
                )
                and passage.line.cell
            ):
                return passage.line.cell.column
        return None

    def _below(self, passage: Passage) -> list[tuple[Passage, Span]]:
        """The unlabelled lines under a label that belong to it."""
        found: list[tuple[Passage, Span]] = []
        label = passage.line
        for below in self._passages[passage.index + 1 : passage.index + 1 + _MAX_LINES]:
            line = below.line
            if self._closes(below, label.heading, found_any=bool(found)):
                break
            if label.depth and line.depth <= label.depth and line.item != label.item:
                break
            if not label.depth and found and found[-1][0].line.depth and not line.depth:
                break
            if line.gap and not found and not label.heading and len(below.words) < 3:
                break
            found.append((below, (0, len(below.text))))
        return found

    def _closes(self, below: Passage, heading: int, *, found_any: bool) -> bool:
        line = below.line
        if self._marks[below.index] and self._marks[below.index][0].place is not Place.MENTION:
            return True
        if line.heading or line.cell is not None:
            return True
        if found_any and line.gap and not heading:
            return True
        if line.quoted:
            return True
        if (
            line.bold
            and line.bold[0][0] == 0
            and line.bold[0][1] < 60
            and (line.bold[0][1] < len(line.text) or line.text.endswith(":"))
        ):
            return True
        return bool(_FIELD.match(line.text)) and not heading

    def _candidate(
        self,
        passage: Passage,
        mark: Mark,
        spans: list[tuple[Passage, Span]],
        question: QuestionId,
        frame: Frame,
    ) -> Candidate:
        kind = self._kinds[question]
        label = passage.text[mark.start : mark.end].strip()
        if not spans:
            return Candidate(question, passage.index, mark.place, label, 0, 0, ASKED, mark.stand_in)
        parts = [part for span in spans if (part := self._tight(*span)) is not None]
        if not parts:
            return Candidate(question, passage.index, mark.place, label, 0, 0, ASKED, mark.stand_in)
        opinion = self._judge(parts, kind, frame)
        start, end = self._quoted(parts)
        return Candidate(
            question, passage.index, mark.place, label, start, end, opinion, mark.stand_in
        )

    def _judge(
        self, parts: list[tuple[Passage, Span]], kind: QuestionKind, frame: Frame
    ) -> Opinion:
        """The best of the parts, except that an empty first line outweighs what follows it."""
        if frame is Frame.ASKING and parts[0][0].line.depth:
            return Opinion(
                AnswerState.ASKED_ONLY, ReasonCode.TEMPLATE, "in a list of questions to ask"
            )
        opinions = [judge_text(p, a, b, kind) for p, (a, b) in parts]
        best = opinions[0]
        if best.state is not AnswerState.ANSWERED and (
            len(parts) > 1 and (parts[0][0].line.depth or best.state is AnswerState.ASKED_ONLY)
        ):
            best = next((o for o in opinions if o.state is AnswerState.ANSWERED), best)
        if frame is Frame.GUESSING and best.state is AnswerState.ANSWERED:
            return Opinion(AnswerState.PLACEHOLDER, ReasonCode.SELLERS_VIEW, "the seller's guess")
        return best

    def _tight(self, passage: Passage, span: Span) -> tuple[Passage, Span] | None:
        """A stretch without the signs around it, struck words, and an aside before the answer."""
        start, end = span
        for a, b in passage.line.struck:
            if a <= start + 2 and b > start:
                start = b
            elif b >= end - 1 and a < end:
                end = a
        text = passage.text
        if match := _ASIDE.match(text, start, end):
            start = match.end()
        while (
            start < end and text[start] in _TRIM and not re.fullmatch(r"[\s\W]*", text[start:end])
        ):
            start += 1
        while end > start and text[end - 1] in " |;,*_":
            end -= 1
        while start < end and text[start] == " ":
            start += 1
        return (passage, (start, end)) if start < end else None

    def _quoted(self, parts: list[tuple[Passage, Span]]) -> Span:
        first, last = parts[0], parts[-1]
        return first[0].line.start + first[1][0], last[0].line.start + last[1][1]

    def _mention(
        self, passage: Passage, mark: Mark, following: int | None, frame: Frame
    ) -> list[Candidate]:
        return read_mention(passage, mark, following, frame, self._kinds)
