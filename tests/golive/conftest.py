"""A portal on a real socket, and the operator's verbs as real processes beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.sandbox.options import Options
from app.sandbox.start import Sandbox

ROOT = Path(__file__).parents[2]


@pytest.fixture
def portal():
    """An empty portal: pipelines, owners and HubSpot's own properties, found by search at once."""
    with Sandbox(Options(scenario="empty", search_lag_seconds=0)) as running:
        yield running


class Operator:
    """Runs verbs in an environment that fits the portal, but for what a test changes."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            **env,
            "DATABASE_URL": f"sqlite:///{folder / 'ledger.sqlite3'}",
        }

    def __call__(self, *verb: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
        environment = self.env | {name: value for name, value in changed.items() if value}
        for name in (name for name, value in changed.items() if value is None):
            environment.pop(name, None)
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *verb],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def dealgate(tmp_path, portal):
    """The verbs, against the empty portal."""
    return Operator(tmp_path, portal.info["env"])
