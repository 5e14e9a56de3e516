"""A rehearsal as lines for people: first the figures, then the deals with what differs.

Quotes and names are other people's words: nothing in them may steer the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from app.controller.rehearsal.chronicle import Chronicle, Stopped, in_days
from app.controller.rehearsal.comparison import Comparison, Effect
from app.controller.rehearsal.history import Past
from app.controller.rehearsal.summary import Group, Summary

MAX_MESSAGE_CHARS = 160
WORDS: Mapping[Effect, str] = {
    Effect.NEWLY_BLOCKED: "newly blocked",
    Effect.NO_LONGER_BLOCKED: "no longer blocked",
    Effect.OTHERWISE: "otherwise changed",
    Effect.SAME: "the same",
}
CAVEAT = "What was on record, not what caused an outcome."


def told_now(comparisons: Sequence[Comparison], summary: Summary) -> Iterator[str]:
    """The draft against the policy in force, on the deals as they are."""
    yield f"All deals: {_figures(summary.total)}"
    if not summary.total.changed:
        return
    for title, groups in (("By owner", summary.by_owner), ("By stage", summary.by_stage)):
        yield from ("", title)
        yield from (f"  {group.name}: {_figures(group)}" for group in groups if group.changed)
    if summary.by_criterion:
        yield from ("", "By criterion")
        n = summary.total.n
        for code, count in summary.by_criterion.items():
            yield f"  {code}: {count} of {n} deals"
    for effect in (Effect.NEWLY_BLOCKED, Effect.NO_LONGER_BLOCKED, Effect.OTHERWISE):
        yield from _section(effect, [each for each in comparisons if each.effect is effect])


def told_then(pasts: Sequence[Past], draft: Chronicle, in_force: Chronicle) -> Iterator[str]:
    """The draft on history, beside what the policy in force would have done."""
    yield f"The draft would have stopped {_stopped(draft.total)}."
    yield f"The policy in force would have stopped {_stopped(in_force.total)}."
    yield from ("", "What became of them, under the draft")
    yield from (f"  {fate}: {_stopped(each)} stopped" for fate, each in draft.by_fate.items())
    yield from ("", "By owner")
    yield from (f"  {owner}: {_stopped(each)} stopped" for owner, each in draft.by_owner.items())
    yield from ("", f"By criterion, of n = {draft.total.n}")
    for code, fates in draft.by_criterion.items():
        became = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
        yield f"  {code}: {sum(fates.values())} ({became})"
    if draft.untold:
        yield from ("", f"Not told for want of a history: {', '.join(draft.untold)}.")
    yield from ("", CAVEAT, "", "Deals")
    for past in pasts:
        if past.stops:
            yield f"  {_plain(past.subject.name)} – {past.fate} ({past.subject.link})"
            yield from _stretches(past)


def _stretches(past: Past) -> Iterator[str]:
    for stop in past.stops:
        until = f"{stop.until:%Y-%m-%d}" if stop.until else "now"
        span = f" ({in_days(stop.until - stop.since)} days)" if stop.until else ""
        yield f"    {stop.since:%Y-%m-%d} to {until}{span}: {', '.join(stop.criteria)}"


def _section(effect: Effect, comparisons: Sequence[Comparison]) -> Iterator[str]:
    if not comparisons:
        return
    yield from ("", f"{WORDS[effect].capitalize()} ({len(comparisons)})")
    for each in comparisons:
        yield from _deal(each)


def _deal(comparison: Comparison) -> Iterator[str]:
    subject = comparison.subject
    owner = subject.owner.name if subject.owner else "no owner"
    amount = f"{subject.amount} {subject.currency or ''}".strip() if subject.amount else "no amount"
    about = f"{subject.stage} · {amount} · {owner}"
    yield f"  {_plain(subject.name)} – {_plain(about)} ({subject.link})"
    for shift in comparison.shifts:
        said = f"{shift.criterion} {shift.after}, until now {shift.before}"
        yield f"    {said}: {_cut(shift.message)}"
    yield from (f"    {said}" for said in comparison.also)


def _figures(group: Group) -> str:
    counts = [
        f"{group.counts[effect]} {words}{_money(group.amounts.get(effect, {}))}"
        for effect, words in WORDS.items()
        if group.counts.get(effect)
    ]
    return f"{', '.join(counts) or 'none'} (n = {group.n})"


def _money(sums: Mapping[str, Decimal]) -> str:
    said = " + ".join(f"{sums[each]:,.0f} {each}".strip() for each in sorted(sums))
    return f" ({said})" if said else ""


def _stopped(figures: Stopped) -> str:
    span = "" if figures.median_days is None else f", the middle one for {figures.median_days} days"
    return f"{figures.stopped} of {figures.n} deals{span}"


def _cut(text: str) -> str:
    plain = _plain(text)
    if len(plain) <= MAX_MESSAGE_CHARS:
        return plain
    return f"{plain[: MAX_MESSAGE_CHARS - 1].rstrip()}…"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def joined(lines: Iterable[str]) -> str:
    """The lines as one text."""
    return "\n".join(lines)
