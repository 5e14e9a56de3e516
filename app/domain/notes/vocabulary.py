"""The words that notes are read by: data from YAML files, which a policy may extend.

The files under `vocabulary/` are read once, when this module is imported; after that a vocabulary
is a value like any other. `docs/notes.md` says what each class of phrases does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType

from ruamel.yaml import YAML

from app.domain.notes.answer import WHYS

_FILES = ("emptiness", "kinds", "context", "facts", "operations")
_QUESTION_FILE = "questions"
Phrases = Mapping[str, tuple[str, ...]]


def _load(name: str) -> dict[str, list[str]]:
    text = files(__package__).joinpath("vocabulary", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = YAML(typ="safe").load(text)
    return loaded


def _built_in() -> Phrases:
    phrases: dict[str, tuple[str, ...]] = {}
    for name in _FILES:
        phrases.update({kind: tuple(values) for kind, values in _load(name).items()})
    by_question = YAML(typ="safe").load(
        files(__package__)
        .joinpath("vocabulary", f"{_QUESTION_FILE}.yaml")
        .read_text(encoding="utf-8")
    )
    for question in WHYS:
        for role, values in by_question[question].items():
            phrases[f"{role}.{question}"] = tuple(values)
    return MappingProxyType(phrases)


def _numbers() -> Mapping[str, int]:
    by_value = YAML(typ="safe").load(
        files(__package__).joinpath("vocabulary", "numbers.yaml").read_text(encoding="utf-8")
    )
    return MappingProxyType({word: value for value, words in by_value.items() for word in words})


def _words() -> Mapping[str, frozenset[str]]:
    text = files(__package__).joinpath("vocabulary", "words.yaml").read_text(encoding="utf-8")
    by_role = YAML(typ="safe").load(text)
    return MappingProxyType({role: frozenset(words.split()) for role, words in by_role.items()})


WORDS: Mapping[str, frozenset[str]] = _words()
NUMBERS: Mapping[str, int] = _numbers()
BUILT_IN: Phrases = _built_in()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Further phrases by class ("blank", "hedge", "titles.why_now", …), beside the built-in ones.

    Raises:
        ValueError: a class is not one of the built-in ones.
    """

    phrases: Phrases = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.phrases) - set(BUILT_IN))
        if unknown:
            allowed = ", ".join(sorted(BUILT_IN))
            message = f"unknown classes of phrases: {', '.join(unknown)}; allowed are: {allowed}"
            raise ValueError(message)

    def merged(self) -> dict[str, tuple[str, ...]]:
        """The built-in phrases with these added."""
        return {kind: (*BUILT_IN[kind], *self.phrases.get(kind, ())) for kind in BUILT_IN}
