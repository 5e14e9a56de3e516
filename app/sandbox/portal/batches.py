"""Operations on up to a hundred records at once.

A batch answers 207 when some inputs failed on their own: ids that are not there, and bad inputs
that carry an `objectWriteTraceId`. A bad input without one fails the whole request, and nothing
of it is written.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from . import refusals
from .door import Call, Operation, Reply
from .finding import find, record_id
from .objects import paths, reads, writes
from .reader import Reader
from .refusal import Refusal
from .times import instant
from .writing import Drafting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .kinds import Kind
    from .writing import Draft

MAX_INPUTS = 100
MAX_INPUTS_WITH_HISTORY = 50

Item = dict[str, Any]


def completed(
    call: Call, results: Sequence[object], errors: Sequence[object] = (), *, status: int = 200
) -> Reply:
    """The envelope of a batch; `status` is that of full success."""
    now = instant(call.portal.clock.epoch_ms())
    body: dict[str, object] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": now,
        "completedAt": now,
    }
    if errors:
        body["numErrors"] = len(errors)
        body["errors"] = errors
    return Reply(207 if errors else status, body)


def names_in(body: Item, key: str) -> list[str]:
    """A list of property names in a body; absent and null mean none.

    Raises:
        Refusal: it is something else.
    """
    names = body.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        refusals.reject_json(f"{key} must be a list of names")
    return names


def _read(call: Call) -> Reply:
    kind, body = call.kind(), call.mapping()
    histories = names_in(body, "propertiesWithHistory")
    inputs = call.inputs(MAX_INPUTS)
    if histories and len(inputs) > MAX_INPUTS_WITH_HISTORY:
        raise refusals.too_many_histories(MAX_INPUTS_WITH_HISTORY)
    wanted = _ids(inputs)
    reader = Reader(call.portal, kind, names_in(body, "properties"), histories)
    archived, by = call.flag("archived"), body.get("idProperty")
    found = {one: find(call.portal, kind, one, by=by, archived=archived) for one in wanted}
    records = [record for record in found.values() if record is not None]
    missing = [one for one, record in found.items() if record is None]
    return completed(call, [reader.read(record) for record in records], _missing(kind, missing))


def _ids(inputs: Iterable[Item]) -> list[str]:
    wanted = []
    for one in inputs:
        if one.get("id") is None:
            refusals.reject_json("every input needs an id")
        wanted.append(str(one["id"]))
    repeated = [one for one, times in Counter(wanted).items() if times > 1]
    if repeated:
        raise refusals.duplicate_ids(repeated)
    return wanted


def _missing(kind: Kind, ids: Sequence[str]) -> list[Item]:
    if not ids:
        return []
    return [refusals.objects_missing(kind.constant, ids).item({"ids": ids})]


class _Writes:
    """The inputs of one batch on their way: drafts to save, errors to report."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._drafts: list[tuple[Item, Draft]] = []
        self.errors: list[Item] = []

    def judge(self, given: Item, draft: Callable[[], Draft]) -> None:
        """Prepare one input; without a trace id its refusal is the whole batch's."""
        try:
            self._drafts.append((given, draft()))
        except Refusal as refusal:
            trace = given.get("objectWriteTraceId")
            if trace is None:
                raise
            self.errors.append(refusal.item({"objectWriteTraceId": [str(trace)]}))

    def save(self, *, say_new: bool = False) -> list[Item]:
        """Write everything that was judged well; returns the records as HubSpot shows them."""
        call, results = self._call, []
        for given, draft in self._drafts:
            record = draft.save(call.portal, call.token.actor)
            written = Reader(call.portal, draft.kind, draft.values).read(record)
            if given.get("objectWriteTraceId") is not None:
                written["objectWriteTraceId"] = str(given["objectWriteTraceId"])
            if say_new:
                written["new"] = draft.record is None
            results.append(written)
        return results


def _create(call: Call) -> Reply:
    inputs = call.inputs(MAX_INPUTS)
    with call.portal.store.request():
        drafting, writing = Drafting(call), _Writes(call)
        for given in inputs:
            writing.judge(given, partial(drafting.creation, given))
        return completed(call, writing.save(), writing.errors, status=201)


def _update(call: Call) -> Reply:
    """Change records; one that was merged away is left out without a word, as HubSpot does."""
    kind, inputs = call.kind(), call.inputs(MAX_INPUTS)
    wanted = _ids(inputs)
    merged = call.portal.store.table(kind.plural).merged
    missing = []
    with call.portal.store.request():
        drafting, writing = Drafting(call), _Writes(call)
        for one, given in zip(wanted, inputs, strict=True):
            by = given.get("idProperty")
            record = find(call.portal, kind, one, by=by)
            if record is None:
                missing.append(one)
            elif by or record_id(one) not in merged:
                writing.judge(given, partial(drafting.change, record, given))
        results = writing.save()
    return completed(call, results, [*_missing(kind, missing), *writing.errors])


def _upsert(call: Call) -> Reply:
    kind, inputs = call.kind(), call.inputs(MAX_INPUTS)
    wanted = _ids(inputs)
    with call.portal.store.request():
        drafting, writing = Drafting(call), _Writes(call)
        for one, given in zip(wanted, inputs, strict=True):
            by = given.get("idProperty")
            record = find(call.portal, kind, one, by=by)
            if record is not None:
                writing.judge(given, partial(drafting.change, record, given))
            elif by and by != "hs_object_id":
                complete = {"properties": {by: one, **(given.get("properties") or {})}}
                writing.judge(given, partial(drafting.creation, complete))
            else:
                raise refusals.objects_missing(kind.constant, [one])
        return completed(call, writing.save(say_new=True), writing.errors)


def _archive(call: Call) -> Reply:
    with call.portal.store.request():
        for given in call.inputs(MAX_INPUTS):
            number = record_id(given.get("id"))
            if number is not None:
                call.portal.store.archive(call.kind().plural, number, actor=call.token.actor)
    return Reply(204)


OPERATIONS = (
    Operation("POST", paths("/batch/read"), _read, reads),
    Operation("POST", paths("/batch/create"), _create, writes),
    Operation("POST", paths("/batch/update"), _update, writes),
    Operation("POST", paths("/batch/upsert"), _upsert, writes),
    Operation("POST", paths("/batch/archive"), _archive, writes),
)
