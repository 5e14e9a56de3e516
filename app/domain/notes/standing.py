"""Whether a count holds today: not one that is wanted, quoted, hypothetical, foreseen or past.

The words that decide stand before the number, right behind its noun, or in the sentence after it
("This is the target for 2028."). Numbers in one list share their time.
"""

from __future__ import annotations

import re

from app.domain.notes.passage import Passage
from app.domain.notes.sentence import Count, Sentence
from app.domain.notes.vocabulary import WORDS

CLAUSE = re.compile(r"[.;:()|=]|\s/\s|,\s(?!\d{3}\b)")
_SCOPE = re.compile(r"[.;(|]|\)(?!\s*[:=]\s*\S)|\s/\s|,\s(?!\d{3}\b)")
_LISTED = re.compile(r"\s*(?:[,/+&]|and|und|en|et|y|plus)+\s*(?:~|ca\.?|about|and)?\s*")
_BY_YEAR = re.compile(
    r"\s*(?P<until>by|bis|tegen|d'ici|para|from|ab|vanaf|in|en) "
    r"(?:end |ende |eind )?(?P<year>20\d\d)\b"
)
_ARROW = re.compile(r"\s*(?:→|->|=>)")
_SUMS_UP = re.compile(
    r"\s*(?:this|that|these|those|all of (?:this|that)|das|dies|dit|dat|c'est|ce sont|esto|eso)\b"
)
_AGO = re.compile(
    r"(?:years?|months?) (?:ago|back)\b"
    r"|\bvor \w+ jahren\b|\bil y a\b|\bjaar geleden\b|\bhace \w+ anos\b"
)
_CUES_OF_AGO = (" ago", " back", "vor ", "il y a", "geleden", "hace ")
_MAX_WORDS_BACK = 6
_MAX_WORDS_BEHIND = 2
_MAX_WORDS_OF_PORTION = 4
_BY_SEASON = re.compile(
    r"\s*(?:by|until|before|bis|tegen|d'ici|para|antes de) (?:the |la |de |zum )?"
    r"(?:year.?end|end|q[1-4]|christmas|easter|summer|spring|autumn|winter|next|mid|late|jahresende"
    r"|ende|eind|fin|final|weihnachten|kerst|noel|navidad)\b"
)


def stands(sentence: Sentence, count: Count, before: tuple[Count, bool] | None, year: int) -> bool:
    """Whether a count holds now; `before` is the one ahead of it, with its verdict."""
    passage = sentence.passage
    if before is not None and not before[1] and _in_one_list(passage, before[0], count):
        return bool(_current_behind(sentence, count))
    return not (
        _barred(sentence, count)
        or _set_aside(sentence, count)
        or _foreseen(passage, count, year)
        or _long_ago(sentence)
    )


def withdrawn_by(following: Sentence) -> bool:
    """Whether a sentence says of the one before it that all that is only wanted."""
    start, end = following.span
    return (
        _SUMS_UP.match(following.passage.folded, start, end) is not None
        and any(hit.kind == "planned" for hit in following.hits)
        and not any(hit.kind == "current" for hit in following.hits)
    )


def clause_of(passage: Passage, count: Count) -> tuple[int, int]:
    """The words of the clause that a count stands in."""
    words, first, last = passage.words, count.first, count.last
    while first and not CLAUSE.search(passage.folded, words[first - 1].end, words[first].start):
        first -= 1
    while last < len(words) and not CLAUSE.search(
        passage.folded, words[last - 1].end, words[last].start
    ):
        last += 1
    return first, last


def said_of_today(sentence: Sentence, count: Count) -> bool:
    """Whether words right before or behind a count date it to the present ("now 13")."""
    return bool(_current_behind(sentence, count)) or any(
        not CLAUSE.search(sentence.passage.between(hit.last, count.first))
        for hit in sentence.before(count, frozenset({"current"}), _MAX_WORDS_BACK)
    )


def _current_behind(sentence: Sentence, count: Count) -> bool:
    return any(
        hit.kind == "current"
        and 0 <= hit.first - count.end <= 1
        and not CLAUSE.search(sentence.passage.between(count.end, hit.first))
        for hit in sentence.hits
    )


def _in_one_list(passage: Passage, before: Count, count: Count) -> bool:
    return _LISTED.fullmatch(passage.between(before.end, count.first)) is not None


def _barred(sentence: Sentence, count: Count) -> bool:
    """Whether the nearest word of time before a number, in its clause, is not of today."""
    passage = sentence.passage
    words = passage.words
    place = words[count.first].start
    start = max(
        (m.end() for m in _SCOPE.finditer(passage.folded, sentence.span[0], place)), default=0
    )
    if count.first and words[count.first - 1].text in WORDS["owners"]:
        return False
    barred, until = -1, 0
    for hit in sentence.hits:
        if words[hit.first].start < start or hit.last > count.first or hit.first < until:
            continue
        if hit.kind in {"planned", "former"} and hit.first >= count.first - _MAX_WORDS_BACK:
            barred = max(barred, hit.first)
        elif hit.kind == "current" and hit.first > barred:
            barred, until = -1, hit.last
    return barred >= 0


def _set_aside(sentence: Sentence, count: Count) -> bool:
    """Whether the words at a number set it aside: "not 5", "were 5", "5 more", "5 →"."""
    passage, words = sentence.passage, sentence.passage.words
    before = words[count.first - 1].text if count.first else ""
    past = count.noun is None and before in WORDS["were"]
    if _portion(sentence, count):
        return True
    whole = before == "of" and count.first > 1 and words[count.first - 2].text == "out"
    return (
        whole
        or before in WORDS["negation"]
        or (past and not said_of_today(sentence, count))
        or any(word.text in WORDS["further"] for word in words[count.last : count.end])
        or (
            _ARROW.match(passage.folded, words[count.end - 1].end) is not None
            and not _current_behind(sentence, count)
        )
    )


def _portion(sentence: Sentence, count: Count) -> bool:
    """Whether only an unknown part of a number is meant: "most of the 20 looms"."""
    back = [word.text for word in sentence.passage.words[: count.first]][-_MAX_WORDS_OF_PORTION:]
    return not WORDS["portions"].isdisjoint(back) and not WORDS["of"].isdisjoint(back[1:])


def _foreseen(passage: Passage, count: Count, year: int) -> bool:
    """Whether a year to come, or a word such as "planned", follows the counted noun."""
    words, end = passage.words, count.end
    if _BY_SEASON.match(passage.folded, words[end - 1].end):
        return True
    dated = _BY_YEAR.match(passage.folded, words[end - 1].end)
    if dated is not None and (dated["until"] not in {"in", "en"} or int(dated["year"]) > year):
        return True
    return any(
        word.text in WORDS["not_now_after"]
        and not CLAUSE.search(passage.folded, words[end - 1].end, word.start)
        for word in words[end : end + _MAX_WORDS_BEHIND]
    )


def _long_ago(sentence: Sentence) -> bool:
    """Whether the sentence tells of years ago, and not of today as well."""
    folded = sentence.passage.folded
    if "current" in sentence.kinds or not any(cue in folded for cue in _CUES_OF_AGO):
        return False
    return _AGO.search(folded, *sentence.span) is not None
