"""The ledger's tables, and how it keeps time.

Every time is stored as whole microseconds since 1970-01-01 UTC in a BIGINT, on SQLite and on
PostgreSQL alike: both compare and add such numbers exactly, SQLite has no time type of its own,
and one code path then serves both. To read one by hand: `to_timestamp(due_at / 1e6)` on
PostgreSQL, `datetime(due_at / 1000000, 'unixepoch')` on SQLite. Naive datetimes are refused.

This module describes the newest schema for queries; the schema itself is made by `migrations`
alone, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
    and_,
    false,
    or_,
)

from app.domain.deal import IdsByKind, ObjectKey, ObjectKind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime on the Python side, microseconds since the epoch in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a naive time: which hour it means would depend on the machine."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"the ledger needs aware times, not {value!r}"
            raise ValueError(message)
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give the time back in UTC."""
        del dialect
        return None if value is None else EPOCH + value * MICROSECOND


metadata = MetaData()

marks = Table(
    "marks",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("first_marked_at", UtcTime, nullable=False),
    Column("last_marked_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("claimed_by", String(128)),
    Column("claimed_generation", BigInteger),
    Column("claimed_until", UtcTime),
    Index("marks_in_claim_order", "priority", "due_at", "first_marked_at"),
    Index("marks_by_lease", "claimed_until", "due_at"),
)

recent_looks = Table(
    "recent_looks",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("looked_at", UtcTime, nullable=False),
    Index("recent_looks_by_age", "looked_at"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_marked_at", UtcTime, nullable=False),
    Column("died_at", UtcTime, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("judged_at", UtcTime, nullable=False),
    Column("recheck_at", UtcTime),
    Column("swept_in", String(32)),
    Index("verdicts_by_recheck", "recheck_at"),
)

links = Table(
    "links",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Index("links_by_object", "kind", "object_id"),
)

waivers = Table(
    "waivers",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("criterion", String(64), primary_key=True),
    Column("until", UtcTime, primary_key=True, autoincrement=False),
    Column("source", String(320), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("note_id", String(64)),
    Column("granted_at", UtcTime, nullable=False),
    Column("ended", String(16)),
    Column("ended_at", UtcTime),
    Index("waivers_by_end", "ended_at", "until"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("recipient", String(128), primary_key=True),
    Column("wish", Text),
    Column("version", BigInteger, nullable=False),
    Column("due_at", UtcTime),
    Column("shown_card", Text),
    Column("shown_version", BigInteger),
    Column("channel", String(64)),
    Column("ts", String(64)),
    Column("attempt_card", Text),
    Column("attempt_at", UtcTime),
    Column("posted_at", UtcTime),
    Column("group_id", String(64)),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("claimed_until", UtcTime),
    Index("alerts_in_due_order", "due_at"),
    Index("alerts_by_claim", "claimed_until"),
    Index("alerts_by_post", "recipient", "posted_at"),
)

alert_groups = Table(
    "alert_groups",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("recipient", String(128), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("joined_at", UtcTime, nullable=False),
    Column("channel", String(64)),
    Column("ts", String(64)),
    Column("attempt_at", UtcTime),
    Index("alert_groups_by_age", "recipient", "joined_at"),
)

alert_group_cards = Table(
    "alert_group_cards",
    metadata,
    Column("group_id", String(64), primary_key=True),
    Column("deal_id", String(64), primary_key=True),
    Column("card", Text, nullable=False),
)

alert_outcomes = Table(
    "alert_outcomes",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("criterion", String(64), primary_key=True),
    Column("alerted_at", UtcTime, primary_key=True, autoincrement=False),
    Column("fixed_at", UtcTime),
    Index("alert_outcomes_by_age", "alerted_at"),
    Index("alert_outcomes_open", "deal_id", "fixed_at"),
)

errands = Table(
    "errands",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("body", Text, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("attempts", Integer, nullable=False),
    Index("errands_by_due", "due_at"),
    Index("errands_by_age", "taken_at"),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("until", UtcTime, nullable=False),
)

deal_names = Table(
    "deal_names",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
)

sweep_lease = Table(
    "sweep_lease",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("holder", String(160), nullable=False),
    Column("until", UtcTime, nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("policy", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("cursor", String(64)),
    Column("deals", BigInteger, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("calls_saved", BigInteger, nullable=False),
    Column("reason", Text),
    Index("sweeps_by_start", "started_at"),
)

copies = Table(
    "copies",
    metadata,
    Column("place", String(16), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("shape", String(32), nullable=False),
    Column("modified", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    Index("copies_by_age", "kept_at"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("deal_id", String(64), primary_key=True),
    Column("since", UtcTime, primary_key=True, autoincrement=False),
    Column("until", UtcTime),
    Column("run_id", String(32), nullable=False),
    Column("content", Text, nullable=False),
    Index("sightings_by_end", "until"),
    Index("sightings_by_run", "run_id"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("lane", String(16), nullable=False),
    Column("left_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Index("calls_by_lane", "lane", "answered_at"),
)

processes = Table(
    "processes",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("host", String(128), nullable=False),
    Column("heard_at", UtcTime, nullable=False),
)

call_pauses = Table(
    "call_pauses",
    metadata,
    Column("lane", String(16), primary_key=True),
    Column("until", BigInteger, nullable=False),
)


def by_kind(keys: Iterable[ObjectKey]) -> IdsByKind:
    """The ids of these keys, each once."""
    ids: dict[ObjectKind, set[str]] = {}
    for key in keys:
        ids.setdefault(key.kind, set()).add(key.id)
    return ids


corrections = Table(
    "corrections",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("contact", String(64), primary_key=True),
    Column("property", String(128), primary_key=True),
    Column("name", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("criterion", String(64), nullable=False),
    Column("noted_at", UtcTime, nullable=False),
    Column("undone_at", UtcTime),
    Index("corrections_by_contact", "contact"),
)


def among(table: Table, keys: Iterable[ObjectKey]) -> ColumnElement[bool]:
    """Whether a row of a table with `kind` and `object_id` belongs to one of `keys`.

    Spelled out by kind, because SQLite reads the whole table for a list of pairs.
    """
    ids = by_kind(keys)
    parts = (and_(table.c.kind == kind, table.c.object_id.in_(ids[kind])) for kind in sorted(ids))
    return or_(false(), *parts)


def key_of(row: Row[tuple[object, ...]]) -> ObjectKey:
    """The key that a row of such a table is about."""
    return ObjectKey(ObjectKind(row.kind), row.object_id)
