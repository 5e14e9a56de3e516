"""What the first words or the shape of a text decide, before its clauses are weighed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.domain.notes.answer import QuestionKind, ReasonCode
from app.domain.notes.denial import dropped, solved, withdrawn
from app.domain.notes.stretch import Opinion, Stretch, asked, blank, unclear
from app.domain.notes.tongue import is_foreign

_LETTER = re.compile(r"[^\W_]")
_SIGNS = re.compile(r"[?–—✅☑✔…._-]")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|\S+\.(?:docx?|pptx?|pdf|xlsx?|png|jpe?g)\b", re.IGNORECASE
)
_PLAIN_WORD = re.compile(r"(?<!\S)[^\W_][^\s./]*(?!\S)")  # no part of a link
_ASKING = re.compile(
    r"[\s\"'(]*(?:(?:and|or|but|so|also|und|en|et|y)\s)?(?:what|why|who|when|which|how|is|are|do|does|any|was|wer|wann|wie|gibt|quel|qui"
    r"|que|cual|welke|wat|anything|something)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"@[\w.]+(?: [A-Z]\w+)?|[A-Z]\w+(?: [A-Z]\w+)?\s"
    r"(?:to (?:answer|confirm|fill in|provide|tell)|knows(?: it| that| this| more)?"
    r"|wei(?:ß|ss)(?: das| es)?|weet(?: het| dat)?|sait|le sait|lo sabe)\b\W*"
)
_GAP_TO_FILL = re.compile(r"\[[^\]]{1,30}\]|<[^>]{1,30}>|\{[^}]{1,30}\}|\.{4,}|_{3,}")
_CLOSING = re.compile(
    r"\W*(?:many thanks|thanks|thank you|thx|(?:kind |best |warm )?regards|best|cheers"
    r"|danke|vielen dank|(?:viele|beste|mit freundlichen|liebe) grusse|gruss"
    r"|merci|cordialement|bien a vous|(?:muchas )?gracias|(?:un )?saludos?"
    r"|(?:met vriendelijke |vriendelijke )?groet(?:en|jes)?|bedankt)\b"
)
_RATING = re.compile(r"\d{1,3}\s?(?:/\s?(?:5|10|100)|%|von 10|out of (?:5|10))")
_SCORE = re.compile(r"[0-9]|10")
_WHY_KINDS = frozenset({QuestionKind.REASON, QuestionKind.TIMING, QuestionKind.VALUE})
_TIME_SLOT = re.compile(
    r"\((?:[^()]{0,30}[\s,])?\d{1,3}\s?(?:min|mins|minutes|minuten|minutos|')\.?\)?"
    r"|\((?:all|everyone|alle|allen|tous|todos|iedereen)\)"
)
_STATEMENT = re.compile(r"[^.!?\s][.!](?:\s|$)")
_SENTENCE_MARK = re.compile(r"[.!?]+(?=\s|$)")
_PITCH = re.compile(
    r"\bflowfuse (?:is (?:the|a|an) |lets|enables|offers|provides|adds|helps|allows|deserves"
    r"|makes it easy)"
    r"|\bour (?:platform|product|solution) (?:is|lets|enables|offers|provides|helps|allows)"
    r"|\bwe (?:offer|provide|help (?:companies|teams|customers|you)|are the (?:leading|only))\b"
    r"|\bwe(?:'re| are| have) (?:the |simply |just )*(?:market|largest|biggest|best|leading|fastest"
    r"|most|number one|no\.? ?1)\b"
    r"|\byour (?:node-red|flows|business|company|plants?|machines)\b"
    r"|\bwe (?:built|created|invented|founded|started|make) (?:node-red|flowfuse)\b"
)
_THEIRS = re.compile(r"\b(?:they|them|their|he|his|him|she|her|hers|customer|colleague|prospect)\b")
_DIGIT = re.compile(r"\d")
_MAX_WORDS_CLOSING = 6
_HELPERS = frozenset({"hint", "sample"})
_MAX_WORDS_QUESTION = 4
_MAX_WORDS_TO_ASK = 5
_MAX_WORDS_HEDGED = 6
_MAX_WORDS_MERIT = 8
_MIN_EMPTY_PHRASES = 2
_MIN_EMPTY_SHARE = 0.25


def opening_opinion(stretch: Stretch) -> Opinion | None:
    """The opinion that the opening already gives; None when the clauses have to be weighed."""
    plain = stretch.passage.kinds.isdisjoint(_TELLING)
    for check in _CHECKS_OF_FORM if plain else _CHECKS:
        if (opinion := check(stretch)) is not None:
            return opinion
    return None


def _without_words(stretch: Stretch) -> Opinion | None:
    text = stretch.text
    if not _LETTER.search(text):
        if _SIGNS.search(text) or not text.isascii():
            return blank(ReasonCode.PLACEHOLDER, "only signs, no words")
        return asked(ReasonCode.QUESTION_ONLY, "nothing follows the question")
    if stretch.kind in _WHY_KINDS and _SCORE.fullmatch(text.strip()):
        return blank(ReasonCode.PLACEHOLDER, "a score, no reason")
    if stretch.kind is not QuestionKind.TIMING and _RATING.fullmatch(text.strip()):
        return blank(ReasonCode.PLACEHOLDER, "a rating, no reason")
    linked = ("/" in text or "." in text) and not _PLAIN_WORD.search(text)
    if linked and not _LETTER.search(_URL.sub(" ", text)):
        return blank(ReasonCode.LINK_ONLY, "only a link")
    return None


def _foreign(stretch: Stretch) -> Opinion | None:
    if is_foreign(stretch):
        return unclear(ReasonCode.UNKNOWN_LANGUAGE, "in a language that is not read here")
    return None


def _template(stretch: Stretch) -> Opinion | None:
    if _GAP_TO_FILL.fullmatch(stretch.text.strip()):
        return asked(ReasonCode.TEMPLATE, "a gap to fill in")
    if _CLOSING.match(stretch.folded) and stretch.size <= _MAX_WORDS_CLOSING:
        return asked(ReasonCode.QUESTION_ONLY, "a mail ends behind its questions")
    if _TIME_SLOT.fullmatch(stretch.text.strip()):
        return asked(ReasonCode.TEMPLATE, "a slot of an agenda")
    if stretch.passage.kinds.isdisjoint(_HELPERS):
        return None
    if _is_helper(stretch) or _is_helper(_behind_questions(stretch)):
        return asked(ReasonCode.TEMPLATE, "helper text of a template")
    return None


def _commanded(stretch: Stretch) -> Opinion | None:
    """Text that tells its reader what to decide is an answer to nothing."""
    if stretch.has("commands"):
        return blank(ReasonCode.PLACEHOLDER, "an order to the reader, no answer")
    return None


def _is_helper(stretch: Stretch) -> bool:
    return any(stretch.opens_with(kind, 0) for kind in _HELPERS)


def _behind_questions(stretch: Stretch) -> Stretch:
    """What follows the questions that a text opens with: "What hurts? Any outage? e.g. …"."""
    text = stretch.text
    marks = list(_SENTENCE_MARK.finditer(text))
    last = next((i for i, mark in enumerate(marks) if "?" not in mark[0]), len(marks))
    return stretch._replace(start=stretch.start + marks[last - 1].end()) if last else stretch


def _question(stretch: Stretch) -> Opinion | None:
    """A text that only asks on ("any deadline? who signs?")."""
    text = stretch.text.strip()
    if stretch.kind is QuestionKind.FACT or not text.rstrip("\"')* ").endswith("?"):
        return None
    marks = _SENTENCE_MARK.findall(text)
    if len(marks) > 1:
        only_asks = all("?" in mark for mark in marks)
    else:
        short = stretch.size <= _MAX_WORDS_QUESTION
        only_asks = not _STATEMENT.search(text) and (short or bool(_ASKING.match(text)))
    return asked(ReasonCode.QUESTION_ONLY, "a question, no answer") if only_asks else None


def _to_ask(stretch: Stretch) -> Opinion | None:
    if stretch.opens_with("to_ask") and stretch.size <= _MAX_WORDS_TO_ASK:
        return blank(ReasonCode.PLACEHOLDER, "somebody is to be asked")
    if stretch.kind is not QuestionKind.FACT and _SOMEBODY.fullmatch(stretch.text.strip()):
        return blank(ReasonCode.PLACEHOLDER, "somebody else is to answer")
    return None


def _empty_talk(stretch: Stretch) -> Opinion | None:
    """Phrases that say nothing and make up a good part of a text without numbers."""
    passage = stretch.passage
    if "empty_talk" not in passage.kinds or _DIGIT.search(stretch.text):
        return None
    spans = [passage.span_of(hit) for hit in passage.hits if hit.kind == "empty_talk"]
    inside = [b - a for a, b in spans if a >= stretch.start and b <= stretch.end]
    length = stretch.end - stretch.start
    if len(inside) < _MIN_EMPTY_PHRASES or sum(inside) < _MIN_EMPTY_SHARE * length:
        return None
    return blank(ReasonCode.PLACEHOLDER, "talk without content")


def _ours(stretch: Stretch) -> Opinion | None:
    if stretch.kind is QuestionKind.FACT:
        return None
    if stretch.opens_with("guess") or _ends_as_guess(stretch):
        return blank(ReasonCode.SELLERS_VIEW, "the seller's own guess")
    if _PITCH.search(stretch.folded) and not _THEIRS.search(stretch.folded):
        return blank(ReasonCode.PITCH, "our own words about ourselves")
    return None


def _ends_as_guess(stretch: Stretch) -> bool:
    """Whether it closes with "…, I suppose" or "… (my view)"."""
    if "guess" not in stretch.passage.kinds:
        return False
    end = stretch.start + len(stretch.text.rstrip(" .!)"))
    spans = (stretch.passage.span_of(h) for h in stretch.passage.hits if h.kind == "guess")
    return any(a >= stretch.start and b >= end - 1 and b <= stretch.end for a, b in spans)


def _timing(stretch: Stretch) -> Opinion | None:
    if stretch.kind is not QuestionKind.TIMING:
        return None
    if stretch.opens_with("on_hold", 2) or stretch.has("indefinite"):
        return blank(ReasonCode.ON_HOLD, "the plan rests")
    if stretch.has("sellers_time"):
        return blank(ReasonCode.SELLERS_VIEW, "our date, not theirs")
    if stretch.opens_with("hedge", 2) and stretch.size <= _MAX_WORDS_HEDGED:
        return unclear(ReasonCode.HEDGED, "hedged")
    timed = stretch.has("time") or _DIGIT.search(stretch.text)
    if not timed and stretch.opens_with("merit", 2) and stretch.size <= _MAX_WORDS_MERIT:
        return blank(ReasonCode.WRONG_WHY, "speaks of the product, not of time")
    return None


def _signal(stretch: Stretch) -> Opinion | None:
    if stretch.kind is not QuestionKind.SIGNAL or stretch.has("agreed"):
        return None
    if stretch.opens_with("undecided", 2):
        return blank(ReasonCode.NOT_DECIDED, "nothing was agreed yet")
    return None


_CHECKS: Mapping[Callable[[Stretch], Opinion | None], frozenset[str]] = {
    _without_words: frozenset(),
    _foreign: frozenset(),
    _template: frozenset(),
    _commanded: frozenset({"commands"}),
    _question: frozenset(),
    withdrawn: frozenset({"denied"}),
    dropped: frozenset({"dropped"}),
    solved: frozenset({"solved"}),
    _to_ask: frozenset(),
    _empty_talk: frozenset({"empty_talk"}),
    _ours: frozenset(),
    _timing: frozenset({"on_hold", "indefinite", "sellers_time", "hedge", "merit"}),
    _signal: frozenset({"undecided"}),
}
"""The checks in their order, each with the classes of which it needs one to find anything."""

_TELLING = frozenset[str]().union(*_CHECKS.values())
_CHECKS_OF_FORM = tuple(check for check, classes in _CHECKS.items() if not classes)
"""Those that a line without any of the classes is left with; most lines are such."""
