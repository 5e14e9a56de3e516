"""A rehearsal as rows for a spreadsheet: one per deal, codes in cells, figures as figures.

A cell that a spreadsheet would take for a formula is made text, because deal names are other
people's words.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from app.controller.rehearsal.chronicle import in_days
from app.controller.rehearsal.comparison import Comparison, Role, Shift
from app.controller.rehearsal.history import Past
from app.domain.verdict import Subject

Row = tuple[str, ...]

SUBJECT_HEAD: Row = ("deal_id", "name", "owner", "process", "stage", "amount", "currency", "link")
NOW_HEAD: Row = (
    *SUBJECT_HEAD,
    "effect",
    "standing_in_force",
    "standing_draft",
    "blocks_newly",
    "blocks_no_longer",
    "differs",
    "also",
)
THEN_HEAD: Row = (
    *SUBJECT_HEAD,
    "fate",
    "stops",
    "days_stopped",
    "first_stopped",
    "still_stopped",
    "blocked_by",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rows_now(comparisons: Iterable[Comparison]) -> Iterator[Row]:
    """The head, then a row for each deal whose verdict or findings change, and for each other."""
    yield NOW_HEAD
    for each in comparisons:
        yield (
            *_subject(each.subject),
            each.effect,
            each.before,
            each.after,
            _codes(shift for shift in each.shifts if shift.after is Role.BLOCKS),
            _codes(shift for shift in each.shifts if shift.before is Role.BLOCKS),
            _codes(each.shifts),
            "; ".join(each.also),
        )


def rows_then(pasts: Iterable[Past]) -> Iterator[Row]:
    """The head, then a row for each deal that was judged in that time."""
    yield THEN_HEAD
    for past in pasts:
        first = past.stops[0].since.isoformat() if past.stops else ""
        lasts = bool(past.stops) and past.stops[-1].until is None
        yield (
            *_subject(past.subject),
            past.fate,
            str(len(past.stops)),
            str(in_days(past.stopped)),
            first,
            "yes" if lasts else "no",
            ";".join(sorted(past.blocked_by)),
        )


def as_csv(rows: Iterable[Row]) -> str:
    """The rows as CSV text."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _subject(subject: Subject) -> Row:
    return (
        subject.deal_id,
        subject.name,
        subject.owner.name if subject.owner else "",
        subject.process or "",
        subject.stage,
        subject.amount or "",
        subject.currency or "",
        subject.link,
    )


def _codes(shifts: Iterable[Shift] | Sequence[Shift]) -> str:
    return ";".join(shift.criterion for shift in shifts)
