"""Operations on single records: list, read, create, update, archive, merge, erase."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from . import refusals
from .door import Call, Operation, Reply
from .finding import find, record_id
from .kinds import kind_named
from .reader import Reader
from .writing import Drafting

if TYPE_CHECKING:
    from .kinds import Kind
    from .records import Record

MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50
DEFAULT_PAGE = 10
ROOTS = ("/crm/v3/objects/{object_type}", "/crm/objects/{version:version}/{object_type}")


def paths(rest: str) -> tuple[str, ...]:
    """That operation's paths, classic and dated."""
    return tuple(f"{root}{rest}" for root in ROOTS)


def reads(call: Call) -> list[list[str]]:
    """The scope for reading the object type of the path."""
    return [[call.kind().read_scope]]


def writes(call: Call) -> list[list[str]]:
    """The scope for writing the object type of the path."""
    return [[call.kind().write_scope]]


def _reader(call: Call) -> Reader:
    associations = []
    for name in call.listed("associations"):
        kind = kind_named(name)
        if kind is None:
            raise refusals.unknown_object_type(name)
        associations.append(kind)
    return Reader(
        call.portal,
        call.kind(),
        call.listed("properties"),
        call.listed("propertiesWithHistory"),
        associations,
    )


def _named(call: Call, *, archived: bool = False) -> Record:
    wanted, by = call.path["object_id"], call.query.get("idProperty")
    record = find(call.portal, call.kind(), wanted, by=by, archived=archived)
    if record is None:
        raise refusals.not_found()
    return record


def _list(call: Call) -> Reply:
    with_history = bool(call.listed("propertiesWithHistory"))
    most = MAX_PAGE_WITH_HISTORY if with_history else MAX_PAGE
    limit = call.number("limit", DEFAULT_PAGE, least=1, most=most)
    after = call.number("after", 0, least=0, most=2**63 - 1)
    reader = _reader(call)
    table = call.portal.store.table(call.kind().plural)
    found = list(islice(table.after(after, archived=call.flag("archived")), limit + 1))
    body: dict[str, object] = {"results": [reader.read(record) for record in found[:limit]]}
    if len(found) > limit:
        body["paging"] = next_page(call, str(found[limit - 1].id))
    return Reply(200, body)


def next_page(call: Call, after: str) -> dict[str, object]:
    """`paging` that leads to what follows `after`."""
    link = str(call.url.include_query_params(after=after))
    return {"next": {"after": after, "link": link}}


def _get(call: Call) -> Reply:
    record = _named(call, archived=call.flag("archived"))
    return Reply(200, _reader(call).read(record))


def _create(call: Call) -> Reply:
    with call.portal.store.request():
        draft = Drafting(call).creation(call.mapping())
        record = draft.save(call.portal, call.token.actor)
    return Reply(201, Reader(call.portal, call.kind(), draft.values).read(record))


def _update(call: Call) -> Reply:
    with call.portal.store.request():
        draft = Drafting(call).change(_named(call), call.mapping())
        record = draft.save(call.portal, call.token.actor)
    return Reply(200, Reader(call.portal, call.kind(), draft.values).read(record))


def _archive(call: Call) -> Reply:
    number = record_id(call.path["object_id"])
    if number is not None:
        call.portal.store.archive(call.kind().plural, number, actor=call.token.actor)
    return Reply(204)


def _merge(call: Call) -> Reply:
    kind, body = call.kind(), call.mapping()
    primary = _merged(call, kind, body.get("primaryObjectId"))
    other = _merged(call, kind, body.get("objectIdToMerge"))
    if primary is other:
        refusals.reject("Cannot merge an object with itself")
    store = call.portal.store
    store.merge(kind.plural, primary.id, other.id, actor=call.token.actor)
    return Reply(200, Reader(call.portal, kind).read(primary))


def _merged(call: Call, kind: Kind, wanted: object) -> Record:
    record = find(call.portal, kind, wanted)
    if record is None:
        raise refusals.objects_missing(kind.constant, [str(wanted)])
    return record


def _erase(call: Call) -> Reply:
    kind, body = call.kind(), call.mapping()
    if kind.plural != "contacts":
        raise refusals.not_found()
    record = find(call.portal, kind, body.get("objectId"), by=body.get("idProperty"))
    if record is not None:
        actor = call.token.actor
        call.portal.store.delete_for_privacy(kind.plural, record.id, actor=actor)
    return Reply(204)


OPERATIONS = (
    Operation("GET", paths(""), _list, reads),
    Operation("POST", paths(""), _create, writes),
    Operation("POST", paths("/merge"), _merge, writes),
    Operation("POST", paths("/gdpr-delete"), _erase, writes),
    Operation("GET", paths("/{object_id}"), _get, reads),
    Operation("PATCH", paths("/{object_id}"), _update, writes),
    Operation("DELETE", paths("/{object_id}"), _archive, writes),
)
