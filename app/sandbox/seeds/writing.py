"""The ways in which this team's people write notes: the layouts, never the content.

A date in a text is written as `{date+45}` (45 days from now, `5 January 2027`), `{dmy+45}`
(`05.01.2027`) or `{month-30}` (`December 2026`), so that a story never grows old.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import escape

_DATE = re.compile(r"\{(date|dmy|month)([+-]\d+)\}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_WRAPPER = '<div style="" dir="auto" data-top-level="true">{}</div>'


def dated(text: str, now: datetime) -> str:
    """The text with its dates filled in."""

    def fill(match: re.Match[str]) -> str:
        moment = now + timedelta(days=int(match[2]))
        month = _MONTHS[moment.month - 1]
        forms = {
            "date": f"{moment.day} {month} {moment.year}",
            "dmy": f"{moment.day:02d}.{moment.month:02d}.{moment.year}",
            "month": f"{month} {moment.year}",
        }
        return forms[match[1]]

    return _DATE.sub(fill, text)


def lines(*pairs: tuple[str, str]) -> str:
    """As HubSpot's editor saves it: one paragraph per label, the label in bold."""
    paragraphs = (
        f'<p style="margin:0;"><strong>{escape(label)}</strong> {escape(text)}</p>'
        for label, text in pairs
    )
    return _WRAPPER.format("".join(paragraphs))


def whys(change: str, now: str, flowfuse: str) -> str:
    """The three whys, one paragraph each."""
    return lines(("Why change?", change), ("Why now?", now), ("Why FlowFuse?", flowfuse))


def headed(change: str, now: str, flowfuse: str) -> str:
    """The three whys as headings with the answer beneath."""
    answers = (("Why change?", change), ("Why now?", now), ("Why FlowFuse?", flowfuse))
    return "".join(f"<h3>{label}</h3><p>{escape(text)}</p>" for label, text in answers)


def listed(change: str, now: str, flowfuse: str) -> str:
    """The three whys as a list."""
    answers = (("Why change", change), ("Why now", now), ("Why FlowFuse", flowfuse))
    entries = "".join(f"<li><b>{label}</b>: {escape(text)}</li>" for label, text in answers)
    return f"<div>Recap of the call<ul>{entries}</ul></div>"


def shorthand(change: str, now: str, flowfuse: str) -> str:
    """The three whys as somebody types them on a train."""
    return f"WC: {change}\nWN: {now}\nWFF: {flowfuse}"


def questions(built: str, size: str, production: str, plans: str) -> str:
    """The four questions that make a lead sales-ready, with their answers."""
    return lines(
        ("Adopted Node-RED? What was built?", built),
        ("How many instances, how many people developing?", size),
        ("Used in production?", production),
        ("Plans for the next year?", plans),
    )


def operations(governed: str, standards: str, security: str, breakage: str) -> str:
    """What the team asks before a first meeting about how the customer runs things."""
    return lines(
        ("How are deployments governed?", governed),
        ("Who owns Node-RED standards?", standards),
        ("Who is responsible for security, access and updates?", security),
        ("What happens when something breaks?", breakage),
    )


def exits(**signals: str) -> str:
    """Exit signals of meetings: `exits(m1a="…", m1b="…")`."""
    return lines(*((f"Exit signal {name[1:]}:", text) for name, text in signals.items()))


def plain_exits(**signals: str) -> str:
    """The same without markup, the other way round: `1b exit: …`."""
    return "\n".join(f"{name[1:]} exit: {text}" for name, text in signals.items())
