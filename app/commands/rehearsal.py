"""`dealgate policy rehearse`: whose verdict a draft would change, and why; writes nothing anywhere
but into the files that it is told to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from app.commands.common import Exit, JsonOption, complaints, print_json, runtime
from app.commands.policy import policy_of

if TYPE_CHECKING:
    from app.controller.rehearsal.saved import Observed, SavedDeals
    from app.controller.rehearsal.table import Row
    from app.domain.deal import DealId
    from app.domain.policy import Policy
    from app.ports import Failure

T = TypeVar("T")
MAX_HISTORY_DAYS = 3_650


def rehearse(
    draft: Annotated[Path, typer.Argument(help="The draft policy file.")],
    *,
    against: Annotated[
        Path | None, typer.Option("--against", help="Compare with this file, not POLICY_FILE.")
    ] = None,
    history: Annotated[
        int | None,
        typer.Option(
            "--history",
            metavar="DAYS",
            min=1,
            max=MAX_HISTORY_DAYS,
            help="Say what the draft would have stopped in so many days, and what became of it.",
        ),
    ] = None,
    snapshots: Annotated[
        Path | None, typer.Option("--snapshots", help="Deals saved before, instead of the portal.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Keep the deals in this file; it holds notes, keep it here."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many deals.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write a row per deal into this file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Try a draft on real deals, read-only. Exit code 1 when some deals could not be read."""
    policies = policy_of(against), policy_of(draft)
    deals = _Deals(policies, snapshots=snapshots, save=save, limit=limit, history_days=history)
    rows = (_look_back if history else _look_now)(policies, deals, as_json=as_json)
    if csv is not None:
        from app.controller.rehearsal.table import as_csv

        csv.write_text(as_csv(rows), encoding="utf-8")
    if deals.missed:
        complaints.print(f"{len(deals.missed)} deals could not be read:", markup=False)
        for deal_id, why in deals.missed.items():
            complaints.print(f"  deal {deal_id}: {why}", markup=False)
        raise typer.Exit(Exit.NOT_WELL)


def _look_now(policies: tuple[Policy, Policy], deals: _Deals, *, as_json: bool) -> Iterator[Row]:
    """Both policies on the deals as they are."""
    from app.controller.rehearsal.summary import summarised
    from app.controller.rehearsal.table import rows_now
    from app.controller.rehearsal.telling import joined, told_now
    from app.controller.rehearsal.tryout import Pair
    from app.domain.evaluate import evaluate

    in_force, draft = policies
    found = deals.each(Pair(partial(evaluate, in_force), partial(evaluate, draft)).compare)
    summary = summarised(found)
    if as_json:
        print_json({**_stamps(policies), "summary": _plain(summary), "deals": _plain(found)})
    else:
        typer.echo(f"{draft.stamp} beside {in_force.stamp}, nothing written\n")
        typer.echo(joined(told_now(found, summary)))
    return rows_now(found)


def _look_back(policies: tuple[Policy, Policy], deals: _Deals, *, as_json: bool) -> Iterator[Row]:
    """Both policies on the deals as they were."""
    from app.controller.rehearsal.chronicle import chronicle
    from app.controller.rehearsal.history import Past, look_back
    from app.controller.rehearsal.table import rows_then
    from app.controller.rehearsal.telling import joined, told_then
    from app.domain.evaluate import evaluate

    in_force, draft = policies

    def both(observed: Observed) -> tuple[Past | None, Past | None]:
        since = observed.snapshot.observed_at - deals.span
        before, after = (
            look_back(partial(evaluate, policy), observed, since) for policy in policies
        )
        return before, after

    found = deals.each(both)
    before = [past for past, _ in found if past is not None]
    after = [past for _, past in found if past is not None]
    chronicles = chronicle(after), chronicle(before)
    if as_json:
        figures = {"draft": _plain(chronicles[0]), "in_force": _plain(chronicles[1])}
        days = {"history_days": deals.span.days}
        print_json({**_stamps(policies), **days, **figures, "deals": _plain(after)})
    else:
        days_back = f"the last {deals.span.days} days"
        typer.echo(f"{draft.stamp} beside {in_force.stamp} on {days_back}, nothing written\n")
        typer.echo(joined(told_then(after, *chronicles)))
    return rows_then(after)


class _Deals:
    """The deals of a rehearsal, from the portal or from a file; read once, one at a time."""

    def __init__(
        self,
        policies: tuple[Policy, Policy],
        *,
        snapshots: Path | None,
        save: Path | None,
        limit: int | None,
        history_days: int | None,
    ) -> None:
        self._policies = policies
        self._snapshots = snapshots
        self._save = save
        self._limit = limit
        self._looks_back = history_days is not None
        self.span = timedelta(days=history_days or 0)
        self.missed: dict[DealId, Failure] = {}

    def each(self, look: Callable[[Observed], T]) -> list[T]:
        """What is made of each deal. Raises Failure when nothing can be read."""
        from rich.console import Console

        from sync.show import progress_on

        found: list[T] = []
        with (
            self._source() as (total, source),
            self._saving() as keep,
            progress_on(Console(stderr=True), "rehearsing") as progress,
        ):
            for observed in source:
                if keep is not None:
                    keep.add(observed)
                found.append(look(observed))
                progress(len(found), total)
        return found

    @contextmanager
    def _source(self) -> Iterator[tuple[int, Iterator[Observed]]]:
        from itertools import islice

        if self._snapshots is not None:
            from app.controller.rehearsal.saved import count_lines, read_saved

            lines = count_lines(self._snapshots)
            total = lines if self._limit is None else min(lines, self._limit)
            yield total, islice(read_saved(self._snapshots), self._limit)
            return
        from app.controller.rehearsal.tryout import observed_deals
        from app.domain.past import remembering

        in_force, draft = self._policies
        needs = in_force.needs | draft.needs
        with runtime(remembering(needs) if self._looks_back else needs) as built:
            crm = built.crm
            listed = (
                crm.deals_since(built.clock.now() - self.span)
                if self._looks_back
                else crm.open_deals()
            )
            deal_ids: Sequence[DealId] = list(islice(listed, self._limit))
            waivers_of = built.ledger.waivers_of
            yield (
                len(deal_ids),
                observed_deals(crm, deal_ids, waivers_of, self.missed.__setitem__),
            )

    @contextmanager
    def _saving(self) -> Iterator[SavedDeals | None]:
        from app.controller.rehearsal.saved import SavedDeals

        if self._save is None:
            yield None
            return
        with SavedDeals(self._save) as keep:
            yield keep
        complaints.print(
            f"{self._save} holds what people wrote about customers: only you can read it; keep it "
            "on this machine.",
            markup=False,
        )


def _stamps(policies: tuple[Policy, Policy]) -> Mapping[str, str]:
    return {"in_force": policies[0].stamp, "draft": policies[1].stamp}


def _plain(value: object) -> Any:
    """Any of the rehearsal's values as JSON holds it: money as text, spans in ISO 8601."""
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value)
