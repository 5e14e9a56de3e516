from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.verdict import Axis, Level, Standing, Verdict, Zone, ZoneReading
from app.ports import RecordedVerdict
from app.sandbox.slack.blocks import MAX_METADATA_CHARACTERS, validate_blocks, validate_view
from app.slack.group import group_message
from app.slack.history import history_line
from app.slack.markup import shown, utf16_length
from app.slack.message import message
from app.slack.modals import answer_modal, deviation_modal
from app.slack.standing import standing_blocks
from app.slack.style import Style
from tests.slack.cards import (
    BLOCKED,
    CLEARED,
    EVIDENCE,
    FINDING,
    OPENED,
    WAIVED,
    hostile_cards,
    hostile_groups,
)

MAX_BLOCKS_CHARS = 13_000


def texts(card, *, quotes=True):
    """Every text that the message shows, block by block."""
    found = []
    for block in message(card, Style(quotes=quotes, acts=True)).blocks:
        found += [block["text"]["text"]] if "text" in block else []
        if block["type"] == "context":
            found += [element["text"] for element in block["elements"]]
    return found


@settings(max_examples=60, deadline=None)
@given(card=hostile_cards)
def test_hostile_cards_keep_slacks_limits(card):
    """Whatever people write, Slack accepts the message: each block, all together, the fallback."""
    said = message(card, Style(acts=True))
    assert validate_blocks(orjson.loads(orjson.dumps(said.blocks))) == []
    assert sum(map(utf16_length, texts(card))) < MAX_BLOCKS_CHARS
    assert 0 < utf16_length(said.text) <= 3_000
    assert len(orjson.dumps(said.metadata)) < MAX_METADATA_CHARACTERS


@settings(max_examples=25, deadline=None)
@given(card=hostile_cards, quotes=st.booleans())
def test_hostile_modals_keep_slacks_limits(card, quotes):
    """Forms open for whatever people wrote, and each input has an id of its own."""
    found = card.findings[:100]
    criteria = [(f"c{number}", f.title or "-") for number, f in enumerate(found)]
    for modal in (
        answer_modal(card.subject, found, "C0123456789", quotes=quotes),
        deviation_modal(card.subject, criteria or [("c", "C")], "C0123456789", date(2027, 1, 1)),
    ):
        assert validate_view(orjson.loads(orjson.dumps(modal))) == []


@settings(max_examples=25, deadline=None)
@given(card=hostile_cards)
def test_hostile_standings_keep_slacks_limits(card):
    """The answer to the command is one that Slack takes."""
    unknown = Axis(Level.UNKNOWN, "unknown")
    verdict = Verdict(
        subject=card.subject,
        standing=Standing.BLOCKED,
        findings=card.findings,
        zone=ZoneReading(Zone.UNKNOWN, unknown, unknown, (), None),
        claimed_stage=card.claimed_stage,
        earned_stage=card.earned_stage,
        next_stage=card.earned_stage,
        next_needs=card.findings,
        policy_version="1",
    )
    blocks = standing_blocks(RecordedVerdict(verdict, OPENED, OPENED), OPENED, Style())
    assert validate_blocks(orjson.loads(orjson.dumps(blocks))) == []


def text_of(block):
    """The text of a section or of a line in small print."""
    return block["text"]["text"] if "text" in block else block["elements"][0]["text"]


@settings(max_examples=60, deadline=None)
@given(group=hostile_groups, times=st.sampled_from([1, 200]))
def test_hostile_groups_keep_slacks_limits(group, times):
    """Six hundred deals with whatever names fit into one message, and the rest is counted."""
    said = group_message(replace(group, cards=group.cards * times))
    assert validate_blocks(orjson.loads(orjson.dumps(said.blocks))) == []
    lines = "\n".join(text_of(block) for block in said.blocks)
    assert utf16_length(lines) < MAX_BLOCKS_CHARS
    assert 0 < utf16_length(said.text) <= 3_000
    assert not re.search(r"<(?!https?://)", lines)


@settings(max_examples=50, deadline=None)
@given(before=hostile_cards, after=hostile_cards)
def test_hostile_history_keeps_slacks_limits(before, after):
    """A line beneath a message is one section, whatever changed."""
    said = history_line(before, after)
    if said is not None:
        assert validate_blocks(orjson.loads(orjson.dumps(said.blocks))) == []
        assert "<" not in said.text


@settings(max_examples=60, deadline=None)
@given(card=hostile_cards)
def test_hostile_cards_hold_nothing_that_slack_would_obey(card):
    """No mention and no foreign link: each `<…>` is a link of ours, and all else is escaped."""
    for text in [*texts(card), message(card, Style(acts=True)).text]:
        rest = re.sub(r"<https?://[^\s<>|]+\|[^<>]+>", "", text)
        if text.startswith("A note to paste"):
            assert text.count("`") == 6, "nothing in it ends the block early"
        assert "<" not in rest
        assert ">" not in rest.replace("\n> ", "\n")
        assert re.sub(r"&(amp|lt|gt);", "", rest).count("&") == 0
        assert not any(char in text for char in "\u202e\u202d\u2066\x00\x07")


