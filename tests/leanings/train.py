"""Makes the weights of `app/domain/notes/leaning.py` from labelled phrases: `make leanings`.

The phrases are our own: `phrases/*.tsv` (kind, label, language, text) and the quotes of the
labelled notes in `tests/notes/`. Logistic regression, as plain as it gets: the same phrases
make the same file. It refuses to learn from notes that judge the reader elsewhere.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from app.domain.notes import stripped
from app.domain.notes.answer import QuestionKind
from app.domain.notes.leaning import BIAS, KINDS, Leanings, traits

HERE = Path(__file__).parent
PHRASES = HERE / "phrases"
NOTES = HERE.parent / "notes"
WEIGHTS = HERE.parents[1] / "app" / "domain" / "notes" / "vocabulary" / "leanings.txt"
LABELS = ("answer", "empty")
LANGUAGES = ("en", "de", "nl", "fr", "es")
MIN_PHRASES_WITH_A_TRAIT = 4
STRENGTH = 15.0
"""Inverse of the regularisation, chosen by leaving one author out at a time."""
MIN_WEIGHT = 0.05
_BY_NAME = {name: kind for kind, name in KINDS.items()}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n")
_WHY = re.compile(r"\b(?:why|warum|wieso|waarom|pourquoi|qué)\b", re.IGNORECASE)
MIN_ASIDE_WORDS = 4
ASIDE_WEIGHT = 0.1
"""Asides outnumber the phrases; each counts little, or rare answers would be lost to them."""
_HEADER = "# Made by `make leanings` from tests/leanings; positive weights speak for an answer.\n"


class Phrase(NamedTuple):
    """A text under a label, and whether a careful manager would take it for an answer."""

    kind: QuestionKind
    answers: bool
    text: str
    weight: float = 1.0


def phrases_of(path: Path) -> list[Phrase]:
    """The phrases of one author's file."""
    if path.suffix == ".jsonl":
        return [*_quotes(path), *(_asides(path) if path.parent.name == "authors" else [])]
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [Phrase(_BY_NAME[kind], label == LABELS[0], text) for kind, label, _, text in rows]


def _quotes(path: Path) -> Iterable[Phrase]:
    for line in path.read_text(encoding="utf-8").splitlines():
        for why, answer in json.loads(line)["answers"].items():
            if answer["quote"]:
                kind = _BY_NAME[why.removeprefix("why_")]
                yield Phrase(kind, answer["state"] == "answered", answer["quote"])


def _asides(path: Path) -> Iterable[Phrase]:
    """Sentences of a note that are no part of any why: none of them answers one."""
    for line in path.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        rest = stripped(note["body"])
        for answer in note["answers"].values():
            rest = rest.replace(answer["quote"] or "\n", "\n")
        for sentence in _SENTENCE_END.split(rest):
            if len(sentence.split()) >= MIN_ASIDE_WORDS and not _WHY.search(sentence):
                yield from (
                    Phrase(kind, answers=False, text=sentence, weight=ASIDE_WEIGHT)
                    for kind in _BY_NAME.values()
                )


def sources() -> list[Path]:
    """All files to learn from, one author or occasion each."""
    return [*sorted(PHRASES.glob("*.tsv")), *sorted(NOTES.glob("*/*.jsonl"))]


def train(phrases: Sequence[Phrase]) -> dict[str, float]:
    """Weights by trait, rounded, small ones left out."""
    bags = [Counter(traits(phrase.text, phrase.kind)) for phrase in phrases]
    known = Counter(trait for bag in bags for trait in bag)
    names = sorted(trait for trait, count in known.items() if count >= MIN_PHRASES_WITH_A_TRAIT)
    column = {trait: place for place, trait in enumerate(names)}
    cells = [
        (row, column[trait], count / sqrt(bag.total()))
        for row, bag in enumerate(bags)
        for trait, count in bag.items()
        if trait in column
    ]
    rows, columns, values = zip(*cells, strict=True)
    table = csr_matrix((values, (rows, columns)), shape=(len(bags), len(names)))
    model = LogisticRegression(C=STRENGTH, max_iter=5000, class_weight="balanced")
    model.fit(table, [phrase.answers for phrase in phrases], [phrase.weight for phrase in phrases])
    weights = {BIAS: round(float(model.intercept_[0]), 2)}
    for name, weight in zip(names, model.coef_[0], strict=True):
        if abs(weight) >= MIN_WEIGHT:
            weights[name] = round(float(weight), 2)
    return weights


def trained(paths: Sequence[Path]) -> Leanings:
    """Leanings made from these files alone."""
    return Leanings(train([phrase for path in paths for phrase in phrases_of(path)]))


def main() -> None:
    """Write the weights' file."""
    weights = train([phrase for path in sources() for phrase in phrases_of(path)])
    lines = (f"{trait}\t{weight:g}\n" for trait, weight in weights.items())
    WEIGHTS.write_text(_HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
