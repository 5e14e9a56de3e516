"""The section of a policy file on deviations, turned into the domain's rules."""

from __future__ import annotations

from app.domain.waiving import DEVIATION, MANAGER, WaivingRules
from config.policy.document import Document, Place
from config.policy.schema import PolicyWire


def build_waiving(document: Document, wire: PolicyWire) -> WaivingRules:
    """The rules. Raises PolicyError when managers may grant and nobody is one."""
    section = wire.deviations
    grantors: list[tuple[Place, tuple[str, ...]]] = [
        (("deviations", "may_waive"), section.may_waive)
    ]
    for index, criterion in enumerate(wire.criteria):
        place: Place = ("criteria", index)
        grantors.append(((*place, "may_waive"), criterion.may_waive))
        if criterion.id == DEVIATION:
            problem = f"{DEVIATION!r} is the code of the finding on deviations that do not count"
            raise document.error((*place, "id"), problem)
    for place, named in grantors:
        if MANAGER in named and not section.managers:
            problem = (
                "a manager may waive, but deviations.managers names nobody: list e-mail addresses,"
                " or team: and the name of a HubSpot team"
            )
            raise document.error(place, problem)
    return WaivingRules(
        labels=section.labels,
        withdrawal_labels=section.withdrawal_labels,
        may_waive=section.may_waive,
        managers=section.managers,
        max_days=section.waiver_days_max,
        source=section.source,
    )
