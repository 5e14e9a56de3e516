"""Puts a night together from the states of each deal, deal by deal.

Pure, and bounded: lists hold `MAX_LINES` deals, the weightiest first, and say how many were left
out. "New" is what differs from how the deal stood at the sweep before.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from app.domain.ageing import Sighted, at, blocked_since, now_of
from app.domain.metrics import Metrics
from app.domain.night import OWN_CURRENCY, Lapsing, Line, Night, Share, ZoneMove
from app.domain.sighting import Sighting
from app.domain.verdict import Standing

T = TypeVar("T")

MAX_LINES = 500
LAPSING_DAYS = 7
"""A deviation that ends within so many days is about to lapse."""
BANDS = ((Decimal(10_000), "under 10,000"), (Decimal(50_000), "10,000 to 50,000"))
LARGEST_BAND = "50,000 and more"
NO_AMOUNT = "no amount"


class Tallies:
    """Deals and their worth by name."""

    def __init__(self) -> None:
        self._deals: Counter[str] = Counter()
        self._money: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def add(self, name: str, sighting: Sighting) -> None:
        """Count one deal."""
        self._deals[name] += 1
        if sighting.amount is not None:
            self._money[name][sighting.currency or OWN_CURRENCY] += sighting.amount

    def shares(self) -> tuple[Share, ...]:
        """The largest first."""
        ordered = sorted(self._deals.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Share(name, count, dict(self._money[name])) for name, count in ordered)


class Listing(Generic[T]):
    """What is said of deals, the weightiest first, and never of more than MAX_LINES."""

    def __init__(self) -> None:
        self._entries: list[tuple[Decimal, int, str, int, T]] = []
        self._count = 0

    def add(self, line: Line, entry: T) -> None:
        """Say something of a deal."""
        self._count += 1
        weighed = (line.amount or Decimal(), line.days, line.deal_id, self._count, entry)
        if len(self._entries) < MAX_LINES:
            heapq.heappush(self._entries, weighed)
        else:
            heapq.heappushpop(self._entries, weighed)

    @property
    def left_out(self) -> int:
        """How many there was no room for."""
        return self._count - len(self._entries)

    def entries(self) -> tuple[T, ...]:
        """What was kept."""
        return tuple(entry for *_, entry in sorted(self._entries, key=_weight, reverse=True))


def _weight(entry: tuple[Decimal, int, str, int, object]) -> tuple[Decimal, int, str, int]:
    return entry[:4]


class Nightly:
    """Counts deals as of `now`, compared with how they stood at `before`."""

    def __init__(
        self,
        now: datetime,
        before: datetime | None,
        order: Mapping[str, int],
        targets: Mapping[str, Decimal],
    ) -> None:
        self._now = now
        self._before = before
        self._order = order
        self._metrics = Metrics(now.date(), targets)
        self._tallies: dict[str, Tallies] = defaultdict(Tallies)
        self._blocked = Listing[Line]()
        self._new = Listing[Line]()
        self._cleared = Listing[Line]()
        self._lead = Listing[Line]()
        self._lapsing = Listing[Lapsing]()
        self._zones = Listing[ZoneMove]()
        self._waived = 0

    def take(self, states: Sequence[Sighted]) -> None:
        """Count one deal, its states oldest first."""
        self._metrics.take(states, self._order)
        now = now_of(states)
        was = at(states, self._before) if self._before else None
        if now is None or not now.sighting.judged:
            if now and was and was.sighting.blockers:
                self._clear(now, was)
            return
        sighting = now.sighting
        self._tallies["standing"].add(sighting.standing, sighting)
        for criterion, reason in sighting.unchecked:
            self._tallies["unchecked"].add(f"{criterion}: {reason}", sighting)
        self._take_blockers(now, states, was)
        self._take_rest(now, was)

    def _take_blockers(self, now: Sighted, states: Sequence[Sighted], was: Sighted | None) -> None:
        sighting = now.sighting
        had = bool(was and was.sighting.blockers)
        if not sighting.blockers:
            if had and was:
                self._clear(now, was)
            return
        line = self._line(now, blocked_since(states) or now.since)
        self._blocked.add(line, line)
        if self._before and not had:
            self._new.add(line, line)
        for criterion in sighting.blockers:
            self._tallies["criterion"].add(criterion, sighting)
        self._tallies["owner"].add(sighting.owner, sighting)
        self._tallies["stage"].add(sighting.stage, sighting)
        self._tallies["amount"].add(_band(sighting.amount), sighting)

    def _clear(self, now: Sighted, was: Sighted) -> None:
        line = self._line(now, was.since)
        self._cleared.add(line, line)

    def _take_rest(self, now: Sighted, was: Sighted | None) -> None:
        sighting, line = now.sighting, self._line(now, now.since)
        self._waived += sighting.standing is Standing.WAIVED
        soon = (self._now + timedelta(days=LAPSING_DAYS)).date()
        for lapse in sighting.waived:
            if lapse.until <= soon:
                self._lapsing.add(line, Lapsing(line, lapse.criterion, lapse.until))
        if was and was.sighting.zone != sighting.zone:
            move = ZoneMove(line, was.sighting.zone, sighting.zone)
            self._zones.add(line, move)
        if sighting.lead_findings:
            self._lead.add(line, line)

    def _line(self, state: Sighted, since: datetime) -> Line:
        sighting = state.sighting
        return Line(
            deal_id=state.deal_id,
            name=sighting.name,
            link=sighting.link,
            owner=sighting.owner,
            stage=sighting.stage,
            earned=sighting.earned,
            amount=sighting.amount,
            currency=sighting.currency or "",
            blockers=sighting.blockers,
            days=max(0, (self._now - since).days),
        )

    def night(self) -> Night:
        """All of it."""
        lists = (self._blocked, self._new, self._cleared, self._lead, self._lapsing, self._zones)
        return Night(
            at=self._now,
            since=self._before,
            standings=self._tallies["standing"].shares(),
            by_criterion=self._tallies["criterion"].shares(),
            by_owner=self._tallies["owner"].shares(),
            by_stage=self._tallies["stage"].shares(),
            by_amount=self._tallies["amount"].shares(),
            blocked=self._blocked.entries(),
            newly_blocked=self._new.entries(),
            newly_cleared=self._cleared.entries(),
            waived=self._waived,
            lapsing=self._lapsing.entries(),
            zone_moves=self._zones.entries(),
            lead_findings=self._lead.entries(),
            unchecked=self._tallies["unchecked"].shares(),
            metrics=self._metrics.listed(self._order),
            left_out=sum(each.left_out for each in lists),
        )


def _band(amount: Decimal | None) -> str:
    if amount is None:
        return NO_AMOUNT
    return next((name for limit, name in BANDS if amount < limit), LARGEST_BAND)


def grouped(states: Iterable[Sighted]) -> Iterator[list[Sighted]]:
    """States in the order of their deals, as one list for each deal."""
    group: list[Sighted] = []
    for state in states:
        if group and group[-1].deal_id != state.deal_id:
            yield group
            group = []
        group.append(state)
    if group:
        yield group
