"""Where the policy sends alerts, when it keeps quiet, and how a wrong section is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alert_sentences import alert_sentences, route_sentence
from app.domain.criterion import CriterionKind
from app.domain.evaluate import evaluate
from app.domain.quiet import LONGEST, QuietHours, QuietWindow, Weekday
from app.domain.routing import Delivery, Destination, Route, Topic
from app.domain.verdict import CriterionId, Severity
from config.policy import PolicyError, load_policy
from config.policy.difference import differences, told
from config.policy.handbook import handbook
from tests.domain.build import NOW, POLICY_FILE, shipped_policy, snapshot

SHIPPED = POLICY_FILE.read_text(encoding="utf-8")
SECTION = SHIPPED[SHIPPED.index("\nalerts:\n") : SHIPPED.index("\n# The questions that each")]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WORKDAYS = (
    Weekday.MONDAY,
    Weekday.TUESDAY,
    Weekday.WEDNESDAY,
    Weekday.THURSDAY,
    Weekday.FRIDAY,
)
NIGHTS = QuietWindow(time(18), time(8), WORKDAYS)
WEEKENDS = QuietWindow(time(0), time(0), (Weekday.SATURDAY, Weekday.SUNDAY))


@pytest.fixture
def loaded(tmp_path):
    """The shipped policy with another section on alerts, its lines given without indentation."""

    def load(*lines: str):
        path = tmp_path / "policy.yaml"
        section = "\n".join(["", "alerts:", *(f"  {line}" for line in lines)])
        path.write_text(SHIPPED.replace(SECTION, section), encoding="utf-8")
        return load_policy(path)

    return load


@pytest.fixture
def refused(loaded):
    """The one line with which a section is refused, from its path on."""

    def load(*lines: str) -> str:
        with pytest.raises(PolicyError) as error:
            loaded(*lines)
        text = str(error.value)
        assert "\n" not in text
        return text.split("policy.yaml:", 1)[1]

    return load


def example() -> tuple[str, ...]:
    """The example in the shipped file's comment, as lines of the section."""
    comment = SHIPPED[SHIPPED.index('#   default: "#dept-sales"') : SHIPPED.index("\nalerts:\n")]
    return tuple(line.removeprefix("#   ") for line in comment.splitlines())


def topic(code="why_now", **changes) -> Topic:
    """An alert on a blocker of qualification in the first stage, unless said otherwise."""
    plain = Topic(
        CriterionId(code), CriterionKind.QUALIFICATION, Severity.BLOCKER, "NR Scale", "1-Discovery"
    )
    return replace(plain, **changes)


def test_without_a_route_everything_goes_to_the_channel_of_the_settings():
    """The shipped policy names no channel, since it cannot know one."""
    assert shipped_policy().alerts.route(topic()) == Destination(Delivery.CHANNEL)


def test_the_example_in_the_shipped_file_can_be_taken_over(loaded):
    """It loads, and its routes do what their comments say."""
    rules = loaded(*example()).alerts
    deal_desk = Destination(Delivery.CHANNEL, "#deal-desk")
    assert rules.route(topic(kind=CriterionKind.HYGIENE)) == Destination(Delivery.OWNER)
    assert rules.route(topic(stage="6-Closing")) == deal_desk
    assert rules.route(topic(stage="6-Closing", process="Edge Connectivity")) == rules.default
    assert rules.route(topic("won_kickoff")) == Destination(Delivery.DIGEST)
    assert rules.default == Destination(Delivery.CHANNEL, "#dept-sales")
    assert [each.slack_id for each in rules.mentions] == ["U0MARENDEK"]
    assert rules.quiet == QuietHours(AMSTERDAM, (NIGHTS, WEEKENDS))


def test_the_first_route_that_fits_decides(loaded):
    """The order of the file is the order in which routes are tried."""
    routes = ("{to: owner, severities: [blocker]}", "{to: digest, kinds: [qualification]}")
    for order, wanted in zip(permutations(routes), (Delivery.OWNER, Delivery.DIGEST), strict=True):
        rules = loaded("routes:", *(f"  - {route}" for route in order)).alerts
        assert rules.route(topic()).delivery is wanted


