"""Associations of one record, and the labels of a pair of object types (v4 and dated)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import refusals
from .batches import completed
from .door import Bucket, Call, Operation, Reply
from .edge_batches import MAX_TARGETS_PER_PAGE, paths
from .finding import record_id
from .linking import Sides, reads, writes
from .objects import next_page

if TYPE_CHECKING:
    from .edges import EdgeType
    from .records import Record

MAX_LABELS = 50
RECORD_ROOTS = (
    "/crm/v4/objects/{from_type}/{from_id}/associations",
    "/crm/objects/{version:version}/{from_type}/{from_id}/associations",
)


def _record_paths(rest: str) -> tuple[str, ...]:
    return tuple(f"{root}{rest}" for root in RECORD_ROOTS)


def _list(call: Call) -> Reply:
    sides = Sides.of(call)
    limit = call.number("limit", MAX_TARGETS_PER_PAGE, least=1, most=MAX_TARGETS_PER_PAGE)
    after = call.number("after", 0, least=0, most=2**63 - 1)
    number = record_id(call.path["from_id"])
    if number is None or call.portal.store.get(sides.source.plural, number) is None:
        raise refusals.not_found()
    ids, following = sides.page(number, after, limit)
    body: dict[str, object] = {"results": sides.rows(number, ids)}
    if following is not None:
        body["paging"] = next_page(call, str(following))
    return Reply(200, body)


def _put(call: Call) -> Reply:
    sides = Sides.of(call)
    source, target = _ends(call, sides)
    with call.portal.store.request():
        sides.link(source, target, sides.types(call.body))
    return Reply(201, sides.labels(source, target))


def _put_default(call: Call) -> Reply:
    sides = Sides.of(call)
    source, target = _ends(call, sides)
    with call.portal.store.request():
        sides.link(source, target)
    return completed(call, sides.defaults(source, target))


def _ends(call: Call, sides: Sides) -> tuple[Record, Record]:
    given = {"from": {"id": call.path["from_id"]}, "to": {"id": call.path["to_id"]}}
    return sides.ends(given)


def _delete(call: Call) -> Reply:
    sides = Sides.of(call)
    numbers = [record_id(call.path["from_id"]), record_id(call.path["to_id"])]
    if numbers[0] is not None and numbers[1] is not None:
        sides.unlink(numbers[0], numbers[1])
    return Reply(204)


def _labels(call: Call) -> Reply:
    sides = Sides.of(call)
    found = call.portal.store.associations.types.of(sides.pair)
    return Reply(200, {"results": [_label(one) for one in found]})


def _add_label(call: Call) -> Reply:
    sides, body = Sides.of(call), call.mapping()
    label, name = body.get("label"), body.get("name")
    if not label or not name:
        refusals.reject("An association label needs label and name")
    types = call.portal.store.associations.types
    present = [one for one in types.of(sides.pair) if one.label is not None]
    if any(one.name == name or one.label == label for one in present):
        refusals.reject(f"An association label named {name} or labelled {label} already exists")
    if len(present) >= MAX_LABELS:
        refusals.reject(f"No more than {MAX_LABELS} labels between two object types")
    inverse = body.get("inverseLabel")
    added = types.add(sides.pair, str(name), str(label), str(inverse) if inverse else None)
    return Reply(200, {"results": [_label(one) for one in added]})


def _rename_label(call: Call) -> Reply:
    sides, body = Sides.of(call), call.mapping()
    types, inverse = call.portal.store.associations.types, body.get("inverseLabel")
    type_id = record_id(body.get("associationTypeId"))
    renamed = type_id is not None and types.rename(
        sides.pair, type_id, str(body.get("label")), str(inverse) if inverse else None
    )
    if not renamed:
        raise refusals.not_found()
    return Reply(204)


def _delete_label(call: Call) -> Reply:
    sides = Sides.of(call)
    type_id = record_id(call.path["type_id"])
    types = call.portal.store.associations.types
    if type_id is None or not types.remove(sides.pair, type_id):
        raise refusals.not_found()
    return Reply(204)


def _label(one: EdgeType) -> dict[str, object]:
    return {"category": one.category, "typeId": one.type_id, "label": one.label}


OPERATIONS = (
    Operation("PUT", _record_paths("/default/{to_type}/{to_id}"), _put_default, writes),
    Operation("GET", _record_paths("/{to_type}"), _list, reads),
    Operation("PUT", _record_paths("/{to_type}/{to_id}"), _put, writes),
    Operation("DELETE", _record_paths("/{to_type}/{to_id}"), _delete, writes),
    Operation("GET", paths("/labels"), _labels, reads, Bucket.EXEMPT),
    Operation("POST", paths("/labels"), _add_label, writes, Bucket.EXEMPT),
    Operation("PUT", paths("/labels"), _rename_label, writes, Bucket.EXEMPT),
    Operation("DELETE", paths("/labels/{type_id}"), _delete_label, writes, Bucket.EXEMPT),
)
