"""The options of the lead status property, compared with the statuses that the policy names.

The property is HubSpot's and its options are the admins': nothing is added unless it is asked for
by value, and never a second option under a label that people already choose. What the policy and
the portal do not share is said, with what each side has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from app.domain.deal import ObjectKind
from app.domain.labels import folded
from app.domain.lead_status import LeadStatusRules, StatusOption
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.properties import Plan
from app.hubspot.reading import PLURAL
from app.hubspot.steps import add_options

KIND = ObjectKind.CONTACT


def plan_statuses(client: HubSpotClient, rules: LeadStatusRules, add: Collection[str] = ()) -> Plan:
    """What to add of `add`, and what portal and policy do not share. Raises Failure.

    `add` are internal values of statuses of the policy.
    """
    document = client.properties(PLURAL[KIND])
    shape = wire.shaped(wire.PropertyDefinitions, document, "read the properties of contacts")
    found = next((each for each in shape.results if each.name == rules.property), None)
    if found is None:
        return Plan(problems=(_no_property(rules),))
    if found.type != "enumeration":
        return Plan(problems=(_no_choice(rules, found),))
    missing = [s for s in rules.statuses if s.value not in {o.value for o in found.options}]
    renamed = dict(_under_another_value(missing, found))
    wanted = [status for status in missing if status.value in add]
    problems = [_taken(status, renamed[status]) for status in wanted if status in renamed]
    new = [(status.value, status.label) for status in wanted if status not in renamed]
    if new and found.has_read_only_options:
        problems.append(f"the options of {rules.property} cannot be changed over the API")
        new = []
    steps = (add_options(KIND, found, new),) if new else ()
    unwanted = [status for status in missing if status.value not in add]
    notes = (*_missing(unwanted, renamed, rules), *_unknown(found, rules, renamed.values()))
    return Plan(steps, tuple(problems), notes)


def _under_another_value(
    missing: Iterable[StatusOption], found: wire.Property
) -> Iterator[tuple[StatusOption, str]]:
    """The portal's value behind the label of a status that it does not have under our value."""
    by_label = {folded(option.label or ""): option.value or "" for option in found.options}
    for status in missing:
        if folded(status.label) in by_label:
            yield status, by_label[folded(status.label)]


def _missing(
    missing: Iterable[StatusOption], renamed: dict[StatusOption, str], rules: LeadStatusRules
) -> Iterator[str]:
    for status in missing:
        if status in renamed:
            yield _taken(status, renamed[status])
        else:
            yield (
                f"{rules.property} has no option {status.value} ({status.label}), which the policy "
                f"names: add it with `dealgate setup --lead-status {status.value}`, or take it "
                "out of the policy"
            )


def _taken(status: StatusOption, value: str) -> str:
    return (
        f"the lead status {status.label!r} has the internal value {value!r} in this portal, not "
        f"{status.value!r}: write {value!r} into the policy's lead_status"
    )


def _unknown(
    found: wire.Property, rules: LeadStatusRules, explained: Collection[str]
) -> Iterator[str]:
    """Options that people can choose and the policy knows nothing of."""
    known = {status.value for status in rules.statuses} | set(explained)
    strange = [o.value for o in found.options if o.value and o.value not in known and not o.hidden]
    if strange:
        yield (
            f"{rules.property} has options that the policy does not know ({', '.join(strange)}): "
            "contacts that carry one are judged unknown; name them in the policy's lead_status"
        )


def _no_property(rules: LeadStatusRules) -> str:
    return (
        f"contacts have no property {rules.property}: name the portal's lead status property in "
        "the policy's lead_status"
    )


def _no_choice(rules: LeadStatusRules, found: wire.Property) -> str:
    return f"{rules.property} is of type {found.type}, but a lead status is a choice (enumeration)"
