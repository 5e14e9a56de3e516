"""A YAML document that remembers its lines, and the one error that a wrong policy file gives.

Refuses to interpret: timestamps stay text (so that a bad date is reported with its place), and
duplicate keys are errors.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

MAX_POLICY_BYTES = 2_000_000

Step = str | int
Place = tuple[Step, ...]


class PolicyError(Exception):
    """A policy file that cannot be used. The text is one line: file, line, path, what is wrong."""


class _LiteralDates(RoundTripConstructor):
    """Leaves dates as the text that was written."""


_LiteralDates.add_constructor(
    "tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str
)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its plain data, and the line of every part of it."""

    path: Path
    root: object

    @property
    def plain(self) -> object:
        """The data as dicts, lists and scalars."""
        return _plain(self.root)

    def error(self, place: Place, problem: str, *, more: int = 0) -> PolicyError:
        """The error for a problem at a place, with a count of further problems."""
        dotted = ".".join(map(str, place)) or "the file"
        others = f" (and {more} more)" if more else ""
        text = " ".join(problem.split())
        return PolicyError(f"{self.path}:{self._line(place)}: {dotted}: {text}{others}")

    def must_know(self, place: Place, what: str, name: str, allowed: Iterable[str]) -> None:
        """Raise PolicyError, with the allowed words, unless `name` is one of them."""
        words = list(allowed)
        if name not in words:
            problem = f"unknown {what} {name!r}; allowed: {', '.join(words) or 'none'}"
            raise self.error(place, problem)

    def must_be_new(self, place: Place, what: str, name: str, taken: Container[str]) -> None:
        """Raise PolicyError if `name` is taken."""
        if name in taken:
            raise self.error(place, f"the {what} {name!r} is already used above")

    def _line(self, place: Place) -> int:
        """The line of the deepest part of the path that exists, counted from 1."""
        node, line = self.root, 0
        for step in place:
            found = _line_in(node, step)
            if found is None:
                break
            line = found
            node = node[step]  # type: ignore[index]
        return line + 1


def read_document(path: Path) -> Document:
    """Parse a YAML file. Raises PolicyError when it is missing, too large or not YAML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); set POLICY_FILE to a policy file"
        raise PolicyError(message) from error
    if len(raw) > MAX_POLICY_BYTES:
        message = f"{path}: larger than {MAX_POLICY_BYTES} bytes; this is no policy file"
        raise PolicyError(message)
    parser = YAML(typ="rt", pure=True)
    parser.Constructor = _LiteralDates
    try:
        return Document(path, parser.load(raw.decode("utf-8")))
    except UnicodeDecodeError as error:
        message = f"{path}: is not UTF-8 text at byte {error.start}"
        raise PolicyError(message) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = " ".join((error.problem or "is not valid YAML").split())
        message = f"{path}:{line}: {problem}"
        raise PolicyError(message) from error
    except (YAMLError, ValueError, RecursionError) as error:
        message = f"{path}: is not valid YAML: {' '.join(str(error).split())[:200]}"
        raise PolicyError(message) from error


def _line_in(node: object, step: Step) -> int | None:
    if isinstance(node, CommentedMap) and step in node:
        return _position(node.lc.data, step, node.lc.line)
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        return _position(node.lc.data, step, node.lc.line)
    return None


def _position(positions: Mapping[Step, Sequence[int]] | None, step: Step, fallback: int) -> int:
    if positions is None or step not in positions:
        return fallback
    return positions[step][0]


def _plain(node: object) -> object:
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(item) for item in node]
    return node
