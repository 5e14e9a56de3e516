"""Comparisons of many deals in figures: whose verdicts change, at which stage, for how much.

Every figure comes with n, the deals that it was counted among, because three of four and three
of four hundred are different news. Refuses to rank people: groups stand in the order of names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.controller.rehearsal.comparison import Comparison, Effect
from app.domain.verdict import Subject

NOBODY = "no owner"


@dataclass(frozen=True, slots=True)
class Group:
    """The deals that share something. `n` are all of them, `amounts` sum the money by currency.

    `counts` says how many deals each effect has; `amounts` is given per effect, in the portal's
    figures, under an empty name where the portal says no currency, without deals that have no
    amount.
    """

    name: str
    n: int
    counts: Mapping[Effect, int]
    amounts: Mapping[Effect, Mapping[str, Decimal]]

    @property
    def changed(self) -> int:
        """How many deals would have another verdict."""
        return self.n - self.counts.get(Effect.SAME, 0)


@dataclass(frozen=True, slots=True)
class Summary:
    """All deals together, then by owner, by stage and by criterion.

    `by_criterion` counts, for each code, the deals on which its finding does something else.
    """

    total: Group
    by_owner: tuple[Group, ...]
    by_stage: tuple[Group, ...]
    by_criterion: Mapping[str, int]


def summarised(comparisons: Sequence[Comparison]) -> Summary:
    """The figures of these comparisons."""
    shifts = Counter(shift.criterion for each in comparisons for shift in each.shifts)
    return Summary(
        total=_group("all deals", comparisons),
        by_owner=_groups(comparisons, lambda s: s.owner.name if s.owner else NOBODY),
        by_stage=_groups(comparisons, lambda s: f"{s.process or 'no process'}: {s.stage}"),
        by_criterion=dict(sorted(shifts.items())),
    )


def amount_of(subject: Subject) -> Decimal | None:
    """The deal's amount; None when it has none or one that is no number."""
    try:
        amount = Decimal(subject.amount or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _groups(
    comparisons: Iterable[Comparison], name_of: Callable[[Subject], str]
) -> tuple[Group, ...]:
    members: dict[str, list[Comparison]] = {}
    for each in comparisons:
        members.setdefault(name_of(each.subject), []).append(each)
    return tuple(_group(name, members[name]) for name in sorted(members))


def _group(name: str, comparisons: Sequence[Comparison]) -> Group:
    amounts: dict[Effect, dict[str, Decimal]] = {}
    for each in comparisons:
        amount = amount_of(each.subject)
        if amount is not None:
            sums = amounts.setdefault(each.effect, {})
            currency = each.subject.currency or ""
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    counts = Counter(each.effect for each in comparisons)
    return Group(name, len(comparisons), dict(counts), amounts)