def test_blocked_message_says_what_a_person_needs():
    """Deal with link, stage, amount, earned stage, owner, gap, quote with source, way out."""
    opening, particulars, gap, skeleton = texts(BLOCKED)
    link = "<https://app-eu1.hubspot.com/contacts/1/record/0-3/9001|Hafenwerk AG – line 4>"
    assert opening == f":red_circle: *{link}* is blocked in 2-Diagnose"
    assert particulars == "45,000 EUR · NR Scale · has earned 1-Discovery · Jonas Brandt"
    source = "<https://app-eu1.hubspot.com/contacts/1/record/0-46/501|Mara Lind, 2026-02-27>"
    assert gap.splitlines() == [
        "*Why now?*",
        "The note says that the answer is still to come.",
        f"> Why now? TBD, will ask next week — {source}",
        "To pass: Write down what makes this the moment, with its date.",
    ]
    assert skeleton == "A note to paste and fill in:\n```\nWhy now?\n```"


def test_cleared_message_says_what_was_put_right():
    """The same message afterwards: clear, how long it took, and what had been missing."""
    opening, particulars, closed = texts(CLEARED)
    assert opening.startswith(":white_check_mark: ")
    assert opening.endswith("is clear after 2 h 5 min and stands in 2-Diagnose")
    assert "has earned" not in particulars
    assert closed == "~Why now?~ put right: “Audit on 14 April” — Mara Lind, 2026-03-02"


def test_waived_message_says_who_let_it_pass():
    """A deviation is not called clear: who granted it, until when and why stand there."""
    opening, _, closed = texts(WAIVED)
    assert opening.startswith(":large_yellow_circle: ")
    assert "passes on purpose after 2 h 5 min" in opening
    assert closed == (
        "~Why now?~ deviates until 2026-06-30, granted by Anna Berg: The board decides in May"
    )
    assert "The board" not in "\n".join(texts(WAIVED, quotes=False))


def test_gap_that_is_not_asked_for_any_more_is_not_called_put_right():
    """After a move back the exit signal is not missing, and nobody answered it either."""
    assert texts(replace(CLEARED, resolved=()))[2] == "~Why now?~ is not asked for in 2-Diagnose."


def buttons(card):
    """The action ids of a message's buttons."""
    blocks = message(card, Style(acts=True)).blocks
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [button["action_id"] for row in rows for button in row]


def test_buttons_are_where_something_can_be_done():
    """A blocked deal can be acted upon; what no note can answer offers no modal for answers."""
    assert buttons(BLOCKED) == ["answer", "recheck", "deviate", "snooze"]
    silent = replace(BLOCKED, findings=(replace(FINDING, headings=()),))
    assert buttons(silent) == ["recheck", "deviate", "snooze"]
    assert buttons(CLEARED) == []
    assert all(block["type"] != "actions" for block in message(BLOCKED, Style()).blocks)


def test_unusual_end_is_not_called_put_right():
    """A deal that was deleted or closed has not been put right, and the message says why."""
    opening, *rest = texts(replace(CLEARED, note="The deal was deleted."))
    assert opening.endswith("is no longer blocked after 2 h 5 min. The deal was deleted.")
    assert not any("put right" in text for text in rest)


def test_quotes_can_be_switched_off():
    """Without quotes no word of a note, nor who wrote it, leaves the host."""
    said = "There is a placeholder: “will ask “her” next week” (note of 2026-02-27 by Mara Lind)."
    for finding in (FINDING, replace(FINDING, message=said)):
        whole = "\n".join(texts(replace(BLOCKED, findings=(finding,)), quotes=False))
        assert "next week" not in whole
        assert "Mara Lind" not in whole
    assert "There is a placeholder: “…”." in whole


def test_secrets_in_quotes_are_masked():
    """A password in a note is not repeated to the channel."""
    quote = replace(EVIDENCE, quote="Demo access, password: Hafen2026!")
    card = replace(BLOCKED, findings=(replace(FINDING, evidence=(quote,)),))
    assert "> Demo access, password: [hidden]" in "\n".join(texts(card))


def test_what_does_not_fit_is_counted():
    """Three hundred gaps are shown as a few, and the number of the others."""
    said = texts(replace(BLOCKED, findings=(FINDING,) * 300))
    gaps = sum(text.startswith("*Why now?*") for text in said)
    assert f"And {300 - gaps} more; " in "\n".join(said)


def test_message_can_be_found_by_its_metadata():
    """Deal and episode stand in the metadata, so that a lost reference can be found again."""
    assert message(BLOCKED, Style()).metadata == {
        "event_type": "dealgate_alert",
        "event_payload": {
            "deal_id": "9001",
            "kind": "blocked",
            "opened_at": "2026-03-02T09:00:00+00:00",
        },
    }


def test_notification_line_is_readable_alone():
    """A phone shows the fallback text: deal, stage and gaps in one line."""
    said = message(BLOCKED, Style()).text
    assert said == "Hafenwerk AG – line 4 is blocked in 2-Diagnose: Why now?"


def test_cutting_never_splits_an_entity():
    """The limit counts escaped characters, and an entity is kept or dropped as a whole."""
    for limit in range(1, 40):
        cut = shown("a & b <c> " * 5, limit)
        assert utf16_length(cut) <= limit
        assert re.fullmatch(r"(?:[^&<>]|&amp;|&lt;|&gt;)*", cut)
