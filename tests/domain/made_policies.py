"""Policies made from seeds: the shipped one, or one with criteria of every kind of check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from app.domain.case import Check
from app.domain.checks import CHECKS
from app.domain.criterion import Criterion, CriterionKind, When
from app.domain.notes import MQL_QUESTIONS, WHYS
from app.domain.policy import Policy
from app.domain.verdict import Enforcement, Exits, Severity
from tests.domain.build import STAGES, shipped_policy
from tests.domain.dice import Dice
from tests.domain.pseudo_reader import PseudoReader

KINDS, SEVERITIES, LOUDNESS = tuple(CriterionKind), tuple(Severity), tuple(Enforcement)
OWN_QUESTIONS = tuple(question.id for question in shipped_policy().questions)
QUESTIONS = (*WHYS, *MQL_QUESTIONS, *OWN_QUESTIONS)
STATUSES = tuple(option.value for option in shipped_policy().lead_status.statuses)
ROLES = tuple(role.id for role in shipped_policy().committee)
REFUSALS = ("six hours", "no", "RBAC", "maybe", "they will")
DEAL_PROPERTIES = ("next_step", "amount", "closedate", "hs_next_step", "never_heard_of")
PHRASES = ("tbd", "call", "")

Maker = Callable[[Dice], Mapping[str, object]]


def _asked(dice: Dice) -> Mapping[str, object]:
    return {"question": dice.one(QUESTIONS)}


def _questions(dice: Dice) -> Mapping[str, object]:
    asked, instead = dice.some(QUESTIONS, 1, 4), dice.some(QUESTIONS, 0, 1)
    firm = dice.some((*asked, *instead), 0, 2)
    return {
        "all_of": asked,
        "or_else": instead,
        "refusals": {question: dice.some(REFUSALS, 1, 3) for question in firm},
    }


def _nothing(_dice: Dice) -> Mapping[str, object]:
    return {}


def _days_by_stage(dice: Dice) -> Mapping[str, object]:
    return {"days": {stage: dice.number(1, 400) for stage in dice.some(STAGES, 1, 6)}}


def _status(dice: Dice) -> Mapping[str, object]:
    return {"status": dice.one(STATUSES)}


def _while_in(dice: Dice) -> Mapping[str, object]:
    return {"while_in": dice.some(STATUSES, 1, 5)}


def _property(dice: Dice) -> Mapping[str, object]:
    return {"property": dice.one(DEAL_PROPERTIES)}


PARAMETERS: Mapping[str, Maker] = {
    "answered": _asked,
    "exit_signal": _asked,
    "questions_answered": _questions,
    "some_contact_has_lead_status": _status,
    "leading_contact_lead_status": lambda dice: {"refused": dice.some(STATUSES, 1, 4)},
    "lead_status_after_silence": lambda dice: {
        **_while_in(dice),
        "days": dice.number(1, 400),
        "becomes": dice.one(STATUSES),
    },
    "lead_status_after_reply": lambda dice: {**_while_in(dice), "days": dice.number(1, 1_500)},
    "lead_status_before_contact": _while_in,
    "lead_status_not_for_long": lambda dice: {
        **_status(dice),
        "business_days": dice.number(1, 99),
        "since": dice.one(("hubspot_owner_assigneddate", "never_heard_of")),
    },
    "lead_status_needs_open_deal": _status,
    "qualified_have_lead_status": _nothing,
    "set_after_meeting": lambda dice: {
        "property": dice.one(("activation_outbound", "never_heard_of"))
    },
    "committee_role": lambda dice: {"role": dice.one(ROLES)},
    "contacts_for_amount": lambda dice: {
        "amount": dice.one((1, 50_000)),
        "at_least": dice.number(1, 4),
        "property": "amount",
    },
    "one_deal_per_company": _nothing,
    "has_owner": _nothing,
    "has_contact": _nothing,
    "has_company": _nothing,
    "property_present": _property,
    "property_positive": _property,
    "property_fits_stage": lambda dice: {
        **_property(dice),
        "allowed": dict.fromkeys(dice.some(STAGES, 1, 4), ("0", "tbd")),
    },
    "date_ahead": lambda dice: {**_property(dice), "within_days": dice.number(1, 800)},
    "not_pushed": lambda dice: {
        "property": dice.one(("closedate", "hs_next_step")),
        "pushes": dice.one((1, 1, 2)),
        "longest_days": dice.number(1, 60),
        "total_days": dice.number(1, 90),
    },
    "stage_age": _days_by_stage,
    "no_stage_skipped": _nothing,
    "not_moved_back": _nothing,
    "reply_by_stage": _days_by_stage,
    "next_step_current": lambda dice: {
        "property": dice.one(("hs_next_step", "never_heard_of")),
        "days": dice.number(1, 90),
        "empty_phrases": PHRASES,
    },
    "no_secret_in_notes": _nothing,
    "stage_known": _nothing,
    "process_fits_zone": _nothing,
}
"""Parameters for each check; that every check of the closed list is here is tested."""

CHECK_NAMES = tuple(CHECKS)


def check(dice: Dice, name: str) -> Check:
    """A check with any parameters that a policy file may give it."""
    return CHECKS[name](**PARAMETERS[name](dice))


@cache
def policy(seed: int) -> Policy:
    """A policy, for ever the same for a seed; 0 is the shipped one.

    Every check is the first of some policy's criteria before any comes twice.
    """
    if seed == 0:
        return shipped_policy()
    dice = Dice(seed)
    base = _shipped(pseudo=dice.chance(60), ignoring=dice.chance(30))
    if dice.chance(15):
        return base
    first = CHECK_NAMES[seed % len(CHECK_NAMES)]
    checks = (first, *dice.some(CHECK_NAMES, 0, 7))
    return replace(base, criteria=tuple(_criterion(dice, *named) for named in enumerate(checks)))


def of_one_check(name: str) -> Policy:
    """A policy of one check with several parameters, asked of every deal, open or closed."""
    dice, whens = Dice(1), tuple(When)
    own = (_criterion(dice, index, name) for index in range(12))
    criteria = tuple(
        replace(criterion, when=whens[index % 3], from_stage=None, processes=())
        for index, criterion in enumerate(own)
    )
    base = _shipped(pseudo=True, ignoring=False)
    return replace(base, criteria=criteria, closed_judged_days=3_650)


@cache
def _shipped(*, pseudo: bool, ignoring: bool) -> Policy:
    shipped = shipped_policy()
    return replace(
        shipped,
        reader=PseudoReader(QUESTIONS) if pseudo else shipped.reader,
        ignored_pipelines=("renewals",) if ignoring else (),
    )


def _criterion(dice: Dice, index: int, name: str) -> Criterion:
    """Any criterion that a policy file may hold."""
    return Criterion(
        id=f"c{index}",
        title=f"Criterion {index}",
        kind=dice.one(KINDS),
        severity=dice.one(SEVERITIES),
        check=check(dice, name),
        fix="Fix it.",
        ask="Which one?",
        source="a test",
        exits=Exits(*(dice.one(LOUDNESS) for _ in range(3))),
        when=dice.one((When.OPEN, When.OPEN, When.OPEN, When.CLOSED_WON, When.CLOSED_LOST)),
        from_stage=dice.one((None, *STAGES)),
        processes=dice.one(((), (), ("nr_scale",), ("edge_connectivity",))),
    )
