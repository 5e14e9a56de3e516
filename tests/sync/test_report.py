"""The night's report over a portal that changes, as files and as a digest in Slack."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from app.ledger.sweeps import SweepKind
from app.sandbox.changes import Actor
from app.slack.digest import plain
from sync.files import bars, data, page, table
from sync.telling import file_report, found_by, tell_digest, titles_of
from tests.sync.house import sandbox, service, swept

AE = Actor("CRM_UI", "userId:1", 1)
DAY = 86_400
NASTY = "<img src=x onerror=alert(1)> & $x_1$ =cmd|'/c calc'"


def on(portal, name):
    """The id of the deal with this name."""
    deals = portal.portal.store.table("deals").live.values()
    return next(deal.id for deal in deals if deal.values.get("dealname") == name)


@pytest.fixture(scope="module")
def nights():
    """Two nights: between them a clear deal loses its notes, a blocked one is lost."""
    with sandbox() as portal, tempfile.TemporaryDirectory() as folder:
        slack = portal.info["slack"]
        with service(
            portal,
            folder,
            slack_bot_token=slack["bot_token"],
            slack_channel=slack["channel"],
            slack_base_url=slack["base_url"],
            pipeline_targets="EUR=100000",
        ) as runtime:
            swept(runtime)
            first = found_by(runtime, swept(runtime))
            store = portal.portal.store
            clear = next(line for line in _clear_deals(runtime))
            for note in store.associated("deals", int(clear), "notes"):
                store.archive("notes", note, actor=AE)
            blocked = int(first.blocked[0].deal_id)
            process = portal.portal.pipelines.get(
                "deals", store.get("deals", blocked).values["pipeline"]
            )
            lost = next(stage for stage in process.stages if stage.is_lost)
            closes = portal.site.clock.now().strftime("%Y-%m-%dT00:00:00.000Z")
            store.update("deals", blocked, {"dealstage": lost.id, "closedate": closes}, actor=AE)
            worst = int(first.blocked[1].deal_id)
            store.update("deals", worst, {"dealname": NASTY}, actor=AE)
            portal.site.clock.advance(DAY)
            report = swept(runtime, SweepKind.INCREMENTAL)
            yield runtime, portal, first, found_by(runtime, report), report, clear, blocked


def _clear_deals(runtime):
    recorded = runtime.ledger.recorded(runtime.ledger.recorded_deals())
    for deal_id, each in recorded.items():
        on_deal = runtime.crm.observe([deal_id]).snapshots[deal_id].notes
        hangs_here = all(len(note.hangs_on) == 1 for note in on_deal)
        if each.verdict.standing == "clear" and on_deal and hangs_here:
            yield deal_id


def test_a_first_night_compares_with_nothing(nights):
    """What was found first is not new; later nights compare with the one before."""
    _, _, first, second, *_ = nights
    assert first.newly_blocked == first.newly_cleared == ()
    assert second.since is not None


def test_newly_blocked_and_closed_deals_are_named(nights):
    """A deal that lost its notes is newly blocked; one that was lost is blocked no more."""
    _, _, _, night, _, clear, lost = nights
    assert clear in [line.deal_id for line in night.newly_blocked]
    assert str(lost) in [line.deal_id for line in night.newly_cleared]
    assert str(lost) not in [line.deal_id for line in night.blocked]


def test_figures_add_up(nights):
    """Each blocked deal counts once by owner, stage and amount, and the lists are weighed."""
    *_, night, _, _, _ = nights
    blocked = next(share.deals for share in night.standings if share.name == "blocked")
    for shares in (night.by_owner, night.by_stage, night.by_amount):
        assert sum(share.deals for share in shares) == blocked
    amounts = [line.amount or 0 for line in night.blocked]
    assert amounts == sorted(amounts, reverse=True)


def test_metrics_carry_their_n(nights):
    """Coverage, win rate and stages as claimed against earned are there, each with its n."""
    *_, night, _, _, _ = nights
    names = {metric.name for metric in night.metrics}
    assert {"qualified pipeline coverage", "win rate", "went on from"} <= names
    assert {"won of those that claimed", "won of those that earned"} <= names
    assert all(metric.n > 0 for metric in night.metrics)


def test_files_show_what_people_wrote_as_text(nights):
    """Names are escaped on the page and in plots, and no cell of the table is a formula."""
    runtime, _, _, night, report, *_ = nights
    titles = titles_of(runtime)
    shown = page(night, report, titles)
    assert "<img" not in shown
    assert "&lt;img src=x" in shown
    assert "http://www.w3.org/2000/svg" in shown
    rows = list(csv.DictReader(table(night).splitlines()))
    assert len(rows) == len(night.blocked)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert json.loads(data(night, report))["report"]["run_id"] == report.run_id


def test_plot_labels_are_never_markup(nights):
    """A name with angle brackets or dollars is drawn as it stands."""
    *_, night, _, _, _ = nights
    drawn = bars(night.by_criterion, {night.by_criterion[0].name: NASTY})
    assert "<img" not in drawn
    ET.fromstring(drawn)  # noqa: S314 - our own picture, to see that it is well formed


def test_report_files_are_the_owners_alone(nights):
    """They name customers, so nobody else on the machine may read them; they are replaced whole."""
    runtime, _, _, night, report, *_ = nights
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            file_report(runtime, Path(folder), night, report)
        files = {path.name: path.stat().st_mode & 0o777 for path in Path(folder).iterdir()}
    assert files == dict.fromkeys(("deals.csv", "report.html", "report.json"), 0o600)


def test_digest_is_one_message_with_its_details_beneath(nights):
    """One message in the channel names the five weightiest deals; the rest stands in its thread."""
    runtime, portal, _, night, report, *_ = nights
    tell_digest(runtime, night, report, say=list)
    messages = portal.site.workspace.messages.values()
    (said,) = [message for message in messages if not message.thread_ts]
    assert len(messages) > 3
    assert {message.thread_ts for message in messages} == {None, said.ts}
    shown = orjson.dumps(said.content.blocks).decode()
    assert "deals are blocked" in shown
    assert shown.count("• ") == 5
    assert not any("<img" in str(message.content.blocks) for message in messages)


def test_without_slack_the_digest_is_lines(nights):
    """Lines for a terminal name the figure and the five weightiest deals."""
    runtime, _, _, night, *_ = nights
    lines = list(plain(night, titles_of(runtime)))
    assert lines[0].startswith("Pipeline this morning:")
    assert len(lines) == 6
