"""The few Block Kit shapes that messages and modals are built of.

Refuses to escape: texts come in as mrkdwn that `markup` has made harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Block = Mapping[str, object]


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(text)}


def context(text: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def actions(elements: Sequence[Block], block_id: str) -> Block:
    """A row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(text: str, action: str, value: str, *, primary: bool = False) -> Block:
    """A button; `value` comes back with the press."""
    style = {"style": "primary"} if primary else {}
    return {
        "type": "button",
        "text": plain(text),
        "action_id": action,
        "value": value,
        **style,
    }


def mrkdwn(text: str) -> Block:
    """Text with markup of ours alone."""
    # Verbatim: Slack makes no links or mentions of its own out of what people wrote.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str) -> Block:
    """Text without any markup."""
    return {"type": "plain_text", "text": text, "emoji": False}
