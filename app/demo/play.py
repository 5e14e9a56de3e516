"""Plays the story, prints what each move led to, and checks the end state.

The readable account is also the test: every line is read back from the portal and the channel, and
the first difference from what the story expects is what the exit code reports. It refuses to go on
after a difference, because what follows would be noise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.demo.portal import AePortal
from app.demo.story import TITLES, Cast, Expected, Move

T = TypeVar("T")

WAIT_SECONDS = 15
POLL_SECONDS = 0.1
OWN = (
    "ff_standing",
    "ff_stage_blockers",
    "ff_zone",
    "ff_earned_stage",
    "ff_blocker_summary",
    "ff_next_stage_needs",
)


class Difference(Exception):
    """The portal or the channel does not show what the story expects; the text says where."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a deal showed after a move, and how long it took to get there, in seconds."""

    properties: dict[str, str | None]
    message: dict[str, Any] | None
    written_seconds: float
    said_seconds: float


class Play:
    """One performance of a story on a stage that is ready."""

    def __init__(self, portal: AePortal, cast: Cast, console: Console) -> None:
        self._portal = portal
        self._cast = cast
        self._console = console

    def perform(self, story: tuple[Move, ...]) -> None:
        """Play every move and check the end. Raises Difference."""
        for number, move in enumerate(story, 1):
            self._console.print(f"\n[bold]{number}. {escape(move.who)}[/bold] {escape(move.does)}.")
            started = time.monotonic()
            move.act(self._cast)
            acted = time.monotonic()
            seen = self._await(move, acted)
            self._tell(seen, acted - started)
        self._check_the_end(story)

    def _await(self, move: Move, acted: float) -> Seen:
        deal = self._cast.ids[move.deal]
        properties = self._until(
            lambda: self._portal.read("deals", deal, OWN),
            lambda found: property_difference(found, move.expected),
            move.deal,
        )
        written = time.monotonic() - acted
        message = self._until(
            lambda: self._message(deal),
            lambda found: message_difference(found, move.expected),
            move.deal,
        )
        return Seen(properties, message, written, time.monotonic() - acted)

    def _until(self, read: Callable[[], T], difference: Callable[[T], str | None], deal: str) -> T:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found = read()
            missing = difference(found)
            if missing is None:
                return found
            if time.monotonic() > deadline:
                message = f"{deal}: after {WAIT_SECONDS} s {missing}"
                raise Difference(message)
            time.sleep(POLL_SECONDS)

    def _message(self, deal: str) -> dict[str, Any] | None:
        """The newest message of the channel that is about this deal."""
        told = self._told(deal)
        return told[-1] if told else None

    def _told(self, deal: str) -> list[dict[str, Any]]:
        """Every message of the channel that is about this deal, oldest first; no line beneath."""
        told = [m for m in self._portal.messages() if m.get("thread_ts", m["ts"]) == m["ts"]]
        return [m for m in told if payload_of(m).get("deal_id") == deal]

    def _tell(self, seen: Seen, act_seconds: float) -> None:
        own = seen.properties
        line = self._console.print
        blockers = (own["ff_stage_blockers"] or "").replace(";", ", ") or "none"
        line(
            f"   HubSpot   standing [bold]{escape(own['ff_standing'] or '')}[/bold], "
            f"zone {escape(own['ff_zone'] or '')}, earned {escape(own['ff_earned_stage'] or '')}"
        )
        line(f"             blockers: {escape(blockers)}")
        if seen.message is not None:
            edits = len(seen.message.get("edits", ()))
            shown = str(seen.message.get("text", "")).splitlines()
            line(
                f"   Slack     {escape(shown[0] if shown else '')}"
                + (f"  [dim](edited {edits}×)[/dim]" if edits else "")
            )
        line(
            f"   [dim]the AE's calls took {act_seconds:.2f} s; readable in HubSpot "
            f"{seen.written_seconds:.2f} s later, in Slack after {seen.said_seconds:.2f} s[/dim]"
        )

    def _check_the_end(self, story: tuple[Move, ...]) -> None:
        """Every deal once more, at rest: the last word of each has to still stand."""
        table = Table(title="At the end", title_justify="left")
        for heading in ("deal", "standing", "zone", "blockers", "messages", "channel says"):
            table.add_column(heading)
        final = {move.deal: move.expected for move in story}
        for name, expected in final.items():
            deal = self._cast.ids[name]
            own = self._portal.read("deals", deal, OWN)
            shown = self._message(deal)
            difference = property_difference(own, expected) or message_difference(shown, expected)
            if difference:
                message = f"{name}: at the end {difference}"
                raise Difference(message)
            table.add_row(
                name,
                own["ff_standing"],
                own["ff_zone"],
                own["ff_stage_blockers"] or "–",
                str(len(self._told(deal))),
                message_state(shown) or "–",
            )
        self._console.print()
        self._console.print(table)


def property_difference(found: dict[str, str | None], expected: Expected) -> str | None:
    """What the deal's properties lack to be as expected; None when nothing."""
    blockers = frozenset(filter(None, (found["ff_stage_blockers"] or "").split(";")))
    wanted = {
        "ff_standing": (found["ff_standing"], expected.standing),
        "ff_stage_blockers": (blockers, expected.blockers),
        "ff_zone": (found["ff_zone"], expected.zone),
    }
    if expected.earned is not None:
        wanted["ff_earned_stage"] = (found["ff_earned_stage"], expected.earned)
    for name, (is_now, should_be) in wanted.items():
        if is_now != should_be:
            return f"{name} is {_plain(is_now)}, expected {_plain(should_be)}"
    return None


def message_difference(found: dict[str, Any] | None, expected: Expected) -> str | None:
    """What the deal's message lacks to be as expected; None when nothing."""
    state = message_state(found)
    if state != expected.slack:
        return f"the channel says {state or 'nothing'}, expected {expected.slack}"
    said = str(found["blocks"]) if found else ""
    for words in expected.says:
        if words not in said:
            return f"the message does not say {words!r}"
    for code, title in TITLES.items() if state == "blocked" else ():
        if (code in expected.blockers) is not (title in said):
            return (
                f"the message is {'silent' if code in expected.blockers else 'loud'} on {title!r}"
            )
    return None


def message_state(message: dict[str, Any] | None) -> str | None:
    """Whether a message says blocked or cleared, from the metadata that it carries."""
    if message is None:
        return None
    return str(payload_of(message).get("kind"))


def payload_of(message: dict[str, Any]) -> dict[str, Any]:
    """What a message says to programs; empty for one of somebody else's."""
    found: dict[str, Any] = message.get("metadata", {}).get("event_payload", {})
    return found


def _plain(value: object) -> str:
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(value)) + "}"
    return repr(value)
