"""What HubSpot says when it is asked: token, version, scopes, clock, quota, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from app.doctor.line import Line, ok, skipped, warning, wrong
from app.hubspot.client import ApiVersion
from app.hubspot.owned import definitions
from app.hubspot.probe import probe
from app.hubspot.properties import plan
from app.hubspot.status_options import plan_statuses
from app.ports import Failure
from app.wiring import Runtime
from config.policy import check_against_portal

SUPPORTED_UNTIL: Final[Mapping[ApiVersion, date]] = {
    ApiVersion.MARCH_2026: date(2027, 9, 30),
    ApiVersion.SEPTEMBER_2026: date(2028, 3, 31),
    ApiVersion.CLASSIC: date(2027, 3, 30),
}
"""Dated versions: 18 months each. Classic: HubSpot's changelog on the end of v4 paths."""
SUPPORT_NOTICE: Final = timedelta(days=180)
MAX_SKEW_SECONDS: Final = 240
"""HubSpot's signatures hold for 300 s, so a clock that is off by more refuses every delivery."""
SKEW_NOTICE_SECONDS: Final = 30
LOW_DAILY_SHARE: Final = 0.1


def examine_portal(built: Runtime) -> Iterator[Line]:
    """Everything that HubSpot can tell; ends early when it does not let us in."""
    report = probe(built.client, writes=not built.settings.read_only)
    if report.account is None:
        mend = "check HUBSPOT_ACCESS_TOKEN, HUBSPOT_BASE_URL and HUBSPOT_API_VERSION"
        yield wrong("token", "; ".join(report.problems), mend)
        yield skipped("portal", "HubSpot does not let us in")
        return
    account = report.account
    yield ok("token", f"opens portal {account.portal_id} ({account.ui_domain})")
    yield _version(built)
    if report.problems:
        yield from (wrong("scopes", each, "then install the app again") for each in report.problems)
    else:
        yield ok("scopes", "every one that is needed is there")
    yield _clock(built)
    yield _quota(built)
    try:
        yield from _holdings(built)
    except Failure as failure:
        yield wrong("portal", f"could not be read to the end: {failure}", "mend that, look again")


def _version(built: Runtime) -> Line:
    version = ApiVersion(built.settings.hubspot_api_version)
    end = SUPPORTED_UNTIL[version]
    said = f"{version}, supported by HubSpot until {end}"
    if built.clock.now().date() > end - SUPPORT_NOTICE:
        newest = max(SUPPORTED_UNTIL, key=SUPPORTED_UNTIL.__getitem__)
        return warning("api version", said, f"try HUBSPOT_API_VERSION={newest}, or upgrade")
    return ok("api version", said)


def _clock(built: Runtime) -> Line:
    skew = built.client.meter.skew_seconds
    if skew is None:
        return skipped("clock", "HubSpot's answers carry no date")
    said = f"HubSpot's clock differs from this one by {abs(skew):.0f} s"
    mend = "let this machine keep its time by NTP; signatures expire after 300 s"
    if abs(skew) > MAX_SKEW_SECONDS:
        return wrong("clock", said, mend)
    if abs(skew) > SKEW_NOTICE_SECONDS:
        return warning("clock", said, mend)
    return ok("clock", said)


def _quota(built: Runtime) -> Line:
    daily = built.client.meter.daily
    if daily is None:
        return skipped("quota", "HubSpot does not tell this kind of token its daily quota")
    said = f"{daily.left} of {daily.allowed} calls are left today"
    if daily.left < LOW_DAILY_SHARE * daily.allowed:
        return warning("quota", said, "see in HubSpot which app uses them up; deals wait at zero")
    return ok("quota", said)


def _properties(built: Runtime) -> Iterator[Line]:
    codes = [(str(code), title) for code, title in built.policy.codes.items()]
    wanted = definitions(built.names, codes)
    found = plan(built.client, built.names, wanted)
    setup = "`dealgate setup`"
    if found.steps:
        first = f"the first would {found.steps[0]}"
        yield wrong("properties", f"{len(found.steps)} steps of setup are not done; {first}", setup)
    yield from (wrong("properties", each, "then " + setup) for each in found.problems)
    yield from (ok("properties", each) for each in found.notes)
    if found.is_settled:
        yield ok("properties", f"all {len(wanted)} are there")


def _holdings(built: Runtime) -> Iterator[Line]:
    """Properties, pipelines and options. Raises Failure."""
    if built.settings.read_only:
        yield skipped("properties", "READ_ONLY is on, so none are needed")
    else:
        yield from _properties(built)
    misfits = check_against_portal(built.policy, built.crm.portal.positions())
    mend = "name the portal's own labels in the policy, or rename them in HubSpot"
    yield from (wrong("pipelines", each, mend) for each in misfits)
    if not misfits:
        yield ok("pipelines", "every pipeline and stage of the policy is in the portal")
    statuses = plan_statuses(built.client, built.policy.lead_status)
    mend = "as said, or leave it: such contacts are judged unknown, never wrong"
    yield from (wrong("lead status", each, "see the policy") for each in statuses.problems)
    yield from (warning("lead status", each, mend) for each in statuses.notes)
    if not (statuses.notes or statuses.problems):
        yield ok("lead status", "portal and policy know the same options")
