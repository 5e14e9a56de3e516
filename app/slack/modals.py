"""The two forms that people fill in: missing answers, and a deviation.

Pure, and escaped like messages. A form asks for nothing that is known: an answer for each heading
that is open, with what was found so far beside it; a deviation from what this person may waive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import orjson

from app.domain.masking import mask_secrets
from app.domain.verdict import Finding, Subject

from .blocks import Block, plain, section
from .markup import link, printable, shown
from .message import MAX_NAME_CHARS, MAX_QUOTES, MAX_TITLE_CHARS, quote, sentence
from .requests import MAX_ANSWER_CHARS
from .style import Act
from .words import lead

MAX_INPUTS = 20
MAX_HINT_CHARS = 150
MAX_OPTION_CHARS = 75
MAX_REASON_CHARS = 1_000
CRITERION, REASON, UNTIL = "criterion", "reason", "until"
TITLES = {
    Act.ANSWER: ("Answer now", "Save as a note"),
    Act.DEVIATE: ("Record a deviation", "Record"),
}
FIELD = "field"
"""The action id of every input; the block tells them apart."""


def answer_modal(
    subject: Subject, findings: Sequence[Finding], channel: str, *, quotes: bool
) -> Block:
    """Asks for the answers to what is open in these findings."""
    blocks = [section(f"*{link(subject.link, subject.name, MAX_NAME_CHARS)}*")]
    for finding, headings in by_finding(findings):
        blocks.append(section("\n".join(_found(finding, quotes=quotes))))
        blocks += [_answer(heading, finding) for heading in headings]
    return _modal(Act.ANSWER, subject, channel, blocks)


def by_finding(findings: Sequence[Finding]) -> Iterator[tuple[Finding, list[str]]]:
    """Each finding with the headings that it is the first to ask for, MAX_INPUTS in all."""
    asked: set[str] = set()
    for finding in findings:
        new = [heading for heading in finding.headings if heading not in asked]
        new = list(dict.fromkeys(new))[: MAX_INPUTS - len(asked)]
        asked.update(new)
        if new:
            yield finding, new


def deviation_modal(
    subject: Subject, criteria: Sequence[tuple[str, str]], channel: str, last_day: date
) -> Block:
    """Asks for a deviation from one of these criteria (code and title), until that day at most."""
    options = [
        {"text": plain(_cut(title, MAX_OPTION_CHARS) or code), "value": code}
        for code, title in criteria[:100]
    ]
    blocks = [
        section(f"*{link(subject.link, subject.name, MAX_NAME_CHARS)}*"),
        _input(
            CRITERION,
            "What the deal deviates from",
            {"type": "static_select", "action_id": FIELD, "options": options},
        ),
        _input(
            REASON,
            "Why",
            {
                "type": "plain_text_input",
                "action_id": FIELD,
                "multiline": True,
                "max_length": MAX_REASON_CHARS,
            },
        ),
        _input(
            UNTIL,
            "Until",
            {"type": "datepicker", "action_id": FIELD},
            hint=f"The last day on which it holds, {last_day.isoformat()} at the latest.",
        ),
    ]
    return _modal(Act.DEVIATE, subject, channel, blocks)


def _found(finding: Finding, *, quotes: bool) -> Iterator[str]:
    yield f"*{shown(finding.title, MAX_TITLE_CHARS)}*"
    evidence = finding.evidence[:MAX_QUOTES] if quotes else ()
    if finding.message:
        yield sentence(lead(finding, quoted_below=bool(evidence), quotes=quotes))
    yield from map(quote, evidence)


def _answer(heading: str, finding: Finding) -> Block:
    field = {
        "type": "plain_text_input",
        "action_id": FIELD,
        "multiline": True,
        "max_length": MAX_ANSWER_CHARS,
    }
    hint = mask_secrets(finding.fix)
    return {**_input(heading_block(heading), heading, field, hint=hint), "optional": True}


def heading_block(heading: str) -> str:
    """The block of an answer: its heading, as far as a block's id may hold it."""
    return heading[:200]


def _input(block: str, label: str, element: Block, *, hint: str = "") -> Block:
    made: dict[str, object] = {
        "type": "input",
        "block_id": block,
        "label": plain(_cut(label, MAX_TITLE_CHARS) or "Answer"),
        "element": element,
    }
    if told := _cut(hint, MAX_HINT_CHARS):
        made["hint"] = plain(told)
    return made


def _modal(act: Act, subject: Subject, channel: str, blocks: Sequence[Block]) -> Block:
    title, submit = TITLES[act]
    return {
        "type": "modal",
        "callback_id": act,
        "private_metadata": orjson.dumps({"deal": subject.deal_id, "channel": channel}).decode(),
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "blocks": list(blocks),
    }


def _cut(text: str, limit: int) -> str:
    line = printable(text)
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
