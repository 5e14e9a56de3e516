"""`dealgate purge`: forget what was stored of a person's words."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.common import console, runtime


def purge(
    contact: Annotated[str, typer.Option("--contact", metavar="ID", help="The contact's id.")],
) -> None:
    """Blank every stored quote of the deals that were judged on a contact, and judge them anew.

    HubSpot's own privacy deletion does the same by itself when its webhook is subscribed.
    """
    from app.domain.deal import ObjectKey, ObjectKind

    with runtime() as built:
        deals = built.ledger.purge([ObjectKey(ObjectKind.CONTACT, contact)], built.clock.now())
    console.print(f"The quotes of {deals} deals are blanked; the deals will be judged anew.")
