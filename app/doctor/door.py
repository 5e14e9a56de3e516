"""Whether a delivery would arrive: one request that has to be refused, one that has to be taken.

Both go to PUBLIC_BASE_URL, the way that HubSpot's come, through whatever proxy stands before the
service. The signed one holds no event, so that nothing is marked by it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.doctor.line import Line, ok, skipped, warning, wrong
from app.wiring import Runtime
from webhooks.receiver import PATH
from webhooks.signature import sign

TIMEOUT_SECONDS: Final = 5.0
"""HubSpot waits no longer either."""
NO_EVENTS: Final = b"[]"
TAKEN: Final = 204
REFUSED: Final = 401


def examine_door(built: Runtime) -> Iterator[Line]:
    """The address, then the signature."""
    secrets = built.secrets.client_secrets()
    if not secrets:
        yield skipped("webhook", "closed, because HUBSPOT_CLIENT_SECRET is not set")
        return
    target = built.settings.public_base_url + PATH
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            forged = client.post(target, content=NO_EVENTS)
            taken = client.post(target, content=NO_EVENTS, headers=_headers(built, target, secrets))
    except httpx.HTTPError as error:
        yield warning(
            "webhook",
            f"{target} does not answer ({type(error).__name__})",
            "start `dealgate serve`, and let https reach it from the internet",
        )
        return
    yield _address(built, target, forged)
    yield _signature(target, taken)


def _headers(built: Runtime, target: str, secrets: tuple[str, ...]) -> dict[str, str]:
    timestamp = str(int(built.clock.now().timestamp() * 1000)).encode()
    signature = sign(secrets[0], "POST", target.encode(), NO_EVENTS, timestamp)
    return {
        "X-HubSpot-Signature-v3": signature.decode(),
        "X-HubSpot-Request-Timestamp": timestamp.decode(),
        "Content-Type": "application/json",
    }


def _address(built: Runtime, target: str, forged: httpx.Response) -> Line:
    if forged.status_code != REFUSED:
        return wrong(
            "webhook",
            f"{target} answers {forged.status_code} to an unsigned delivery instead of {REFUSED}",
            "something else answers there: let the proxy pass POST /webhooks/hubspot unchanged",
        )
    api_is_here = _is_this_machine(built.settings.hubspot_base_url)
    if not api_is_here and (not target.startswith("https://") or _is_this_machine(target)):
        return wrong(
            "webhook",
            f"{target} answers, but HubSpot delivers only to public https addresses",
            "set PUBLIC_BASE_URL to the address that the internet reaches, and put TLS before it",
        )
    return ok("webhook", f"{target} answers, and refuses what is not signed")


def _signature(target: str, taken: httpx.Response) -> Line:
    if taken.status_code == TAKEN:
        return ok("signature", "a delivery signed with the client secret is taken")
    if taken.status_code == REFUSED:
        return wrong(
            "signature",
            f"{target} refuses a delivery that is signed with the client secret",
            "the running service has another PUBLIC_BASE_URL or HUBSPOT_CLIENT_SECRET than this "
            "command, or its clock is off: compare, and restart it",
        )
    return wrong(
        "signature",
        f"{target} answers {taken.status_code} to a signed delivery instead of {TAKEN}",
        "see the service's log; 503 means that its database does not answer",
    )


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
