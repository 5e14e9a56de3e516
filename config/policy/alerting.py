"""The section of a policy file on alerts, turned into the domain's rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from app.domain.quiet import LONGEST, QuietHours, QuietWindow
from app.domain.routing import AlertRules, Delivery, Destination, Mention, Route, Usefulness
from app.domain.verdict import CriterionId
from config.policy.alert_schema import AlertsWire, QuietHoursWire, RouteWire
from config.policy.document import Document, Place
from config.policy.schema import PolicyWire

_SECTION: Place = ("alerts",)
_ANY_MOMENT = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AlertsBuilder:
    """Builds the alert rules of one document; `codes` are those that an alert can be about."""

    document: Document
    wire: PolicyWire
    codes: Collection[str]

    def rules(self) -> AlertRules:
        """The rules. Raises PolicyError at the first problem."""
        section = self.wire.alerts
        useful = section.usefulness
        return AlertRules(
            default=_destination(section.default),
            routes=self._routes(section),
            quiet=self._quiet(section.quiet_hours),
            cooldown_minutes=section.cooldown_minutes,
            group_above=section.group_above,
            fallback=section.fallback,
            mentions=tuple(self._mentions(section)),
            usefulness=Usefulness(useful.days, useful.floor, useful.at_least),
        )

    def _routes(self, section: AlertsWire) -> tuple[Route, ...]:
        routes: list[Route] = []
        for index, wire in enumerate(section.routes):
            place: Place = (*_SECTION, "routes", index)
            route = self._route(wire, place)
            for number, earlier in enumerate(routes):
                if earlier.covers(route):
                    problem = f"nothing gets here: route {number} takes all that this one would"
                    raise self.document.error(place, problem)
            routes.append(route)
        return tuple(routes)

    def _route(self, wire: RouteWire, place: Place) -> Route:
        processes = {process.id: process for process in self.wire.processes}
        for what, key, names, allowed in (
            ("criterion", "criteria", wire.criteria, self.codes),
            ("process", "processes", wire.processes, processes),
            ("stage", "stages", wire.stages, dict.fromkeys(self._stages())),
        ):
            for number, name in enumerate(names):
                self.document.must_know((*place, key, number), what, name, allowed)
        return Route(
            to=_destination(wire.to),
            criteria=tuple(map(CriterionId, wire.criteria)),
            kinds=wire.kinds,
            severities=wire.severities,
            processes=tuple(processes[name].label for name in wire.processes),
            stages=wire.stages,
        )

    def _stages(self) -> Iterator[str]:
        for process in self.wire.processes:
            yield from (stage.label for stage in process.stages)
            yield from (process.won_stage, process.lost_stage)

    def _quiet(self, wire: QuietHoursWire | None) -> QuietHours:
        if wire is None:
            return QuietHours(ZoneInfo("UTC"))
        place: Place = (*_SECTION, "quiet_hours")
        try:
            zone = ZoneInfo(wire.time_zone)
        except (KeyError, ValueError, OSError) as error:
            problem = f"unknown time zone {wire.time_zone!r}; allowed: names such as Europe/Berlin"
            raise self.document.error((*place, "time_zone"), problem) from error
        windows = (
            QuietWindow(time.fromisoformat(each.from_), time.fromisoformat(each.to), each.days)
            for each in wire.windows
        )
        quiet = QuietHours(zone, tuple(windows))
        end = quiet.until(_ANY_MOMENT)
        if end is not None and end - _ANY_MOMENT >= LONGEST:
            problem = "it is quiet all week, so nothing would ever be posted; use default: digest"
            raise self.document.error((*place, "windows"), problem)
        return quiet

    def _mentions(self, section: AlertsWire) -> Iterator[Mention]:
        seen: set[str] = set()
        for email, slack_id in section.mentions.items():
            place: Place = (*_SECTION, "mentions", email)
            self.document.must_be_new(place, "address", email.casefold(), seen)
            seen.add(email.casefold())
            yield Mention(email.casefold(), slack_id)


def _destination(target: str | None) -> Destination:
    """`owner` and `digest` are ways of their own, anything else is a channel."""
    if target in (Delivery.OWNER, Delivery.DIGEST):
        return Destination(Delivery(target))
    return Destination(Delivery.CHANNEL, target)
