"""`dealgate setup` and `dealgate doctor`: give the portal what is needed; say what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.common import Exit, JsonOption, console, print_json, runtime


def setup(
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be done.")] = False,
) -> None:
    """Create our property group, properties and options in the portal; never deletes any.

    May be run any number of times. Exit code 1 when something has to be sorted out by a person.
    """
    from app.hubspot.owned import definitions
    from app.hubspot.properties import plan as planned
    from app.hubspot.properties import provision

    with runtime() as built:
        codes = [(str(code), title) for code, title in built.policy.codes.items()]
        found = planned(built.client, built.names, definitions(built.names, codes))
        if plan:
            for step in found.steps:
                console.print(f"would {step}", markup=False)
        else:
            for step in provision(built.client, found.steps):
                console.print(f"did {step}", markup=False)
    if not found.steps:
        console.print("The portal has everything that is needed; nothing to do.")
    for problem in found.problems:
        console.print(f"to sort out: {problem}", markup=False)
    if found.problems:
        raise typer.Exit(Exit.NOT_WELL)


def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Look only at settings, policy and database.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong with the settings, the policy, the database and the portal.

    Exit code 1 when anything is.
    """
    from app.startup import look

    with runtime() as built:
        backlog = built.ledger.backlog()
        problems = [] if offline else [problem.text for problem in look(built, must_listen=True)]
        report = {
            "policy": built.policy.stamp,
            "marks": backlog.marks,
            "dead_letters": backlog.dead_letters,
            "portal": "not asked" if offline else "asked",
            "problems": problems,
        }
    if as_json:
        print_json(report)
    else:
        console.print(
            f"Policy {report['policy']} holds together. The database answers: "
            f"{backlog.marks} marks wait, {backlog.dead_letters} dead letters.",
            markup=False,
        )
        for problem in problems:
            console.print(f"to mend: {problem}", markup=False)
        if not problems and not offline:
            console.print("The portal answers and has everything that is needed.")
    if problems:
        raise typer.Exit(Exit.NOT_WELL)
