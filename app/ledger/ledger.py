"""The ledger itself: each method of the port as one transaction over the modules beside this one.

Nothing here decides anything. `marks` knows when a key is due and who holds it, `episode` what the
channel should be told, `verdicts` what was judged on what. It reads no clock: `now` is the
caller's, and a caller whose clock jumps back is only later, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice

from sqlalchemy import Connection, func, select

from app.domain.deal import DealId, IdsByKind, ObjectKey, deal_key
from app.domain.verdict import Waiver, WaiverEnd
from app.ledger import alerts, holding, letters, outcomes, redaction, sightings, verdicts, waivers
from app.ledger.book import SqlAlertBook
from app.ledger.calls import SharedCalls
from app.ledger.copies import Copies, forget_people
from app.ledger.corrections import Corrections
from app.ledger.database import Database
from app.ledger.episode import Episode
from app.ledger.errands import Errands
from app.ledger.listener import Listener
from app.ledger.marking import Pace
from app.ledger.marks import Marks
from app.ledger.portions import portions
from app.ledger.presence import Presence
from app.ledger.schema import revision
from app.ledger.sightings import Sightings
from app.ledger.sweeps import Sweeps
from app.ledger.tables import alerts as alerts_table
from app.ledger.tables import by_kind, facts
from app.ledger.tables import dead_letters as dead_letters_table
from app.ledger.tables import marks as marks_table
from app.ports import (
    Backlog,
    Claim,
    DeadLetter,
    Priority,
    Record,
    RecordedVerdict,
    RecordedWaiver,
    Wake,
)

MAX_KEYS_IN_A_TRANSACTION = 1000
"""A sweep marks every deal of a portal; the receiver's marks get their turn in between."""
MAX_RECHECKS_AT_ONCE = 500
DEALS_IN_A_PAGE = 1_000


