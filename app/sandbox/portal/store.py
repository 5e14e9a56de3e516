"""The state of the portal: records, their associations, and word of every change.

It never sees HTTP and judges no value: what the API would refuse is refused before it gets here,
so seeds may write what an administrator or an import could. Reads see a write at once; search
lags behind (`index.py`). Listeners hear of a write when it is complete, after the last change of
its request, and never of writes made with `quiet`, which a starting portal is filled with.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..changes import ChangeKind
from ..clock import to_epoch_ms
from .associations import Associations
from .bulletin import Bulletin
from .kinds import ACTIVITIES, KINDS
from .records import Record, kept
from .table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ..changes import Actor, Change
    from ..clock import SandboxClock
    from .edges import EdgeType, Pair
    from .ids import Ids


class Store:
    """All records. Object types are named by their plural; ids are integers."""

    def __init__(self, clock: SandboxClock, ids: Ids, *, lag_ms: int) -> None:
        self.clock = clock
        self.associations = Associations()
        self.lock = threading.RLock()
        self._ids = ids
        self._tables = {kind.plural: Table(kind.plural, lag_ms=lag_ms) for kind in KINDS}
        self._bulletin = Bulletin()
        self._depth = 0

    def table(self, object_type: str) -> Table:
        """The records of one type.

        Raises:
            KeyError: the portal has no such object type.
        """
        return self._tables[object_type]

    def subscribe(self, listener: Callable[[Sequence[Change]], None]) -> None:
        """Call `listener` with the changes of each completed write, in the writer's thread."""
        self._bulletin.subscribe(listener)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Hold everyone else off and tell of all changes made inside at once, at the end."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._bulletin.publish()

    def get(self, object_type: str, object_id: int) -> Record | None:
        """The live record; the id of a merged record leads to the one that it became part of."""
        return self._tables[object_type].get(object_id)

    def create(
        self,
        object_type: str,
        properties: Mapping[str, str | None],
        *,
        actor: Actor,
        at: datetime | None = None,
        quiet: bool = False,
    ) -> int:
        """Make a record and return its id. `at` backdates its creation."""
        now_ms = self.clock.epoch_ms()
        at_ms = now_ms if at is None else to_epoch_ms(at)
        with self.request():
            record = Record(self._ids.next(object_type), kept(properties), at_ms, actor)
            self._tables[object_type].enter(record, now_ms, quiet=quiet)
            if not quiet:
                self._bulletin.record(
                    ChangeKind.CREATED, object_type, record.id, at_ms, actor=actor
                )
                self._bulletin.values(object_type, record, record.values, at_ms, actor=actor)
        return record.id

    def update(
        self,
        object_type: str,
        object_id: int,
        properties: Mapping[str, str | None],
        *,
        actor: Actor,
        at: datetime | None = None,
        quiet: bool = False,
    ) -> None:
        """Set the given properties; None or an empty string clears one. `at` backdates it.

        Raises:
            KeyError: there is no such live record.
        """
        now_ms = self.clock.epoch_ms()
        at_ms = now_ms if at is None else to_epoch_ms(at)
        with self.request():
            table = self._tables[object_type]
            record = table.live[object_id]
            changed = table.write(
                record, dict(properties), at_ms, actor, now_ms=now_ms, quiet=quiet
            )
            if not quiet:
                self._bulletin.values(object_type, record, changed, at_ms, actor=actor)

    def archive(self, object_type: str, object_id: int, *, actor: Actor) -> bool:
        """Archive a record; False when there is no live one with that id."""
        with self.request():
            table = self._tables[object_type]
            record = table.live.get(object_id)
            if record is None:
                return False
            now_ms = self.clock.epoch_ms()
            table.archive(record, now_ms)
            self._bulletin.record(ChangeKind.ARCHIVED, object_type, object_id, now_ms, actor=actor)
        return True

    def restore(self, object_type: str, object_id: int, *, actor: Actor) -> None:
        """Bring an archived record back, with its associations.

        Raises:
            KeyError: no archived record has that id.
        """
        with self.request():
            table = self._tables[object_type]
            now_ms = self.clock.epoch_ms()
            table.restore(table.archived[object_id], now_ms)
            self._bulletin.record(ChangeKind.RESTORED, object_type, object_id, now_ms, actor=actor)

    def delete_for_privacy(self, object_type: str, object_id: int, *, actor: Actor) -> None:
        """Erase a record for good, as the law may ask for; unknown ids are nobody's.

        HubSpot sends the privacy deletion and, separately, a deletion.
        """
        with self.request():
            table = self._tables[object_type]
            record = table.live.get(object_id) or table.archived.get(object_id)
            if record is None:
                return
            now_ms = self.clock.epoch_ms()
            table.forget(record, now_ms)
            self._bulletin.record(
                ChangeKind.PRIVACY_DELETED, object_type, object_id, now_ms, actor=actor
            )
            self._bulletin.record(ChangeKind.ARCHIVED, object_type, object_id, now_ms, actor=actor)

    def merge(self, object_type: str, primary_id: int, other_id: int, *, actor: Actor) -> None:
        """Make the other record part of the primary one, whose values win.

        Raises:
            KeyError: one of the two is not a live record.
        """
        with self.request():
            table = self._tables[object_type]
            primary, other = table.live[primary_id], table.live[other_id]
            now_ms = self.clock.epoch_ms()
            moved: dict[str, str | None] = {
                name: value for name, value in other.values.items() if name not in primary.values
            }
            self._move_edges(object_type, other_id, primary_id, actor)
            table.forget(other, now_ms)
            table.merged[other_id] = primary_id
            former = primary.values.get("hs_merged_object_ids")
            merged = f"{former};{other_id}" if former else str(other_id)
            table.write(
                primary,
                {**moved, "hs_merged_object_ids": merged},
                now_ms,
                actor,
                now_ms=now_ms,
                quiet=False,
            )
            self._bulletin.merge(object_type, primary_id, other_id, len(moved), now_ms, actor=actor)
            self._bulletin.values(object_type, primary, moved, now_ms, actor=actor)

    def associate(
        self,
        from_type: str,
        from_id: int,
        to_type: str,
        to_id: int,
        types: Iterable[tuple[str, int]] = (),
        *,
        actor: Actor,
        quiet: bool = False,
    ) -> None:
        """Associate two records; types are (category, type id), none means the plain one.

        Raises:
            KeyError: HubSpot knows no association of the two types, or no such type id.
        """
        pair = (from_type, to_type)
        edge_types = []
        for category, type_id in types:
            edge_type = self.associations.types.find(pair, category, type_id)
            if edge_type is None:
                raise KeyError((pair, category, type_id))
            edge_types.append(edge_type)
        with self.request():
            added = self.associations.link(pair, from_id, to_id, edge_types)
            if added and not quiet:
                now_ms = self.clock.epoch_ms()
                self._log_activity(pair, from_id, to_id, now_ms)
                self._bulletin.edges(
                    ChangeKind.ASSOCIATED, pair, (from_id, to_id), added, now_ms, actor=actor
                )

    def dissociate(
        self,
        from_type: str,
        from_id: int,
        to_type: str,
        to_id: int,
        types: Sequence[EdgeType] = (),
        *,
        actor: Actor,
    ) -> None:
        """Take an association away, or with `types` only those ways of belonging together."""
        pair = (from_type, to_type)
        now_ms = self.clock.epoch_ms()
        with self.request():
            if types:
                lost = self.associations.unlink_types(pair, from_id, to_id, types)
            else:
                lost = self.associations.unlink(pair, from_id, to_id)
            self._bulletin.edges(
                ChangeKind.DISSOCIATED, pair, (from_id, to_id), lost, now_ms, actor=actor
            )

    def associated(self, from_type: str, from_id: int, to_type: str) -> list[int]:
        """The live records of `to_type` that belong to that record, oldest association first."""
        live = self._tables[to_type].live
        targets = self.associations.targets((from_type, to_type), from_id)
        return [to_id for to_id in targets if to_id in live]

    def _log_activity(self, pair: Pair, from_id: int, to_id: int, now_ms: int) -> None:
        """A logged activity changes the record that it is logged on."""
        for object_type, object_id, other in (
            (pair[0], from_id, pair[1]),
            (pair[1], to_id, pair[0]),
        ):
            if other not in ACTIVITIES or object_type in ACTIVITIES:
                continue
            table = self._tables[object_type]
            record = table.live.get(object_id)
            if record is not None:
                table.touch(record, now_ms)

    def _move_edges(self, object_type: str, old_id: int, new_id: int, actor: Actor) -> None:
        now_ms = self.clock.epoch_ms()
        for to_type in self._tables:
            pair = (object_type, to_type)
            for to_id in list(self.associations.targets(pair, old_id)):
                types = self.associations.types_of(pair, old_id, to_id)
                self.associations.unlink(pair, old_id, to_id)
                plain = [one for one in types if not one.is_primary]
                added = self.associations.link(pair, new_id, to_id, plain)
                self._bulletin.edges(
                    ChangeKind.ASSOCIATED, pair, (new_id, to_id), added, now_ms, actor=actor
                )
