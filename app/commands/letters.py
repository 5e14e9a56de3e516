"""`dealgate dead-letters`: marks that failed too often or for good, and another try for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.common import Exit, JsonOption, complaints, console, print_json, runtime

if TYPE_CHECKING:
    from app.ports import DeadLetter

letters_app = typer.Typer(help="Marks that failed too often or for good.", no_args_is_help=True)
MAX_LISTED = 1_000


@letters_app.command("list")
def list_letters(as_json: JsonOption = False) -> None:
    """List the dead letters, latest first."""
    with runtime() as built:
        letters = built.ledger.dead_letters(MAX_LISTED)
    if as_json:
        print_json([_as_data(letter) for letter in letters])
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
def show(
    record: Annotated[str, typer.Argument(metavar="ID", help="The id of a deal or other record.")],
    as_json: JsonOption = False,
) -> None:
    """Say all that is known of one dead letter: its reason, its times, its last verdict.

    Exit code 1 when there is none of that id.
    """
    from app.domain.deal import DealId

    with runtime() as built:
        found = [each for each in built.ledger.dead_letters(MAX_LISTED) if each.key.id == record]
        verdict = built.ledger.recorded([DealId(record)]).get(DealId(record))
    if not found:
        complaints.print(f"no dead letter has the id {record}", markup=False)
        raise typer.Exit(Exit.NOT_WELL)
    if as_json:
        print_json([_as_data(each) for each in found])
        return
    for letter in found:
        console.print(
            f"{letter.key}\n"
            f"  reason        {letter.reason}\n"
            f"  attempts      {letter.attempts}\n"
            f"  first marked  {letter.first_marked_at:%Y-%m-%d %H:%M:%S} UTC\n"
            f"  given up      {letter.died_at:%Y-%m-%d %H:%M:%S} UTC\n"
            f"  last verdict  {verdict.verdict.standing if verdict else 'none'}\n"
            f"Mend the cause, then: dealgate dead-letters replay {letter.key.id}",
            markup=False,
        )


def _as_data(letter: DeadLetter) -> dict[str, object]:
    return {
        "kind": letter.key.kind,
        "id": letter.key.id,
        "attempts": letter.attempts,
        "reason": letter.reason,
        "first_marked_at": letter.first_marked_at.isoformat(),
        "died_at": letter.died_at.isoformat(),
    }


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
