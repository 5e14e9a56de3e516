"""The notes that this service writes itself, and how they are known again.

Such a note may quote anybody's words, so it is never read for answers, facts or deviations; the
ledger holds what it documents. Its marker stands in the text, because HubSpot strips comments and
attributes from what it stores.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from html import escape

from app.domain.notes import stripped

MARKER_DIGITS = 16
_MARKER = re.compile(rf"\[dealgate:[0-9a-f]{{{MARKER_DIGITS}}}\]")


def marker_of(*parts: str) -> str:
    """The marker of a note about these things; the same for the same things."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"[dealgate:{digest[:MARKER_DIGITS]}]"


def is_own(body: str) -> bool:
    """Whether we wrote a note."""
    return "[dealgate:" in body and _MARKER.search(stripped(body)) is not None


def composed(title: str, facts: Sequence[tuple[str, str]], marker: str) -> str:
    """The HTML of a note: a title, facts by name, and the marker; every text is escaped."""
    lines = "<br>".join(f"{escape(name)}: {escape(text)}" for name, text in facts)
    return f"<p><strong>{escape(title)}</strong></p><p>{lines}</p><p>{escape(marker)}</p>"
