"""The settings, read once from the environment and `.env`, then passed on by constructor.

Refuses to run on a half-understood environment: every malformed value is reported in one line
with the variable's name and what is allowed. Secrets are `SecretStr`, so that printing the
settings never shows one. Variables with the prefix of this service that nobody knows are not
refused, because other tools share the environment; a known name with a wrong value is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_POLICY = Path(__file__).parent / "policies" / "flowfuse.yaml"
"""The policy that ships with the service, after the sales team's handbook."""


NEVER = "off"
"""The schedule of whoever wants none."""
TARGETS = r"^([A-Z]{3}=[0-9]+(,[A-Z]{3}=[0-9]+)*)?$"


class SettingsError(Exception):
    """The environment cannot be used; the text has one line per variable and what to do."""


class ApiVersion(StrEnum):
    """Which generation of HubSpot's paths to speak (HUBSPOT developer platform, dated paths)."""

    MARCH_2026 = "2026-03"
    SEPTEMBER_2026 = "2026-09"
    CLASSIC = "classic"


class LogFormat(StrEnum):
    """How log lines are written: for a person at a terminal, or for a machine."""

    CONSOLE = "console"
    JSON = "json"


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        message = "must be an http:// or https:// address"
        raise ValueError(message)
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        message = "must start with sqlite:/// (a file) or postgresql://"
        raise ValueError(message)
    return value


def _cron(value: str) -> str:
    if value == NEVER:
        return value
    try:
        CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        message = f"must be five cron fields such as '0 2 * * *', or {NEVER} ({error})"
        raise ValueError(message) from None
    return value


Cron = Annotated[str, AfterValidator(_cron)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Settings(BaseSettings):
    """Everything an operator can set. Every field is documented in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    hubspot_access_token: SecretStr | None = None
    """Bearer token of a service key, a static-auth project app or an existing private app."""
    hubspot_access_token_file: Path | None = None
    """A file that holds the token instead; read again when it changes."""
    hubspot_client_secret: SecretStr | None = None
    """The app's client secret that signs webhooks; a comma list while rotating."""
    hubspot_client_secret_file: Path | None = None
    hubspot_base_url: HttpUrl = "https://api.hubapi.com"
    hubspot_api_version: ApiVersion = ApiVersion.MARCH_2026
    hubspot_burst_per_10_seconds: Annotated[int, Field(ge=10, le=10_000)] = 100
    """The app's burst limit: 100 on Free and Starter, 190 on Professional and Enterprise."""
    hubspot_search_per_second: Annotated[int, Field(ge=1, le=50)] = 4
    """One below HubSpot's 5 a second, which the whole account shares."""

    public_base_url: HttpUrl = "http://127.0.0.1:8080"
    """The address under which HubSpot reaches this service; v3 signatures cover it."""
    dealgate_host: str = "127.0.0.1"
    dealgate_port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    max_body_bytes: Annotated[int, Field(ge=1_024, le=16_777_216)] = 8_388_608
    """A hundred events whose values are notes of the greatest length fit in."""

    database_url: DatabaseUrl = "sqlite:///dealgate.sqlite3"
    policy_file: Path = DEFAULT_POLICY
    property_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,14}_$")] = "ff_"

    slack_bot_token: SecretStr | None = None
    slack_bot_token_file: Path | None = None
    slack_channel: str | None = None
    slack_signing_secret: SecretStr | None = None
    slack_signing_secret_file: Path | None = None
    slack_base_url: HttpUrl = "https://slack.com/api"
    slack_webhook_url: SecretStr | None = None
    """Reduced mode without a bot: posts, but cannot edit."""
    slack_quotes: bool = True
    """Whether a message may carry the sentence that was judged."""

    settle_seconds: Seconds = 15
    """How long a verdict has to stand before the channel hears of it."""
    merge_seconds: Seconds = 1
    """How soon after its last reconcile a deal is looked at again."""
    max_wait_seconds: Seconds = 10
    """The longest that merging may hold back a deal."""
    lease_seconds: Annotated[float, Field(ge=3, le=300)] = 30
    """How long a process that was not heard of keeps what it has in hand.

    A sixth of it, the heartbeat, has to stay below the minute after which one is taken for dead.
    """
    dealgate_workers: Annotated[int, Field(ge=1, le=32)] = 2
    sweep_schedule: Cron = "0 2 * * *"
    """When the service sweeps, in the portal's time zone: five cron fields, or `off`."""
    sweep_digest: bool = True
    """Whether a sweep by schedule ends with a digest in the channel."""
    sweep_report_dir: Path | None = None
    """Where a sweep by schedule writes its report; none: nowhere."""
    pipeline_targets: Annotated[str, Field(pattern=TARGETS)] = ""
    """Wanted sums of qualified pipeline by currency, such as `EUR=500000,USD=200000`."""
    sweep_full_days: Annotated[int, Field(ge=1, le=366)] = 7
    """How long sweeps may read only what changed, before one reads everything again."""
    sweep_quota_share_left: Annotated[float, Field(ge=0, le=1)] = 0.2
    """The part of the account's daily HubSpot calls that a sweep leaves to others."""
    log_format: LogFormat = LogFormat.CONSOLE
    read_only: bool = False
    """Judge, tell and show, but write nothing to HubSpot."""
    metrics_token: SecretStr | None = None
    """Opens /metrics and the details of /readyz to others than this machine."""

    @property
    def targets_by_currency(self) -> Mapping[str, Decimal]:
        """The wanted sums by currency code."""
        parts = (part.split("=") for part in self.pipeline_targets.split(",") if part)
        return {currency: Decimal(amount) for currency, amount in parts}


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError with one line per malformed variable."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']).upper()}: {_said(item['msg'])}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("; ".join(lines)) from None


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
