"""How much of a card a message shows, beside the card itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.deal import Owner
from app.ports import Card

from .markup import shown

MAX_NAME_CHARS = 100


class Act(StrEnum):
    """What people can do from a message: the action ids of its buttons."""

    ANSWER = "answer"
    RECHECK = "recheck"
    DEVIATE = "deviate"
    SNOOZE = "snooze"


def name_of_owner(owner: Owner | None) -> str:
    """An owner in text, as mrkdwn."""
    if owner is None:
        return "no owner"
    return shown(owner.name + ("" if owner.active else " (has left)"), MAX_NAME_CHARS)


def name_in(card: Card) -> str:
    """The owner of a card's deal in text, as mrkdwn."""
    return name_of_owner(card.subject.owner)


@dataclass(frozen=True, slots=True)
class Style:
    """`quotes` says whether the sentences judged may be shown, `acts` whether there are buttons.

    `mention` puts the owner of a card's deal into mrkdwn: who can be addressed is mentioned,
    anybody else named.
    """

    quotes: bool = True
    acts: bool = False
    mention: Callable[[Card], str] = name_in
