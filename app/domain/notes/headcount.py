"""Counting people where notes name them instead of giving a number."""

from __future__ import annotations

import re

from app.domain.notes.line import Span
from app.domain.notes.noun import hits_from
from app.domain.notes.passage import Passage
from app.domain.notes.vocabulary import NUMBERS, WORDS

_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Fr|Hr|Herr|Frau|Ing)\.?\s)?"
_NAME = rf"(?:{_TITLE}[A-ZÀ-Ý][\w'’.-]{{1,30}}(?:\s\([^()]{{0,40}}\))?)"
_PERSONS = "|".join(sorted(WORDS["persons"]))
_NUMBER_WORDS = "|".join(sorted(word for word, value in NUMBERS.items() if 1 < value < 30))
_ARTICLE = r"(?:an?|one|ein|einem|einer|eine|een|un|une|una|uno)"
_OWNER = (
    r"(?:his|her|their|my|our|the|seine?|ihre?|zijn|haar|hun|mijn|son|sa|leur|mon|su|mi|der|die|de)"
)
_SOMEBODY = (
    rf"(?:[Ss]ome(?:one|body)\b|(?:{_ARTICLE}|{_OWNER})\s(?:[\w-]{{1,30}}\s)?(?:{_PERSONS})\b"
    rf"|(?:{_NUMBER_WORDS}|\d{{1,2}})\s(?:more|students?|(?:{_PERSONS})s?|Kollegen|Azubis|collega's)\b)"
)
_PRONOUN = (
    r"(?:I|[Hh]e|[Ss]he|him|her|me|[Mm]yself|er|sie|ich|hij|zij|ze|ik|lui|elle|moi|él|ella|yo)\b"
)
_ONE = rf"(?:{_SOMEBODY}|{_PRONOUN}|{_NAME})"
_SINCE = r"(?:,?\s(?:since|seit|sinds|depuis|desde)\s[A-ZÀ-Ý\d][\w-]{1,12},?)?"
_JOINT = r"(?:\+|&|/|,?\s*\b(?:and|plus|und|en|et|y|n|with|mit|met|avec|con)\b|,|w/)"
_AND = rf"{_SINCE}\s*{_JOINT}{_SINCE}\s*"
_PEOPLE = rf"{_ONE}(?:{_AND}(?:{_ONE}|(?:{_PERSONS})\b)){{0,9}}"
_ANYBODY = rf"(?:{_ONE}|{_ARTICLE}\s(?:[\w-]{{1,30}}\s){{0,2}}[\w-]{{1,30}})"
_WHERE = r"(?:\s(?:in|at|from)\s(?:the\s)?[\w-]{1,30})?"
_VERB = (
    r"(?:(?:can\s|both\s|also\s|mostly\s|helps?\s)?(?:builds?|built|building|wrote|develops?|developed|maintains?|programs?|writes?|edits?"
    r"|touch(?:es)?|entwickel[nt]|bau(?:t|en)|programmier(?:t|en)|pfleg(?:t|en)|ontwikkel(?:t|en)"
    r"|bouw(?:t|en)|onderhoud(?:t|en)|programmeer(?:t|en)|développent?|construi(?:t|sent)|maintien(?:t|nent)"
    r"|desarrollan?|construyen?|programan?|mantienen?)"
    r"|(?:do(?:es)?|did|ma[dk]es?|writes?|hacen?|machen|macht|doen|doet|font|fait)\s"
    r"(?:all\s)?(?:the|all|die|de|les|los|our|their)?\s?(?:of\s)?(?:dev|building|development|coding|flows?|dashboards?|Flows|flujos|flux|NR|Node-?RED|programming)"
    r"|looks? after|does everything)"
)
_OBJECT = (
    r"(?=\s*(?:$|[.,;:)!]|it\sall\b|and\b|und\b|en\b|et\b|y\b|in\b|on\b|it\b|them\b|those\b|these\b|all\b"
    r"|everything\b|\d|allein\w?\b|alleen\b|alone\b|seule?\b|sol[ao]\b|(?:the\s|their\s|our\s|new\s|die\s|de\s|les\s|los\s)?"
    r"(?:flows?|dashboards?|NR\b|[Nn]ode-?RED|flujos|flux)|alles\b|tout\b|todo\b|with\b|since\b))"
)
_SUBJECT_BUILDS = re.compile(rf"\b(?P<who>{_PEOPLE}){_WHERE}\s{_VERB}{_OBJECT}")
_BUILT_BY = re.compile(
    r"(?:(?:maintained|built|developed|made|written|managed|done|programmed) by"
    r"|(?:[Ee]ntwickelt|[Gg]ebaut|[Gg]epflegt|programmiert)(?: wird| werden)? von"
    r"|(?:ontwikkeld|gebouwd|onderhouden) door|(?:développés?|créés?|faits?) par"
    r"|(?:desarrollad[oa]s?|hech[oa]s?) por) "
    rf"(?P<who>(?:{_PRONOUN}|{_NAME})(?:{_AND}{_ANYBODY}){{0,9}})"
)
_BUILD_WHO = re.compile(
    r"\b(?:baut|bauen|entwickelt|entwickeln|pflegt|pflegen|programmiert|programmieren|macht|machen|bouwt|bouwen|ontwikkelen|développent|maintiennent|desarrollan|mantienen|programan|ontwikkelt"
    r"|onderhoudt|développe|maintient|mantiene|desarrolla|programa|hace)\s"
    rf"(?P<who>{_TITLE}{_NAME}(?:{_AND}{_ANYBODY}){{0,9}})"
)
_JUST = re.compile(
    rf"\b(?:[Jj]ust|[Oo]nly|[Nn]ur|[Aa]lleen|[Ss]eulement|[Ss]olo|[Ss]ólo|[Uu]niquement)\s(?P<who>{_PEOPLE})"
    r"(?!\w|\s(?:was|were|came|joined|asked|said|attended|signs?|decides?)\b)"
)
_IS_DEVELOPER = re.compile(
    rf"\b(?P<who>{_NAME}|{_PRONOUN})(?:\sis|\sam|'s|'m|\sist|\sbin|\sest|\ses)"
    r"\s(?:the|their|our|der|die|de|le|la|el)"
    r"\s(?:[Nn]ode-?RED |NR )?(?:only |sole |one |einzige[rn]? |enige |seule? |único |única )?"
    r"(?:dev|developer|one|programmer|(?<=RED )guy|(?<=NR )guy|Entwickler|ontwikkelaar"
    r"|développeur|desarrollador)\b"
)
_DEVELOPERS_ARE = re.compile(
    r"\b(?:[Dd]evelopers|[Dd]evs|Entwickler|ontwikkelaars|développeurs|desarrolladores)"
    r"(?:\sare|\ssind|\szijn|\ssont|\sson)\s"
    rf"(?P<who>{_NAME}(?:{_AND}{_ANYBODY}){{1,9}})"
)
_ONLY_DEVELOPER = re.compile(
    r"\b(?:only|sole|single) (?:dev|developer|programmer)(?:\sis|:|,)?\s(?P<who>" + _NAME + ")"
)
_ONLY_ONE = re.compile(
    rf"\b(?P<who>{_NAME}|{_PRONOUN})(?:\sis|\sam|'s|'m|\sist|\sbin|\sest|\ses)"
    r"\s(?:the only one|der einzige|die einzige|de enige|le seul|la seule|el único|la única)"
    r"(?! (?:that|where|which|with|in|der|die|que|qui))\b"
)
_PLUS = r"\s*[+&]\s*"
_LISTED = re.compile(rf"[,(]\s*(?P<who>{_NAME}(?:{_PLUS}{_ONE}){{1,9}})\s*[.)]?\s*$")
_NOBODY = re.compile(
    r"\b(?:no|zero|keine|geen|aucun|pas de|ning[uú]n) "
    r"(?:own |eigenen? |in.house |internal |node.?red |nr )*"
    r"(?:developers?|devs?|Entwickler|ontwikkelaars?|développeurs?|desarrolladores?)\b",
    re.IGNORECASE,
)
_NOBODY_BUILDS = re.compile(
    r"\b(?:nobody|no one|noone|none of \w+|niemand|keiner|personne|nadie)\b[^.;,?]{0,40}?\b"
    r"(?:develop|program|build|write|cod(?:es|ing)|entwick|baut|ontwik|bouwt|d[eé]velopp|desarroll)"
    r"[^.;,?]{0,24}(?:node.?red|\bnr\b|flow|flujo|flux|any ?more|at the moment|right now)",
    re.IGNORECASE,
)
_TEAM = re.compile(
    r"\b(?:team of|[Tt]eam von|[Tt]eam van|équipe de|equipo de) (?P<n>\w{1,9})\b"
    r"(?=.{0,80}\b(?:develop|buil|maintain|entwick|bau|ontwik|bouw|dévelop|desarrol))"
)
_TEAM_LISTED = re.compile(
    r"[,;] (?:team of|[Tt]eam von|[Tt]eam van|équipe de|equipo de) (?P<n>\w{1,9})\s*(?:$|[.,;])"
)
_WITH_CUE = (_BUILT_BY, _BUILD_WHO, _IS_DEVELOPER, _DEVELOPERS_ARE, _ONLY_DEVELOPER)
_ALONE = ("only", "just", "einzig", "nur", "alleen", "enige", "seul", "sol", "unic", "uniq")
_SPLIT = re.compile(_AND)
_WHO = re.compile(
    r"\W*(?:(?:[Ii]t's|[Tt]hat's|[Jj]ust|[Oo]nly|[Nn]ur|[Aa]lleen|[Ss]olo)\s)*"
    rf"(?P<who>(?:{_ONE})(?:{_AND}(?:\d+\b|{_ONE}|(?:{_PERSONS})\b))*)"
)
_ASIDE = re.compile(r"\([^()]*\)")
_GONE = re.compile(
    r"[\w'’-]+ \([^()]*\b(?:left|gone|leaves|retired|former|weg|parti|se fue|vertrokken)\b[^()]*\)"
)
_YET = re.compile(r"^\W*(?:yet|noch|nog|encore|todavia|aun)\s")
_FRACTION = re.compile(r"\W*\w+ and a (?:bit|half)\b")
_ONE_MORE = frozenset({"a", "an", "ein", "eine", "einen", "een", "un", "une", "una"})
_COUNTED = rf"(?:\d{{1,2}}|{_NUMBER_WORDS}|one|an?|eine?n?|een|une?|una)"
_ON_TOP = r"\s*(?:\+|&|plus|and|und|en|et|y)\s*"
_PLUS_PEOPLE = rf"{_ON_TOP}{_COUNTED}\s(?:[\w-]{{1,20}}\s)?(?:{_PERSONS})(?:s|en)?\b"
_FIRST_PEOPLE = re.compile(
    r"\W*(?P<n>\w{1,12})(?:\s(?!and\b|plus\b)[\w-]{1,20}){0,5}?"
    rf"(?P<more>(?:{_PLUS_PEOPLE})+)\s*(?:$|[.,;(])"
)
_MORE_PEOPLE = re.compile(rf"{_ON_TOP}({_COUNTED})\s")
_TEAM_WORD = "team"
_MAX_WORDS_OF_REMARK = 8
_NAMING = frozenset({"builds", "developer", "nr", "instance"})
_CUES = frozenset({"builds", "developer", "flow"})
_NOUNS = frozenset({"trial", "live", "site", "machine", "flow", "artefact"})
_NOT_NAMES = WORDS["not_names"]
_NONE = WORDS["no"] | {"nobody", "niemand", "personne", "nadie"}


