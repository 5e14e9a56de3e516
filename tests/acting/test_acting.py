"""People act from Slack, and the portal and the channel follow."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import httpx
import orjson
import pytest

from app.sandbox.seeds.people import AE_EMAIL
from app.sandbox.slack.interactions import sign
from tests.acting.conftest import OTHER_EMAIL, now

ANSWER = "The IFS audit is on 14 April next year, and the auditor wants to see who changed what."


def test_answer_becomes_a_note_and_clears_the_message(scene):
    """The modal asks for what is missing alone; the answer stands on the deal and is judged."""
    deal = scene.deal("Answer Molkerei")
    scene.press(deal, "answer")
    view = scene.modal()["content"]
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert asked == ["Why now?"]
    assert scene.submit({"Why now?": ANSWER})["status"] == 200
    scene.until(lambda: "is clear after" in scene.message(deal)["text"])
    written = scene.notes_of(deal)[-1]
    assert ANSWER in written["hs_note_body"]
    assert written["hubspot_owner_id"] == scene.portal.owner(AE_EMAIL)
    assert "put right" in str(scene.message(deal)["blocks"])
    assert any("Saved as a note" in said for said in scene.whispers())


def test_empty_answer_keeps_the_modal_open(scene):
    """Nothing is written for a form that was not filled in."""
    deal = scene.deal("Empty Answer")
    scene.press(deal, "answer")
    scene.modal()
    answer = scene.submit({})
    assert answer["json"] == {
        "response_action": "errors",
        "errors": {"Why now?": "Answer at least one."},
    }
    assert len(scene.notes_of(deal)) == 1
    scene.submit({"Why now?": ANSWER})


def test_recheck_looks_again(scene):
    """The button marks the deal, and the person hears of it alone."""
    deal = scene.deal("Recheck GmbH")
    before = scene.runtime.ledger.recorded([deal])[deal].judged_at
    scene.press(deal, "recheck", who=OTHER_EMAIL)
    scene.until(lambda: scene.runtime.ledger.recorded([deal])[deal].judged_at > before)
    scene.until(lambda: any("Looking again" in said for said in scene.whispers()))


def test_owner_may_not_waive_what_a_manager_may(scene):
    """The AE is told who may, gets no form, and nothing is recorded."""
    deal = scene.deal("Waiver AG")
    scene.press(deal, "deviate", who=AE_EMAIL)
    said = scene.until(lambda: [w for w in scene.whispers() if "may not record" in w])
    assert "a manager" in said[-1]
    assert scene.runtime.ledger.waivers_of([deal]) == {}


def test_owner_may_not_forge_what_a_manager_may(scene):
    """A submission that no form of ours led to is refused by the policy all the same."""
    deal = scene.deal("Forged Waiver AG")
    users = scene.sandbox.site.workspace.users.values()
    owner = next(user for user in users if user.email == AE_EMAIL)
    view = {
        "id": "V0FORGED",
        "hash": "1",
        "callback_id": "deviate",
        "private_metadata": orjson.dumps({"deal": deal, "channel": "C1"}).decode(),
        "state": {
            "values": {
                "criterion": {"field": {"selected_option": {"value": "why_now"}}},
                "reason": {"field": {"value": "because"}},
                "until": {"field": {"selected_date": tomorrow()}},
            }
        },
    }
    payload = {"type": "view_submission", "user": {"id": owner.id}, "view": view}
    assert post(scene, {"payload": orjson.dumps(payload).decode()}).status_code == 200
    scene.until(lambda: scene.runtime.ledger.errands.next_due() is None)
    assert scene.runtime.ledger.waivers_of([deal]) == {}


def test_manager_records_a_deviation(scene):
    """Criterion, reason and day; the message says that the deal passes on purpose, and by whom."""
    deal = scene.deal("Deviation BV")
    scene.press(deal, "deviate", who=OTHER_EMAIL)
    scene.modal()
    filled = {"criterion": "why_now", "reason": "The board decides in May"}
    late = scene.submit({**filled, "until": "2099-01-01"})
    assert "At most up to" in late["json"]["errors"]["until"]
    scene.submit({**filled, "until": tomorrow()})
    scene.until(lambda: "passes on purpose" in scene.message(deal)["text"])
    assert "The board decides in May" in str(scene.message(deal)["blocks"])


def test_snooze_keeps_a_person_from_being_mentioned(scene):
    """The message stays; the person who asked for it is named instead of mentioned."""
    deal = scene.deal("Snooze NV")
    assert "<@" in str(scene.message(deal)["blocks"])
    scene.press(deal, "snooze")
    scene.until(lambda: any("You are not mentioned" in said for said in scene.whispers()))
    scene.portal.update("deals", deal, {"amount": "12345"})
    scene.until(lambda: "12,345" in str(scene.message(deal)["blocks"]))
    assert "<@" not in str(scene.message(deal)["blocks"])


def test_stranger_may_look_and_not_write(scene):
    """Somebody whom HubSpot does not know asks for a deal, and gets no form."""
    scene.sandbox.site.workspace.add_user("guest", "Gerda Guest", "guest@elsewhere.example")
    deal = scene.deal("Stranger SA")
    scene.press(deal, "answer", who="guest")
    scene.until(lambda: any("You may look, but not write" in w for w in scene.whispers()))
    said = scene.interact({"type": "command", "command": "/deal", "text": deal, "user": "guest"})
    assert "Stranger SA" in said["body"]


def test_command_says_standing_and_what_comes_next(scene):
    """By id or by a part of the name, to the asker alone."""
    deal = scene.deal("Command Papier")
    for asked in (deal, "command pap"):
        said = scene.interact({"type": "command", "command": "/deal", "text": asked})["json"]
        assert said["response_type"] == "ephemeral"
        assert "*Why now?*" in str(said["blocks"])
        assert "Before 2-Diagnose it also needs" in str(said["blocks"])
    nothing = scene.interact({"type": "command", "command": "/deal", "text": "no such deal"})
    assert "No deal that was judged" in nothing["body"]


def test_request_that_comes_twice_is_done_once(scene):
    """Slack may repeat itself: the same submission writes one note."""
    deal = scene.deal("Twice Holding")
    scene.press(deal, "answer")
    scene.modal()
    sent = scene.submit({"Why now?": ANSWER})["sent"]
    for _ in range(3):
        headers = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        assert post(scene, sent, headers=headers).status_code == 200
    scene.until(lambda: "is clear after" in scene.message(deal)["text"])
    scene.until(lambda: scene.runtime.ledger.errands.next_due() is None)
    assert len(scene.notes_of(deal)) == 2


FORM = {"command": "/deal", "text": "x", "user_id": "U0ABCDEFGH", "trigger_id": "1"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "0" * 32},
        {"secret": ""},
        {"age_seconds": 301},
        {"age_seconds": -301},
        {"stamp": "soon"},
        {"stamp": "9" * 30},
        {"signature": ""},
        {"signature": "v0=é"},
        {"tampered": True},
    ],
    ids=str,
)
def test_forged_and_stale_requests_are_refused(scene, wrong):
    """Without Slack's signature over these very bytes, of now, nothing is read."""
    assert post(scene, FORM, **wrong).status_code == 401


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"payload": "{"},
        {"payload": "[]"},
        {"payload": '{"type":"block_actions","actions":[]}'},
        {"payload": '{"type":"block_actions","actions":[{"action_id":"answer","value":"<!x>"}]}'},
        {"payload": '{"type":"view_submission"}'},
        {"payload": '{"type":"levitate"}'},
        {"command": "/other", "user_id": "U0ABCDEFGH"},
        {"command": "/deal", "user_id": "<@U1>"},
    ],
    ids=str,
)
def test_signed_nonsense_is_answered_with_nothing(scene, form):
    """What makes no sense is taken off Slack's hands, and nothing happens."""
    answer = post(scene, form)
    assert (answer.status_code, answer.content) == (200, b"")


def test_body_beyond_the_limit_is_refused(scene):
    """A megabyte is more than any form of Slack's."""
    assert post(scene, {"text": "x" * 1_100_000}).status_code == 401


def tomorrow() -> str:
    """The day after today."""
    return (now() + timedelta(days=1)).date().isoformat()


def post(
    scene, form, *, secret=None, age_seconds=0, stamp=None, signature=None, tampered=False,
    headers=None,
):  # fmt: skip
    """A request to the door, signed as asked."""
    body = urlencode(form).encode()
    stamp = stamp or str(int(now().timestamp()) - age_seconds)
    right = scene.sandbox.info["slack"]["signing_secret"]
    made = sign(right if secret is None else secret, stamp, body)
    sent = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": (made if signature is None else signature).encode(),
        **(headers or {}),
    }
    url = scene.sandbox.site.interactions.target
    return httpx.post(url, content=body + b"&x=1" * tampered, headers=sent, timeout=10)
