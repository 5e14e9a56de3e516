"""How Node-RED stands to a count: "Node-RED on 4 drones", "40 Pis, 9 with Node-RED", "NR: 4".

It says nothing of what the number counts otherwise, nor whether it holds today.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.notes.noun import hits_from
from app.domain.notes.passage import Passage
from app.domain.notes.phrase import Hit
from app.domain.notes.sentence import NAMED, Count, Sentence
from app.domain.notes.standing import CLAUSE
from app.domain.notes.vocabulary import WORDS

_COLON = re.compile(r"\s*:?\s*")
_OPENED = re.compile(r"[^.;:]{0,24}[:(]\s*(?:~|ca\.?\s|about\s|circa\s)?")
_BARE_END = re.compile(r"\s*(?:$|[.,;)+|]|[-–—]\s)")
_ALL = re.compile(r",?\s(?:all|alle|each|tous|toutes|todos|todas|both)\s")
_VERSION = re.compile(r"\bv?\d\.(?:\d{1,2}|x)(?:\.\d{1,2})?\b")
_AWAY = re.compile(r"[.;(]|, ")
_BEHIND = frozenset({"live", "trial", "machine", "total"})
_MAX_WORDS_TO_PLACE = 8
_MAX_WORDS_TO_WITH = 4
_MAX_WORDS_TO_EQUALS = 2


def leads_with(sentence: Sentence, count: Count) -> bool:
    """Such as "54 computers with Node-RED", "9 mit Node-RED", "4 plants de production use it"."""
    passage = sentence.passage
    words = passage.words
    end = words[count.end - 1].end
    if every := _ALL.match(passage.folded, end):
        end = every.end() - 1
    for index in range(count.end, min(count.end + _MAX_WORDS_TO_WITH, len(words))):
        if CLAUSE.search(passage.folded, end, words[index].start):
            return False
        if words[index].text in WORDS["with"]:
            return any(
                hit.kind in NAMED and not CLAUSE.search(passage.between(index + 1, hit.first))
                for hit in hits_from(passage, index + 1, index + 3)
            )
    return False


def follows_node_red(sentence: Sentence, count: Count, since: int = 0) -> bool:
    """Such as "Node-RED on 4 PCs", "Node-RED läuft auf 16 Rechnern", "NR: 4", "NR 3x".

    `since` is the word up to which the sentence has given its instances already.
    """
    passage = sentence.passage
    for hit in sentence.before(count, NAMED, _MAX_WORDS_TO_PLACE):
        if hit.last <= since or any(
            h.kind == "developer" and hit.first < h.last <= count.first for h in sentence.hits
        ):
            continue
        words = [
            word.text
            for word in passage.words[hit.last : count.first]
            if word.text not in WORDS["times"]
        ]
        if 0 < len(words) <= _MAX_WORDS_TO_EQUALS and words[-1] in WORDS["equals"]:
            return True
        text = passage.between(hit.last, count.first)
        if hit.kind == "instance" and ":" in text and _COLON.fullmatch(text):
            return True
        if hit.kind == "nr" and _on(passage, hit, count, words):
            return True
    return False


def _on(passage: Passage, hit: Hit, count: Count, words: Sequence[str]) -> bool:
    """Whether "on", a colon or nothing stands between Node-RED and a count of what it runs on."""
    text = _VERSION.sub("", passage.between(hit.last, count.first))
    onset = not WORDS["onset"].isdisjoint(words) or words == ["to"]
    hosted = count.kind == "machine" and bool(words) and words[-1] in WORDS["with"]
    onset = onset or hosted
    if onset and not _AWAY.search(text):
        return True
    opened = _OPENED.fullmatch(text) is not None
    if opened and count.thing:
        return True
    end = passage.words[count.last - 1]
    bare = count.noun is None and _BARE_END.match(passage.folded, end.end) is not None
    if words or "(" in text:
        return bare and opened and "(" in text
    if not _COLON.fullmatch(text):
        return text.strip() in WORDS["times"]
    after = {following.kind for following in hits_from(passage, count.last, count.last + 1)}
    return bool(after & _BEHIND) or "x" in end.text or (":" in text and bare)
