from __future__ import annotations

import re
from dataclasses import replace

import orjson
from hypothesis import given, settings

from app.sandbox.slack.blocks import MAX_METADATA_CHARACTERS, validate_blocks
from app.slack.markup import shown, utf16_length
from app.slack.message import message
from tests.slack.cards import BLOCKED, CLEARED, EVIDENCE, FINDING, hostile_cards

MAX_BLOCKS_CHARS = 13_000


def texts(card, *, quotes=True):
    """Every text that the message shows, block by block."""
    found = []
    for block in message(card, quotes=quotes).blocks:
        found += [block["text"]["text"]] if "text" in block else []
        found += [element["text"] for element in block.get("elements", ())]
    return found


@settings(max_examples=300, deadline=None)
@given(card=hostile_cards)
def test_hostile_cards_keep_slacks_limits(card):
    """Whatever people write, Slack accepts the message: each block, all together, the fallback."""
    said = message(card, quotes=True)
    assert validate_blocks(orjson.loads(orjson.dumps(said.blocks))) == []
    assert sum(map(utf16_length, texts(card))) < MAX_BLOCKS_CHARS
    assert 0 < utf16_length(said.text) <= 3_000
    assert len(orjson.dumps(said.metadata)) < MAX_METADATA_CHARACTERS


@settings(max_examples=300, deadline=None)
@given(card=hostile_cards)
def test_hostile_cards_hold_nothing_that_slack_would_obey(card):
    """No mention and no foreign link: each `<…>` is a link of ours, and all else is escaped."""
    for text in [*texts(card), message(card, quotes=True).text]:
        rest = re.sub(r"<https?://[^\s<>|]+\|[^<>]+>", "", text)
        assert "<" not in rest
        assert ">" not in rest.replace("\n> ", "\n")
        assert re.sub(r"&(amp|lt|gt);", "", rest).count("&") == 0
        assert not any(char in text for char in "\u202e\u202d\u2066\x00\x07")


def test_blocked_message_says_what_a_person_needs():
    """Deal with link, stage, amount, earned stage, owner, gap, quote with source, way out."""
    opening, particulars, gap = texts(BLOCKED)
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


def test_cleared_message_says_what_was_put_right():
    """The same message afterwards: clear, how long it took, and what had been missing."""
    opening, particulars, closed = texts(CLEARED)
    assert opening.startswith(":white_check_mark: ")
    assert opening.endswith("is clear after 2 h 5 min and stands in 2-Diagnose")
    assert "has earned" not in particulars
    assert closed == "No longer missing: ~Why now?~"


def test_unusual_end_is_not_called_put_right():
    """A deal that was deleted or closed has not been put right, and the message says why."""
    opening, *rest = texts(replace(CLEARED, note="The deal was deleted."))
    assert opening.endswith("is no longer blocked after 2 h 5 min. The deal was deleted.")
    assert not any("No longer missing" in text for text in rest)


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
    assert said[-1].startswith(f"And {300 - gaps} more; ")


def test_message_can_be_found_by_its_metadata():
    """Deal and episode stand in the metadata, so that a lost reference can be found again."""
    assert message(BLOCKED, quotes=True).metadata == {
        "event_type": "dealgate_alert",
        "event_payload": {
            "deal_id": "9001",
            "kind": "blocked",
            "opened_at": "2026-03-02T09:00:00+00:00",
        },
    }


def test_notification_line_is_readable_alone():
    """A phone shows the fallback text: deal, stage and gaps in one line."""
    said = message(BLOCKED, quotes=True).text
    assert said == "Hafenwerk AG – line 4 is blocked in 2-Diagnose: Why now?"


def test_cutting_never_splits_an_entity():
    """The limit counts escaped characters, and an entity is kept or dropped as a whole."""
    for limit in range(1, 40):
        cut = shown("a & b <c> " * 5, limit)
        assert utf16_length(cut) <= limit
        assert re.fullmatch(r"(?:[^&<>]|&amp;|&lt;|&gt;)*", cut)
