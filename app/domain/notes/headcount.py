"""Counting people where notes name them instead of giving a number."""

from __future__ import annotations

import re

from app.domain.notes.page import Span
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import NUMBERS, WORDS

_NAME = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Fr|Hr|Herr|Frau|Ing)\.?\s)?[A-ZÀ-Ý][\w'’.-]{1,30}(?:\s\([^()]{0,40}\))?"
)
_ARTICLE = r"(?:an?|einem|einer|een|un|une)"
_SOMEBODY = (
    rf"(?:{_NAME}|{_ARTICLE}\s(?:[\w-]{{1,30}}\s){{0,2}}[\w-]{{1,30}}"
    r"|one\s[\w-]{1,30}(?:\s[\w-]{1,30})?)"
)
_PRONOUN = r"(?:he|she|him|her|me|er|sie|ich|hij|zij|ze|lui|elle|el|ella)\b"
_AND = r"\s*(?:\+|&|,|/|\b(?:and|und|en|et|y|n)\b)\s*"
_BUILD = r"(?:builds?|develops?|maintains?|programs?|writes?|edits?|touch(?:es)?)"
_JUST_ONE = re.compile(
    rf"(?:[Jj]ust|[Oo]nly|[Nn]ur|[Aa]lleen|[Ss]eulement|[Ss]olo|[Uu]niquement)\s(?:{_NAME}|(?:me|him|her|one)\b)"
    rf"(?!\s*(?:{_AND}))"
)
_TWO_JUST = re.compile(rf"(?:[Jj]ust|[Oo]nly)\s(?:me|{_NAME}){_AND}{_SOMEBODY}")
_WITH_OTHERS = re.compile(
    rf"(?:{_NAME}|\b{_PRONOUN}){_AND}(?P<n>\w{{1,8}}) (?:others?|colleagues?|more)\s{_BUILD}\b"
)
_BUILDERS = re.compile(
    r"\b(?:buil|dev|maintain|program|writ|made|manag|edit|touch|entwick|gebaut|gepfleg|ontwik"
    r"|gebouw|cree|desarroll|hech)"
)
_WHO = re.compile(
    r"\W*(?:(?:[Ii]t's|[Tt]hat's|[Jj]ust|[Oo]nly|nur|alleen)\s)*"
    rf"(?P<who>(?:{_NAME}|{_PRONOUN})(?:{_AND}(?:{_NAME}|\d+\b|{_SOMEBODY}))*)"
)
_NOBODY = re.compile(
    r"\b(?:no|zero|keine|geen|aucun|pas de|ning[uú]n) (?:own |eigenen? )?"
    r"(?:developers?|devs?|Entwickler|ontwikkelaars?|développeurs?|desarrolladores?)\b",
    re.IGNORECASE,
)
_TEAM = re.compile(r"\bteam of (?P<n>\w{1,9})\b(?=.{0,80}\bdevelop)")
_PAIR_BUILDS = re.compile(rf"(?:{_NAME}|I|me){_AND}{_SOMEBODY}\s{_BUILD}\b")
_BUILT_BY = re.compile(
    r"(?:(?:maintained|built|developed|made|written|managed) by"
    r"|(?:[Ee]ntwickelt|[Gg]ebaut|[Gg]epflegt)(?: wird| werden)? von"
    r"|(?:ontwikkeld|gebouwd) door|(?:développés?|créés?) par"
    r"|(?:desarrollad[oa]s?|hech[oa]s?) por) "
    rf"(?P<who>{_SOMEBODY}(?:{_AND}{_SOMEBODY})?)"
)
_LISTED = re.compile(
    rf"(?:,|\()\s*(?P<who>{_NAME}(?:\s*[+&]\s*(?:{_NAME}|\d+(?:\s\w+)?|{_SOMEBODY})){{1,9}})"
    r"\s*[.)]?\s*$"
)
_IS_DEVELOPER = re.compile(rf"{_NAME} is (?:the|their) (?:only |sole |one )?(?:dev|developer)\b")
_DEVELOPS = re.compile(rf"\b(?:{_BUILD}|devs?|developers?)\b")
_SPLIT = re.compile(_AND)
_NONE = WORDS["no"]


def headcount(passage: Passage, span: Span, number: int | None) -> int | None:
    """How many people the value of a "developers" field stands for; None when it does not say."""
    text = passage.text[slice(*span)]
    first = re.match(r"\W*(\w+)", passage.folded[slice(*span)])
    if first and first[1] in _NONE:
        return 0
    names = _WHO.match(text)
    if names and names["who"].split()[0].lower() not in NUMBERS:
        return _people(names["who"])
    return number


def named_people(passage: Passage, sentence: Span, *, live: bool) -> int | None:
    """How many people a sentence says build the flows; None when it does not say."""
    text = passage.text[slice(*sentence)]
    if not live and not _BUILDERS.search(passage.folded, *sentence):
        return None
    if _NOBODY.search(text):
        return 0
    if match := _WITH_OTHERS.search(text):
        return 1 + _number(match["n"])
    if match := _TEAM.search(text):
        return _number(match["n"])
    return _named(text, live=live)


def _named(text: str, *, live: bool) -> int | None:
    if _PAIR_BUILDS.search(text) or _TWO_JUST.search(text):
        return 2
    listed = _BUILT_BY.search(text) or (_LISTED.search(text) if live else None)
    if listed and re.match(_NAME, listed["who"]):
        return _people(listed["who"])
    alone = _IS_DEVELOPER.search(text) or (_DEVELOPS.search(text) and _JUST_ONE.search(text))
    return 1 if alone else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else NUMBERS.get(text.lower(), 1)


def _people(text: str) -> int:
    count = 0
    for part in _SPLIT.split(text):
        word = part.strip().lower()
        if not word:
            continue
        first = word.split()[0]
        count += int(first) if first.isdecimal() else NUMBERS.get(first, 1)
    return count
