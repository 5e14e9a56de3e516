"""Start-up checks: is this the right portal, is the token valid, does it have every scope?

Each check is one harmless call and each problem one line that says what to do. Reading is tried
by reading a single record. Writing is tried by updating nothing on a record that cannot exist:
HubSpot checks the scope first, so anything but a refusal for the scope means that it is there.
The probe writes nothing and refuses to guess: what could not be tried is a problem of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from app.domain.deal import ObjectKind
from app.hubspot.client import HubSpotClient
from app.hubspot.errors import Denied, Invalid, Missing
from app.hubspot.portal import READ_KINDS, Account, read_account
from app.hubspot.reading import PLURAL
from app.ports import Failure

NO_RECORD: Final = "0"
NO_PROPERTY: Final = "dealgate_probe_without_effect"
PROBE_THREADS: Final = 6


@dataclass(frozen=True, slots=True)
class Report:
    """What the probe found; `account` is None when the portal could not be asked at all."""

    account: Account | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Check:
    """One call. `harmless` are the refusals that still prove the scope."""

    scope: str
    purpose: str
    call: Callable[[], object]
    harmless: tuple[type[Failure], ...] = ()


def probe(client: HubSpotClient, *, writes: bool = True) -> Report:
    """Ask the portal who it is and try every scope that running needs. Raises nothing.

    Without `writes` the scopes to write are not asked for.
    """
    try:
        account = read_account(client)
    except Failure as failure:
        return Report(None, (_no_account(failure),))
    return Report(account, _tried(_checks(client, writes=writes)))


def missing_for_setup(client: HubSpotClient) -> Sequence[str]:
    """What `dealgate setup` may not do, a line each. Raises nothing."""
    return _tried(list(_setup_checks(client)))


def _tried(checks: Sequence[_Check]) -> tuple[str, ...]:
    with ThreadPoolExecutor(PROBE_THREADS, thread_name_prefix="probe") as threads:
        outcomes = list(threads.map(_problem, checks))
    return tuple(dict.fromkeys(each for each in outcomes if each))


def _no_account(failure: Failure) -> str:
    if isinstance(failure, Denied):
        return f"HubSpot refuses the access token: {failure}"
    if isinstance(failure, Missing):
        return (
            f"there is no such HubSpot API here: {failure}; check HUBSPOT_BASE_URL and "
            "HUBSPOT_API_VERSION"
        )
    return f"HubSpot's API does not answer: {failure}; check HUBSPOT_BASE_URL and the network"


def _checks(client: HubSpotClient, *, writes: bool) -> list[_Check]:
    checks = [
        _Check("crm.objects.contacts.read", "read notes", lambda: client.list_records("notes", 1)),
        _Check("crm.objects.owners.read", "read owners", lambda: client.owners(archived=False)),
        _Check("crm.objects.deals.read", "read pipelines", client.pipelines),
    ]
    for kind in READ_KINDS:
        checks.append(_reading(client, kind))
        if writes:
            checks.append(_writing(client, kind))
    return checks


def _reading(client: HubSpotClient, kind: ObjectKind) -> _Check:
    plural = PLURAL[kind]
    return _Check(
        f"crm.objects.{plural}.read", f"read {plural}", lambda: client.list_records(plural, 1)
    )


def _writing(client: HubSpotClient, kind: ObjectKind) -> _Check:
    plural = PLURAL[kind]
    return _Check(
        f"crm.objects.{plural}.write",
        f"write our properties of {plural}",
        lambda: client.update_record(plural, NO_RECORD, {}),
        harmless=(Missing, Invalid),
    )


def _setup_checks(client: HubSpotClient) -> Iterator[_Check]:
    def defining(plural: str) -> _Check:
        return _Check(
            f"crm.schemas.{plural}.write",
            f"create our properties of {plural}",
            lambda: client.update_property(plural, NO_PROPERTY, {}),
            harmless=(Missing, Invalid),
        )

    return (defining(PLURAL[kind]) for kind in READ_KINDS)


def _problem(check: _Check) -> str | None:
    """What is wrong about one check as a line for people, None when nothing is."""
    try:
        check.call()
    except check.harmless:
        return None
    except Denied as denied:
        scopes = ", ".join(denied.scopes) or check.scope
        return f"cannot {check.purpose}: add the scope {scopes} to the app that issued the token"
    except Failure as failure:
        return f"cannot {check.purpose}: {failure}"
    return None
