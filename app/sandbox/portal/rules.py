"""Properties that a portal requires, always or when another one has a certain value.

HubSpot's pages have enforced such rules for long; its API does so only in the versions from
2026-09 on, for every create and update. It refuses to look at older versions' writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import missing_values

if TYPE_CHECKING:
    from collections.abc import Mapping

ENFORCING_VERSIONS = frozenset({"2026-09"})


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` must have a value; with `when`, only while that property has one of `values`."""

    object_type: str
    name: str
    when: str | None = None
    values: frozenset[str] = frozenset()

    def is_broken(self, values: Mapping[str, str], *, is_new: bool) -> bool:
        """Whether a record with those values lacks what the rule asks for."""
        if values.get(self.name):
            return False
        return is_new if self.when is None else values.get(self.when, "") in self.values


class Rules:
    """The rules of one portal, as its administrators set them."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Require something from now on; records that lack it stay as they are."""
        self._rules.append(rule)

    def check(self, object_type: str, values: Mapping[str, str], *, is_new: bool) -> None:
        """Judge a record as it would be after a write.

        Raises:
            Refusal: it lacks a required property.
        """
        broken = [
            (rule.name, rule.when)
            for rule in self._rules
            if rule.object_type == object_type and rule.is_broken(values, is_new=is_new)
        ]
        if broken:
            raise missing_values(broken)
