"""The verdict as a person reads it in a terminal: risks, open questions, next steps."""

from __future__ import annotations

from datetime import timedelta

from app.domain.deal import Unread
from app.domain.evaluate import evaluate
from app.domain.explain import explain
from app.domain.verdict import State, Waiver
from tests.domain.build import NOW, WHYS, position, shipped_policy, snapshot

HEADINGS = ("Risks", "Open questions", "Deviations", "Met", "Next steps")


def sections(deal, waivers=()) -> dict[str, str]:
    """The verdict's text by its headings, and what stands before the first under an empty one."""
    parts, heading = {"": ""}, ""
    for line in explain(evaluate(shipped_policy(), deal, NOW, waivers)).splitlines():
        heading = line if line in HEADINGS else heading
        parts[heading] = parts.get(heading, "") + line + "\n"
    return parts


def test_every_finding_stands_once_under_the_heading_of_its_state():
    """Unmet are risks, unknown are questions, and a waived one is neither."""
    waiver = Waiver("why_now", "The board meets in May.", "Zoe", NOW + timedelta(days=3), "2026.1")
    deal = snapshot(["Why FlowFuse? maybe snapshots"])
    parts = sections(deal, [waiver])
    places = {State.UNMET: "Risks", State.UNKNOWN: "Open questions", State.MET: "Met"}
    for finding in evaluate(shipped_policy(), deal, NOW, [waiver]).findings:
        code = f"[{finding.criterion}: "
        home = "Deviations" if finding.waiver else places[finding.state]
        assert {heading for heading, text in parts.items() if code in text} == {home}
    assert "Deviation by Zoe until 2026-09-04: The board meets in May." in parts["Deviations"]


def test_a_risk_shows_the_quote_its_note_and_its_link_and_the_step_that_passes_it():
    """So that nobody has to look for the sentence that was judged."""
    parts = sections(snapshot(["Why now: TBD"]))
    cited = "“TBD” — 2026-08-20, note n0, https://app.hubspot.com/contacts/1/record/0-3/1"
    assert cited in parts["Risks"]
    assert "→ Why now? Add a note on the deal or its contact" in parts["Next steps"]


def test_the_next_steps_end_with_what_the_next_stage_needs_besides():
    """Before the deal is moved there."""
    steps = sections(snapshot([WHYS]))["Next steps"]
    assert "→ Exit signal 1a (Discovery): " in steps.split("Before 2-Diagnose it also needs:")[1]


def test_what_could_not_be_read_asks_nobody_to_write():
    """The question is only put where an answer would help."""
    questions = sections(snapshot(Unread("timed out")))["Open questions"]
    assert "Not checkable: timed out.\n      Nothing to write: once it can be read" in questions
    assert "Ask: Nothing to write" not in questions


def test_a_deal_that_is_not_judged_has_no_headings():
    """There is nothing to do about it."""
    closed = snapshot(stage=position("Closed lost", closed=True))
    parts = sections(closed)
    assert list(parts) == [""]
    assert "Not judged: the deal is closed" in parts[""]
