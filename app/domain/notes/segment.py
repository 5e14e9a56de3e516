"""From labels to judged segments: which words answer which question, and what they are worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.domain.notes.answer import AnswerState, QuestionId, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.frame import NOT_THEIRS, Frame
from app.domain.notes.label import Mark, Place
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.mention import read_mention
from app.domain.notes.page import Line, Span
from app.domain.notes.passage import Passage
from app.domain.notes.speech import words_start
from app.domain.notes.stretch import Opinion
from app.domain.notes.substance import judge_text
from app.domain.notes.table import cells_for

Part = tuple[Passage, Span]
"""A stretch of one line."""

_FIELD = re.compile(
    r"[\s\-*•·\d.)]*(?:\[[^\]]{3,38}\]|[^\s:?!,\[\]][^:?!,\n]{0,38}(?::|\s=))(?:\s|$)"
    r"|\s*(?:ad|re|zu)\s\d\)"
)
_CUT = re.compile(
    r"(?<=\b(?:tbd|tbc|tba|n/a))\s(?=(?:nr|node-red|contact|next steps?|devs?|todo|action)\b)"
    r"|\s\|\s|\",?\s*(?=\"\w+\"\s*:)"
    r"|(?<=[?.!])\s(?=(?:thanks|thank you|(?:kind |best )?regards|cheers|danke|vielen dank"
    r"|(?:viele )?gr(?:u|ü)(?:ß|ss)e?|merci|cordialement|gracias|saludos|groet(?:en)?|bedankt)\b)"
    r"|[;.,]\s(?=(?:next steps?|nr|node-red|contact|todo|action)\b)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()]{1,80}\)[\s:–-]*(?=[^\s)])")
_UPDATED = re.compile(
    r"(?:→|->|=>|⇒)\s*(?:\d{1,2}[./]\d{1,2}[./\d]*\s*:?|(?:updated?|now|new|neu)\s*:)\s*",
    re.IGNORECASE,
)
_NEXT_NUMBER = re.compile(r"\s*(?<!\w)\(?\d{1,2}\)\s*$|(?<=[.;!?])\s+\d{1,2}\.\s*$|[\s(\[]*¿\s*$")
_SLOT = re.compile(r"\s*\(?\d{1,2}[:.h]\d{2}")  # "10:15 Why change", a slot or a chapter
_SIGNATURE = re.compile(r"\bflowfuse(?:\.com)?\s*[|·•–—-]|@flowfuse\b|\b(?:tel|mobile|phone)\b[.:]")
_PLAYED = frozenset({"foreign", "ours"})
_TRIM = " \t*_,;|:=→–—->•"
_LETTER = re.compile(r"[^\W_]")
_BULLET = re.compile(r"\s*[-*•–]\s+(?=\S)")
_MAX_LINES_BELOW = 12
_MAX_TURNS = 8
_MIN_LISTED = 2
_MAX_LABEL_RUN = 60
_MIN_WORDS_AFTER_GAP = 3


def labelled(script: Manuscript) -> Iterator[Candidate]:
    """Every candidate that stands under a label, in reading order."""
    for index, marks in enumerate(script.marks):
        if _only_listed(script.passages[index], marks):
            for mark in marks:
                for question in mark.questions:
                    yield _candidate(script, script.passages[index], mark, [], question)
            continue
        if marks and _staged(script.passages[index], marks[0]):
            continue
        for position, mark in enumerate(marks):
            if mark.questions[0] in script.kinds:
                yield from _read(script, index, mark, _following(marks, position))


def _only_listed(passage: Passage, marks: Sequence[Mark]) -> bool:
    """Whether a line lists questions still to be asked: "To do: why change? why now? …"."""
    if len(marks) < _MIN_LISTED or not passage.has("asking", 0, marks[0].start):
        return False
    gaps = pairwise(marks)
    return all("?" in mark.sign for mark in marks) and not any(
        _LETTER.search(passage.text, mark.end, following.start) for mark, following in gaps
    )


def fields(script: Manuscript) -> Iterator[tuple[Mark, list[Part]]]:
    """The labels of form fields and qualifying questions, each with what stands under it."""
    for index, marks in enumerate(script.marks):
        for position, mark in enumerate(marks):
            if mark.questions[0] not in script.kinds and script.frames[index] not in NOT_THEIRS:
                passage = script.passages[index]
                parts = _answer(script, passage, mark, _following(marks, position))
                yield mark, [part for span in parts if (part := _tight(*span)) is not None]


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
    spoken = _turns(script, index, mark, following)
    if spoken is None and mark.place in {Place.MENTION, Place.BARE}:
        yield from read_mention(script, passage, mark, following)
        return
    parts = spoken if spoken is not None else _answer(script, passage, mark, following)
    for question in mark.questions:
        yield _candidate(script, passage, mark, parts, question)


def _staged(passage: Passage, mark: Mark) -> bool:
    """Whether a question is only played, or a signature's slogan ("Jo | FlowFuse – why now?")."""
    if mark.sign == "?" and _SIGNATURE.search(passage.folded, 0, mark.start):
        return True
    if passage.kinds.isdisjoint(_PLAYED):
        return False
    opens = passage.sentence_at(mark.start)[0]
    return any(passage.has(kind, opens, mark.start) for kind in _PLAYED)


