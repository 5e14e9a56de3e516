"""The house rules that a linter cannot hold: size, openings, documented settings, links, locks."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from config.settings import Settings

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for package in ("app", "webhooks", "sync", "config")
    for path in (ROOT / package).rglob("*.py")
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAX_LINES = 400


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_says_why_it_exists(path):
    """Every module that holds anything opens with a docstring."""
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_is_a_room_not_a_hall(path):
    """No module grows past the hard limit of lines."""
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_setting_is_documented(field):
    """Every setting stands in the reference page and in the example environment."""
    name = field.upper()
    assert f"`{name}`" in (ROOT / "docs/settings.md").read_text()
    assert re.search(rf"^{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_example_environment_holds_nothing_unknown():
    """A name in the example environment is one that the service reads."""
    names = re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name.lower() for name in names} == set(Settings.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_resolve(page):
    """Every link to a file of this repository leads to one."""
    for target in LINK.findall(page.read_text()):
        if "://" in target or target.startswith(("#", "mailto:")):
            continue
        assert (page.parent / target.partition("#")[0]).exists(), f"{_name(page)}: {target}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_lock_is_hashed_and_names_no_registry(name):
    """Every pinned package carries hashes, and no address says where to fetch it."""
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.findall(r"^[A-Za-z0-9_.\-\[\]]+==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9_.\-\[\]]+==)", text, flags=re.MULTILINE)[1:]
    assert pins
    assert len(pins) == len(blocks)
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_declared_dependency_is_locked():
    """What pyproject.toml asks for is what the lock files pin."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for declared, lock in (
        (project["dependencies"], "requirements.txt"),
        (project["optional-dependencies"]["dev"], "requirements-dev.txt"),
    ):
        text = (ROOT / lock).read_text().lower()
        for requirement in declared:
            name = re.match(r"[A-Za-z0-9_.\-]+", requirement)[0].lower()
            name = re.sub(r"[_.]+", "-", name)
            assert re.search(rf"^{re.escape(name)}(\[[a-z,]+\])?==", text, re.MULTILINE), name
