"""The story: what AEs do in a morning, and what everybody should see afterwards.

Data, mostly: each move is one thing that a person does through HubSpot's API, with the outcome
that the portal and the channel have to show. The customers are invented. It contains no logic of
the service; if the policy changes what a move leads to, the expectations here have to change too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.demo.portal import AePortal

TITLES = {
    "why_change": "Why change?",
    "why_now": "Why now?",
    "why_flowfuse": "Why FlowFuse?",
    "lead_status_open_deal": "Lead status",
    "exit_1a": "Exit signal 1a",
    "exit_1b": "Exit signal 1b",
    "exit_2a": "Exit signal 2a",
    "exit_2b": "Exit signal 2b",
    "exit_3": "Exit signal 3",
}
"""What a message calls a blocker; one that blocks is named, one that does not is not."""

WHYS = frozenset({"why_change", "why_now", "why_flowfuse"})
DISCOVERY_SIGNALS = frozenset({"exit_1a", "exit_1b"})
SIGNALS_BEFORE_VALIDATE = DISCOVERY_SIGNALS | {"exit_2a", "exit_2b", "exit_3"}
LEAD_STATUS = frozenset({"lead_status_open_deal"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a deal has to show after a move.

    `blockers` are the codes in `ff_stage_blockers`. `slack` is what the deal's message in the
    channel says: "blocked" or "cleared". `says` are further words that it has to contain.
    """

    standing: str
    blockers: frozenset[str] = frozenset()
    zone: str = "unknown"
    earned: str | None = None
    slack: str = "blocked"
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that an AE does, to which deal of the cast, and what it leads to."""

    who: str
    does: str
    deal: str
    act: Callable[[Cast], object]
    expected: Expected


class Cast:
    """The records that the story creates, by the name under which the story knows them."""

    def __init__(self, portal: AePortal, now: Callable[[], datetime]) -> None:
        self.portal = portal
        self.ids: dict[str, str] = {}
        self._now = now
        self._pipelines = {name: portal.stages(name) for name in ("NR Scale", "Edge Connectivity")}
        self._owner = portal.owners()[0]["id"]

    def customer(self, name: str, first: str, last: str, lead_status: str) -> None:
        """A company with one contact."""
        domain = f"{name.partition(' ')[0].lower()}.example"
        company = self.portal.create("companies", {"name": name, "domain": domain})
        properties = {
            "firstname": first,
            "lastname": last,
            "email": f"{first}.{last}@{domain}".lower(),
            "lifecyclestage": "opportunity",
            "hs_lead_status": lead_status,
            "hubspot_owner_id": self._owner,
        }
        self.ids[f"{name}/company"] = company
        self.ids[f"{name}/contact"] = self.portal.create(
            "contacts", properties, [("companies", company)]
        )

    def open_deal(self, customer: str, title: str, amount: int, stage: str = "1-Discovery") -> None:
        """A deal on the NR Scale board for a customer of the cast."""
        pipeline, stages = self._pipelines["NR Scale"]
        properties = {
            "dealname": title,
            "pipeline": pipeline,
            "dealstage": stages[stage],
            "amount": str(amount),
            "hubspot_owner_id": self._owner,
        }
        self.ids[customer] = self.portal.create(
            "deals",
            properties,
            [
                ("contacts", self.ids[f"{customer}/contact"]),
                ("companies", self.ids[f"{customer}/company"]),
            ],
        )

    def move(self, customer: str, stage: str) -> None:
        """Drag a deal to another column of the board."""
        stages = self._pipelines["NR Scale"][1]
        self.portal.update("deals", self.ids[customer], {"dealstage": stages[stage]})

    def note(self, customer: str, text: str, on: str = "deals") -> str:
        """Write a note on the deal, the contact or the company."""
        suffix = {"deals": "", "contacts": "/contact", "companies": "/company"}[on]
        properties = {
            "hs_note_body": text,
            "hs_timestamp": self._now().astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "hubspot_owner_id": self._owner,
        }
        note = self.portal.create("notes", properties, [(on, self.ids[customer + suffix])])
        self.ids[f"{customer}/note"] = note
        return note

    def rewrite(self, customer: str, text: str) -> None:
        """Edit the last note of a customer."""
        self.portal.update("notes", self.ids[f"{customer}/note"], {"hs_note_body": text})

    def set_lead_status(self, customer: str, status: str) -> None:
        """Change the contact's lead status."""
        self.portal.update("contacts", self.ids[f"{customer}/contact"], {"hs_lead_status": status})


