"""The words that notes are read by: data from YAML, which a policy may extend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Further phrases by class ("placeholder", "hedge", …), added to the built-in ones.

    The classes are the keys of the files under `vocabulary/`; `docs/notes.md` lists them.
    """

    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
