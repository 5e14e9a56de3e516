"""Facts from conversations: a question of one speaker and what the next one replies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Part
from app.domain.notes.speech import words_start

_QUESTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "node_red_developers",
        re.compile(
            r"\bwho (?:builds?|develops?|writes|programs|makes)\b"
            r"|\bhow many (?:people|developers|devs)\b|\bwer (?:entwickelt|baut)\b"
        ),
    ),
    (
        "node_red_instances",
        re.compile(r"\bhow many(?: instances| node.?reds?| of (?:them|those|these)| boxes)?\?"),
    ),
    ("node_red_sites", re.compile(r"\bhow many (?:sites|plants|locations)\b.*node.?red")),
    ("node_red_in_production", re.compile(r"\b(?:in production|all live|is (?:it|that) live)\?")),
    (
        "node_red_adopted",
        re.compile(r"\b(?:using|use|run|running|adopted|got|have) node.?red\b.*\?"),
    ),
)


def replies(script: Manuscript) -> Iterator[tuple[str, Part]]:
    """The fact asked for, and the words that reply."""
    for asked, reply in zip(script.passages, script.passages[1:], strict=False):
        asker, speaker = script.speakers[asked.index], script.speakers[reply.index]
        if not asker or not speaker or asker == speaker or not asked.text.rstrip().endswith("?"):
            continue
        for fact, pattern in _QUESTIONS:
            if pattern.search(asked.folded):
                yield fact, (reply, (words_start(reply), len(reply.text)))
                break