BRENNHOF, VESTERLUND, CALDERON = "Brennhof Molkerei", "Vesterlund Paper", "Calderon Aguas"

BRENNHOF_WHYS = """\
<p><b>Why change?</b> A flow edited by hand stopped the night filling line for six hours in May and
nobody could say which version had been running.</p>
<p><b>Why now?</b> The IFS Food audit is on 14 April next year and the auditor wants to see who
changed what.</p>
<p><b>Why FlowFuse?</b> Snapshots with rollback and role-based access; they tried Ignition and did
not want to rewrite their flows.</p>"""

BRENNHOF_FOOTPRINT = """\
<p>Node-RED is in production: 38 instances at 4 sites, 5 people develop on it. Next year they want
to build the energy monitoring of all plants with it.</p>
<p>Nobody owns the standards. Every plant deploys by hand as it likes, there is no governance, and
when something breaks they call whoever built it.</p>"""

BRENNHOF_MEETINGS = """\
<p><b>Exit signal 1a:</b> Operational pain is clear to both sides: six hours of lost filling, and
they agreed to look into the impact together.</p>
<p><b>Exit signal 1b:</b> They agreed on the impact (about 90,000 EUR a year), on the urgency before
the audit, and on evaluating two lines.</p>"""

BRENNHOF_REORGANISED = """\
<p>Update after the reorganisation: a central platform team now owns the Node-RED standards for all
plants. Deployments go through a change board and a CI pipeline, IT security is responsible for
updates and access, and every plant runs the same templates.</p>"""

VESTERLUND_PLACEHOLDERS = """\
<p>Why change? TBD<br>Why now? will ask on Thursday<br>Why FlowFuse? n/a</p>"""

VESTERLUND_ANSWERS = """\
<p>Why change? Two pulp digesters run flows that only one retired engineer understood; a failed
update cost them a day of production.</p>
<p>Why now? Their old gateway contract ends on 30 June next year and must be replaced before.</p>
<p>Why FlowFuse? Remote deployment to all devices at once and an audit log; a sister mill
recommended us.</p>
<p>They have not adopted Node-RED beyond a trial so far: 2 instances, 1 developer, not in
production. Next year they plan to connect all digesters with it.</p>"""

CALDERON_NOTES = """\
<p>Why change: three pumping stations were blind for a weekend because a password was shared and
changed.<br>Why now: the regulator's deadline for access control is 1 March next year.<br>
Why FlowFuse: single sign-on, role-based access and device groups.</p>
<p>Node-RED adopted: telemetry of all stations. 21 instances, 3 developers, in production. Next
year: leak detection.</p>"""


def _brennhof_is_opened(cast: Cast) -> None:
    cast.customer(BRENNHOF, "Petra", "Lang", "OPEN_DEAL")
    cast.open_deal(BRENNHOF, "Brennhof Molkerei – platform for 4 plants", 84_000)


def _vesterlund_is_opened(cast: Cast) -> None:
    cast.customer(VESTERLUND, "Lars", "Holm", "OPEN_DEAL")
    cast.note(VESTERLUND, VESTERLUND_PLACEHOLDERS, on="contacts")
    cast.open_deal(VESTERLUND, "Vesterlund Paper – digesters", 32_500)


def _calderon_is_opened(cast: Cast) -> None:
    cast.customer(CALDERON, "Inés", "Calderón", "CONNECTED")
    cast.note(CALDERON, CALDERON_NOTES, on="companies")
    cast.open_deal(CALDERON, "Calderon Aguas – pumping stations", 57_000)


