"""The Dockerfile: linted, held to its rules, and its steps run in a fresh environment in CI."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from .conftest import ROOT
from .serving import free_port, until

DOCKERFILE = ROOT / "Dockerfile"
INSTALL_SECONDS = 400


@dataclass(frozen=True)
class Step:
    word: str
    value: str


def steps() -> list[list[Step]]:
    """The instructions of each stage, continuation lines joined."""
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text())
    lines = [line.strip() for line in text.splitlines()]
    stages: list[list[Step]] = []
    for line in (line for line in lines if line and not line.startswith("#")):
        word, _, value = line.partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append(Step(word, value))
    return stages


def values(word: str, stage: int = -1) -> list[str]:
    """What an instruction says in a stage."""
    return [step.value for step in steps()[stage] if step.word == word]


def test_hadolint_has_nothing_to_say():
    """The linter of Dockerfiles finds nothing."""
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_image_runs_without_root_on_a_pinned_base():
    """A numeric user, one pinned base for both stages, a health check, no ADD, pip by hash."""
    bases = {value.split()[0] for stage in (0, 1) for value in values("FROM", stage)}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", bases.pop())
    assert int(values("USER")[-1]) >= 1_000
    assert values("HEALTHCHECK")
    assert not any(step.word == "ADD" for stage in steps() for step in stage)
    assert any("--require-hashes" in value for value in values("RUN", 0))
    assert json.loads(values("CMD")[-1]) == ["dealgate", "serve"]


def test_what_is_copied_is_let_through_and_nothing_else():
    """.dockerignore closes everything and opens what the Dockerfile copies."""
    copied = {name for value in values("COPY", 0) for name in value.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied


def test_compose_starts_one_process_or_several_and_hardens_all():
    """SQLite by default, PostgreSQL with several workers by profile, published here only."""
    services = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())["services"]
    assert [name for name, each in services.items() if "profiles" not in each] == ["dealgate"]
    ours = {name: each for name, each in services.items() if name != "postgres"}
    for each in ours.values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert all(port.startswith("127.0.0.1:") for port in each.get("ports", ()))
    assert services["workers"]["command"] == ["dealgate", "worker"]
    assert services["workers"]["deploy"]["replicas"] > 1
    for name in ("receiver", "workers"):
        assert services[name]["environment"]["DATABASE_URL"].startswith("postgresql://")
    assert all(":" in services[name]["image"] for name in services)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif("CI" not in os.environ, reason="installs everything anew; done in CI")
def test_the_steps_build_something_that_serves(portal, tmp_path):
    """Each COPY and RUN of the build in an empty root, then the image's command and health check.

    No container engine is needed: `/venv` and `/build` become folders below the test's own.
    """
    root, where = tmp_path / "root", Path("/")
    for step in steps()[0][1:]:
        if step.word == "WORKDIR":
            where = Path(step.value)
            _at(root, where).mkdir(parents=True)
        elif step.word == "COPY":
            *names, to = step.value.split()
            for name in names:
                target = _at(root, where / to)
                target = target / name if to.endswith("/") else target
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, target)
        elif step.word == "RUN":
            words = [_moved(root, word) for word in shlex.split(step.value)]
            words[0] = sys.executable if words[0] == "python" else words[0]
            subprocess.run(words, cwd=_at(root, where), check=True, timeout=INSTALL_SECONDS)
    _serves(portal, root, tmp_path)


def _serves(portal, root: Path, folder: Path) -> None:
    port = str(free_port())
    env = dict(each.split("=", 1) for each in shlex.split(values("ENV")[-1]))
    env |= {"PATH": f"{root}/venv/bin", "DATABASE_URL": f"sqlite:///{folder}/data/d.sqlite3"}
    env |= {**portal.info["env"], "DEALGATE_HOST": "127.0.0.1", "DEALGATE_PORT": port}
    env["DATABASE_URL"] = f"sqlite:///{folder}/data/d.sqlite3"
    command = json.loads(values("CMD")[-1])
    command[0] = f"{root}/venv/bin/{command[0]}"
    check = json.loads(values("HEALTHCHECK")[-1].partition(" CMD ")[2])
    check[0] = f"{root}/venv/bin/{check[0]}"
    service = subprocess.Popen(command, env=env, cwd=folder)
    try:
        until(
            lambda: (
                subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0
            ),
            seconds=60,
        )
    finally:
        service.terminate()
        service.wait(30)


def _at(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _moved(root: Path, word: str) -> str:
    return f"{root}{word}" if word.startswith(("/venv", "/build")) else word
