"""A portal in a process of its own, for sweeps to be measured against: `… DEALS LIMIT`.

Each deal has a company, three contacts and five notes: three on the deal, one on a contact, one on
the company. Prints what opens it as a line of JSON, then answers commands, one line each:
`night` lets a day pass, `change N` lets people edit N deals and write a note on each, `reset`
counts anew, `counts` tells.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from datetime import timedelta

from app.sandbox.options import Options
from app.sandbox.portal.limits import Quota
from app.sandbox.seeds import executive
from app.sandbox.seeds.phrases import CHANGE, FLOWFUSE, NOW
from app.sandbox.seeds.pipelines import EDGE, NR_SCALE, OPEN_STAGES, Process
from app.sandbox.seeds.planting import Garden
from app.sandbox.start import Sandbox

CONTACTS = 3
DAY_SECONDS = 86_400


class BenchPortal:
    """The portal and what was written to it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._store = sandbox.portal.store
        self._chance = random.Random(7)  # noqa: S311 - the same portal each time
        self._written: dict[str, set[int]] = defaultdict(set)
        self._app = str(sandbox.info["app_id"])
        owners = sandbox.portal.owners.listing(active=True)
        self._owner = str(owners[0].id)
        self._garden = _garden(sandbox)
        sandbox.portal.subscribe(self._note_writes)

    def plant(self, deals: int) -> None:
        """Make the deals."""
        for number in range(deals):
            self._plant_one(number)

    def _plant_one(self, number: int) -> None:
        store, chance, garden = self._store, self._chance, self._garden
        at = garden.now - timedelta(days=chance.uniform(2, 90))

        def make(kind: str, values: dict[str, str]) -> int:
            return store.create(kind, values, actor=garden.actor, at=at, quiet=True)

        process = garden.processes[chance.choice((NR_SCALE, EDGE))]
        deal = make(
            "deals",
            {
                "dealname": f"Deal {number}",
                "pipeline": process.pipeline_id,
                "dealstage": process.stage_ids[chance.randrange(OPEN_STAGES)],
                "amount": str(chance.randrange(8, 160) * 1_000),
                "closedate": (garden.now + timedelta(days=60)).strftime("%Y-%m-%dT00:00:00.000Z"),
                "hubspot_owner_id": self._owner,
            },
        )
        company = make("companies", {"name": f"Company {number}", "domain": f"c{number}.example"})
        self._link("deals", deal, "companies", company)
        contacts = [
            make(
                "contacts",
                {
                    "firstname": f"Person {each}",
                    "lastname": f"Of {number}",
                    "email": f"p{each}@c{number}.example",
                    "hs_lead_status": "OPEN_DEAL",
                    "hubspot_owner_id": self._owner,
                },
            )
            for each in range(CONTACTS)
        ]
        for contact in contacts:
            self._link("contacts", contact, "deals", deal)
        places = [("deals", deal)] * 3 + [("contacts", contacts[0]), ("companies", company)]
        for kind, place in places:
            note = make("notes", {"hs_note_body": self._text(), "hs_timestamp": _iso(at)})
            self._link("notes", note, kind, place)

    def change(self, deals: int) -> None:
        """Let people edit so many deals, and write a note on each."""
        ids = self._chance.sample(sorted(self._store.table("deals").live), deals)
        now = self._sandbox.site.clock.now()
        for deal in ids:
            amount = {"amount": str(self._chance.randrange(8, 160) * 1_000)}
            self._store.update("deals", deal, amount, actor=self._garden.actor)
            note = self._store.create(
                "notes",
                {"hs_note_body": self._text(), "hs_timestamp": _iso(now)},
                actor=self._garden.actor,
            )
            self._link("notes", note, "deals", deal)

    def night(self) -> None:
        """Let a day pass."""
        self._sandbox.site.clock.advance(DAY_SECONDS)

    def counts(self) -> dict[str, object]:
        """What there is, what was asked and what was written since the last reset."""
        return {
            "records": {
                kind: len(self._store.table(kind).live)
                for kind in ("deals", "contacts", "companies", "notes")
            },
            "calls": self._sandbox.site.calls.shown(),
            "written": {kind: len(ids) for kind, ids in self._written.items()},
        }

    def reset(self) -> None:
        """Count anew."""
        self._written.clear()
        self._sandbox.site.calls.reset()

    def _text(self) -> str:
        chance = self._chance
        lines = (
            ("Why change?", CHANGE),
            ("Why now?", NOW),
            ("Why FlowFuse?", FLOWFUSE),
        )
        said = [f"<p>{label} {chance.choice(texts)}</p>" for label, texts in lines]
        return "".join(chance.sample(said, chance.randrange(1, 4)))

    def _link(self, kind: str, one: int, other_kind: str, other: int) -> None:
        self._store.associate(kind, one, other_kind, other, actor=self._garden.actor, quiet=True)

    def _note_writes(self, changes: object) -> None:
        for change in changes:  # type: ignore[attr-defined]
            if change.actor.source_id == self._app:
                self._written[change.object_type].add(change.object_id)


def _garden(sandbox: Sandbox) -> Garden:
    """What the sandbox's own empty scenario laid out, found again."""
    portal = sandbox.portal
    processes = {
        pipeline.label: Process(pipeline.id, tuple(stage.id for stage in pipeline.stages))
        for pipeline in portal.pipelines.listing("deals")
    }
    return Garden(portal, {}, processes, executive(portal), portal.clock.now())


def _iso(moment: object) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")  # type: ignore[attr-defined]


def main(deals: int, calls_per_10_seconds: int) -> None:
    """Serve until standard input ends."""
    quota = Quota(calls_per_10_seconds, 5, 100_000_000)
    options = Options(scenario="empty", search_lag_seconds=0, quota=quota)
    with Sandbox(options) as sandbox:
        portal = BenchPortal(sandbox)
        portal.plant(deals)
        print(json.dumps(sandbox.info), flush=True)  # noqa: T201 - the protocol
        for line in sys.stdin:
            verb, *rest = line.split()
            getattr(portal, verb)(*map(int, rest))
            print(json.dumps(portal.counts()), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
