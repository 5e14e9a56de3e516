"""All checks in the order in which to mend what they find."""

from __future__ import annotations

from collections.abc import Iterator

from app.doctor.channel import examine_channel
from app.doctor.door import examine_door
from app.doctor.house import examine_house
from app.doctor.line import Line, skipped
from app.doctor.portal import examine_portal
from app.wiring import Runtime


def examine(built: Runtime, *, offline: bool) -> Iterator[Line]:
    """Every line, as each is found; `offline` leaves out whatever needs the network."""
    yield from examine_house(built)
    if offline:
        yield skipped("portal, webhook, slack", "not asked (--offline)")
        return
    yield from examine_portal(built)
    yield from examine_door(built)
    yield from examine_channel(built)
