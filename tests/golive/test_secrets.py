"""Secrets: none in the repository, none in what is printed, and new ones taken over in time."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import structlog

from app.logs import configure
from config.secrets import RECHECK_SECONDS, Secrets
from config.settings import LogFormat, Settings, SettingsError

from .conftest import ROOT

KNOWN_FORMS = {
    "a HubSpot token": r"pat-(na|eu)\d-[0-9a-f]{8}-[0-9a-f]{4}-",
    "a Slack token": r"xox[abposr]-\d{8,}-\d{8,}-[A-Za-z0-9]{16,}",
    "a Slack webhook": r"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{40}",
    "an AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    "a password in an address": r"postgresql://[a-z]+:(?!password|PW|\$)[^@\s{}]{8,}@(?!127|localhost)",
}
MADE_UP = {"tests/domain/test_masking.py"}
"""Files whose secrets were invented to be found by the code under test."""
UNREADABLE = {".png", ".jpg", ".woff2"}


def tracked() -> list[Path]:
    """The files that a clone has; where there is no git, those that are here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        folders = ("app", "config", "docs", "sync", "tests", "webhooks")
        return [path for each in folders for path in (ROOT / each).rglob("*") if path.is_file()]
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@pytest.mark.parametrize("what", KNOWN_FORMS)
def test_no_file_holds_a_secret(what):
    """None of the forms in which services issue their secrets stands in a tracked file."""
    form = re.compile(KNOWN_FORMS[what])
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.is_file()
        and str(path.relative_to(ROOT)) not in MADE_UP
        and path.suffix not in UNREADABLE
        and form.search(path.read_text(errors="replace"))
    ]
    assert found == []


def made(**values) -> Settings:
    """Settings of these values alone."""
    return Settings(_env_file=None, **values)


class Seconds:
    """A clock that the test winds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_file_is_read_again_when_its_time_has_come(tmp_path):
    """Not for each request, but within a second; several secrets stand in it with commas."""
    kept, clock = tmp_path / "secret", Seconds()
    kept.write_text("old\n")
    secrets = Secrets(made(hubspot_client_secret_file=kept), clock)
    assert secrets.client_secrets() == ("old",)
    kept.write_text("new, old\n")
    assert secrets.client_secrets() == ("old",)
    clock.now += RECHECK_SECONDS
    assert secrets.client_secrets() == ("new", "old")


def test_a_rotation_that_goes_wrong_leaves_the_last_secret(tmp_path):
    """A file that is gone, empty or no text for a moment does not close the door."""
    kept, clock = tmp_path / "secret", Seconds()
    kept.write_text("old\n")
    secrets = Secrets(made(slack_bot_token_file=kept), clock)
    for broken in (b"", b"\xff\xfe", None):
        kept.unlink(missing_ok=True)
        if broken is not None:
            kept.write_bytes(broken)
        clock.now += RECHECK_SECONDS
        assert secrets.slack_bot_token() == "old"


def test_what_cannot_be_read_at_the_start_is_named(tmp_path):
    """The file and the reason, in one line; both forms of a setting at once are refused."""
    with pytest.raises(SettingsError, match="nowhere: No such file"):
        Secrets(made(hubspot_access_token_file=tmp_path / "nowhere"))
    both = made(hubspot_access_token="x", hubspot_access_token_file=tmp_path / "x")
    with pytest.raises(SettingsError, match="are both set"):
        Secrets(both)


def test_a_reload_that_is_malformed_changes_nothing(tmp_path):
    """The secrets in force stay when the new settings cannot be used."""
    secrets = Secrets(made(hubspot_client_secret="old"))
    with pytest.raises(SettingsError):
        secrets.reload(made(hubspot_client_secret_file=tmp_path / "nowhere"))
    assert secrets.client_secrets() == ("old",)
    secrets.reload(made(hubspot_client_secret="new,old"))
    assert secrets.client_secrets() == ("new", "old")


def test_no_setting_prints_a_secret():
    """Whatever shows settings shows stars."""
    values = dict.fromkeys(
        (name for name in Settings.model_fields if name.endswith(("_token", "_secret"))), "hidden!"
    )
    assert len(values) >= 5
    settings = made(**values)
    assert "hidden!" not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize("form", list(LogFormat))
def test_no_value_can_forge_a_line_of_the_log(capfd, form):
    """A line break or a terminal's control sequence in a value is written as an escape."""
    before = structlog.get_config()
    try:
        configure(form)
        evil = "x\n2026-01-01 [info] all_is_well\r\x1b[2Jy\u2028z"
        structlog.get_logger("test").info("refused", reason=evil)
    finally:
        structlog.configure(**before)
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    assert "\x1b[2J" not in said
    assert "\r" not in said