def _turns(script: Manuscript, index: int, mark: Mark, following: int | None) -> list[Part] | None:
    """What the others say after a speaker has put the question; None when nobody asked it."""
    asker = script.speakers[index]
    passage = script.passages[index]
    if asker is None:
        return None
    rest = passage.text[mark.start :] if following is None else passage.text[mark.start : following]
    ends = not passage.text[mark.end :].strip(" .!")
    if ("?" not in rest and not ends) or (following is not None and not mark.asked):
        return None
    tail = rest[rest.rindex("?") + 1 :] if "?" in rest else ""
    if len(tail.split()) > 12 and mark.place is not Place.MENTION:
        return None
    parts: list[Part] = []
    for other in script.passages[index + 1 : index + 1 + _MAX_TURNS]:
        speaker = script.speakers[other.index]
        if speaker == asker and parts:
            if len(other.words) > 4 or "?" in other.text:
                break
            continue
        if script.marks[other.index] and speaker == asker:
            break
        if speaker and speaker != asker and not other.text.rstrip().endswith("[left the chat]"):
            parts.append((other, (words_start(other), len(other.text))))
        elif speaker is None and parts and not _is_message_head(other):
            break
    return parts


def _is_message_head(passage: Passage) -> bool:
    return len(passage.words) <= 5 and passage.words[-1].text.isdecimal()


def _answer(script: Manuscript, passage: Passage, mark: Mark, following: int | None) -> list[Part]:
    """The stretches that follow a label: the rest of its line, else the lines below it."""
    stop = len(passage.text) if following is None else following
    if match := _CUT.search(passage.text, mark.end, stop):
        stop = match.start()
    if following is not None and (number := _NEXT_NUMBER.search(passage.text[mark.end : stop])):
        stop = mark.end + number.start()
    rest = passage.text[mark.end : stop]
    if rest.strip(_TRIM + "\"'()"):
        if mark.asked and mark.place is Place.INLINE:
            return []
        own = [(passage, (mark.end, stop))]
        depth = passage.line.depth
        if following is not None or not depth:
            return own
        return own + [part for part in _below(script, passage) if part[0].line.depth > depth]
    if passage.line.cell is not None:
        return [(other, (0, len(other.text))) for other in cells_for(script, passage)]
    closed = following is not None or '""' in rest or "''" in rest
    if rest.strip() and not closed:
        return [(passage, (mark.end, stop))]
    return [] if closed else _below(script, passage)


def _below(script: Manuscript, passage: Passage) -> list[Part]:
    """The unlabelled lines under a label that belong to it."""
    found: list[Part] = []
    label = passage.line
    start = passage.index + 1
    for below in script.passages[start : start + _MAX_LINES_BELOW]:
        line = below.line
        if _closes(script, below, passage, found_any=bool(found)):
            break
        if label.depth and not _hangs_under(line, label):
            break
        if not label.depth and found and found[-1][0].line.depth and not line.depth:
            break
        found.append((below, (0, len(below.text))))
    return found


def _hangs_under(line: Line, label: Line) -> bool:
    """Whether a line belongs to the list item of a label: nested in it, or its second paragraph."""
    if line.depth > label.depth or (line.item and line.item == label.item):
        return True
    return not line.depth and not label.item


