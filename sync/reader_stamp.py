"""Names how notes are read: what a policy asks of them, and the version of the reader.

A gist that was taken otherwise says nothing of today's questions. So the name changes with every
question and label of the policy, and with every line of the code that reads.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources

from app.domain.policy import Policy

READING_CODE = (
    "app.domain.notes",
    "app.domain",
)
"""Packages whose modules take part in reading a note; of the second one only those below."""
READING_MODULES = frozenset(
    {
        "gist.py",
        "masking.py",
        "naming.py",
        "own_note.py",
        "read_note.py",
        "reading_copy.py",
        "statement.py",
    }
)


def reader_stamp(policy: Policy) -> str:
    """The name of how this version reads notes for this policy."""
    asked = (policy.questions, policy.waiving.labels, policy.waiving.withdrawal_labels)
    names = sorted((name, str(code)) for name, code in policy.names.items())
    return sha256(f"{_code_stamp()}{asked!r}{names!r}".encode()).hexdigest()


@cache
def _code_stamp() -> str:
    digest = sha256()
    notes, domain = map(resources.files, READING_CODE)
    for folder, wanted in ((notes, None), (domain, READING_MODULES)):
        for module in sorted(folder.iterdir(), key=lambda each: each.name):
            if module.name.endswith(".py") and (wanted is None or module.name in wanted):
                digest.update(module.read_bytes())
    return digest.hexdigest()
