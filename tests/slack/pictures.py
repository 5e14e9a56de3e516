"""Every state of what people see in Slack, on the sandbox's page, and pictures of it.

python -m tests.slack.pictures      writes docs/images/slack-wide.png and slack-narrow.png
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import orjson
from PIL import Image, ImageChops

from app.domain.deal import DealId, Owner, OwnerId
from app.domain.verdict import (
    Axis,
    CriterionId,
    Level,
    Severity,
    Standing,
    State,
    Verdict,
    Zone,
    ZoneReading,
)
from app.ports import MAIN_CHANNEL, RecordedVerdict
from app.sandbox.options import Options
from app.sandbox.slack.calls import Call
from app.sandbox.slack.routes import post_response
from app.sandbox.start import Sandbox
from app.slack.api import SlackApi
from app.slack.modals import answer_modal, deviation_modal
from app.slack.notifier import SlackNotifier
from app.slack.places import Places
from app.slack.standing import standing_blocks
from app.slack.style import Style
from app.slack.webhook import WebhookNotifier
from tests.loop.fakes import ManualClock
from tests.loop.rig import RULES
from tests.slack.cards import BLOCKED, CLEARED, EVIDENCE, FINDING, GROUP, OPENED, SUBJECT, WAIVED

WIDTHS = {"wide": 900, "narrow": 390}
HEIGHT = 6_000
IMAGES = Path(__file__).parents[2] / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
EXIT = replace(
    FINDING,
    criterion=CriterionId("exit_1b"),
    title="Exit signal 1b (Discovery – Impact)",
    reason="hedged",
    message=(
        "The answer is a maybe: “They will probably look into the costs” "
        "(note of 2026-02-27 by Mara Lind)."
    ),
    fix="Add a note “Exit signal 1b:” with what the customer agreed to.",
    evidence=(replace(EVIDENCE, quote="They will probably look into the costs"),),
    headings=("Exit signal 1b",),
)


def browser() -> str | None:
    """A browser that takes pictures, None when there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def shown():
    """A sandbox whose channel holds every state; yields the address of its page."""
    with Sandbox(Options(port=0, scenario="empty", slack_rate_limits=False)) as sandbox:
        slack = sandbox.info["slack"]
        api = SlackApi(token=lambda: slack["bot_token"], base_url=slack["base_url"])
        places = Places(api, ManualClock(), RULES, slack["channel"], lambda *_: False)
        notifier = SlackNotifier(api, places, Style(acts=True, mention=places.mention))
        with closing(notifier):
            _messages(sandbox, notifier)
        with closing(WebhookNotifier(slack["webhook_url"], quotes=True)) as reduced:
            reduced.post(MAIN_CHANNEL, _card(BLOCKED, "7", "Reduced mode AG"))
        _slash(sandbox)
        _modals(sandbox)
        yield f"{sandbox.base_url}/_sandbox/slack"


def shoot(url: str, width: int, path: Path) -> None:
    """A picture of a page in a real browser, cut to what is on it."""
    found = browser()
    assert found, "no browser"
    with tempfile.TemporaryDirectory() as home:
        command = [
            found,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={home}",
            f"--window-size={width},{HEIGHT}",
            f"--screenshot={path}",
            url,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    background = Image.new("RGB", plain.size, plain.getpixel((width - 1, HEIGHT - 1)))
    box = ImageChops.difference(plain, background).getbbox()
    assert box, "the page is empty"
    cut = plain.crop((0, 0, width, min(HEIGHT, box[3] + 16)))
    cut.quantize(256, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)


def _card(card, number, name, **changes):
    subject = replace(SUBJECT, deal_id=DealId(number), name=name, **changes)
    return replace(card, subject=subject)


def _messages(sandbox, notifier) -> None:
    people = sandbox.site.workspace.users.values()
    maren = next(user for user in people if user.name == "maren.dekker")
    owner = Owner(OwnerId("1"), maren.real_name, maren.email, active=True)
    both = replace(BLOCKED, findings=(FINDING, EXIT))
    notifier.post(MAIN_CHANNEL, _card(both, "1", "Hafenwerk AG – line 4", owner=owner))
    first = _card(both, "2", "Brennhof Molkerei – 4 plants", owner=owner)
    ref = notifier.post(MAIN_CHANNEL, first)
    for before, after in ((first, replace(first, findings=(EXIT,))),):
        notifier.edit(ref, after)
        notifier.follow_up(ref, before, after, is_repeat=False)
    for number, card, name in (
        ("3", CLEARED, "Vesterlund Paper – digesters"),
        ("4", WAIVED, "Calderon Aguas – pumping stations"),
        ("5", replace(CLEARED, note="The deal was deleted."), "Ostertal Energie"),
    ):
        told = _card(card, number, name, owner=owner)
        ref = notifier.post(MAIN_CHANNEL, replace(told, kind=BLOCKED.kind))
        notifier.edit(ref, told)
        notifier.follow_up(ref, _card(BLOCKED, number, name), told, is_repeat=False)
    notifier.post_group(GROUP)
    notifier.post(MAIN_CHANNEL, _card(BLOCKED, "6", "שלום <!channel> & *Söhne* " + "x" * 90))


def _slash(sandbox) -> None:
    unknown = Axis(Level.UNKNOWN, "unknown")
    verdict = Verdict(
        subject=SUBJECT,
        standing=Standing.BLOCKED,
        findings=(
            FINDING,
            replace(EXIT, state=State.UNKNOWN, severity=Severity.WARNING, title="Economic buyer"),
        ),
        zone=ZoneReading(Zone.UNKNOWN, unknown, unknown, (), None),
        claimed_stage="2-Diagnose",
        earned_stage="1-Discovery",
        next_stage="3-Solution",
        next_needs=(EXIT,),
        policy_version="2026.11+1a2b3c4d",
    )
    found = RecordedVerdict(verdict, OPENED, OPENED)
    blocks = standing_blocks(found, OPENED + timedelta(minutes=3), Style())
    workspace = sandbox.site.workspace
    url = workspace.new_response_url(
        sandbox.info["slack"]["channel"], workspace.find_user(None).id, None
    )
    said = {"text": "Dealgate", "blocks": orjson.loads(orjson.dumps(blocks))}
    post_response(workspace, workspace.response_urls[url], Call(None, said))


def _modals(sandbox) -> None:
    workspace = sandbox.site.workspace
    person = workspace.find_user(None).id
    answers = answer_modal(SUBJECT, (FINDING, EXIT), "C1", quotes=True)
    options = [("why_now", "Why now?"), ("exit_1b", EXIT.title)]
    for modal in (answers, deviation_modal(SUBJECT, options, "C1", date(2026, 8, 29))):
        workspace.open_view(workspace.new_trigger(person), orjson.loads(orjson.dumps(modal)))


def main() -> None:
    """Take the pictures of the documentation."""
    IMAGES.mkdir(exist_ok=True)
    with shown() as url:
        for name, width in WIDTHS.items():
            shoot(url, width, IMAGES / f"slack-{name}.png")
            sys.stdout.write(f"{IMAGES / f'slack-{name}.png'}\n")


if __name__ == "__main__":
    main()
