"""Association batches, v4 and dated: read, create, archive, plain and labelled.

They count towards the daily limit only. A record without associations is missing from the results
of a read and named in its errors, which makes the answer 207; that is HubSpot's normal answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import refusals
from .batches import completed
from .door import Bucket, Call, Operation, Reply
from .finding import record_id
from .linking import Sides, end_id, reads, writes
from .refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_READ_INPUTS = 1_000
MAX_WRITE_INPUTS = 2_000
MAX_ARCHIVE_INPUTS = 2_000
MAX_TARGETS_PER_PAGE = 500
ROOTS = (
    "/crm/v4/associations/{from_type}/{to_type}",
    "/crm/associations/{version:version}/{from_type}/{to_type}",
)


def paths(rest: str) -> tuple[str, ...]:
    """That operation's paths, v4 and dated."""
    return tuple(f"{root}{rest}" for root in ROOTS)


def _read(call: Call) -> Reply:
    sides = Sides.of(call)
    results, errors = [], []
    for given in call.inputs(MAX_READ_INPUTS):
        wanted, after = str(given.get("id")), record_id(given.get("after") or 0) or 0
        number = record_id(wanted)
        found: tuple[list[int], int | None] = ([], None)
        if number is not None and number in call.portal.store.table(sides.source.plural).live:
            found = sides.page(number, after, MAX_TARGETS_PER_PAGE)
        ids, following = found
        if number is None or not ids:
            errors.append(
                refusals.no_associations(sides.source.singular, wanted, sides.target.singular)
            )
            continue
        row: dict[str, object] = {"from": {"id": wanted}, "to": sides.rows(number, ids)}
        if following is not None:
            row["paging"] = {"next": {"after": str(following)}}
        results.append(row)
    return completed(call, results, errors)


def each(
    call: Call, limit: int, write: Callable[[Sides, dict[str, Any]], list[dict[str, object]]]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Carry out each input by itself; results of the good ones, errors of the others."""
    sides = Sides.of(call)
    results, errors = [], []
    with call.portal.store.request():
        for given in call.inputs(limit):
            try:
                results += write(sides, given)
            except Refusal as refusal:
                errors.append(refusal.item(refusal.context or {}))
    return results, errors


def _link(sides: Sides, given: dict[str, Any]) -> list[dict[str, object]]:
    source, target = sides.ends(given)
    sides.link(source, target, sides.types(given.get("types")))
    return [sides.labels(source, target)]


def _link_plainly(sides: Sides, given: dict[str, Any]) -> list[dict[str, object]]:
    source, target = sides.ends(given)
    sides.link(source, target)
    return sides.defaults(source, target)


def _unlink(sides: Sides, given: dict[str, Any]) -> list[dict[str, object]]:
    targets = given.get("to")
    for target in targets if isinstance(targets, list) else [targets]:
        source_id = record_id(end_id(given, "from"))
        target_id = record_id(end_id({"to": target}, "to"))
        if source_id is not None and target_id is not None:
            sides.unlink(source_id, target_id)
    return []


def _unlabel(sides: Sides, given: dict[str, Any]) -> list[dict[str, object]]:
    source, target = sides.ends(given)
    sides.unlink(source.id, target.id, sides.types(given.get("types")))
    return []


def _create(call: Call) -> Reply:
    return completed(call, *each(call, MAX_WRITE_INPUTS, _link), status=201)


def _create_plain(call: Call) -> Reply:
    results, errors = each(call, MAX_WRITE_INPUTS, _link_plainly)
    reply = completed(call, results, errors)
    return Reply(200, reply.body)


def _archive(call: Call) -> Reply:
    results, errors = each(call, MAX_ARCHIVE_INPUTS, _unlink)
    return _gone(call, results, errors)


def _archive_labels(call: Call) -> Reply:
    results, errors = each(call, MAX_ARCHIVE_INPUTS, _unlabel)
    return _gone(call, results, errors)


def _gone(call: Call, results: list[dict[str, object]], errors: list[dict[str, object]]) -> Reply:
    """v4 answers a removal without a body, the dated versions with an empty batch."""
    if "version" not in call.path:
        return Reply(204)
    return Reply(200, completed(call, results, errors).body)


def _operation(rest: str, handler: Callable[[Call], Reply], *, reading: bool = False) -> Operation:
    return Operation("POST", paths(rest), handler, reads if reading else writes, Bucket.EXEMPT)


OPERATIONS = (
    _operation("/batch/read", _read, reading=True),
    _operation("/batch/create", _create),
    _operation("/batch/associate/default", _create_plain),
    _operation("/batch/archive", _archive),
    _operation("/batch/labels/archive", _archive_labels),
)
