"""The rules for alerts as sentences, for the handbook page and for people who compare policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.criterion import CriterionKind
from app.domain.quiet import QuietHours, QuietWindow, Weekday
from app.domain.routing import AlertRules, Delivery, Destination, Route, Usefulness
from app.domain.wording import in_words

DAYS: Mapping[Weekday, str] = {
    Weekday.MONDAY: "Monday",
    Weekday.TUESDAY: "Tuesday",
    Weekday.WEDNESDAY: "Wednesday",
    Weekday.THURSDAY: "Thursday",
    Weekday.FRIDAY: "Friday",
    Weekday.SATURDAY: "Saturday",
    Weekday.SUNDAY: "Sunday",
}
KINDS: Mapping[CriterionKind, str] = {
    CriterionKind.QUALIFICATION: "qualification",
    CriterionKind.EXIT: "exit signals",
    CriterionKind.HYGIENE: "hygiene",
}


def alert_sentences(rules: AlertRules) -> Iterator[str]:
    """Each rule in one sentence, the routes in the order in which they are tried."""
    yield from map(route_sentence, rules.routes)
    others = "Every other alert" if rules.routes else "Every alert"
    yield f"{others} {_goes(rules.default)}."
    if rules.quiet.windows:
        yield _quiet(rules.quiet)
    if rules.cooldown_minutes:
        yield f"A deal gets no new message within {rules.cooldown_minutes} minutes of its last one."
    yield (
        f"More than {rules.group_above} new messages to one place at once become one that names "
        "all deals."
    )
    if rules.fallback:
        yield (
            f"Where a deal has no owner, or one who left, {rules.fallback} is addressed instead."
        )
    yield _usefulness(rules.usefulness)


def route_sentence(route: Route) -> str:
    """One route in one sentence."""
    return f"An alert{_about(route)} {_goes(route.to)}."


def _about(route: Route) -> str:
    kinds = [KINDS[kind] for kind in route.kinds]
    parts = (
        ("about", route.criteria),
        ("about", kinds),
        ("of severity", route.severities),
        ("on a deal in the process", route.processes),
        ("in the stage", route.stages),
    )
    return "".join(f" {lead} {in_words(names, 'or')}" for lead, names in parts if names)


def _goes(to: Destination) -> str:
    if to.delivery is Delivery.OWNER:
        return "goes to the deal's owner as a direct message"
    if to.delivery is Delivery.DIGEST:
        return "is not posted and stands in the digest alone"
    return f"goes to the channel {to.channel or 'that the settings name'}"


def _quiet(quiet: QuietHours) -> str:
    spans = in_words(map(_window, quiet.windows), "and")
    return f"Nothing new is posted {spans} ({quiet.zone.key}); it waits until then."


def _window(window: QuietWindow) -> str:
    days = in_words((DAYS[day] for day in window.days), "and")
    if window.begins == window.ends:
        return f"for 24 hours from {window.begins:%H:%M} on {days}"
    return f"from {window.begins:%H:%M} to {window.ends:%H:%M} on {days}"


def _usefulness(useful: Usefulness) -> str:
    days = "a day" if useful.days == 1 else f"{useful.days} days"
    return (
        f"An alert counts as useful if its gap is closed within {days}; a "
        f"criterion with less than {useful.floor:.0%} useful ones of at least {useful.at_least} "
        "is proposed for the digest alone."
    )
