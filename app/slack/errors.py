"""Slack's refusals in the service's own words, totally: every answer becomes exactly one of them.

    never got through (refused, no route)           Retryable
    no answer (timeout, reset)                      Uncertain: it may have been done
    429, and 200 with `ratelimited`                 Retryable after Retry-After
    5xx, 408, a page that is no JSON                Uncertain
    200 with ok: false
        put off (`ratelimited`, …)                  Retryable
        trouble at Slack's (`internal_error`, …)    Uncertain
        the message to edit is gone                 MessageGone
        token, scope, channel, malformed blocks     Terminal, with what to do
    any other status                                Terminal

Messages never hold a token nor anything of a card.
"""

from __future__ import annotations

import re

import httpx

from app.ports import Failure, MessageGone, Retryable, Terminal, Uncertain

MAX_RETRY_AFTER_SECONDS = 3_600.0

PASSING = frozenset(
    {
        "accesslimited",
        "external_channel_migrating",
        "rate_limited",
        "ratelimited",
        "team_added_to_org",
    }
)
BROKEN = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "rollup_error", "service_unavailable"}
)
"""After these, as Slack documents, some of what was asked for may have been done."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})
REMEDIES = {
    "account_inactive": "the app was removed from the workspace; install it again",
    "channel_not_found": "check SLACK_CHANNEL and invite the bot to the channel",
    "invalid_auth": "check SLACK_BOT_TOKEN",
    "is_archived": "unarchive the channel or change SLACK_CHANNEL",
    "missing_scope": "give the app the scopes of `dealgate setup slack --manifest`, reinstall it",
    "no_permission": "let the app post in this channel",
    "not_authed": "set SLACK_BOT_TOKEN",
    "not_in_channel": "invite the bot to the channel",
    "restricted_action": "let the app post in this channel",
    "token_expired": "check SLACK_BOT_TOKEN",
    "token_revoked": "install the app again and set its new SLACK_BOT_TOKEN",
}
_CODE = re.compile(r"[a-z0-9_]{1,64}")


class SlackRefused(Terminal):
    """Slack understood the call and said no; `code` is its word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def unreachable(error: Exception, what: str) -> Failure:
    """What went wrong before there was an answer."""
    name = type(error).__name__
    if isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol):
        text = f"Slack could not be reached for {what} ({name}); trying again."
        return Retryable(text) if isinstance(error, NOT_SENT) else Uncertain(text)
    return Terminal(f"Slack could not be asked for {what} ({name}): check SLACK_BASE_URL.")


def refused_status(response: httpx.Response, what: str) -> Failure | None:
    """The failure that the status alone says, None for 200."""
    status = response.status_code
    if status == httpx.codes.OK:
        return None
    after = retry_after(response)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Retryable(f"Slack limits the rate of {what}.", after_seconds=after or 1.0)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return Uncertain(f"Slack answered {status} to {what}.", after_seconds=after)
    return Terminal(f"Slack answered {status} to {what}: check the address and the token.")


def refused_code(error: object, response: httpx.Response, what: str) -> Failure:
    """The failure behind an answer of `ok: false`."""
    # Only what looks like a code is repeated: the answer is Slack's text, not ours.
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else "an unnamed error"
    if code in PASSING:
        return Retryable(f"Slack put off {what}: {code}.", after_seconds=retry_after(response))
    if code in BROKEN:
        return Uncertain(f"Slack broke off {what}: {code}.", after_seconds=retry_after(response))
    if code in GONE:
        return MessageGone(f"Slack cannot do {what}: {code}.")
    remedy = REMEDIES.get(code, "see Slack's reference of the method")
    return SlackRefused(code, f"Slack refused {what}: {code}; {remedy}.")


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that Slack asks us to wait, within reason; None when it names none."""
    try:
        seconds = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(seconds, MAX_RETRY_AFTER_SECONDS) if seconds >= 0 else None
