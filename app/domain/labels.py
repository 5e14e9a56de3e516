"""Labels as people type them: equal if they differ only in case and spacing."""

from __future__ import annotations

from functools import lru_cache

MAX_REMEMBERED_LABELS = 4_096


@lru_cache(MAX_REMEMBERED_LABELS)
def folded(label: str) -> str:
    """The form in which two labels are compared."""
    return " ".join(label.casefold().split())
