"""Verdicts and cards as JSON text, exactly there and back.

The shapes come from the domain's own dataclasses, so there is no second description to keep in
step. New fields need a default; a change that old rows cannot satisfy needs a migration.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from app.domain.verdict import Verdict
from app.ports import Card, Terminal

_VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)
_CARD: TypeAdapter[Card] = TypeAdapter(Card)

T = TypeVar("T")


def verdict_to_text(verdict: Verdict) -> str:
    """A verdict as JSON."""
    return _VERDICT.dump_json(verdict).decode()


def verdict_from_text(text: str, deal_id: str) -> Verdict:
    """A verdict from JSON. Raises Terminal when this version cannot read it."""
    return _read(_VERDICT, text, f"verdict on deal {deal_id}")


def card_to_text(card: Card) -> str:
    """A card as JSON."""
    return _CARD.dump_json(card).decode()


def card_from_text(text: str, deal_id: str) -> Card:
    """A card from JSON. Raises Terminal when this version cannot read it."""
    return _read(_CARD, text, f"alert card of deal {deal_id}")


def _read(adapter: TypeAdapter[T], text: str, what: str) -> T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        message = (
            f"the ledger's {what} does not fit this version ({error.error_count()} fields);"
            " was the database written by a newer Dealgate?"
        )
        raise Terminal(message) from None
