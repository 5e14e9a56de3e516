"""The older association operations (v3), which name types instead of numbering them.

They share state and rules with the newer ones; only the words on the wire differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import refusals
from .batches import completed
from .door import Bucket, Call, Operation, Reply
from .edge_batches import MAX_READ_INPUTS, MAX_TARGETS_PER_PAGE, MAX_WRITE_INPUTS, each
from .edges import edge_name
from .finding import record_id
from .linking import Sides, end_id, reads, writes
from .objects import next_page
from .reader import Reader

if TYPE_CHECKING:
    from .edges import EdgeType

ROOT = "/crm/v3/associations/{from_type}/{to_type}"
RECORD_ROOT = "/crm/v3/objects/{from_type}/{from_id}/associations/{to_type}"


def _named(sides: Sides, name: object) -> EdgeType:
    """The type of that name or number.

    Raises:
        Refusal: the two object types have none such.
    """
    for edge_type in sides.call.portal.store.associations.types.of(sides.pair):
        if name in {edge_name(sides.pair, edge_type), str(edge_type.type_id)}:
            return edge_type
    raise refusals.not_an_association(name)


def _rows(sides: Sides, source_id: int, targets: list[int]) -> list[dict[str, str]]:
    types_of = sides.call.portal.store.associations.types_of
    return [
        {"id": str(target_id), "type": edge_name(sides.pair, edge_type)}
        for target_id in targets
        for edge_type in types_of(sides.pair, source_id, target_id)
    ]


def _read(call: Call) -> Reply:
    sides = Sides.of(call)
    results, errors = [], []
    for given in call.inputs(MAX_READ_INPUTS):
        wanted = str(given.get("id"))
        number = record_id(wanted)
        rows = []
        if number is not None:
            targets, _ = sides.page(number, 0, MAX_TARGETS_PER_PAGE)
            rows = _rows(sides, number, targets)
        if rows:
            results.append({"from": {"id": wanted}, "to": rows})
        else:
            errors.append(
                refusals.no_associations(sides.source.singular, wanted, sides.target.singular)
            )
    return completed(call, results, errors)


def _link(sides: Sides, given: dict[str, Any]) -> list[dict[str, object]]:
    source, target = sides.ends(given)
    sides.link(source, target, [_named(sides, given.get("type"))])
    return [
        {
            "from": {"id": str(source.id)},
            "to": {"id": str(target.id)},
            "type": str(given.get("type")),
        }
    ]


def _unlink(sides: Sides, given: dict[str, Any]) -> list[dict[str, object]]:
    source_id = record_id(end_id(given, "from"))
    target_id = record_id(end_id(given, "to"))
    if source_id is not None and target_id is not None:
        sides.unlink(source_id, target_id, [_named(sides, given.get("type"))])
    return []


def _create(call: Call) -> Reply:
    return completed(call, *each(call, MAX_WRITE_INPUTS, _link), status=201)


def _archive(call: Call) -> Reply:
    each(call, MAX_WRITE_INPUTS, _unlink)
    return Reply(204)


def _types(call: Call) -> Reply:
    sides = Sides.of(call)
    found = call.portal.store.associations.types.of(sides.pair)
    rows = [{"id": str(one.type_id), "name": edge_name(sides.pair, one)} for one in found]
    return Reply(200, {"results": rows})


def _list(call: Call) -> Reply:
    sides = Sides.of(call)
    limit = call.number("limit", MAX_TARGETS_PER_PAGE, least=1, most=MAX_TARGETS_PER_PAGE)
    after = call.number("after", 0, least=0, most=2**63 - 1)
    source = sides.existing(sides.source, call.path["from_id"])
    targets, following = sides.page(source.id, after, limit)
    body: dict[str, object] = {"results": _rows(sides, source.id, targets)}
    if following is not None:
        body["paging"] = next_page(call, str(following))
    return Reply(200, body)


def _put(call: Call) -> Reply:
    sides = Sides.of(call)
    source = sides.existing(sides.source, call.path["from_id"])
    target = sides.existing(sides.target, call.path["to_id"])
    sides.link(source, target, [_named(sides, call.path["edge_type"])])
    reader = Reader(call.portal, sides.source, associations=[sides.target])
    return Reply(200, reader.read(source))


def _delete(call: Call) -> Reply:
    sides = Sides.of(call)
    ends = {"from": {"id": call.path["from_id"]}, "to": {"id": call.path["to_id"]}}
    _unlink(sides, {**ends, "type": call.path["edge_type"]})
    return Reply(204)


OPERATIONS = (
    Operation("POST", (f"{ROOT}/batch/read",), _read, reads, Bucket.EXEMPT),
    Operation("POST", (f"{ROOT}/batch/create",), _create, writes, Bucket.EXEMPT),
    Operation("POST", (f"{ROOT}/batch/archive",), _archive, writes, Bucket.EXEMPT),
    Operation("GET", (f"{ROOT}/types",), _types, reads, Bucket.EXEMPT),
    Operation("GET", (RECORD_ROOT,), _list, reads),
    Operation("PUT", (f"{RECORD_ROOT}/{{to_id}}/{{edge_type}}",), _put, writes),
    Operation("DELETE", (f"{RECORD_ROOT}/{{to_id}}/{{edge_type}}",), _delete, writes),
)
