"""Counting people where notes name them instead of giving a number."""

from __future__ import annotations

import re

from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import NUMBERS, WORDS

_NAME = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Fr|Hr|Herr|Frau|Ing)\.?\s)?[A-ZÀ-Ý][\w'’.-]{1,30}(?:\s\([^()]{0,40}\))?"
)
_SOMEBODY = (
    rf"(?:{_NAME}|an?\s(?:[\w-]{{1,30}}\s){{0,2}}[\w-]{{1,30}}"
    r"|one\s[\w-]{1,30}(?:\s[\w-]{1,30})?)"
)
_PRONOUN = r"(?:he|she|him|her|me|er|sie|ich|hij|zij|ze|lui|elle|el|ella)\b"
_AND = r"\s*(?:\+|&|,|/|\b(?:and|und|en|et|y|n)\b)\s*"
_BUILD = r"(?:builds?|develops?|maintains?|programs?|writes?|edits?|touch(?:es)?)"
_JUST_ONE = re.compile(
    rf"(?:just|only|nur|alleen|seulement|solo|uniquement)\s(?:{_NAME}|(?:me|him|her|one)\b)"
    rf"(?!\s*(?:{_AND}))"
)
_TWO_JUST = re.compile(rf"(?:just|only)\s(?:me|{_NAME}){_AND}{_SOMEBODY}")
_WITH_OTHERS = re.compile(
    rf"(?:{_NAME}|\b{_PRONOUN}){_AND}(?P<n>\w{{1,8}}) (?:others?|colleagues?|more)\s{_BUILD}\b"
)
_PAIR_BUILDS = re.compile(rf"(?:{_NAME}|I|me){_AND}{_SOMEBODY}\s{_BUILD}\b")
_BUILT_BY = re.compile(
    r"(?:maintained|built|developed|made|written|managed) by "
    rf"(?P<who>{_SOMEBODY}(?:{_AND}{_SOMEBODY})?)"
)
_LISTED = re.compile(
    rf"(?:,|\()\s*(?P<who>{_NAME}(?:\s*[+&]\s*(?:{_NAME}|\d+(?:\s\w+)?|{_SOMEBODY})){{1,9}})"
    r"\s*[.)]?\s*$"
)
_IS_DEVELOPER = re.compile(rf"{_NAME} is (?:the|their) (?:only |sole |one )?(?:dev|developer)\b")
_SPLIT = re.compile(_AND)
_NONE = WORDS["no"]


def headcount(passage: Passage, span: Span, number: int | None) -> int | None:
    """How many people the value of a "developers" field stands for; None when it does not say."""
    text = passage.text[slice(*span)]
    first = re.match(r"\W*(\w+)", passage.folded[slice(*span)])
    if first and first[1] in _NONE:
        return 0
    names = re.match(
        rf"\W*(?:(?:just|only|nur|alleen)\s)?(?P<who>(?:{_NAME}|{_PRONOUN})(?:{_AND}(?:{_NAME}|\d+\b|{_SOMEBODY}))*)",
        text,
    )
    if names and names["who"].split()[0].lower() not in NUMBERS:
        return _people(names["who"])
    return number


def named_people(passage: Passage, sentence: Span, *, live: bool) -> int:
    """How many named people a sentence says build the flows; 0 when it does not say."""
    text = passage.text[slice(*sentence)]
    if match := _WITH_OTHERS.search(text):
        return 1 + (
            int(match["n"]) if match["n"].isdecimal() else NUMBERS.get(match["n"].lower(), 1)
        )
    if _PAIR_BUILDS.search(text) or _TWO_JUST.search(text):
        return 2
    if (match := _BUILT_BY.search(text)) and re.match(_NAME, match["who"]):
        return _people(match["who"])
    if _IS_DEVELOPER.search(text):
        return 1
    if live and (match := _LISTED.search(text)):
        return _people(match["who"])
    if _JUST_ONE.search(text) and re.search(rf"\b(?:{_BUILD}|devs?|developers?)\b", text):
        return 1
    return 0


def _people(text: str) -> int:
    count = 0
    for part in _SPLIT.split(text):
        word = part.strip().lower()
        if not word:
            continue
        first = word.split()[0]
        count += int(first) if first.isdecimal() else NUMBERS.get(first, 1)
    return count
