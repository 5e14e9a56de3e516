"""Where an alert goes and when it may be said: the policy's rules for the channel.

Pure: answers for one finding of one deal at a time. It refuses to decide whether something is
worth saying at all; that is what enforcement and `transition` are for. Nothing here delivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.criterion import CriterionKind
from app.domain.quiet import QuietHours
from app.domain.verdict import CriterionId, Severity


class Delivery(StrEnum):
    """The ways in which an alert can reach people."""

    CHANNEL = "channel"
    OWNER = "owner"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Destination:
    """A way, and for a channel its name (`#deal-desk`) or id.

    A `channel` of None is the one that the settings name. `OWNER` is a direct message to the
    deal's owner, `DIGEST` no message at all: the digest alone shows it.
    """

    delivery: Delivery
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What an alert is about; `process` and `stage` are labels, None while they cannot be told."""

    criterion: CriterionId
    kind: CriterionKind
    severity: Severity
    process: str | None
    stage: str | None


@dataclass(frozen=True, slots=True)
class Route:
    """A destination and what goes there: what fits every condition that names something."""

    to: Destination
    criteria: tuple[CriterionId, ...] = ()
    kinds: tuple[CriterionKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    processes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    def takes(self, topic: Topic) -> bool:
        """Whether this route is for the topic."""
        return (
            _fits(topic.criterion, self.criteria)
            and _fits(topic.kind, self.kinds)
            and _fits(topic.severity, self.severities)
            and _fits(topic.process, self.processes)
            and _fits(topic.stage, self.stages)
        )

    def covers(self, other: Route) -> bool:
        """Whether this route takes everything that the other one does."""
        pairs = zip(self.conditions, other.conditions, strict=True)
        return all(not own or (theirs and set(theirs) <= set(own)) for own, theirs in pairs)

    @property
    def conditions(self) -> tuple[tuple[str, ...], ...]:
        """All that the route looks at, empty where anything fits."""
        return self.criteria, self.kinds, self.severities, self.processes, self.stages


@dataclass(frozen=True, slots=True)
class Usefulness:
    """When alerts of a criterion are worth their noise.

    An alert was useful if its finding was put right within `days`. A criterion of which less than
    `floor` (0 to 1) of at least `at_least` alerts were useful is proposed for the digest.
    """

    days: int
    floor: float
    at_least: int


@dataclass(frozen=True, slots=True)
class Mention:
    """The name under which Slack knows the person with this e-mail address."""

    email: str
    slack_id: str


@dataclass(frozen=True, slots=True)
class AlertRules:
    """The rules of one policy.

    `default` is for what no route takes. `fallback` is who is addressed where a deal has no owner
    or one who left: an e-mail address, or the Slack id of a person or a group; None: nobody.
    `mentions` override who is found in Slack by e-mail address. A deal gets no new message within
    `cooldown_minutes` of its last one. More than `group_above` new messages to one destination at
    once become one.
    """

    default: Destination
    routes: tuple[Route, ...]
    quiet: QuietHours
    cooldown_minutes: int
    group_above: int
    fallback: str | None
    mentions: tuple[Mention, ...]
    usefulness: Usefulness

    def route(self, topic: Topic) -> Destination:
        """The destination of the first route that takes the topic, else the default."""
        return next((route.to for route in self.routes if route.takes(topic)), self.default)


def _fits(value: str | None, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
