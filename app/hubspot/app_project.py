"""The folder of a HubSpot project app, ready for HubSpot's own command line (`hs project upload`).

A private app with static authentication is the way for an account that has no private app yet to
get both an access token and webhooks. The folder is data made from the policy's needs: scopes and
subscriptions are the least that work, and the README beside them says what each is for. Nothing
is uploaded from here, and no secret is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from app.domain.deal import ObjectKind
from app.hubspot.scopes import Scope
from app.hubspot.subscriptions import PRIVACY_DELETION, Subscription

PLATFORM_VERSION: Final = "2026.09"
WEBHOOK_PATH: Final = "/webhooks/hubspot"
MAX_CONCURRENT_REQUESTS: Final = 10
API_URL: Final = "https://api.hubapi.com"
LEGACY_FILE: Final = "legacy/webhooks-hsmeta.json"

_README = """\
# Dealgate, as an app of your HubSpot account

Made by `dealgate setup app` for policy {policy}. Make it again after a policy change that looks at
other properties, and upload it again.

1. `npm install -g @hubspot/cli`, then `hs account auth` for the account.
2. In this folder: `hs project upload`.
3. In HubSpot, under Development, open the project's app: install it (Distribution), then copy the
   access token into `HUBSPOT_ACCESS_TOKEN` and the client secret (Auth) into
   `HUBSPOT_CLIENT_SECRET`.

Deliveries go to `{target}`; HubSpot asks for https. Until the service listens there they fail and
are repeated for a day.

## Scopes

| scope | what for | needed |
|---|---|---|
{scopes}

After `dealgate setup` the scopes marked *setup* may be taken away again; `dealgate doctor` says
which are missing, and for what.

## Webhooks

`src/app/webhooks/webhooks-hsmeta.json` holds the generic form. HubSpot's legacy form of the same
lies in `{legacy}`, notes being generic in both; put it in the other's place if the account
does not offer generic subscriptions for deals. Use one of the two, or every change arrives twice.
An app that was made in HubSpot's settings long ago takes these in its own page:

{listed}
"""


def project_files(
    *,
    policy: str,
    public_base_url: str,
    scopes: Sequence[Scope],
    subscriptions: Sequence[Subscription],
) -> Mapping[str, bytes]:
    """The files by their path in the folder; the same arguments give the same bytes."""
    target = public_base_url + WEBHOOK_PATH
    readme = _README.format(
        policy=policy,
        target=target,
        scopes="\n".join(f"| `{each.name}` | {each.reason} | {each.use} |" for each in scopes),
        listed="\n".join(_listed(subscriptions)),
        legacy=LEGACY_FILE,
    )
    generic = [each.generic() for each in subscriptions]
    notes = [each.generic() for each in subscriptions if each.kind is ObjectKind.NOTE]
    legacy = [each.legacy() for each in subscriptions if each.kind is not ObjectKind.NOTE]
    return {
        "README.md": readme.encode(),
        "hsproject.json": _json(
            {"name": "dealgate", "srcDir": "src", "platformVersion": PLATFORM_VERSION}
        ),
        "src/app/app-hsmeta.json": _json(_app(scopes, public_base_url)),
        "src/app/webhooks/webhooks-hsmeta.json": _json(_webhooks(target, generic, [])),
        LEGACY_FILE: _json(_webhooks(target, notes, legacy)),
    }


def _app(scopes: Sequence[Scope], public_base_url: str) -> dict[str, Any]:
    host = urlsplit(public_base_url).hostname
    return {
        "uid": "dealgate_app",
        "type": "app",
        "config": {
            "name": "Dealgate",
            "description": f"Checks deals against the qualification policy. Runs at {host}.",
            "distribution": "private",
            "auth": {
                "type": "static",
                "requiredScopes": ["oauth", *(each.name for each in scopes)],
                "optionalScopes": [],
                "conditionallyRequiredScopes": [],
            },
            "permittedUrls": {"fetch": [API_URL], "iframe": [], "img": []},
        },
    }


def _webhooks(
    target: str, generic: Sequence[Mapping[str, Any]], legacy: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "uid": "dealgate_webhooks",
        "type": "webhooks",
        "config": {
            "settings": {
                "targetUrl": target,
                "maxConcurrentRequests": MAX_CONCURRENT_REQUESTS,
            },
            "subscriptions": {
                "crmObjects": list(generic),
                "legacyCrmObjects": list(legacy),
                "hubEvents": [PRIVACY_DELETION],
            },
        },
    }


def _listed(subscriptions: Sequence[Subscription]) -> Iterator[str]:
    """One line for each kind of record, its events and its properties."""
    for kind in dict.fromkeys(each.kind for each in subscriptions):
        own = [each for each in subscriptions if each.kind is kind]
        events = ", ".join(each.event for each in own if each.property is None)
        properties = ", ".join(f"`{each.property}`" for each in own if each.property)
        yield f"- {kind.value}: {events}; changes of {properties}"
    yield "- contact: privacyDeletion"


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
