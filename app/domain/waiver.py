"""Waivers: deviations made conscious, documented and limited in time.

A waiver marks a finding and never hides it. It ends by itself: at its date, and as soon as the
criterion is met, because then there is nothing left to deviate from. The ledger remembers every
waiver and how it ended; of one that a note grants, the note itself is the record, and the ledger
stands in for it only while the notes cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.verdict import CriterionId, State, Verdict, Waiver, WaiverEnd, WaiverKey

FINAL = frozenset({WaiverEnd.MET, WaiverEnd.REVOKED})
"""Ends after which the same words in the same note grant nothing any more."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the notes of one deal grant and take back, as of one moment.

    `withdrawn` says for each criterion when a note last took its deviations back.
    """

    waivers: tuple[Waiver, ...] = ()
    withdrawn: Mapping[CriterionId, datetime] = field(default_factory=dict)


def standing(
    recorded: Iterable[Waiver], written: Written | None, now: datetime
) -> tuple[Waiver, ...]:
    """The waivers in force: recorded ones, and those that notes grant (None: notes not read).

    A recorded waiver keeps the time and the policy version under which it was granted.
    """
    known = {waiver.key: waiver for waiver in recorded}
    candidates = list(known.values())
    if written is not None:
        candidates = [waiver for waiver in candidates if waiver.note_id is None]
        candidates += [_as_recorded(waiver, known.get(waiver.key)) for waiver in written.waivers]
    withdrawn = {} if written is None else written.withdrawn
    return tuple(
        waiver
        for waiver in candidates
        if waiver.ended is None and now < waiver.until and not _is_withdrawn(waiver, withdrawn)
    )


def in_force(waivers: Iterable[Waiver], now: datetime) -> Mapping[CriterionId, Waiver]:
    """The waiver that counts for each criterion: of those not over, the one that lasts longest.

    Of several that end together the order of arrival decides, so that the answer is stable.
    """
    active: dict[CriterionId, Waiver] = {}
    for waiver in waivers:
        if waiver.ended is not None or now >= waiver.until:
            continue
        other = active.get(waiver.criterion)
        if other is None or waiver.until > other.until:
            active[waiver.criterion] = waiver
    return active


def lapsing(waivers: Iterable[Waiver], now: datetime, within: timedelta) -> tuple[Waiver, ...]:
    """Those in force that time alone ends `within` so long from now, the first to lapse first.

    Of several for one criterion only the one that counts, since the others end unnoticed.
    """
    ending = (w for w in in_force(waivers, now).values() if w.until - now <= within)
    return tuple(sorted(ending, key=lambda waiver: (waiver.until, waiver.criterion)))


def news(recorded: Sequence[Waiver], verdict: Verdict, now: datetime) -> tuple[Waiver, ...]:
    """What the ledger has to learn after a verdict: waivers that are new, reworded or over.

    A deal that was not judged says nothing of its waivers, so that only time ends them.
    """
    known = {waiver.key: waiver for waiver in recorded}
    met = {finding.criterion for finding in verdict.findings if finding.state is State.MET}
    return (*_over(recorded, verdict, met, now), *_found(known, verdict.waivers, met))


def _over(
    recorded: Iterable[Waiver], verdict: Verdict, met: set[CriterionId], now: datetime
) -> Iterator[Waiver]:
    stands = {waiver.key for waiver in verdict.waivers}
    for waiver in recorded:
        if waiver.ended is not None:
            continue
        if now >= waiver.until:
            yield replace(waiver, ended=WaiverEnd.LAPSED)
        elif verdict.judged and waiver.criterion in met:
            yield replace(waiver, ended=WaiverEnd.MET)
        elif verdict.judged and waiver.key not in stands:
            yield replace(waiver, ended=WaiverEnd.WITHDRAWN)


def _found(
    known: Mapping[WaiverKey, Waiver], stands: Iterable[Waiver], met: set[CriterionId]
) -> Iterator[Waiver]:
    for waiver in stands:
        before = known.get(waiver.key)
        if before is None:
            yield replace(waiver, ended=WaiverEnd.MET if waiver.criterion in met else None)
        elif waiver != before and waiver.criterion not in met:
            yield waiver


def _as_recorded(waiver: Waiver, before: Waiver | None) -> Waiver:
    if before is None:
        return waiver
    ended = before.ended if before.ended in FINAL else None
    return replace(
        waiver,
        policy_version=before.policy_version,
        granted_at=before.granted_at,
        ended=ended,
    )


def _is_withdrawn(waiver: Waiver, withdrawn: Mapping[CriterionId, datetime]) -> bool:
    taken_back = withdrawn.get(waiver.criterion)
    if taken_back is None:
        return False
    return waiver.granted_at is None or waiver.granted_at <= taken_back