class SqlLedger:
    """`app.ports.Ledger` on SQLite or PostgreSQL; safe to use from many threads at once."""

    def __init__(self, database: Database, pace: Pace) -> None:
        self._database = database
        self._marks = Marks(database, pace)
        self._listeners: list[Listener] = []
        self.presence = Presence(database)
        self.sweeps = Sweeps(database)
        self.copies = Copies(database)
        self.corrections = Corrections(database)
        self.sightings = Sightings(database)
        self.alerts = SqlAlertBook(database)
        self.errands = Errands(database)

    # ----------------------------------------------------------------- marks

    def mark(self, keys: Iterable[ObjectKey], priority: Priority, now: datetime) -> None:
        """Make keys dirty; durable when it returns.

        More than MAX_KEYS_IN_A_TRANSACTION keys take several transactions, in order: a failure
        then leaves the earlier ones marked, which marking again repairs. `keys` may be lazy.
        """
        waiting = iter(keys)
        while group := tuple(islice(waiting, MAX_KEYS_IN_A_TRANSACTION)):
            with self._database.writing() as connection:
                self._mark(connection, group, priority, now)

    def mark_ids(self, ids: IdsByKind, priority: Priority, now: datetime) -> bool:
        """Make records dirty in one transaction; False when all of them were waiting already."""
        with self._database.writing() as connection:
            return self._mark_ids(connection, ids, priority, now)

    def claim(self, worker: str, now: datetime, limit: int) -> Sequence[Claim]:
        """Take up to `limit` due keys under a lease."""
        with self._database.writing() as connection:
            return self._marks.claim(connection, worker, now, limit)

    def renew(self, worker: str, claims: Sequence[Claim], now: datetime) -> Sequence[Claim]:
        """Extend the leases that the worker still holds; the others are not its own any more."""
        with self._database.writing() as connection:
            return self._marks.renew(connection, worker, claims, now)

    def done(self, worker: str, claims: Sequence[Claim], now: datetime) -> None:
        """Forget looked-at keys; a claim that was lost to another worker is left alone."""
        with self._database.writing() as connection:
            self._marks.done(connection, worker, claims, now)

    def fail(
        self, worker: str, claim: Claim, error: str, retry_at: datetime | None, now: datetime
    ) -> None:
        """Give a key back until `retry_at`; None: to the dead letters, with `error` as reason."""
        with self._database.writing() as connection:
            if retry_at is None:
                self._marks.bury(connection, worker, claim, error, now)
            else:
                self._marks.fail(connection, worker, claim, error, retry_at=retry_at, now=now)

    def release(
        self, worker: str, claims: Sequence[Claim], due_at: datetime, now: datetime
    ) -> None:
        """Give keys back untried until `due_at`; a claim that was lost is left alone."""
        del now
        with self._database.writing() as connection:
            self._marks.release(connection, worker, claims, due_at)

    def hold(
        self, worker: str, deal_ids: Sequence[DealId], observed_at: datetime, now: datetime
    ) -> Sequence[Claim]:
        """Lease what `holding` says is free to be written."""
        held: list[Claim] = []
        for group in portions(deal_ids):
            with self._database.writing() as connection:
                keys = holding.free_to_write(connection, group, observed_at, now)
                if keys:
                    held += self._marks.take(connection, worker, keys, Priority.SWEEP, now)
        return held

    def waiting(self, deal_ids: Iterable[DealId]) -> holding.Waiting:
        """Which of these deals are marked, and which lie with the dead letters alone."""
        with self._database.reading() as connection:
            return holding.waiting(connection, deal_ids)

    def mark_due_rechecks(self, now: datetime) -> int:
        """Mark deals whose time has come, at most MAX_RECHECKS_AT_ONCE; returns how many."""
        with self._database.writing() as connection:
            deals = verdicts.take_due_rechecks(connection, now, MAX_RECHECKS_AT_ONCE)
            self._mark(connection, [deal_key(deal) for deal in deals], Priority.RECHECK, now)
            return len(deals)

    def next_due(self, now: datetime) -> datetime | None:
        """The earliest mark, recheck or alert, never before `now`; None when nothing waits."""
        with self._database.reading() as connection:
            queries = (self._marks.next_due, verdicts.next_recheck, alerts.next_due)
            times = [time for query in queries if (time := query(connection)) is not None]
            return max(min(times), now) if times else None

    def listen(self, wake: Wake) -> None:
        """Call `wake`, from a thread of its own, after each mark of any process, until `close`.

        On SQLite nothing is heard of other processes: their marks are found by looking.
        """
        if (listener := self._database.listen(wake)) is not None:
            self._listeners.append(listener)

    def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """What was given up and not healed since, latest first."""
        with self._database.reading() as connection:
            return letters.listed(connection, limit)

    def replay(self, keys: Iterable[ObjectKey] | None, now: datetime) -> int:
        """Mark dead letters again; a key without one is passed by. Returns how many."""
        waiting = None if keys is None else tuple(keys)
        with self._database.writing() as connection:
            taken = letters.take_out(connection, waiting)
            self._mark(connection, taken, Priority.LIVE, now)
            return len(taken)

    # ----------------------------------------------------------------- verdicts

    def recorded(self, deal_ids: Iterable[DealId]) -> Mapping[DealId, RecordedVerdict]:
        """The last verdicts of these deals."""
        with self._database.reading() as connection:
            return verdicts.load(connection, deal_ids)

    def recorded_deals(self, after: DealId | None = None) -> Iterator[DealId]:
        """Every deal that was open when last judged, ascending, a page at a time."""
        while True:
            with self._database.reading() as connection:
                page = verdicts.open_deals(connection, after, DEALS_IN_A_PAGE)
            yield from page
            if len(page) < DEALS_IN_A_PAGE:
                return
            after = page[-1]

    def swept_in(self, run_id: str, deal_ids: Iterable[DealId]) -> frozenset[DealId]:
        """Those of the deals that this sweep has judged and recorded."""
        with self._database.reading() as connection:
            return verdicts.swept_in(connection, run_id, deal_ids)

    def deals_linked_to(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, frozenset[DealId]]:
        """For every key asked for, the deals judged on it; often none."""
        with self._database.reading() as connection:
            return verdicts.linked_to(connection, keys)

    def record(self, records: Sequence[Record], now: datetime) -> None:
        """Verdicts, links, alerts and waivers in one transaction: all of them or none."""
        if not records:
            return
        with self._database.writing() as connection:
            verdicts.store(self._database, connection, records, now)
            outcomes.learn(connection, records, now)
            _keep_seen(connection, records, now)
            for record in records:
                waivers.learn(self._database, connection, record.deal_id, record.waivers, now)
            for record in sorted(records, key=lambda record: record.deal_id):
                for wish in record.wishes:
                    key = record.deal_id, wish.recipient
                    step = partial(Episode.wished, card=wish.card, due_at=wish.due_at)
                    alerts.advance(self._database, connection, key, step)
        if any(record.wishes for record in records):
            self.alerts.announce()

    def forget(self, deal_ids: Sequence[DealId], note: str, now: datetime) -> None:
        """Drop what is known of deals that are gone; their open messages will say `note`."""
        with self._database.writing() as connection:
            verdicts.forget(connection, deal_ids)
            waivers.forget(connection, deal_ids)
            sightings.learn(connection, "", dict.fromkeys(deal_ids), now)
            for deal_id in sorted(deal_ids):
                step = partial(Episode.ended, note=note, now=now)
                for recipient in alerts.of_deal(connection, deal_id):
                    alerts.advance(self._database, connection, (deal_id, recipient), step)

    def purge(self, contacts: Iterable[ObjectKey], now: datetime) -> int:
        """Blank what is kept of these contacts' deals, and mark the deals to be judged afresh."""
        with self._database.writing() as connection:
            linked = verdicts.linked_to(connection, contacts)
            deals = sorted(frozenset().union(*linked.values()))
            forget_people(connection, (*linked, *verdicts.links_of(connection, deals)))
            redaction.redact(self._database, connection, deals)
            verdicts.unlink(connection, linked)
            self._mark(connection, [deal_key(deal) for deal in deals], Priority.LIVE, now)
            return len(deals)

    # ----------------------------------------------------------------- waivers

    def waivers_of(self, deal_ids: Iterable[DealId]) -> Mapping[DealId, tuple[Waiver, ...]]:
        """The waivers of these deals, those that ended too, in the order they were granted."""
        with self._database.reading() as connection:
            return waivers.load(connection, deal_ids)

    def grant(self, deal_id: DealId, waiver: Waiver, now: datetime) -> None:
        """Remember a waiver, or renew one that ended."""
        with self._database.writing() as connection:
            waivers.grant(self._database, connection, deal_id, waiver, now)

    def end_waivers(
        self, deal_id: DealId, ended: Iterable[Waiver], why: WaiverEnd, now: datetime
    ) -> None:
        """End waivers, whether the ledger knew of them or not."""
        over = [replace(waiver, ended=why) for waiver in ended]
        with self._database.writing() as connection:
            waivers.learn(self._database, connection, deal_id, over, now)

    def waivers(
        self, *, lapsing_before: datetime | None = None, with_ended: bool = False
    ) -> Sequence[RecordedWaiver]:
        """Waivers of all deals, the first to lapse first."""
        with self._database.reading() as connection:
            return waivers.listed(connection, lapsing_before, with_ended=with_ended)

    # ----------------------------------------------------------------- the rest

    def get_fact(self, name: str) -> str | None:
        """A remembered fact, or None."""
        with self._database.reading() as connection:
            return connection.execute(
                select(facts.c.value).where(facts.c.name == name)
            ).scalar_one_or_none()

    def set_fact(self, name: str, value: str) -> None:
        """Remember a fact, or correct it."""
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(facts)
                .values(name=name, value=value)
                .on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value})
            )

    def backlog(self) -> Backlog:
        """How much waits, counted in one look."""
        claimed = func.count(marks_table.c.claimed_by)
        oldest = func.min(marks_table.c.first_marked_at)
        with self._database.reading() as connection:
            row = connection.execute(
                select(
                    func.count().label("marks"), claimed.label("leased"), oldest.label("oldest")
                ).select_from(marks_table)
            ).one()
            dead = connection.execute(select(func.count()).select_from(dead_letters_table)).scalar()
            waiting = select(func.count(alerts_table.c.due_at))
            return Backlog(
                marks=row.marks,
                leased=row.leased,
                dead_letters=dead or 0,
                alerts=connection.execute(waiting).scalar() or 0,
                oldest_marked_at=row.oldest,
            )

    @property
    def place(self) -> str:
        """Where the data is, without the password."""
        return self._database.place

    def schema(self) -> str:
        """The version of the schema. Raises Failure."""
        return revision(self._database)

    def shared_calls(self) -> SharedCalls | None:
        """The window of calls that all processes share; None on SQLite, which has but one."""
        return SharedCalls(self._database) if self._database.is_shared else None

    def close(self) -> None:
        """Stop listening and give the connections back; the ledger is of no use afterwards."""
        while self._listeners:
            self._listeners.pop().stop()
        self._database.close()

    def _mark(
        self,
        connection: Connection,
        keys: Sequence[ObjectKey],
        priority: Priority,
        now: datetime,
    ) -> None:
        self._mark_ids(connection, by_kind(keys), priority, now)

    def _mark_ids(
        self, connection: Connection, ids: IdsByKind, priority: Priority, now: datetime
    ) -> bool:
        has_news = self._marks.mark(connection, ids, priority, now)
        if has_news:
            self._database.announce_marks(connection)
        return has_news


def _keep_seen(connection: Connection, records: Sequence[Record], now: datetime) -> None:
    seen = [(record.deal_id, record.seen) for record in records if record.seen is not None]
    for run_id in sorted({each.run_id for _, each in seen}):
        found = {deal_id: each.sighting for deal_id, each in seen if each.run_id == run_id}
        sightings.learn(connection, run_id, found, now)
