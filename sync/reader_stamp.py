"""Names how notes are read: what a policy asks of them, and the version of the reader.

A gist that was taken otherwise says nothing of today's questions. So the name changes with every
question and label of the policy, with every line of the code that reads and with every word of its
vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from app.domain.policy import Policy

DOMAIN = "app.domain"
READING = frozenset(
    {
        "gist.py",
        "masking.py",
        "naming.py",
        "notes",
        "own_note.py",
        "read_note.py",
        "reading_copy.py",
        "statement.py",
    }
)
"""What takes part in reading a note."""
COMPILED = "__pycache__"


def reader_stamp(policy: Policy) -> str:
    """The name of how this version reads notes for this policy."""
    asked = (policy.questions, policy.waiving.labels, policy.waiving.withdrawal_labels)
    names = sorted((name, str(code)) for name, code in policy.names.items())
    return sha256(f"{_code_stamp()}{asked!r}{names!r}".encode()).hexdigest()


@cache
def _code_stamp() -> str:
    digest = sha256()
    for entry in _by_name(resources.files(DOMAIN)):
        if entry.name in READING:
            for file in _files(entry):
                digest.update(file.name.encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(entry: Traversable) -> Iterator[Traversable]:
    if entry.is_file():
        yield entry
    elif entry.name != COMPILED:
        for inner in _by_name(entry):
            yield from _files(inner)


def _by_name(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda each: each.name)