def headcount(passage: Passage, span: Span, number: int | None) -> int | None:
    """How many people the value of a "developers" field stands for; None when it does not say."""
    text = passage.text[slice(*span)]
    folded = _YET.sub("", passage.folded[slice(*span)])
    first = re.match(r"\W*(\w+)", folded)
    if first and first[1] in _NONE:
        following = folded[first.end() :].split()[:1]
        return None if following and following[0].strip(".,") in WORDS["unknowing"] else 0
    if _FRACTION.match(folded):
        return None
    names = _WHO.match(text)
    if names and (first is None or first[1] not in NUMBERS):
        return _told(names["who"]) or _people(names["who"]) or number
    return _sum(folded) or number


def _told(who: str) -> int | None:
    """The number that sums up the people before it ("a student, 1"); None where none does."""
    named, comma, last = who.rpartition(",")
    total = _number(last.strip()) if comma else None
    return total if total is not None and total == _people(named) else None


def _sum(folded: str) -> int | None:
    """A number and those that come on top ("2 + 1 contractor", "two fitters plus a student")."""
    listed = _FIRST_PEOPLE.match(folded)
    if listed is None:
        return None
    counts = [listed["n"], *_MORE_PEOPLE.findall(listed["more"])]
    values = [1 if count in _ONE_MORE else _number(count) for count in counts]
    return None if None in values else sum(value for value in values if value is not None)