def test_a_deal_outside_any_process_is_taken_by_no_route_that_names_one(loaded):
    """What cannot be told fits no condition on it; it goes where everything else does."""
    rules = loaded("default: C0DEPTSALES", "routes: [{to: owner, processes: [nr_scale]}]").alerts
    assert rules.route(topic(process=None)) == Destination(Delivery.CHANNEL, "C0DEPTSALES")


def test_a_finding_of_a_real_verdict_is_routed_by_its_criterion(loaded):
    """Kind, process and stage come from the policy and the verdict, exits included."""
    policy = loaded("routes: [{to: '#exits', kinds: [exit], stages: [2-Diagnose]}]")
    verdict = evaluate(policy, snapshot(stage="2-Diagnose"), NOW)
    went = {
        finding.criterion: policy.destination(
            finding, verdict.subject.process, verdict.claimed_stage
        ).channel
        for finding in verdict.blockers
    }
    assert went["exit_1a"] == "#exits"
    assert went["why_now"] is None


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            ("default: Sales",),
            (
                "alerts.default: allowed: owner, digest, #channel-name (lower case), or the id of "
                "a channel, not 'Sales'"
            ),
        ),
        (
            ("routes:", "  - {to: owner}"),
            (
                "alerts.routes.0: a route needs at least one of criteria, kinds, severities, "
                "processes, stages, and none of them empty; what goes everywhere is the default"
            ),
        ),
        (("routes:", "  - {to: owner, kinds: []}"), "alerts.routes.0: a route needs at least"),
        (
            ("routes:", "  - {to: owner, criteria: [why_nw]}"),
            "alerts.routes.0.criteria.0: unknown criterion 'why_nw'; allowed: why_change, why_now",
        ),
        (
            ("routes:", "  - {to: owner, processes: [scale]}"),
            (
                "alerts.routes.0.processes.0: unknown process 'scale'; allowed: nr_scale, "
                "edge_connectivity"
            ),
        ),
        (
            ("routes:", "  - {to: owner, stages: [7-Done]}"),
            "alerts.routes.0.stages.0: unknown stage '7-Done'; allowed: 1-Discovery",
        ),
        (
            ("routes:", "  - {to: owner, kinds: [exit]}", "  - {to: digest, kinds: [exit]}"),
            "alerts.routes.1: nothing gets here: route 0 takes all that this one would",
        ),
        (
            (
                "quiet_hours:",
                "  time_zone: Europe/Atlantis",
                '  windows: [{from: "18:00", to: "08:00", days: [mon]}]',
            ),
            "alerts.quiet_hours.time_zone: unknown time zone 'Europe/Atlantis'",
        ),
        (
            (
                "quiet_hours:",
                "  time_zone: UTC",
                '  windows: [{from: "25:00", to: "08:00", days: [mon]}]',
            ),
            "alerts.quiet_hours.windows.0.from: allowed: hh:mm, from 00:00 to 23:59, not '25:00'",
        ),
        (
            (
                "quiet_hours:",
                "  time_zone: UTC",
                "  windows:",
                '  - {from: "00:00", to: "00:00", days: [mon, tue, wed, thu, fri, sat, sun]}',
            ),
            "alerts.quiet_hours.windows: it is quiet all week",
        ),
        (("fallback: nobody",), "alerts.fallback: allowed: an e-mail address, or the Slack id"),
        (("mentions: {a@b.c: maren}",), "alerts.mentions.a@b.c: allowed: the Slack id of a person"),
        (
            ("mentions: {a@b.c: U0MARENDEK, A@B.C: U0MARENDEK}",),
            "alerts.mentions.A@B.C: the address 'a@b.c' is already used above",
        ),
    ],
)
def test_a_wrong_section_is_refused_with_its_line_and_the_allowed_words(refused, lines, says):
    """Before anything goes to the wrong place."""
    number, text = refused(*lines).split(": ", 1)
    assert text.startswith(says)
    first = SHIPPED[: SHIPPED.index("\nalerts:\n")].count("\n") + 2
    assert first < int(number) <= first + len(lines)


