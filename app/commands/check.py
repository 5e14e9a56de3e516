"""`dealgate check`: judge one deal now, explain each finding, write nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.common import Exit, JsonOption, complaints, runtime


def check(
    deal_id: Annotated[str, typer.Argument(metavar="DEAL_ID", help="The deal's id in HubSpot.")],
    as_json: JsonOption = False,
) -> None:
    """Judge one deal and say why. Exit code 1 when it is blocked."""
    from app.domain.deal import DealId
    from app.domain.explain import explain
    from app.domain.verdict import Standing
    from app.ledger.codec import verdict_to_text

    if not deal_id.isdecimal():
        complaints.print(f"{deal_id!r} is not a deal id: it is a number, as in the deal's address")
        raise typer.Exit(Exit.WRONG_USE)
    key = DealId(deal_id)
    with runtime() as built:
        judgements = built.judge.judge([key], built.clock.now())
        if key in judgements.failed:
            raise judgements.failed[key]
        if not judgements.made:
            complaints.print(f"deal {deal_id} does not exist in this portal, or was deleted")
            raise typer.Exit(Exit.REFUSED)
        verdict = judgements.made[0].verdict
    typer.echo(verdict_to_text(verdict) if as_json else explain(verdict))
    if verdict.standing is Standing.BLOCKED:
        raise typer.Exit(Exit.NOT_WELL)
