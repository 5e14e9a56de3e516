"""The two words in which the world may fail; `ports` passes them on to everyone.

It refuses to know why: an adapter's own refusals are subclasses of one of the two.
"""

from __future__ import annotations


class Failure(Exception):
    """The world said no. `str()` names what happened, to which record, and what to do next."""


class Retryable(Failure):
    """Worth another try, not before `after_seconds` (None: the caller's own backoff)."""

    def __init__(self, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class Terminal(Failure):
    """Trying again would fail the same way."""
