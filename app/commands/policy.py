"""`dealgate policy`: look at a policy file without touching any portal.

Each verb reads, says and changes nothing but the file it is told to write. `rehearse`, which looks
at a portal, has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.common import Exit, JsonOption, console, print_json

if TYPE_CHECKING:
    from app.domain.policy import Policy
    from config.policy.examples import Tried

policy_app = typer.Typer(help="The policy file's own checks.", no_args_is_help=True)

FileArgument = Annotated[
    Path | None, typer.Argument(help="A policy file; default: POLICY_FILE or the shipped one.")
]


@policy_app.command()
def validate(file: FileArgument = None, as_json: JsonOption = False) -> None:
    """Read a policy file and say whether it holds together. Exit code 2 when it does not."""
    from config.policy import PolicyError, load_policy

    path = policy_path(file)
    try:
        policy = load_policy(path)
    except PolicyError as error:
        if not as_json:
            raise
        print_json({"file": str(path), "valid": False, "error": str(error)})
        raise typer.Exit(Exit.WRONG_USE) from error
    counts = {
        "processes": len(policy.processes),
        "criteria": len(policy.codes),
        "questions": len(policy.questions),
    }
    if as_json:
        about = {"stamp": policy.stamp, "title": policy.title, "effective": policy.effective}
        print_json({"file": str(path), "valid": True, **about, **counts})
        return
    held = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"{path}: policy {policy.stamp} holds together: {held}.", markup=False)


@policy_app.command()
def schema() -> None:
    """Print the JSON Schema of policy files, for editors and other tools."""
    from config.policy.json_schema import schema_text

    typer.echo(schema_text(), nl=False)


@policy_app.command("test")
def try_examples_beside(file: FileArgument = None, as_json: JsonOption = False) -> None:
    """Judge the example deals beside a policy. Exit code 1 when one differs from its verdict."""
    from config.policy import PolicyError, load_policy
    from config.policy.examples import examples_beside, load_examples, try_examples

    path = policy_path(file)
    policy, beside = load_policy(path), examples_beside(path)
    if not beside.is_file():
        message = f"{beside}: no such file; it holds the example deals of {path.name}"
        raise PolicyError(message)
    tried = list(try_examples(policy, load_examples(beside)))
    failed = [each for each in tried if each.differences]
    if as_json:
        print_json(_as_data(policy, beside, tried))
    else:
        for each in tried:
            typer.echo("\n".join(_said(each)))
        typer.echo(f"{len(tried) - len(failed)} of {len(tried)} examples as expected.")
    if failed:
        raise typer.Exit(Exit.NOT_WELL)


@policy_app.command()
def docs(
    file: FileArgument = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the page there instead of printing it.")
    ] = None,
) -> None:
    """Make the handbook page that a salesperson reads, in Markdown."""
    from config.policy.handbook import handbook

    page = handbook(policy_of(file))
    if out is None:
        typer.echo(page, nl=False)
        return
    out.write_text(page, encoding="utf-8")
    console.print(f"Written to {out}.", markup=False)


@policy_app.command("reference")
def reference_page(
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the page there instead of printing it.")
    ] = None,
) -> None:
    """Make the reference page of every key of a policy file, in Markdown."""
    from config.policy.reference import reference

    if out is None:
        typer.echo(reference(), nl=False)
        return
    out.write_text(reference(), encoding="utf-8")
    console.print(f"Written to {out}.", markup=False)


@policy_app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A policy file.")],
    new: Annotated[Path, typer.Argument(help="Another version of it.")],
    as_json: JsonOption = False,
) -> None:
    """Say what a policy means otherwise than another. Exit code 1 when a verdict may differ."""
    from config.policy.difference import Kind, differences, told

    before, after = policy_of(old), policy_of(new)
    found = differences(before, after)
    meant = [each for each in found if each.means_something]
    if as_json:
        stamps = {"old": before.stamp, "new": after.stamp}
        print_json({**stamps, "same_meaning": not meant, "differences": found})
    else:
        typer.echo(f"{before.stamp} → {after.stamp}")
        for line in told(meant):
            typer.echo(f"  {line}")
        reworded = [each.place or each.says for each in found if each.kind is Kind.REWORDED]
        if reworded:
            typer.echo(f"Only reworded: {', '.join(dict.fromkeys(reworded))}.")
        if not found:
            typer.echo("They say the same.")
    if meant:
        raise typer.Exit(Exit.NOT_WELL)


def policy_path(file: Path | None) -> Path:
    """The file that a verb was given, else the policy in force."""
    from config.settings import load_settings

    return file or load_settings().policy_file


def policy_of(file: Path | None) -> Policy:
    """The policy in that file. Raises PolicyError."""
    from config.policy import load_policy

    return load_policy(policy_path(file))


def _said(tried: Tried) -> Iterator[str]:
    """One example in a line; where it differs, how, and what was found instead."""
    if not tried.differences:
        yield f"ok    {tried.example.name}"
        return
    yield f"FAIL  {tried.example.name}"
    for difference in tried.differences:
        yield f"        {difference}"
    yield from (f"        found: {finding}" for finding in tried.surprises)


def _as_data(policy: Policy, beside: Path, tried: list[Tried]) -> dict[str, Any]:
    return {
        "file": str(beside),
        "stamp": policy.stamp,
        "examples": len(tried),
        "failed": sum(bool(each.differences) for each in tried),
        "cases": [
            {
                "name": each.example.name,
                "passed": not each.differences,
                "differences": each.differences,
                "found": each.surprises,
            }
            for each in tried
        ],
    }
