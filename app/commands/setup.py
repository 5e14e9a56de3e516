"""`dealgate setup`: give the portal what is needed, and write the app that HubSpot asks for.

Any number of runs leave the same portal, and nothing is ever deleted. What a person has to decide
is said and left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    from app.hubspot.properties import Plan
    from app.hubspot.steps import Step
    from app.wiring import Runtime

setup_app = typer.Typer(invoke_without_command=True)


@setup_app.callback()
def setup(
    context: typer.Context,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be done.")] = False,
    lead_status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VALUE",
            help="Also add this option to the lead status property, e.g. UNRESPONSIVE; repeatable.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create our property group, properties and options in the portal; never deletes any.

    May be run any number of times. Exit code 1 when something has to be sorted out by a person.
    """
    if context.invoked_subcommand is not None:
        return
    with runtime() as built:
        if not plan:
            refuse_writes(built)
        _refuse_unknown(built, lead_status or ())
        found = _planned(built, lead_status or (), changes=not plan)
        if not as_json:
            _announce(built, found, found.steps if plan else ())
        if not plan:
            _carry_out(built, found, aloud=not as_json)
    if as_json:
        done = {"planned" if plan else "done": list(map(str, found.steps))}
        print_json({**done, "to_sort_out": found.problems, "left_as_is": found.notes})
    elif not plan and found.steps:
        console.print(f"{len(found.steps)} steps done. Next: `dealgate doctor`.", markup=False)
    if found.problems:
        raise typer.Exit(Exit.NOT_WELL)


@setup_app.command("app")
def write_app(
    out: Annotated[
        Path, typer.Option("--out", help="The folder to write; made when it is not there.")
    ],
) -> None:
    """Write a HubSpot project app (private, static auth) for HubSpot's own command line.

    Needs no access token: it is how one is got. Files of the same name are written anew.
    """
    from app.hubspot.app_project import project_files
    from app.hubspot.scopes import scopes
    from app.hubspot.subscriptions import subscriptions
    from config.policy import load_policy
    from config.settings import load_settings

    settings = load_settings()
    policy = load_policy(settings.policy_file)
    files = project_files(
        policy=policy.stamp,
        public_base_url=settings.public_base_url,
        scopes=list(scopes(writes=True)),
        subscriptions=subscriptions(policy.needs),
    )
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        console.print(f"wrote {path}", markup=False)
    if not settings.public_base_url.startswith("https://"):
        complaints.print(
            f"HubSpot delivers to https addresses only, and PUBLIC_BASE_URL is "
            f"{settings.public_base_url}: set it and run this again before uploading",
            markup=False,
        )
        raise typer.Exit(Exit.NOT_WELL)


@setup_app.command("slack")
def slack_app(
    manifest: Annotated[
        bool, typer.Option("--manifest", help="Print the manifest to create the app from.")
    ] = False,
) -> None:
    """Print what a Slack app for this service has to be: its manifest, or its scopes with reasons.

    Needs no token: it is how one is got.
    """
    from app.slack.manifest import SCOPES
    from app.slack.manifest import manifest as made
    from config.settings import load_settings

    settings = load_settings()
    if manifest:
        print_json(made(settings.public_base_url))
    else:
        for scope, why in SCOPES.items():
            console.print(f"{scope}: {why}", markup=False)
    if not settings.public_base_url.startswith("https://"):
        complaints.print(
            f"Slack calls https addresses only, and PUBLIC_BASE_URL is {settings.public_base_url}: "
            "set it and run this again before creating the app",
            markup=False,
        )
        raise typer.Exit(Exit.NOT_WELL)


def _refuse_unknown(built: Runtime, values: Sequence[str]) -> None:
    known = [status.value for status in built.policy.lead_status.statuses]
    for value in values:
        if value not in known:
            complaints.print(
                f"--lead-status {value}: the policy names no such status; allowed: "
                f"{', '.join(known)}",
                markup=False,
            )
            raise typer.Exit(Exit.WRONG_USE)


def _planned(built: Runtime, add: Sequence[str], *, changes: bool) -> Plan:
    """The whole plan. Raises Terminal when the token may not carry it out, before any step."""
    from app.hubspot.owned import definitions
    from app.hubspot.probe import missing_for_setup
    from app.hubspot.properties import Plan, plan
    from app.hubspot.status_options import plan_statuses
    from app.ports import Terminal

    codes = [(str(code), title) for code, title in built.policy.codes.items()]
    found = plan(built.client, built.names, definitions(built.names, codes))
    found += plan_statuses(built.client, built.policy.lead_status, add)
    lacking = tuple(missing_for_setup(built.client)) if found.steps else ()
    if lacking and changes:
        raise Terminal("nothing was changed: " + "; ".join(lacking))
    return found + Plan(problems=lacking)


def _announce(built: Runtime, found: Plan, planned: Sequence[Step]) -> None:
    account = built.crm.portal.account()
    console.print(f"Portal {account.portal_id} ({account.ui_domain}):", markup=False)
    for step in planned:
        console.print(f"would {step}", markup=False)
    for problem in found.problems:
        console.print(f"to sort out: {problem}", markup=False)
    for note in found.notes:
        console.print(f"note: {note}", markup=False)
    if found.is_settled:
        console.print("The portal has everything that is needed; nothing to do.")


def _carry_out(built: Runtime, found: Plan, *, aloud: bool) -> None:
    """Take the steps. Raises Terminal naming the step that failed and what was done before it."""
    from app.hubspot.steps import provision
    from app.ports import Failure, Terminal

    done = 0
    try:
        for step in provision(built.client, found.steps):
            done += 1
            if aloud:
                console.print(f"did {step}", markup=False)
    except Failure as failure:
        message = (
            f"could not {found.steps[done]}: {failure}. {done} of {len(found.steps)} steps are "
            "done and stay; mend this and run `dealgate setup` again"
        )
        raise Terminal(message) from failure
