"""`dealgate waive` and `dealgate waivers`: grant, revoke and list documented deviations."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.commands.common import (
    Exit,
    JsonOption,
    complaints,
    console,
    print_json,
    refuse_writes,
    runtime,
)

if TYPE_CHECKING:
    from app.controller.granting import Done
    from app.domain.deal import Owner
    from app.ports import RecordedWaiver
    from app.wiring import Runtime

DealArgument = Annotated[str, typer.Argument(metavar="DEAL_ID", help="The deal's id in HubSpot.")]


def waive(
    deal_id: DealArgument,
    criterion: Annotated[str, typer.Argument(help="Its code, or its title.")],
    *,
    reason: Annotated[str, typer.Option(help="Why the deal deviates.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day, as 2027-03-31.")] = "",
    by: Annotated[
        str, typer.Option(metavar="EMAIL", help="Who grants it; default: your login name.")
    ] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="End it instead.")] = False,
) -> None:
    """Let a deal deviate from one criterion until a day, on record in HubSpot.

    Exit code 2 when the policy does not allow it.
    """
    from app.controller.granting import Granting
    from app.domain.deal import DealId
    from app.ports import Refused

    key = DealId(_checked_id(deal_id))
    last_day = None if revoke else _day(until)
    if not revoke and not reason.strip():
        _refuse("--reason is missing: a deviation without a reason is not documented")
    with runtime() as built:
        refuse_writes(built)
        granting = Granting(
            policy=built.policy,
            judge=built.judge,
            ledger=built.ledger,
            notes=built.crm,
            clock=built.clock,
        )
        try:
            person = _person(built, by)
            if last_day is None:
                done = granting.revoke(key, criterion, reason=reason, person=person)
            else:
                done = granting.grant(key, criterion, reason=reason, until=last_day, person=person)
        except Refused as refused:
            _refuse(str(refused))
    console.print(_told(done, revoked=revoke), markup=False)


def waivers(
    deal: Annotated[str, typer.Option(metavar="DEAL_ID", help="Only those of this deal.")] = "",
    lapsing: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="Only those that lapse this soon.")
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that are over.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List documented deviations, soonest to lapse first."""
    wanted = _checked_id(deal) if deal else None
    with runtime() as built:
        now = built.clock.now()
        before = None if lapsing is None else now + timedelta(days=lapsing)
        found = [
            each
            for each in built.ledger.waivers(lapsing_before=before, with_ended=ended)
            if wanted in (None, each.deal_id) and (ended or each.waiver.until > now)
        ]
        known = built.ledger.recorded({each.deal_id for each in found})
    rows = [
        _row(each, known[each.deal_id].verdict.subject.name if each.deal_id in known else "", now)
        for each in found
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        console.print(_line(row), markup=False)
    if not rows:
        console.print("No waivers.")


def _checked_id(text: str) -> str:
    if not text.isdecimal():
        _refuse(f"{text!r} is not a deal id: it is a number, as in the deal's address")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        _refuse(f"--until {text!r} is not a day: write it as in 2027-03-31")


def _refuse(message: str) -> NoReturn:
    complaints.print(message, markup=False)
    raise typer.Exit(Exit.WRONG_USE)


def _person(built: Runtime, address: str) -> Owner:
    """The owner with this address, or somebody who is none of HubSpot's owners."""
    from app.domain.deal import Owner, OwnerId, Unread
    from app.ports import Refused

    if not address:
        return Owner(OwnerId(""), f"{_login()} (by command)", None, active=True)
    owner = built.crm.portal.owner_at(address)
    if isinstance(owner, Unread):
        message = f"who {address} is could not be read: {owner.reason}"
        raise Refused(message)
    if owner is None:
        return Owner(OwnerId(""), address, address, active=True)
    if not owner.active:
        message = f"{owner.name} ({address}) has left; name somebody who is still there"
        raise Refused(message)
    return owner


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "somebody"


def _told(done: Done, *, revoked: bool) -> str:
    name = f"“{done.criterion.title}” ({done.criterion.id})"
    if revoked:
        said = f"{name} is waived no longer"
    else:
        (waiver,) = done.waivers
        said = f"{name} is waived until {waiver.until:%Y-%m-%d} by {waiver.granted_by}"
    return f"{said}; see note {done.note_id}. The deal is now {done.verdict.standing}."


def _row(found: RecordedWaiver, name: str, now: datetime) -> dict[str, Any]:
    waiver = found.waiver
    over = waiver.ended or ("lapsed" if waiver.until <= now else None)
    return {
        "deal": found.deal_id,
        "name": name,
        "criterion": waiver.criterion,
        "reason": waiver.reason,
        "granted_by": waiver.granted_by,
        "granted_at": waiver.granted_at.isoformat() if waiver.granted_at else None,
        "until": waiver.until.date().isoformat(),
        "policy": waiver.policy_version,
        "note": waiver.note_id,
        "ended": over,
        "ended_at": found.ended_at.isoformat() if found.ended_at else None,
    }


def _line(row: dict[str, Any]) -> str:
    return "  ".join(_parts(row))


def _parts(row: dict[str, Any]) -> Iterable[str]:
    yield f"deal {row['deal']}"
    if row["name"]:
        yield row["name"]
    yield row["criterion"]
    yield f"until {row['until']}"
    yield f"by {row['granted_by']}: {row['reason']}"
    if row["ended"]:
        when = f" on {row['ended_at'][:10]}" if row["ended_at"] else ""
        yield f"[{row['ended']}{when}]"
