"""Which requests go wrong, and how: seeded rules, so that a failing rehearsal can be repeated.

A rule matches by side, operation, method or path, throws its own dice, and may be used up after a
number of hits. What a fault then does to the exchange is in `damage.py`.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .calls import Side

MAX_RULES = 100


class FaultKind(StrEnum):
    """What can go wrong. The numbers are answers with that status."""

    LATENCY = "latency"
    DROP = "drop"
    SLOW_BODY = "slow_body"
    TRUNCATE = "truncate"
    MALFORMED_JSON = "malformed_json"
    S423 = "423"
    S429 = "429"
    S477 = "477"
    S500 = "500"
    S502 = "502"
    S503 = "503"
    S504 = "504"
    S521_HTML = "521_html"


class FaultRefused(ValueError):
    """A rule is not understood; the message says which field and what is allowed."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a rule looks at; None matches everything."""

    side: Side | None = None
    operation: str | None = None
    method: str | None = None
    path: re.Pattern[str] | None = None

    def fits(self, side: Side, name: str, method: str, path: str) -> bool:
        """Whether a request is one of those."""
        return (
            self.side in {None, side}
            and self.operation in {None, name}
            and self.method in {None, method}
            and (self.path is None or self.path.search(path) is not None)
        )


@dataclass(slots=True)
class Rule:
    """One fault. `count` None means for ever; `after` lets that many requests pass first.

    `params` by kind: latency and slow_body `ms`, `jitter_ms`; 429 and 477 `retry_after` (seconds);
    429 `policy`; drop and the statuses `applied` (the request takes effect, its answer is lost).
    """

    id: int
    kind: FaultKind
    match: Match
    probability: float
    count: int | None
    after: int
    params: dict[str, Any]
    seed: int
    seen: int = 0
    fired: int = 0
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"fault-{self.seed}")

    def strikes(self) -> bool:
        """Whether this matching request is hit; counts it either way."""
        self.seen += 1
        if self.seen <= self.after or (self.count is not None and self.fired >= self.count):
            return False
        if self.probability < 1 and self._dice.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def milliseconds(self, *, default: float) -> float:
        """How long this hit takes, with its jitter."""
        jitter_ms = self._dice.uniform(0, float(self.params.get("jitter_ms", 0)))
        return float(self.params.get("ms", default)) + jitter_ms

    def shown(self) -> dict[str, Any]:
        """The rule as the control interface shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "match": {
                "side": self.match.side,
                "operation": self.match.operation,
                "method": self.match.method,
                "path": self.match.path.pattern if self.match.path else None,
            },
            "probability": self.probability,
            "count": self.count,
            "after": self.after,
            "seed": self.seed,
            "params": self.params,
            "seen": self.seen,
            "fired": self.fired,
        }


class Faults:
    """The rules in force, in the order in which they were added; safe to use from any thread."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, wanted: Any) -> Rule:
        """Put a rule in force.

        Raises:
            FaultRefused: The rule cannot be understood.
        """
        rule = _read_rule(wanted, next(self._ids))
        with self._lock:
            if len(self._rules) >= MAX_RULES:
                message = f"there are {MAX_RULES} rules already; clear some first"
                raise FaultRefused(message)
            self._rules.append(rule)
        return rule

    def clear(self, rule_id: int | None = None) -> int:
        """Drop one rule or all of them; returns how many went."""
        with self._lock:
            before = len(self._rules)
            kept = [rule for rule in self._rules if rule_id is not None and rule.id != rule_id]
            self._rules = kept
            return before - len(kept)

    def hits(self, side: Side, name: str, method: str, path: str) -> list[Rule]:
        """The rules that strike this request: any number of latencies and at most one other."""
        if not self._rules:
            return []
        with self._lock:
            hits: list[Rule] = []
            struck = False
            for rule in self._rules:
                if struck and rule.kind is not FaultKind.LATENCY:
                    continue
                if rule.match.fits(side, name, method, path) and rule.strikes():
                    hits.append(rule)
                    struck = struck or rule.kind is not FaultKind.LATENCY
            return hits

    def shown(self) -> list[dict[str, Any]]:
        """All rules with how often they were seen and struck."""
        with self._lock:
            return [rule.shown() for rule in self._rules]


_RULE_FIELDS = frozenset({"match", "kind", "probability", "count", "after", "seed", "params"})
_MATCH_FIELDS = frozenset({"side", "operation", "method", "path"})


def _read_rule(wanted: Any, rule_id: int) -> Rule:
    fields = _fields(wanted, _RULE_FIELDS, "a rule")
    return Rule(
        id=rule_id,
        kind=_kind(fields.get("kind")),
        match=_read_match(fields.get("match") or {}),
        probability=_number(fields, "probability", 1.0, most=1.0),
        count=None if fields.get("count") is None else int(_number(fields, "count", 0)),
        after=int(_number(fields, "after", 0)),
        params=_fields(fields.get("params") or {}, None, "params"),
        seed=int(_number(fields, "seed", rule_id)),
    )


def _read_match(wanted: Any) -> Match:
    fields = _fields(wanted, _MATCH_FIELDS, "match")
    side, pattern = fields.get("side"), fields.get("path")
    if side is not None and side not in set(Side):
        message = f"match.side must be one of {', '.join(Side)}, got {side!r}"
        raise FaultRefused(message)
    try:
        path = None if pattern is None else re.compile(pattern)
    except (re.error, TypeError) as broken:
        message = f"match.path must be a regular expression: {broken}"
        raise FaultRefused(message) from None
    method = fields.get("method")
    return Match(
        side=None if side is None else Side(side),
        operation=fields.get("operation"),
        method=None if method is None else str(method).upper(),
        path=path,
    )


def _fields(wanted: Any, known: frozenset[str] | None, what: str) -> dict[str, Any]:
    if not isinstance(wanted, dict):
        message = f"{what} must be an object, got {wanted!r}"
        raise FaultRefused(message)
    unknown = set(wanted) - known if known is not None else set()
    if unknown and known is not None:
        message = f"unknown in {what}: {', '.join(sorted(unknown))}; allowed: {sorted(known)}"
        raise FaultRefused(message)
    return wanted


def _kind(wanted: Any) -> FaultKind:
    try:
        return FaultKind(str(wanted))
    except ValueError:
        message = f"kind must be one of {', '.join(FaultKind)}, got {wanted!r}"
        raise FaultRefused(message) from None


def _number(
    fields: dict[str, Any], name: str, default: float, *, most: float = float("inf")
) -> float:
    value = fields.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        message = f"{name} must be a number from 0 to {most:g}, got {value!r}"
        raise FaultRefused(message)
    return value
