"""`dealgate check`: judge one deal, now or as it was, explain each finding, write nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.commands.common import Exit, JsonOption, complaints, runtime

if TYPE_CHECKING:
    from app.domain.deal import DealId
    from app.domain.verdict import Verdict


def check(
    deal_id: Annotated[str, typer.Argument(metavar="DEAL_ID", help="The deal's id in HubSpot.")],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Judge it as of this moment (ISO 8601), under the policy that was in force.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge one deal and say why. Exit code 1 when it is blocked."""
    from app.domain.deal import DealId
    from app.domain.explain import explain
    from app.domain.verdict import Standing
    from app.ledger.codec import verdict_to_text

    if not deal_id.isdecimal():
        _refuse(f"{deal_id!r} is not a deal id: it is a number, as in the deal's address")
    key = DealId(deal_id)
    verdict = _now(key) if at is None else _then(key, _moment(at))
    if as_json:
        typer.echo(verdict_to_text(verdict))
    else:
        if at is not None:
            typer.echo(f"As of {_moment(at):%Y-%m-%d %H:%M} UTC, from what HubSpot keeps of then.")
        typer.echo(explain(verdict))
    if verdict.standing is Standing.BLOCKED:
        raise typer.Exit(Exit.NOT_WELL)


def _now(key: DealId) -> Verdict:
    with runtime() as built:
        judgements = built.judge.judge([key], built.clock.now())
        if key in judgements.failed:
            raise judgements.failed[key]
        if not judgements.made:
            raise _missing(key)
        return judgements.made[0].verdict


def _then(key: DealId, moment: datetime) -> Verdict:
    from functools import partial

    from app.controller.rehearsal.history import judge_at
    from app.controller.rehearsal.saved import Observed
    from app.domain.evaluate import evaluate
    from app.domain.past import began_at, remembering
    from config.policy import load_policy
    from config.policy.versions import file_at
    from config.settings import load_settings

    policy = load_policy(file_at(load_settings().policy_file, moment))
    with runtime(remembering(policy.needs)) as built:
        now = built.clock.now()
        if moment.date() > now.date():
            _refuse(f"{moment:%Y-%m-%d %H:%M} UTC lies ahead; --at looks back")
        moment = min(moment, now)
        seen = built.crm.observe([key])
        if key in seen.failed:
            raise seen.failed[key]
        if key not in seen.snapshots:
            raise _missing(key)
        snapshot = seen.snapshots[key]
        began = began_at(snapshot)
        if began is not None and moment < began:
            _refuse(f"deal {key} did not exist then; it was opened on {began:%Y-%m-%d %H:%M} UTC")
        waivers = built.ledger.waivers_of([key]).get(key, ())
    return judge_at(partial(evaluate, policy), Observed(snapshot, waivers), moment)


def _moment(text: str) -> datetime:
    """A moment in ISO 8601; without a zone it is UTC, a day alone is its end."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"{text!r} is no moment: expected ISO 8601, such as 2026-03-01T10:00:00Z")
    if len(text) == len("2026-03-01"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _missing(key: DealId) -> typer.Exit:
    complaints.print(f"deal {key} does not exist in this portal, or was deleted")
    return typer.Exit(Exit.REFUSED)


def _refuse(problem: str) -> NoReturn:
    complaints.print(problem, markup=False)
    raise typer.Exit(Exit.WRONG_USE)
