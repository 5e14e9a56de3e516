"""Operations on owners, the account itself and the token that calls."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..clock import to_epoch_ms
from . import refusals
from .door import Bucket, Call, Operation, Reply
from .finding import record_id
from .objects import next_page
from .times import instant
from .tokens import TokenKind

if TYPE_CHECKING:
    from .owners import Owner
    from .tokens import Token

MAX_OWNERS = 500
DEFAULT_OWNERS = 100
TOKEN_LIFE_SECONDS = 1_800
OWNER_ROOTS = ("/crm/v3/owners", "/crm/owners/{version:version}")
ACCOUNT_ROOTS = ("/account-info/v3", "/account-info/{version:version}")


def _owners(call: Call) -> Reply:
    limit = call.number("limit", DEFAULT_OWNERS, least=1, most=MAX_OWNERS)
    after = call.number("after", 0, least=0, most=2**63 - 1)
    listed = call.portal.owners.listing(
        active=not call.flag("archived"), email=call.query.get("email")
    )
    page = [owner for owner in listed if owner.id > after]
    body: dict[str, object] = {"results": [_owner(owner) for owner in page[:limit]]}
    if len(page) > limit:
        body["paging"] = next_page(call, str(page[limit - 1].id))
    return Reply(200, body)


def _one_owner(call: Call) -> Reply:
    number = record_id(call.path["owner_id"])
    owners, owner = call.portal.owners, None
    if number is not None and call.query.get("idProperty", "id") == "userId":
        owner = owners.of_user(number)
    elif number is not None:
        owner = owners.get(number)
    if owner is None or owner.active is call.flag("archived"):
        raise refusals.not_found()
    return Reply(200, _owner(owner))


def _owner(owner: Owner) -> dict[str, object]:
    """A departed person has no user id any more, only the one that they had."""
    written: dict[str, object] = {
        "id": str(owner.id),
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": instant(owner.created_ms),
        "updatedAt": instant(owner.updated_ms),
        "archived": not owner.active,
    }
    if owner.active:
        written["userId"] = owner.user_id
    if owner.team is not None:
        team_id, name = owner.team
        written["teams"] = [{"id": str(team_id), "name": name, "primary": True}]
    return written


def _details(call: Call) -> Reply:
    portal = call.portal
    offset = portal.clock.now().astimezone(portal.zone).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return Reply(
        200,
        {
            "portalId": portal.portal_id,
            "accountType": "STANDARD",
            "timeZone": portal.zone.key,
            "companyCurrency": "EUR",
            "additionalCurrencies": ["USD"],
            "utcOffset": f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
            "utcOffsetMilliseconds": round(offset.total_seconds() * 1000),
            "uiDomain": portal.ui_domain,
            "dataHostingLocation": "eu1" if "-eu1" in portal.ui_domain else "na1",
        },
    )


def _usage(call: Call) -> Reply:
    limits = call.portal.limits
    return Reply(
        200,
        {
            "results": [
                {
                    "name": "private-apps-api-calls-daily",
                    "usageLimit": limits.quota.calls_per_day,
                    "currentUsage": limits.used_today(),
                    "collectedAt": instant(call.portal.clock.epoch_ms()),
                    "fetchStatus": "SUCCESS",
                    "resetsAt": instant(to_epoch_ms(limits.resets_at())),
                }
            ]
        },
    )


def _oauth_token(call: Call) -> Reply:
    token = _known(call, call.path["token"])
    return Reply(
        200,
        {
            "token": token.value,
            "hub_id": call.portal.portal_id,
            "app_id": token.app_id,
            "user_id": token.actor.user_id or 0,
            "user": _user(call, token),
            "hub_domain": f"portal-{call.portal.portal_id}.example",
            "scopes": sorted(token.scopes),
            "expires_in": TOKEN_LIFE_SECONDS,
            "token_type": "access",
        },
    )


def _private_app_token(call: Call) -> Reply:
    token = _known(call, str(call.mapping().get("tokenKey")))
    return Reply(
        200,
        {
            "userId": token.actor.user_id or 0,
            "hubId": call.portal.portal_id,
            "appId": token.app_id,
            "scopes": sorted(token.scopes),
        },
    )


def _known(call: Call, value: str) -> Token:
    token = call.portal.tokens.get(value)
    if token is None:
        raise refusals.not_found()
    return token


def _user(call: Call, token: Token) -> str:
    owner = call.portal.owners.of_user(token.actor.user_id or 0)
    kind = token.kind.value if token.kind is not TokenKind.USER else "user"
    return owner.email if owner else f"{kind}@portal-{call.portal.portal_id}.example"


def _owners_scope(_: Call) -> list[list[str]]:
    return [["crm.objects.owners.read"]]


def _no_scope(_: Call) -> list[list[str]]:
    return []


def _below(roots: tuple[str, ...], rest: str) -> tuple[str, ...]:
    return tuple(f"{root}{rest}" for root in roots)


OPERATIONS = (
    Operation("GET", (*OWNER_ROOTS, "/crm/v3/owners/"), _owners, _owners_scope),
    Operation("GET", _below(OWNER_ROOTS, "/{owner_id}"), _one_owner, _owners_scope),
    Operation("GET", _below(ACCOUNT_ROOTS, "/details"), _details, _no_scope),
    Operation("GET", _below(ACCOUNT_ROOTS, "/api-usage/daily/private-apps"), _usage, _no_scope),
    Operation("GET", ("/account-info/v3/api-usage/daily",), _usage, _no_scope),
    Operation("GET", ("/oauth/v1/access-tokens/{token}",), _oauth_token, _no_scope, Bucket.OPEN),
    Operation(
        "POST",
        ("/oauth/v2/private-apps/get/access-token-info",),
        _private_app_token,
        _no_scope,
        Bucket.OPEN,
    ),
)