def count_names(text: str) -> int | None:
    """How many names a text begins with; None when it begins with anything else."""
    match = re.match(rf"\W*(?P<who>{_NAME}(?:{_AND}{_NAME})*)", text)
    return _people(match["who"]) if match else None


def named_people(passage: Passage, sentence: Span, *, live: bool) -> int | None:
    """How many people a sentence says build the flows; None when it does not say.

    `live` tells that the sentence is a short statement of facts, where a list of names at its end
    are those who build.
    """
    short = len(passage.words_in(*sentence)) <= _MAX_WORDS_OF_REMARK
    cueless = passage.kinds.isdisjoint(_CUES | _NAMING)
    if cueless and not short and _TEAM_WORD not in passage.folded:
        return None
    text = passage.text[slice(*sentence)]
    if "developer" in passage.kinds and _NOBODY.search(text):
        return 0
    if _NOBODY_BUILDS.search(text):
        return 0
    team = _TEAM.search(text) or ("nr" in passage.kinds and _TEAM_LISTED.search(text))
    if team and (number := _number(team["n"])) is not None:
        return number
    cued = not passage.kinds.isdisjoint(_CUES)
    subjects = sum(_people(m["who"]) for m in _SUBJECT_BUILDS.finditer(text)) if cued else 0
    return subjects or _named_once(passage, sentence, cued=cued, live=live, short=short)


