"""Labels as people type them: equal if they differ only in case and spacing."""

from __future__ import annotations


def folded(label: str) -> str:
    """The form in which two labels are compared."""
    return " ".join(label.casefold().split())