def _closes(script: Manuscript, below: Passage, label: Passage, *, found_any: bool) -> bool:
    """Whether a line no longer belongs to the label above it."""
    line, heading = below.line, label.line.heading
    if script.labelled(below.index) or line.heading or line.cell is not None:
        return True
    if line.quoted > label.line.quoted:
        return True
    stray = len(below.words) < _MIN_WORDS_AFTER_GAP and not line.depth
    if line.gap and not heading and (found_any or stray):
        return True
    if (
        line.bold
        and line.bold[0][0] == 0
        and line.bold[0][1] < _MAX_LABEL_RUN
        and (line.bold[0][1] < len(line.text) or line.text.rstrip().endswith(":"))
    ):
        return True
    if script.dates[below.index] != script.dates[label.index]:
        return True
    return bool(_FIELD.match(line.text)) and not heading and not label.line.depth


def _candidate(
    script: Manuscript, passage: Passage, mark: Mark, parts: list[Part], question: QuestionId
) -> Candidate:
    label = passage.text[mark.start : mark.end].strip()
    tight = [part for span in parts if (part := _tight(*span)) is not None]
    base = Candidate(
        question, passage.index, mark.place, label, 0, 0, ASKED, stand_in=mark.stand_in
    )
    if not tight:
        return base
    opinion = _judge(script, passage, tight, question)
    first, last = _decisive(script, tight, question, opinion)
    return base._replace(
        start=first[0].line.start + first[1][0],
        end=last[0].line.start + last[1][1],
        opinion=opinion,
    )


def _judge(
    script: Manuscript, passage: Passage, parts: list[Part], question: QuestionId
) -> Opinion:
    """The best of the parts, except that an empty first line outweighs what follows it."""
    frame = script.frames[passage.index]
    if frame is Frame.ASKING and (passage.line.depth or _SLOT.match(passage.text)):
        return Opinion(AnswerState.ASKED_ONLY, ReasonCode.TEMPLATE, "in a list of questions to ask")
    kind = script.kinds[question]
    opinions = [judge_text(p, a, b, kind) for p, (a, b) in parts]
    if script.speakers[parts[0][0].index]:
        opinions = opinions[: _settling(parts) + 1]
    best = opinions[0]
    others = parts[0][0].line.depth or parts[0][0].line.cell or script.speakers[parts[0][0].index]
    if best.state is not AnswerState.ANSWERED and (others or best.state is AnswerState.ASKED_ONLY):
        best = next((o for o in opinions if o.state is AnswerState.ANSWERED), best)
    if frame is Frame.GUESSING and best.state is AnswerState.ANSWERED:
        return Opinion(AnswerState.PLACEHOLDER, ReasonCode.SELLERS_VIEW, "the seller's guess")
    return best


def _settling(parts: Sequence[Part]) -> int:
    """The first turn that declines to answer; what is said after it answers something else."""
    for place, (passage, (start, end)) in enumerate(parts):
        if passage.has("deferred", start, end):
            return place
    return len(parts)


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


def _tight(passage: Passage, span: Span) -> Part | None:
    """A stretch without the signs around it, struck words, and an aside before the answer."""
    text = passage.text
    start, end = _unstruck(passage, span)
    for update in _UPDATED.finditer(text, start, end):
        start = update.end()
    aside = _ASIDE.match(text, start, end)
    if aside and not passage.has("guess", start, aside.end()):
        start = aside.end()
    if not _LETTER.search(text[start:end]):
        bullet = _BULLET.match(text, start, end)
        start, end = _stripped(text, bullet.end() if bullet else start, end, " ", " ")
    else:
        start, end = _stripped(text, start, end, _TRIM, " |;,*_")
        start, end = _unpaired(text, start, end)
    return (passage, (start, end)) if start < end else None


def _unstruck(passage: Passage, span: Span) -> Span:
    start, end = span
    text = passage.text
    for a, b in passage.line.struck:
        if start < b and not text[start:a].strip(_TRIM):
            start = b
        elif a < end and not text[b:end].strip(_TRIM):
            end = a
        elif start < a and b < end:
            start = b
    return start, end


def _stripped(text: str, start: int, end: int, before: str, behind: str) -> Span:
    while start < end and text[start] in before:
        start += 1
    while end > start and text[end - 1] in behind:
        end -= 1
    return start, end


def _unpaired(text: str, start: int, end: int) -> Span:
    """Without a quotation mark or a brace of JSON that has no partner in the stretch."""
    if text[start] == '"' and '"' not in text[start + 1 : end]:
        start += 1
    if text[end - 1] == "}" and "{" not in text[start:end]:
        end = start + len(text[start:end].rstrip('}"'))
    return start, end
