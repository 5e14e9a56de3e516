"""`dealgate dead-letters`: marks that failed too often or for good, and another try for them."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.common import JsonOption, console, print_json, runtime

letters_app = typer.Typer(help="Marks that failed too often or for good.", no_args_is_help=True)
MAX_LISTED = 1_000


@letters_app.command("list")
def list_letters(as_json: JsonOption = False) -> None:
    """List the dead letters, latest first."""
    with runtime() as built:
        letters = built.ledger.dead_letters(MAX_LISTED)
    if as_json:
        print_json(
            [
                {
                    "kind": letter.key.kind,
                    "id": letter.key.id,
                    "attempts": letter.attempts,
                    "reason": letter.reason,
                    "died_at": letter.died_at.isoformat(),
                }
                for letter in letters
            ]
        )
        return
    for letter in letters:
        console.print(
            f"{letter.key}  {letter.died_at:%Y-%m-%d %H:%M} UTC  after {letter.attempts} attempts: "
            f"{letter.reason}",
            markup=False,
        )
    if not letters:
        console.print("No dead letters.")


@letters_app.command()
def replay(
    deal: Annotated[list[str] | None, typer.Argument(help="Deal ids; none means all.")] = None,
) -> None:
    """Mark dead letters again, so that a running worker takes them up."""
    from app.domain.deal import DealId, deal_key

    with runtime() as built:
        keys = [deal_key(DealId(one)) for one in deal] if deal else None
        count = built.ledger.replay(keys, built.clock.now())
    console.print(f"{count} marked again.")
