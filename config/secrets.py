"""The secrets in force: from a setting, or from a file that is read again when it changes.

Rotating a secret must not need a restart. A file (`…_FILE`, as container platforms mount them) is
looked at again at most once a second and taken over when it changed; `reload` takes over what
the environment's `.env` says now, which `dealgate serve` does on SIGHUP. A file that cannot be
read later on leaves the last value in force, because a half-finished rotation is no reason to stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

import structlog

from config.settings import Settings, SettingsError

RECHECK_SECONDS: Final = 1.0
MAX_SECRET_BYTES: Final = 16_384

log = structlog.get_logger(__name__)


class Secrets:
    """What opens HubSpot and Slack, as of now; safe to share between threads.

    Raises SettingsError when a file that a setting names cannot be read at the start.
    """

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sources = _sources(settings, monotonic)

    def reload(self, settings: Settings) -> None:
        """Take over what these settings say. Raises SettingsError and then changes nothing."""
        self._sources = _sources(settings, self._monotonic)

    def hubspot_access_token(self) -> str | None:
        """The Bearer token."""
        return self._sources["hubspot_access_token"].value()

    def client_secrets(self) -> tuple[str, ...]:
        """The webhook secrets, newest first; empty when none is set."""
        return _listed(self._sources["hubspot_client_secret"].value())

    def slack_bot_token(self) -> str | None:
        """The bot's token; None: no bot."""
        return self._sources["slack_bot_token"].value()

    def slack_signing_secrets(self) -> tuple[str, ...]:
        """What verifies Slack's requests, newest first; empty when none is set."""
        return _listed(self._sources["slack_signing_secret"].value())


NAMES: Final = (
    "hubspot_access_token",
    "hubspot_client_secret",
    "slack_bot_token",
    "slack_signing_secret",
)


class _Source:
    """One secret: fixed, or the content of a file."""

    def __init__(
        self, fixed: str | None, path: Path | None, monotonic: Callable[[], float]
    ) -> None:
        self._path = path
        self._monotonic = monotonic
        self._lock = Lock()
        self._checked_at = monotonic()
        self._value = fixed if path is None else _read(path)

    def value(self) -> str | None:
        if self._path is not None:
            with self._lock:
                if self._monotonic() - self._checked_at >= RECHECK_SECONDS:
                    self._checked_at = self._monotonic()
                    self._look_again(self._path)
        return self._value

    def _look_again(self, path: Path) -> None:
        try:
            found = _read(path)
        except SettingsError as error:
            log.warning("secret_unreadable", file=str(path), error=str(error))
            return
        if found != self._value:
            self._value = found
            log.info("secret_replaced", file=str(path))


def _sources(settings: Settings, monotonic: Callable[[], float]) -> dict[str, _Source]:
    return {name: _source(settings, name, monotonic) for name in NAMES}


def _source(settings: Settings, name: str, monotonic: Callable[[], float]) -> _Source:
    fixed = getattr(settings, name)
    path = getattr(settings, f"{name}_file")
    if fixed is not None and path is not None:
        message = f"{name.upper()} and {name.upper()}_FILE are both set: keep one of them"
        raise SettingsError(message)
    return _Source(fixed.get_secret_value() if fixed else None, path, monotonic)


def _read(path: Path) -> str:
    """The secret in a file, without the newline at its end."""
    try:
        with path.open("rb") as file:
            found = file.read(MAX_SECRET_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        message = f"cannot read the secret in {path}: {reason}"
        raise SettingsError(message) from error
    if not found:
        message = f"the secret in {path} is empty"
        raise SettingsError(message)
    return found


def _listed(value: str | None) -> tuple[str, ...]:
    parts = (value or "").split(",")
    return tuple(part.strip() for part in parts if part.strip())
