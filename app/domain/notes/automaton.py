"""Which phrases go on from here: the patterns of a vocabulary as a machine that reads words.

A pattern such as `(a|b|) (c|d e)` stands for the product of its choices, and a good pattern for
ten thousand phrases; so they are never written out. The patterns become a net of choices whose
size is that of the text they are written in. The states of the machine that reads them, each a
set of places in the net, are made when a text first leads there and kept for the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from threading import Lock

MAX_STATES = 50_000
"""All notes of a portal visit some thousands; texts made to visit more make it start anew."""
DEAD = -1

_TOKEN = re.compile(r"(?:\([^()]*\)|[^\s()])+")
_GROUP = re.compile(r"\(([^()]*)\)")

Spell = Callable[[str], Iterable[Sequence[str]]]
"""The ways in which a stretch of a phrase may be spelled, each as its words."""


def expand(pattern: str) -> Iterable[str]:
    """The phrases that a pattern stands for: `(a|b|) c` is "a c", "b c" and "c"."""
    parts = _GROUP.split(pattern)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return (" ".join("".join(choice).split()) for choice in product(*choices))


class Automaton:
    """The patterns of a vocabulary, laid out; safe to share between threads."""

    def __init__(self, phrases: Mapping[str, Iterable[str]], spell: Spell) -> None:
        net = _Net(spell)
        for kind, patterns in phrases.items():
            for pattern in patterns:
                net.add(pattern, kind)
        self.words = frozenset(net.words)
        self._net = net
        self._memory = Memory(net)

    def memory(self) -> Memory:
        """The machine as far as it has been made; a new one after too many states."""
        memory = self._memory
        if len(memory.kinds) > MAX_STATES:
            memory = self._memory = Memory(self._net)
        return memory


class Memory:
    """The states visited so far: 0 is the beginning, and `DEAD` says that no phrase goes on.

    `kinds[state]` names the classes of the phrases that end there, in the vocabulary's order;
    `steps[state]` holds where words lead, as far as `step` was asked.
    """

    def __init__(self, net: _Net) -> None:
        self._net = net
        self._lock = Lock()
        self._numbers: dict[frozenset[int], int] = {}
        self._places: list[frozenset[int]] = []
        self.kinds: list[tuple[str, ...]] = []
        self.steps: list[dict[str, int]] = []
        self._state(net.starts)

    def step(self, state: int, word: str) -> int:
        """Where a word leads from a state; remembered in `steps` for the next time."""
        edges = self._net.edges
        with self._lock:
            following = {
                place for here in self._places[state] for place in edges[here].get(word, ())
            }
            number = self._state(following) if following else DEAD
            self.steps[state][word] = number
            return number

    def _state(self, places: Iterable[int]) -> int:
        """The number of a state, made where there is none."""
        closed = self._net.closed(places)
        number = self._numbers.get(closed)
        if number is None:
            number = self._numbers[closed] = len(self._places)
            kinds = {self._net.ends[place] for place in closed if place in self._net.ends}
            self._places.append(closed)
            self.steps.append({})
            self.kinds.append(tuple(kind for kind in self._net.kinds if kind in kinds))
        return number


class _Net:
    """Patterns as places joined by words; `skips` are joints that need no word."""

    def __init__(self, spell: Spell) -> None:
        self._spell = spell
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.words: set[str] = set()
        self.edges: list[dict[str, tuple[int, ...]]] = []
        self.skips: dict[int, tuple[int, ...]] = {}
        self.ends: dict[int, str] = {}

    def add(self, pattern: str, kind: str) -> None:
        """Lay out a pattern of a class; classes come one after the other."""
        if kind not in self.kinds[-1:]:
            self.kinds.append(kind)
        here = self._place()
        self.starts.append(here)
        for token in _TOKEN.findall(pattern):
            there = self._place()
            for words in {tuple(words) for each in expand(token) for words in self._spell(each)}:
                self._lay(here, words, there)
            here = there
        self.ends[here] = kind

    def closed(self, places: Iterable[int]) -> frozenset[int]:
        """These places and those that are reached from them without a word."""
        reached: set[int] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place not in reached:
                reached.add(place)
                waiting.extend(self.skips.get(place, ()))
        return frozenset(reached)

    def _place(self) -> int:
        self.edges.append({})
        return len(self.edges) - 1

    def _lay(self, here: int, words: Sequence[str], there: int) -> None:
        if not words:
            self.skips[here] = (*self.skips.get(here, ()), there)
            return
        self.words.update(words)
        for word in words[:-1]:
            further = self._place()
            self._join(here, word, further)
            here = further
        self._join(here, words[-1], there)

    def _join(self, here: int, word: str, there: int) -> None:
        edges = self.edges[here]
        edges[word] = (*edges.get(word, ()), there)
