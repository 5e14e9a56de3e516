"""Calls a verb of `dealgate policy` in this process and hands back what it said."""

from __future__ import annotations

from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from app.commands.policy import policy_app
from tests.domain.build import POLICY_FILE

SHIPPED = POLICY_FILE.read_text(encoding="utf-8")


def policy_verb(*words: str | Path) -> Result:
    """`dealgate policy …`; an error that the program would turn into a line stays an exception."""
    return CliRunner().invoke(policy_app, [str(word) for word in words])


def varied(folder: Path, *swaps: tuple[str, str], name: str = "policy.yaml") -> Path:
    """A copy of the shipped policy with some places changed, and the shipped examples beside."""
    text = SHIPPED
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    beside = POLICY_FILE.with_name("flowfuse.examples.yaml").read_text(encoding="utf-8")
    path.with_name(f"{path.stem}.examples.yaml").write_text(beside, encoding="utf-8")
    return path
