"""Labels in running text: "when I asked why change he said …", "need to nail why now"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.domain.notes.answer import AnswerState, QuestionId, QuestionKind, ReasonCode
from app.domain.notes.candidate import ASKED, Candidate
from app.domain.notes.frame import Frame
from app.domain.notes.label import Mark, Place
from app.domain.notes.line import Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Passage
from app.domain.notes.stretch import Opinion, blank
from app.domain.notes.substance import judge_text

_QUOTES = "\"'”»"
_REPORT = re.compile(
    rf"[\s,{_QUOTES})?*_]*(?:(?:well|hm+|uh|um|erm|ok|okay)[\s,]+)*(?:(?:for|at|with|bei|fur|voor|pour|chez|para)\s+\w+\s+"
    r"|(?:here|there|hier|ici|aqui)\s+)?(?:"
    r"(?P<is>is|was|being|=|would be|seems to be|ist|war|est|es|fue)[\s,]+"
    r"(?:(?:basically|really|mainly|mostly|simply|clearly)\s+)?"
    r"(?:(?:that|dass|dat|que)\s+|(?:because|weil|omdat|porque)\s+|(?:simple|clear|easy)\s*[:,]\s*"
    r"|(?:one and )?the same(?: thing)?(?: (?:for|to) \w+)?\s*:\s*)?"
    r"|\w+\s+(?:just |only )?"
    r"(?:said|says|told (?:me|us)|answered|replied|explained|mentioned|described|named|cited|listed"
    r"|pointed to|referred to|brought up|talked about|spoke of|meinte|sagte|zei|a dit|dijo)"
    r"\s*[:,]?\s*(?:that\s+)?"
    r"|(?:come|comes|came|boil|boils)\s+down\s+to\s+"
    r"(?:(?:one thing|the same(?: thing)?)\s*:?\s*|(?:this|that)\s*:\s*)?"
    r"|(?:was |has been )?(?:changed|set|updated)\s(?:from\s[^\n]{1,120}?\s)?to\s[\"']?"
    r"|has (?:changed|moved|become clear|come up)\s*[,:–-]\s*"
    r"|(?:because|bc|weil|omdat|parce que|car|porque)\s+"
    r")"
)
_ASKED_ABOUT = re.compile(
    r"\b(?:asked|asks|ask|asking|explained|explain|explaining|wonders?|wondered|know|understand"
    r"|discussed|told (?:her|him|them))\s+(?:\w+\s+){0,2}$"
)
_BEFORE_IT = re.compile(r"(?:←|<[-=]{1,3}|\^|\()\s*$")
_EQUALS = re.compile(
    r"\s(?:=|=>|→|-{1,2}>)\s*(?:that(?:'s| is)\s+|this is\s+|c'est\s+|das ist\s+)?$"
)
_ANSWERS = re.compile(
    r"\s*(?:(?:the |his |her |their )?(?:answer|reply|response)(?:\s?[:=-]|\sis|\swas)\s*"
    r"|(?:antwort|antwoord|reponse|respuesta)\s?:\s*"
    r"|[\"'“„«]?(?=(?:because|weil|omdat|parce que|porque)\b))"
)
_RECALLS = re.compile(
    r"\b(?:you (?:asked|wanted to know|were asking)|sie (?:fragten|wollten wissen)"
    r"|(?:u|je|jullie) (?:vroeg|vroegen|wilde weten|wilden weten)"
    r"|vous (?:vouliez|voulez|souhaitiez) savoir|vous (?:demandiez|me demandez|nous demandez)"
    r"|(?:querian?|queria usted) saber|(?:me|nos) (?:pregunto|preguntaba|preguntabas|preguntaban))"
    r"(?: me| us| nous| also| auch)?[ ,:]+$"
)
"""Before a question that its reader once put, so that the next sentence answers it."""

_SPACE = re.compile(r"\s*")
_MAX_WORDS_BEHIND = 4
_SAYING = re.compile(
    r"(?:the|a)\s(?:(?:right|best|perfect|good|great|bad|wrong|terrible|difficult|strange|funny) )?"
    r"(?:time|moment)\b"
)
_POINT = re.compile(
    r"\b(?:point|question|topic|item|one|frage|punkt|vraag|punt|pregunta|punto)\s*\($"
)
_CLOSED = re.compile(r"\s*\?*\)[\s,:]*(?=\w)")
_AS_FOR = re.compile(
    r"\b(?:as for|as to|on|regarding|about|concerning|when it comes to|zum|zu|over|quant a"
    r"|en cuanto a)\s+(?:the\s+|their\s+)?[\"']?$"
)
_KEYED = re.compile(r"\(\s?=\s?$")
_KEY_CLOSED = re.compile(r"\s*\?*\)\s?[.:–-]\s*(?=\w)")
_COMMA = re.compile(r"[\"']?\s*,\s*")
_TURN = re.compile(rf"[\s{_QUOTES}?)]*[,–-]?\s*(?=\w)")
_LATER = re.compile(
    r"\b(?:(?:need|have|want|going|still|ask|prep) to|must|should|will|i'll|we'll|missing|homework"
    r"|reminder|next (?:call|time|week))\b"
)
_SILENT = re.compile(
    r"\b(?:nobody|no one|forgot|couldn|could not|didn|did not|doesn|no answer|turned around)\b"
)
_DEFLECTED = re.compile(
    rf"[\s{_QUOTES})?,]*(?:\w+\s+)?(?:turned (?:it |the question )?around|dodged|deflected|laughed"
    r"|shrugged|changed the subject|asked (?:me|us) back)"
)
_MAX_QUESTION_TAIL_CHARACTERS = 80
_MIN_ANSWER_CHARACTERS = 4
_Read = tuple[Opinion, Span]
_SAYS_SILENCE = blank(ReasonCode.PLACEHOLDER, "says that nobody answered")


class _Mention(NamedTuple):
    """A label inside a sentence; `stop` is where the sentence or the next label begins."""

    passage: Passage
    mark: Mark
    sentence: Span
    stop: int
    kind: QuestionKind

    @property
    def before(self) -> str:
        return self.passage.folded[: self.mark.start]

    def judged(self, start: int, end: int) -> _Read:
        """The opinion on part of the line, without the signs around it."""
        text = self.passage.text
        while start < end and text[start] in " ,:;-–—":
            start += 1
        while end > start and text[end - 1] in " ,;(":
            end -= 1
        return judge_text(self.passage, start, end, self.kind), (start, end)


def read_mention(
    script: Manuscript, passage: Passage, mark: Mark, following: int | None
) -> Iterator[Candidate]:
    """The candidates of a label that no sign sets apart from its sentence; often none."""
    sentence = passage.sentence_at(mark.start)
    stop = sentence[1] if following is None else min(sentence[1], following)
    asking = script.frames[passage.index] is Frame.ASKING
    for question in mark.questions:
        mention = _Mention(passage, mark, sentence, stop, script.kinds[question])
        read = (ASKED, (mark.start, mark.start)) if asking else _read(mention)
        if read is not None:
            yield _candidate(mention, question, *read)


def _candidate(mention: _Mention, question: QuestionId, opinion: Opinion, span: Span) -> Candidate:
    passage, mark = mention.passage, mention.mark
    base = passage.line.start
    label = passage.text[mark.start : mark.end]
    return Candidate(
        question, passage.index, mark.place, label, base + span[0], base + span[1], opinion
    )


def _read(mention: _Mention) -> _Read | None:
    """The first of the readings that fits; None when the label is only words."""
    return next((read for reading in _READINGS if (read := reading(mention)) is not None), None)


def _preceding(mention: _Mention) -> _Read | None:
    """The answer stands before "← why now" or "(why now)": the rest of its sentence."""
    before = mention.passage.text[: mention.mark.start]
    ends = not mention.passage.text[mention.mark.end : mention.stop].strip(" .!;)")
    arrow = _BEFORE_IT.search(before) or (_EQUALS.search(before) if ends else None)
    if _KEYED.search(before) and (
        close := _KEY_CLOSED.match(mention.passage.text, mention.mark.end)
    ):
        return mention.judged(close.end(), len(mention.passage.text))
    if arrow is None:
        return None
    if _POINT.search(mention.before) and (
        close := _CLOSED.match(mention.passage.text, mention.mark.end)
    ):
        return mention.judged(close.end(), mention.stop)
    end = arrow.start()
    start = mention.passage.sentence_at(max(0, end - 1))[0]
    return mention.judged(start, end) if end - start >= _MIN_ANSWER_CHARACTERS else None


def _reported(mention: _Mention) -> _Read | None:
    """The answer is told: "why change is that …", "when I asked why now she said …"."""
    match = _REPORT.match(mention.passage.folded, mention.mark.end, mention.stop)
    if match is None or (match["is"] and _ASKED_ABOUT.search(mention.before)):
        return None
    if _SAYING.match(mention.passage.folded, match.end(), mention.stop):
        return None
    read = mention.judged(match.end(), mention.stop)
    return None if read[0].state is AnswerState.ASKED_ONLY else read


def _as_for(mention: _Mention) -> _Read | None:
    """The sentence turns to the question: "as for why us, he …"."""
    rest = _COMMA.match(mention.passage.folded, mention.mark.end, mention.stop)
    opens = mention.sentence[0] == mention.mark.start
    if rest is None or not (opens or _AS_FOR.search(mention.before)):
        return None
    enough = mention.stop - rest.end() >= _MIN_ANSWER_CHARACTERS
    if not enough or mention.passage.has("unasked", rest.end(), mention.stop):
        return None
    return mention.judged(rest.end(), mention.stop)


def _in_next(mention: _Mention) -> _Read | None:
    """The next sentence says that it answers: "I asked why now. Answer: …"."""
    passage, end = mention.passage, mention.sentence[1]
    if passage.text[mention.mark.end : end].count(" ") > _MAX_WORDS_BEHIND:
        return None
    opens = _ANSWERS.match(passage.folded, end)
    if opens is None and _RECALLS.search(mention.before):
        opens = _SPACE.match(passage.folded, end)
    if opens is None or opens.end() == len(passage.text):
        return None
    return mention.judged(opens.end(), passage.sentence_at(opens.end())[1])


def _in_question(mention: _Mention) -> _Read | None:
    end = mention.sentence[1]
    asks = mention.passage.text[end - 1] == "?"
    if asks and end - mention.mark.end < _MAX_QUESTION_TAIL_CHARACTERS:
        return ASKED, (mention.mark.start, mention.mark.start)
    return None


def _silence(mention: _Mention) -> _Read | None:
    """The sentence tells that no answer came."""
    passage, sentence = mention.passage, mention.sentence
    deflected = _DEFLECTED.match(passage.folded, mention.mark.end, mention.stop)
    text = passage.folded[slice(*sentence)]
    later = _LATER.search(text) and not _SILENT.search(text)
    if later or not (deflected or passage.has("unasked", *sentence)):
        return None
    after = _TURN.match(passage.folded, mention.mark.end, mention.stop)
    if after is None or mention.stop - after.end() < _MIN_ANSWER_CHARACTERS:
        return _SAYS_SILENCE, sentence
    return _SAYS_SILENCE, mention.judged(after.end(), mention.stop)[1]


def _to_do(mention: _Mention) -> _Read | None:
    """The question still has to be asked, or stands there alone."""
    passage, mark, stop = mention.passage, mention.mark, mention.stop
    alone = mark.place is Place.BARE and not passage.text[mark.end : stop].strip(" .,;)*_")
    asks = passage.text[stop - 1 : stop] == "?"
    if (
        alone
        or asks
        or passage.has("todo", *mention.sentence)
        or passage.has("asking", *mention.sentence)
    ):
        return ASKED, (mark.start, mark.start)
    return None


_READINGS: tuple[Callable[[_Mention], _Read | None], ...] = (
    _preceding,
    _reported,
    _as_for,
    _in_next,
    _in_question,
    _silence,
    _to_do,
)
