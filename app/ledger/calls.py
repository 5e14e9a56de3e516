"""The window of calls that all processes share, on PostgreSQL: one row for each call that counts.

HubSpot grants its limits to the app and not to a process. A call takes a row before it leaves and
dates it when it is answered; it counts until a whole window after that. Taking happens under an
advisory lock of its lane, and all times are the server's, so that machines need not agree on the
time. A few round trips a second are nothing beside the calls that they count. It refuses to
believe that a call is under way for ever: its process may have died.
"""

from __future__ import annotations

from sqlalchemy import text

from app.ledger.database import Database

LONGEST_CALL_SECONDS = 60.0
"""A row that was not dated within this belongs to a process that died."""
LOCK_SPACE = 7_316_403

_NOW = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_LOCK = text(f"SELECT pg_advisory_xact_lock({LOCK_SPACE}, hashtext(:lane))")
_FORGET = text(
    "DELETE FROM calls WHERE lane = :lane"  # noqa: S608 - no value is put into the text
    f" AND coalesce(answered_at + :window, left_at + :longest) <= {_NOW}"
)
_PAUSE_LEFT = text(
    f"SELECT until - {_NOW} FROM call_pauses WHERE lane = :lane AND until > {_NOW}"  # noqa: S608
)
_ROOM = text(
    "SELECT count(*) AS taken,"  # noqa: S608
    f" min(answered_at) + :window - {_NOW} AS first_out FROM calls WHERE lane = :lane"
)
_ENTER = text(f"INSERT INTO calls (lane, left_at) VALUES (:lane, {_NOW}) RETURNING id")  # noqa: S608
_LEAVE = text(f"UPDATE calls SET answered_at = {_NOW} WHERE id = :id")  # noqa: S608
_PAUSE = text(
    f"INSERT INTO call_pauses (lane, until) VALUES (:lane, {_NOW} + :pause)"  # noqa: S608
    " ON CONFLICT (lane) DO UPDATE SET until = greatest(call_pauses.until, excluded.until)"
)
_MICRO = 1_000_000


class SharedCalls:
    """What `app.hubspot.limiter.Shared` asks for. Raises Retryable or Terminal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, lane: str, most: int, window_seconds: float) -> tuple[int | None, float]:
        """A ticket for one call of at most `most` in the window, or None and how long to wait."""
        window = int(window_seconds * _MICRO)
        longest = int(LONGEST_CALL_SECONDS * _MICRO)
        named = {"lane": lane}
        with self._database.writing() as connection:
            connection.execute(_LOCK, named)
            connection.execute(_FORGET, named | {"window": window, "longest": longest})
            if pause := connection.execute(_PAUSE_LEFT, named).scalar():
                return None, pause / _MICRO
            taken, first_out = connection.execute(_ROOM, named | {"window": window}).one()
            if taken < most:
                return connection.execute(_ENTER, named).scalar_one(), 0.0
            return None, window_seconds if first_out is None else max(0.0, first_out / _MICRO)

    def leave(self, ticket: int) -> None:
        """The call was answered, or failed: it counts for one window more."""
        with self._database.writing() as connection:
            connection.execute(_LEAVE, {"id": ticket})

    def pause(self, lanes: tuple[str, ...], seconds: float) -> None:
        """Hold back every process in these lanes; a longer pause stays."""
        with self._database.writing() as connection:
            for lane in sorted(lanes):
                connection.execute(_PAUSE, {"lane": lane, "pause": int(seconds * _MICRO)})