def _named_once(passage: Passage, span: Span, *, cued: bool, live: bool, short: bool) -> int | None:
    """The people of the first pattern that names any; those with a verb need a word of building."""
    text = passage.text[slice(*span)]
    patterns = list(_WITH_CUE) if cued else []
    if any(word in passage.folded for word in _ALONE):
        patterns.append(_ONLY_ONE)
        if short or not passage.kinds.isdisjoint(_NAMING):
            patterns.append(_JUST)
    if live and ("+" in text or "&" in text):
        patterns.append(_LISTED)
    for pattern in patterns:
        match = pattern.search(text)
        if match and not (pattern is _JUST and _is_noun(passage, span[0] + match.start("who"))):
            return _people(match["who"]) or None
    return None


def _is_noun(passage: Passage, place: int) -> bool:
    """Whether a word with a capital is a known noun and no name ("nur Versuch")."""
    first = passage.words_in(place, len(passage.text)).start
    return any(hit.kind in _NOUNS for hit in hits_from(passage, first, first + 1))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else NUMBERS.get(text.lower())


def _people(text: str) -> int:
    """How many people a list of them names; 0 when one is no person, unless it begins the list."""
    count = 0
    parts = _SPLIT.split(_ASIDE.sub("", _GONE.sub("", text)))
    for index, part in enumerate(parts):
        words = part.strip().lower().split()
        if not words:
            continue
        if words[0] in _NOT_NAMES and words[-1] not in WORDS["persons"]:
            if count or index == len(parts) - 1:
                return 0
            continue
        count += _number(words[0]) or 1
    return count
