"""What can only be told when it is asked for: the backlog, the pause, the policy in force.

A Prometheus collector with a registry of its own for each application, so that several of them
in one process do not get in each other's way. A database that does not answer leaves its numbers
out and says so by `dealgate_up`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.ports import Failure
from app.wiring import Runtime

NAMES: Final = {
    "dealgate_up": "1 while the database answers.",
    "dealgate_paused": "1 while writes are paused.",
    "dealgate_marks": "Deals and other records that wait to be looked at.",
    "dealgate_marks_leased": "Those of them that a worker has in hand.",
    "dealgate_oldest_mark_seconds": "How long the one waits that has waited longest.",
    "dealgate_processes": "Processes on the database that said within a minute that they live.",
    "dealgate_heartbeat_seconds": "How long ago the one of them that is silent longest said so.",
    "dealgate_alerts_waiting": "Alerts that the channel was not told yet.",
    "dealgate_dead_letters_waiting": "Records that were given up and wait for a replay.",
}


class Gauges(Collector):
    """Asks the ledger at each scrape."""

    def __init__(self, built: Runtime) -> None:
        self._built = built

    def collect(self) -> Iterator[Metric]:
        """Every gauge that can be told now."""
        about = GaugeMetricFamily(
            "dealgate_policy", "The policy in force, as a label.", labels=["stamp"]
        )
        about.add_metric([self._built.policy.stamp], 1)
        yield about
        yield self._usefulness()
        values = self._values()
        for name, text in NAMES.items():
            if name in values:
                yield GaugeMetricFamily(name, text, value=values[name])

    def _usefulness(self) -> GaugeMetricFamily:
        """Whether alerts are worth their noise, by criterion."""
        rates = GaugeMetricFamily(
            "dealgate_alert_usefulness",
            "Share of alerts on a criterion that were followed by a fix in time, 0 to 1.",
            labels=["criterion"],
        )
        days = self._built.policy.alerts.usefulness.days
        with suppress(Failure):
            for rate in self._built.ledger.alerts.usefulness(self._built.clock.now(), days):
                rates.add_metric([rate.criterion], rate.share)
        return rates

    def _values(self) -> dict[str, float]:
        try:
            backlog, paused = self._built.ledger.backlog(), self._built.pause.state()
            now = self._built.clock.now()
            alive = self._built.ledger.presence.alive(now)
        except Failure:
            return {"dealgate_up": 0}
        age = (now - (backlog.oldest_marked_at or now)).total_seconds()
        silent = (now - min((each.heard_at for each in alive), default=now)).total_seconds()
        return {
            "dealgate_up": 1,
            "dealgate_paused": float(paused is not None),
            "dealgate_marks": backlog.marks,
            "dealgate_marks_leased": backlog.leased,
            "dealgate_oldest_mark_seconds": max(age, 0.0),
            "dealgate_processes": len(alive),
            "dealgate_heartbeat_seconds": max(silent, 0.0),
            "dealgate_alerts_waiting": backlog.alerts,
            "dealgate_dead_letters_waiting": backlog.dead_letters,
        }


def registry_of(built: Runtime) -> CollectorRegistry:
    """A registry that holds the gauges of one application."""
    registry = CollectorRegistry()
    registry.register(Gauges(built))
    return registry
