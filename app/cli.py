"""The operator's verbs, put together; what went wrong becomes one line and an exit code.

    0   done, and all is well
    1   done, and something is not as it should be (a blocked deal, a demo that differs)
    2   the command, a setting or the policy is wrong; the line says which and what is allowed
    3   HubSpot, Slack or the database refused; the line says what to do

Refuses to hold logic: each verb lives in `app.commands`.
"""

from __future__ import annotations

import sys

import typer

from app.commands.backup import backup
from app.commands.check import check
from app.commands.common import Exit, complaints
from app.commands.doctor import doctor
from app.commands.letters import letters_app
from app.commands.notes import notes
from app.commands.pause import pause, resume
from app.commands.policy import policy_app
from app.commands.purge import purge
from app.commands.rehearsal import rehearse
from app.commands.rehearse import PASS_ON, demo, sandbox
from app.commands.serve import serve, worker
from app.commands.setup import setup_app
from app.commands.waive import waive, waivers
from app.ports import Failure
from config.policy import PolicyError
from config.settings import SettingsError
from sync.cli import sync

app = typer.Typer(
    name="dealgate",
    help="Checks a HubSpot portal's deals against the team's qualification policy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verb in (
    serve,
    worker,
    sync,
    check,
    notes,
    doctor,
    purge,
    waive,
    waivers,
    pause,
    resume,
    backup,
    demo,
):
    app.command()(verb)
app.command(context_settings=PASS_ON)(sandbox)
policy_app.command()(rehearse)
app.add_typer(policy_app, name="policy")
app.add_typer(letters_app, name="dead-letters")
app.add_typer(setup_app, name="setup")


def main() -> None:
    """The console script."""
    try:
        app()
    except (SettingsError, PolicyError) as error:
        _end(error, Exit.WRONG_USE)
    except Failure as failure:
        _end(failure, Exit.REFUSED)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


def _end(error: Exception, code: Exit) -> None:
    complaints.print(f"dealgate: {error}", markup=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
