"""Fields inside running lines: "devs: 2, prod? y, 3 sites" names a fact and gives it at once.

Only a name that stands at the beginning of a clause and is followed by a sign, or directly by a
number or a yes or no, counts; it never reads a name in the middle of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.notes.frame import NOT_THEIRS
from app.domain.notes.manuscript import Manuscript
from app.domain.notes.passage import Part, Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.vocabulary import NUMBERS, WORDS

_PREFIX = "fields."
_FACTS = frozenset(
    _PREFIX + name
    for name in (
        "node_red_adopted", "node_red_instances", "node_red_developers",
        "node_red_in_production", "node_red_sites",
    )
)  # fmt: skip
_BEFORE = re.compile(
    r"(?:^|[.,;/|(+•?!#{–-])\s*(?:and |und |et |en |y )?(?:of which |of |davon |all )?$"
)
_SIGN = re.compile(r"\s*(?:[:=?~]+|\s[-–]|->|→)+\s*")
_ENDS = re.compile(r"[;|]|\s/\s|[.?!](?=\s|$)")
_BARE = _FACTS - {_PREFIX + "node_red_adopted"}
_MAX_CHARACTERS_BACK = 18


def inline_fields(script: Manuscript) -> Iterator[tuple[str, Part]]:
    """Every fact named inside a line, and the stretch that gives it."""
    for passage in script.passages:
        if script.frames[passage.index] in NOT_THEIRS or passage.kinds.isdisjoint(_FACTS):
            continue
        keys = _keys(passage)
        for key, following in zip(keys, [*keys[1:], None], strict=False):
            start = _value_start(passage, key, bare=len(keys) > 1)
            if start is None:
                continue
            until = passage.words[following.first].start if following else len(passage.text)
            end = _ENDS.search(passage.text, start, until)
            yield key.kind.removeprefix(_PREFIX), (passage, (start, end.start() if end else until))


def _keys(passage: Passage) -> list[Hit]:
    """The names of facts that begin a clause, the longest where several begin together."""
    keys: list[Hit] = []
    for hit in passage.hits:
        if hit.kind not in _FACTS:
            continue
        start = passage.words[hit.first].start
        if not _BEFORE.search(passage.folded[max(0, start - _MAX_CHARACTERS_BACK) : start]):
            continue
        if keys and keys[-1].first == hit.first:
            keys[-1] = max(keys[-1], hit, key=lambda key: key.last)
        elif not keys or hit.first >= keys[-1].last:
            keys.append(hit)
    return keys


def _value_start(passage: Passage, key: Hit, *, bare: bool) -> int | None:
    """Where the value of a name begins; `bare`: among other fields the product's name is one."""
    end = passage.words[key.last - 1].end
    if sign := _SIGN.match(passage.folded, end):
        return sign.end() if sign.end() < len(passage.text) else None
    if (key.kind not in _BARE and not bare) or key.last >= len(passage.words):
        return None
    word = passage.words[key.last]
    says = word.text.isdecimal() or word.text in NUMBERS or word.text in WORDS["yes"] | WORDS["no"]
    return word.start if says and word.start == end + 1 else None
