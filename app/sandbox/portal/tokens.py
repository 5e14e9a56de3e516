"""Access tokens: whom each one acts for and what it may do.

It refuses to issue or refresh anything; tokens exist because the sandbox was started with them.
A token of kind `user` acts as a person does in HubSpot's pages, every other as an integration.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ..changes import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_SCOPES = frozenset(
    {
        "oauth",
        "crm.objects.companies.read",
        "crm.objects.companies.write",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.deals.read",
        "crm.objects.deals.write",
        "crm.objects.owners.read",
        "crm.schemas.companies.read",
        "crm.schemas.companies.write",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
        "crm.schemas.deals.read",
        "crm.schemas.deals.write",
    }
)
"""Every scope that any operation of this portal asks for."""


class TokenKind(StrEnum):
    """What a token belongs to; it decides which rate-limit headers HubSpot sends."""

    PRIVATE_APP = "private_app"
    SERVICE_KEY = "service_key"
    OAUTH = "oauth"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Token:
    """One credential. `app_id` groups the tokens that share a rate limit."""

    value: str
    scopes: frozenset[str]
    actor: Actor
    kind: TokenKind
    app_id: int


NOBODY = Token("", frozenset(), Actor("API", ""), TokenKind.OAUTH, 0)
"""Who calls the operations that take no token."""


class Tokens:
    """The credentials that this portal knows, by their secret value."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def add(
        self, token: str, scopes: Iterable[str], actor: Actor, kind: str, *, app_id: int = 0
    ) -> Token:
        """Register a token.

        Raises:
            ValueError: `kind` is not one of `TokenKind`.
        """
        entry = Token(token, frozenset(scopes), actor, TokenKind(kind), app_id)
        self._tokens[token] = entry
        return entry

    def get(self, token: str) -> Token | None:
        """The token with that value."""
        return self._tokens.get(token)
