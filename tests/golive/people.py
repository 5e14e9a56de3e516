"""An AE at work on a sandbox portal, over its HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

from app.demo.portal import AePortal

NOTE = "Why change? The zebra turbines in Ashdown stop twice a week and cost a shift each time."


class Ae:
    """One person who opens deals, moves them and writes notes."""

    def __init__(self, sandbox) -> None:
        self.portal = AePortal(sandbox.base_url, sandbox.info["ae_token"])
        self.pipeline, self.stages = self.portal.stages("NR Scale")

    def deal(self, name: str = "Ashdown turbines") -> str:
        """A deal in the last open stage with nothing to show for it."""
        stage = list(self.stages.values())[2]
        return self.portal.create(
            "deals",
            {"dealname": name, "pipeline": self.pipeline, "dealstage": stage, "amount": "9000"},
        )

    def note(self, deal: str, body: str = NOTE) -> str:
        """A note on a deal."""
        now = datetime.now(UTC).isoformat()  # noqa: TID251 - the AE lives in real time
        return self.portal.create(
            "notes", {"hs_note_body": body, "hs_timestamp": now}, on=[("deals", deal)]
        )

    def standing(self, deal: str) -> str | None:
        """What the service wrote about a deal."""
        return self.portal.read("deals", deal, ["ff_standing"])["ff_standing"]

    def close(self) -> None:
        """Close the connections."""
        self.portal.close()
