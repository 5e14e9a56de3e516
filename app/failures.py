"""The words in which the world may fail; `ports` passes them on to everyone.

    Failure
    ├── Retryable        try again, not before `after_seconds`; nothing is wrong with the request
    │   └── Uncertain    no answer came, so that what was asked for may have happened
    └── Terminal         trying again would fail the same way; a person has to act
        └── MessageGone  the message to edit is not there any more

It refuses to know why: an adapter's own refusals are subclasses of one of these.
"""

from __future__ import annotations


class Failure(Exception):
    """The world said no. `str()` names what happened, to which record, and what to do next."""


class Retryable(Failure):
    """Worth another try, not before `after_seconds` (None: the caller's own backoff)."""

    def __init__(self, message: str, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class Uncertain(Retryable):
    """No answer came, so that what was asked for may have happened: look before trying again."""


class Terminal(Failure):
    """Trying again would fail the same way."""


class MessageGone(Terminal):
    """The message to edit was deleted or cannot be edited any more: post afresh."""


class Refused(Exception):
    """A person's request cannot be met as it stands. `str()` says why and what is allowed."""
