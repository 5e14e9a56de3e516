"""The wire shape of a file of example deals: a deal in a few lines, and what it must be found."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.domain.verdict import Standing, Zone
from config.policy.wire import Text, Wire

DEAL_OWNER = "Maren Dekker"
"""The name of the owner of every example deal that has one."""


class PersonExample(Wire):
    """A HubSpot owner, with what decides whether they may grant a deviation."""

    name: Text
    email: Text | None = None
    teams: tuple[Text, ...] = ()


class NoteExample(Wire):
    """A note: where it hangs, when it was written (default: the day before), whose it is, its text.

    `by` is a person or just a name; DEAL_OWNER is the deal's owner. Without it nobody knows.
    """

    text: Annotated[str, Field(max_length=65_536)]
    by: PersonExample | Text | None = None
    on: Literal["deal", "contact", "company"] = "deal"
    written: date | None = None
    attachment: bool = False


class ContactExample(Wire):
    """A contact; a lead status that is not given is empty."""

    name: Text = "Petra Lang"
    lead_status: Text | None = None
    labels: tuple[Text, ...] = ()
    properties: dict[str, str | None] = Field(default_factory=dict)


class ActivityExample(Wire):
    """An e-mail, meeting or call with the first contact, on a day."""

    kind: Literal["email", "meeting", "call"]
    on: date
    direction: Literal["incoming", "outgoing", "unknown"] = "unknown"
    outcome: Text | None = None
    subject: str = ""


class MoveExample(Wire):
    """A value that a property was given on a day; a stage is given by its label."""

    value: Text | None
    on: date
    by: Text | None = None


class WaiverExample(Wire):
    """A waiver that was granted."""

    criterion: Text
    reason: Text
    by: Text
    until: date


class DealExample(Wire):
    """The deal; `unread` names parts that HubSpot did not give.

    `stages` are the labels of the pipeline's open stages in order, for a `history` of `dealstage`;
    `other_deals` are open at the same company.
    """

    pipeline: Text
    stage: Text
    closed: bool = False
    won: bool = False
    properties: dict[str, str | None] = Field(default_factory=dict)
    contacts: tuple[ContactExample, ...] = (ContactExample(lead_status="OPEN_DEAL"),)
    notes: tuple[NoteExample, ...] = ()
    waivers: tuple[WaiverExample, ...] = ()
    owner: Literal["active", "left", "none"] = "active"
    company: bool = True
    activities: tuple[ActivityExample, ...] = ()
    history: dict[str, tuple[MoveExample, ...]] = Field(default_factory=dict)
    stages: tuple[Text, ...] = ()
    other_deals: tuple[Text, ...] = ()
    unread: tuple[Literal["position", "contacts", "companies", "notes"], ...] = ()


class Expected(Wire):
    """What the verdict must say; a key that is not given is not looked at, save `blockers`.

    `unknown` are blockers that cannot be told, `warnings` and `hints` unmet findings of those
    severities. `finds` are some criteria that must be unmet and `passes` some that must be met,
    of any severity, whatever else is found.
    """

    standing: Standing
    blockers: tuple[Text, ...] = ()
    unknown: tuple[Text, ...] | None = None
    waived: tuple[Text, ...] | None = None
    warnings: tuple[Text, ...] | None = None
    hints: tuple[Text, ...] | None = None
    next_needs: tuple[Text, ...] | None = None
    finds: tuple[Text, ...] = ()
    passes: tuple[Text, ...] = ()
    zone: Zone | None = None
    earned: Text | None = None
    judged: bool | None = None


class Example(Wire):
    """One named deal. `allowed` says in one word whether it may stand where it stands."""

    name: Text
    allowed: bool
    now: date | None = None
    deal: DealExample
    expect: Expected


class ExamplesFile(Wire):
    """A whole file; `now` is when its deals are judged unless an example says otherwise."""

    now: date
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]
