"""Facts from questions and replies: of two speakers, of lines headed "Q" and "A", in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from app.domain.notes.line import Span
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Part, Passage
from app.domain.notes.sentence import NAMED
from app.domain.notes.speech import words_start

_PREFIX = "fields."
_ASKS = re.compile(r"\s*(?:q|f|v|p|frage|vraag|question|pregunta)\s?\d{0,2}\s?[:.)–-]\s*")
_REPLIES = re.compile(
    r"\s*(?:a|r|ans|antwort|answer|antwoord|reponse|respuesta)\s?\d{0,2}\s?[:.)–-]\s*[\"'“]?"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "node_red_developers",
        re.compile(
            r"\bwho (?:builds?|develops?|writes|programs|makes|maintains)\b"
            r"|\bwer (?:entwickelt|baut)\b"
            r"|\bhow many (?:people|developers|devs|of you)\b|\bwie (?:bouwt|ontwikkelt)\b"
        ),
    ),
    ("node_red_sites", re.compile(r"\bhow many (?:sites|plants|locations)\b.*node.?red")),
    (
        "node_red_instances",
        re.compile(r"\bhow many(?: instances| node.?reds?| of (?:them|those|these)| boxes)?\?"),
    ),
    ("node_red_in_production", re.compile(r"\b(?:in production|all live|is (?:it|that) live)\?")),
    (
        "node_red_adopted",
        re.compile(r"\b(?:using|use|run|running|adopted|got|have) node.?red\b.*\?"),
    ),
)
_OTHER_NOUNS = frozenset({"site", "person", "machine", "artefact", "flow"})
_FACTS = frozenset(fact for fact, _ in _PATTERNS)


def replies(script: Manuscript) -> Iterator[tuple[str, Part]]:
    """The fact asked for, and the words that reply: in the next line, or right behind."""
    for passage in script.passages:
        if "?" in passage.text[:-1]:
            yield from _within(passage)
    for asked, reply in zip(script.passages, script.passages[1:], strict=False):
        if not asked.text.rstrip().endswith("?"):
            continue
        start = _reply_start(script, asked, reply)
        whole = (0, len(asked.text))
        fact = _asked_for(asked, whole) if start is not None else None
        if start is not None and fact is not None:
            yield fact, (reply, (start, len(reply.text)))


def _within(passage: Passage) -> Iterator[tuple[str, Part]]:
    """The questions of a line, and the sentence behind each."""
    for asked, reply in pairwise(passage.sentences):
        asks = passage.text[asked[1] - 1] == "?" and passage.text[reply[1] - 1] != "?"
        fact = _asked_for(passage, asked) if asks else None
        if fact is not None:
            yield fact, (passage, reply)


def _reply_start(script: Manuscript, asked: Passage, reply: Passage) -> int | None:
    """Where a line replies to the one before it; None when it does not."""
    if _ASKS.match(asked.folded) and (answers := _REPLIES.match(reply.folded)):
        return answers.end()
    asker, speaker = script.speakers[asked.index], script.speakers[reply.index]
    return words_start(reply) if asker and speaker and asker != speaker else None


def _asked_for(asked: Passage, span: Span) -> str | None:
    """The fact that a question is after; what it names in most words where it names several."""
    for fact, pattern in _PATTERNS:
        if pattern.search(asked.folded, *span):
            return fact
    words = asked.words_in(*span)
    hits = [hit for hit in asked.hits if words.start <= hit.first < words.stop]
    kinds = {hit.kind for hit in hits}
    if kinds.isdisjoint(NAMED) and not kinds.isdisjoint(_OTHER_NOUNS):
        return None  # "how many sites have you got?" asks for the size of the company
    named = [
        (hit.last - hit.first, -hit.first, hit.kind.removeprefix(_PREFIX))
        for hit in hits
        if hit.kind.removeprefix(_PREFIX) in _FACTS
    ]
    return max(named)[-1] if named else None
