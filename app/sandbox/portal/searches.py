"""The search operation, which has a rate limit of its own and sends no rate headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from . import refusals
from .batches import names_in
from .door import Bucket, Call, Operation, Reply
from .objects import paths, reads
from .query import parse
from .reader import Reader
from .search import Search

if TYPE_CHECKING:
    from .portal import Portal

MAX_BODY_CHARACTERS = 3_000


def operations(portal: Portal) -> tuple[Operation, ...]:
    """Search over every object type of the portal."""
    search = Search(portal)

    def run(call: Call) -> Reply:
        kind, body = call.kind(), call.mapping()
        if len(orjson.dumps(body).decode()) > MAX_BODY_CHARACTERS:
            message = f"The request body is longer than {MAX_BODY_CHARACTERS} characters"
            refusals.reject(message)
        query = parse(portal, kind, body)
        total, records = search.run(kind, query)
        reader = Reader(portal, kind, names_in(body, "properties"))
        answer: dict[str, object] = {
            "total": total,
            "results": [reader.read(record) for record in records],
        }
        following = query.after + len(records)
        if following < total:
            answer["paging"] = {"next": {"after": str(following)}}
        return Reply(200, answer)

    return (Operation("POST", paths("/search"), run, reads, Bucket.SEARCH),)
