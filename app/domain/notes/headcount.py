"""Counting people where notes name them instead of giving a number."""

from __future__ import annotations

import re

from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import NUMBERS, WORDS

_NAME = r"(?:(?:Mr|Mrs|Ms|Dr|Fr|Hr|Herr|Frau|Ing)\.?\s)?[A-ZÀ-Ý][\w'’.-]+(?:\s\([^()]*\))?"
_SOMEBODY = rf"(?:{_NAME}|an?\s(?:[\w-]+\s){{0,2}}[\w-]+|one\s(?:[\w-]+\s?){{1,2}})"
_PRONOUN = r"(?:he|she|him|her|me|er|sie|ich|hij|zij|ze|lui|elle|el|ella)\b"
_AND = r"\s*(?:\+|&|,|/|\b(?:and|und|en|et|y|n)\b)\s*"
_BUILD = r"(?:build|builds|develop|develops|maintain|maintains|program|programs|write|writes|edit|edits|touch|touches)"
_JUST_ONE = re.compile(
    rf"(?:just|only|nur|alleen|seulement|solo|uniquement)\s(?:{_NAME}|me\b|him\b|her\b|one\b)(?!\s*(?:{_AND}))"
)
_TWO_JUST = re.compile(rf"(?:just|only)\s(?:me|{_NAME}){_AND}{_SOMEBODY}")
_PAIR_BUILDS = re.compile(rf"(?:{_NAME}|I|me){_AND}{_SOMEBODY}\s{_BUILD}\b")
_ONE_BUILDS = re.compile(rf"\bonly\s{_NAME}\s?(?:{_BUILD}|does)?\b")
_BUILT_BY = re.compile(
    rf"(?:maintained|built|developed|made|written|managed) by (?P<who>{_SOMEBODY}(?:{_AND}{_SOMEBODY})?)"
)
_LISTED = re.compile(
    rf"(?:,|\()\s*(?P<who>{_NAME}(?:\s*(?:\+|&)\s*(?:{_NAME}|\d+(?:\s\w+)?|{_SOMEBODY}))+)\s*[.)]?\s*$"
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