STORY: tuple[Move, ...] = (
    Move(
        who="Petra Lang's AE",
        does="opens a deal for Brennhof Molkerei; there is not one note anywhere",
        deal=BRENNHOF,
        act=_brennhof_is_opened,
        expected=Expected("blocked", WHYS, earned="1-Discovery"),
    ),
    Move(
        who="The AE",
        does="moves the deal to 2-Diagnose all the same",
        deal=BRENNHOF,
        act=lambda cast: cast.move(BRENNHOF, "2-Diagnose"),
        expected=Expected(
            "blocked",
            WHYS | DISCOVERY_SIGNALS,
            earned="1-Discovery",
            says=("2-Diagnose",),
        ),
    ),
    Move(
        who="The AE",
        does="writes the three whys into a note on the contact",
        deal=BRENNHOF,
        act=lambda cast: cast.note(BRENNHOF, BRENNHOF_WHYS, on="contacts"),
        expected=Expected("blocked", DISCOVERY_SIGNALS, earned="1-Discovery"),
    ),
    Move(
        who="The AE",
        does="adds what runs at the customer to the same contact",
        deal=BRENNHOF,
        act=lambda cast: cast.note(BRENNHOF, BRENNHOF_FOOTPRINT, on="contacts"),
        expected=Expected("blocked", DISCOVERY_SIGNALS, zone="Z4", earned="1-Discovery"),
    ),
    Move(
        who="The AE",
        does="writes up what the two discovery meetings ended with",
        deal=BRENNHOF,
        act=lambda cast: cast.note(BRENNHOF, BRENNHOF_MEETINGS),
        expected=Expected("clear", zone="Z4", earned="2-Diagnose", slack="cleared"),
    ),
    Move(
        who="Another AE",
        does="opens a deal for Vesterlund Paper; the contact's note says TBD three times",
        deal=VESTERLUND,
        act=_vesterlund_is_opened,
        expected=Expected("blocked", WHYS, earned="1-Discovery", says=("TBD",)),
    ),
    Move(
        who="The AE",
        does="replaces the placeholders with what the customer said",
        deal=VESTERLUND,
        act=lambda cast: cast.rewrite(VESTERLUND, VESTERLUND_ANSWERS),
        expected=Expected("clear", earned="1-Discovery", slack="cleared"),
    ),
    Move(
        who="A third AE",
        does="opens a deal for Calderon Aguas; the notes are fine, the lead status says Connected",
        deal=CALDERON,
        act=_calderon_is_opened,
        expected=Expected("blocked", LEAD_STATUS, earned="1-Discovery"),
    ),
    Move(
        who="The AE",
        does="puts the lead status right",
        deal=CALDERON,
        act=lambda cast: cast.set_lead_status(CALDERON, "OPEN_DEAL"),
        expected=Expected("clear", earned="1-Discovery", slack="cleared"),
    ),
    Move(
        who="The AE",
        does="gets carried away and skips to 4-Validate",
        deal=CALDERON,
        act=lambda cast: cast.move(CALDERON, "4-Validate"),
        expected=Expected("blocked", SIGNALS_BEFORE_VALIDATE, earned="1-Discovery"),
    ),
    Move(
        who="The AE",
        does="thinks better of it and moves the deal back to 1-Discovery",
        deal=CALDERON,
        act=lambda cast: cast.move(CALDERON, "1-Discovery"),
        expected=Expected("clear", earned="1-Discovery", slack="cleared"),
    ),
    Move(
        who="Petra Lang's AE",
        does="notes that Brennhof has put a platform team in charge: the customer has moved",
        deal=BRENNHOF,
        act=lambda cast: cast.note(BRENNHOF, BRENNHOF_REORGANISED, on="companies"),
        expected=Expected("clear", zone="Z1", earned="2-Diagnose", slack="cleared"),
    ),
)