# ------------------------------------------------------------------ quiet hours


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-09-01T12:00", None),
        ("2026-09-01T17:59", None),
        ("2026-09-01T18:00", "2026-09-02T08:00"),
        ("2026-09-02T03:00", "2026-09-02T08:00"),
        ("2026-09-02T08:00", None),
        # Friday evening runs into the weekend, and the weekend ends at Monday's midnight, because
        # the night to Monday begins on a Sunday.
        ("2026-09-04T19:00", "2026-09-07T00:00"),
        ("2026-09-06T12:00", "2026-09-07T00:00"),
        # The night in which the clocks go back is an hour longer, and forward an hour shorter.
        ("2026-10-23T19:00", "2026-10-26T00:00"),
        ("2026-03-26T19:00", "2026-03-27T08:00"),
    ],
)
def test_quiet_lasts_until_the_last_of_adjoining_windows_ends(now, until):
    """By the clock on the wall in Amsterdam, nights and weekends together."""
    quiet = QuietHours(AMSTERDAM, (NIGHTS, WEEKENDS))
    moment = datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM)
    wanted = None if until is None else datetime.fromisoformat(until).replace(tzinfo=AMSTERDAM)
    assert quiet.until(moment.astimezone(UTC)) == wanted


def test_a_window_over_the_change_of_clocks_ends_at_the_time_on_the_wall():
    """08:00 is 06:00 UTC in summer and 07:00 UTC in winter."""
    nightly = QuietHours(AMSTERDAM, (QuietWindow(time(18), time(8), tuple(Weekday)),))
    summer = nightly.until(datetime(2026, 10, 23, 20, tzinfo=UTC))
    winter = nightly.until(datetime(2026, 10, 24, 20, tzinfo=UTC))
    assert summer == datetime(2026, 10, 24, 6, tzinfo=UTC)
    assert winter == datetime(2026, 10, 25, 7, tzinfo=UTC)


_times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
_days = st.sets(st.sampled_from(Weekday), min_size=1).map(tuple)
_windows = st.lists(st.builds(QuietWindow, _times, _times, _days), max_size=3).map(tuple)
_zones = st.sampled_from(["UTC", "Europe/Amsterdam", "America/St_Johns", "Pacific/Apia"])
_moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(_windows, _zones, _moments)
def test_quiet_holds_until_it_ends_and_not_at_its_end(windows, zone, now):
    """Every moment before the end waits for the same end; at the end it may be said."""
    quiet = QuietHours(ZoneInfo(zone), windows)
    end = quiet.until(now)
    if end is not None:
        assert now < end <= now + LONGEST
        if end < now + LONGEST - timedelta(days=1):
            assert quiet.until(end) is None
            assert quiet.until(now + (end - now) / 2) == end


# ------------------------------------------------------------------ words


def test_every_rule_is_a_sentence_in_the_handbook(loaded):
    """Routes in their order, then the rest, none of them twice."""
    policy = loaded(*example())
    said = list(alert_sentences(policy.alerts))
    page = handbook(policy)
    assert [f"- {line}" for line in said] == page.split("\n## Alerts\n\n")[1].splitlines()
    assert said[:4] == [
        "An alert about hygiene goes to the deal's owner as a direct message.",
        (
            "An alert on a deal in the process NR Scale in the stage 5-Commit or 6-Closing goes "
            "to the channel #deal-desk."
        ),
        (
            "An alert about won_kickoff or won_first_value is not posted and stands in the digest "
            "alone."
        ),
        "Every other alert goes to the channel #dept-sales.",
    ]
    assert said[4].startswith("Nothing new is posted from 18:00 to 08:00 on Monday, Tuesday,")


def test_a_changed_route_is_told_as_a_sentence(loaded):
    """By what it says, since routes have no names."""
    before = loaded("routes: [{to: owner, kinds: [exit]}]")
    after = loaded("routes: [{to: digest, kinds: [exit]}]", "cooldown_minutes: 10")
    lines = list(told(differences(before, after)))
    gone, come = Route(Destination(Delivery.OWNER)), Route(Destination(Delivery.DIGEST))
    kinds = (CriterionKind.EXIT,)
    assert lines == [
        f"alerts: route “{route_sentence(replace(gone, kinds=kinds))[:-1]}” is removed.",
        f"alerts: route “{route_sentence(replace(come, kinds=kinds))[:-1]}” is added.",
        "alerts: cooldown minutes changes from 0 to 10.",
    ]
