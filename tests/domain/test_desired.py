"""From a verdict to property values, and the smallest write that sets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.deal import ObjectKey, ObjectKind, Unread
from app.domain.desired import OwnedNames, desired, diff, missing_properties, observed_of
from app.domain.evaluate import evaluate
from app.domain.summary import MAX_SUMMARY_CHARS, cut_at_sentence
from app.domain.verdict import Enforcement, Exits, State, Waiver
from tests.domain.build import (
    DEAL,
    NOW,
    WHYS,
    company,
    contact,
    note,
    position,
    shipped_policy,
    signals,
    snapshot,
)

NAMES = OwnedNames()
POLICY = shipped_policy()
CONTACT = ObjectKey(ObjectKind.CONTACT, "c1")
COMPANY = ObjectKey(ObjectKind.COMPANY, "k1")


def wanted(deal, policy=POLICY, waivers=()):
    """The values that a deal's verdict implies."""
    return desired(evaluate(policy, deal, NOW, waivers), NAMES)


def test_the_blockers_are_codes_that_lists_and_workflows_can_filter():
    """Sorted and joined as HubSpot's multi-checkbox takes them."""
    values = wanted(snapshot(["Why now: TBD"], stage="2-Diagnose"))[DEAL]
    assert values["ff_stage_blockers"] == "exit_1a;exit_1b;why_change;why_flowfuse;why_now"
    assert values["ff_standing"] == "blocked"


def test_the_summary_says_what_is_missing_with_the_quote_and_the_way_to_fix_it():
    """Under a headline with both stages: the risk with its quote, and the step that passes it."""
    lines = wanted(snapshot(["Why now: TBD"], stage="2-Diagnose"))[DEAL]["ff_blocker_summary"]
    headline, *items = lines.splitlines()
    assert headline == "5 blockers in 2-Diagnose; earned so far: 1-Discovery."
    [risk, step] = [item for item in items if "Why now?" in item]
    assert risk.startswith("✗ Why now? There is a placeholder")
    assert "“TBD” (note of 2026-08-20)" in risk
    assert step.startswith("→ Why now? Add a note on the deal or its contact")
    assert items.index("Risks") < items.index(risk) < items.index("Next steps") < items.index(step)


def test_a_clear_deal_has_no_blockers_and_says_what_comes_next():
    """The next stage's needs stand there before the deal is moved."""
    values = wanted(snapshot([WHYS, signals("1a")]))[DEAL]
    assert values["ff_stage_blockers"] == ""
    assert values["ff_standing"] == "clear"
    assert values["ff_next_stage_needs"].startswith("To enter 2-Diagnose:\n- Exit signal 1b")


def test_a_closed_deal_has_its_blockers_cleared():
    """Nothing is demanded of it any more."""
    closed = snapshot(stage=position("Closed lost", closed=True))
    values = wanted(closed)[DEAL]
    assert (values["ff_stage_blockers"], values["ff_blocker_summary"]) == ("", "")
    assert (values["ff_standing"], values["ff_earned_stage"]) == ("clear", "")


def test_what_is_only_observed_is_not_written():
    """A criterion under observation neither blocks nor unsettles anybody in the portal."""
    quiet = Exits(property=Enforcement.OBSERVE)
    policy = replace(POLICY, criteria=tuple(replace(c, exits=quiet) for c in POLICY.criteria))
    verdict = evaluate(policy, snapshot(), NOW)
    values = desired(verdict, NAMES)[DEAL]
    assert verdict.blockers
    assert (values["ff_stage_blockers"], values["ff_standing"]) == ("", "clear")
    assert values["ff_blocker_summary"] == ""


def test_what_is_only_observed_is_no_need_of_the_next_stage_either():
    """A late criterion under observation is announced nowhere."""
    late = replace(
        POLICY.criteria[0],
        id="late",
        title="A late one",
        from_stage="2-Diagnose",
        exits=Exits(property=Enforcement.OBSERVE),
    )
    verdict = evaluate(replace(POLICY, criteria=(*POLICY.criteria, late)), snapshot(), NOW)
    assert "late" in {need.criterion for need in verdict.next_needs}
    assert "A late one" not in desired(verdict, NAMES)[DEAL]["ff_next_stage_needs"]


def test_a_waived_blocker_is_marked_with_who_why_and_until_when():
    """It leaves the blockers and stays in the text."""
    waiver = Waiver("why_now", "Pilot agreed with the CEO.", "Zoe", NOW + timedelta(days=9), "1")
    deal = snapshot([WHYS.replace("14 April 2027", "TBD").replace("The IFS audit is on ", "")])
    values = wanted(deal, waivers=[waiver])[DEAL]
    assert (values["ff_stage_blockers"], values["ff_standing"]) == ("", "waived")
    assert (
        "Waived by Zoe until 2026-09-10: Pilot agreed with the CEO."
        in (values["ff_blocker_summary"])
    )


def test_only_differences_are_written_and_the_time_beside_them():
    """An unchanged deal costs no write at all."""
    deal = snapshot([WHYS])
    values = wanted(deal)
    [change] = [c for c in diff(values, observed_of(deal), NOW, NAMES) if c.key == DEAL]
    assert change.properties["ff_verdict_at"] == "2026-09-01T09:00:00.000Z"
    assert "ff_stage_blockers" not in change.properties
    settled = replace(deal, properties={**deal.properties, **change.properties})
    later = NOW + timedelta(days=1)
    again = diff(wanted(settled), observed_of(settled), later, NAMES)
    assert [c for c in again if c.key == DEAL] == []


def test_hubspots_own_order_and_spacing_is_no_difference():
    """Options come back in the portal's order, text with its line ends changed."""
    deal = snapshot(["Why now: TBD"])
    values = wanted(deal)
    stored = dict(values[DEAL])
    stored["ff_stage_blockers"] = ";".join(reversed(stored["ff_stage_blockers"].split(";")))
    stored["ff_blocker_summary"] = stored["ff_blocker_summary"].replace("\n", "\r\n")
    assert diff({DEAL: values[DEAL]}, {DEAL: stored}, NOW, NAMES) == ()


def test_properties_that_the_portal_lacks_are_named_and_never_written():
    """One unknown name would make HubSpot refuse the whole record."""
    deal = snapshot(["Why now: TBD"])
    bare = {name: None for name in deal.properties if name != "ff_zone_basis"}
    deal = replace(deal, properties=bare)
    values = wanted(deal)
    changes = diff(values, observed_of(deal), NOW, NAMES)
    assert all("ff_zone_basis" not in change.properties for change in changes)
    assert missing_properties(values, observed_of(deal)) == {ObjectKind.DEAL: ("ff_zone_basis",)}


def test_another_prefix_names_all_properties():
    """The operator chooses the prefix."""
    names = OwnedNames("sales_")
    values = desired(evaluate(POLICY, snapshot(), NOW), names)
    assert all(name.startswith("sales_") for texts in values.values() for name in texts)
    assert names.verdict_at in names.of(ObjectKind.DEAL)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_wanted_property_is_an_owned_one(kind):
    """What setup creates and what is written are one list."""
    deal = snapshot([WHYS], companies=[company()])
    for key, texts in wanted(deal).items():
        if key.kind is kind:
            assert {*texts, NAMES.verdict_at} >= set(NAMES.of(kind)) - {NAMES.verdict_at}
            assert set(texts) <= set(NAMES.of(kind))


def test_contacts_and_companies_carry_what_their_own_notes_say():
    """The contact its qualifying questions and lead status, the company its zone."""
    footprint = "Node-RED is not adopted."
    deal = snapshot(
        [note(footprint, on=CONTACT), note(footprint, on=COMPANY, note_id="n2")],
        contacts=[contact(None)],
        companies=[company()],
    )
    values = wanted(deal)
    assert values[CONTACT]["ff_lead_status_finding"].endswith("without any lead status.")
    assert "of 4 questions answered" in values[CONTACT]["ff_qualification"]
    assert values[COMPANY].keys() == {"ff_zone", "ff_zone_basis"}


def test_nothing_is_written_on_records_whose_notes_were_not_read():
    """An unread note could hold the answer."""
    assert wanted(snapshot(Unread("timed out"))).keys() == {DEAL}


def test_a_long_summary_is_cut_between_items_with_a_count():
    """Each heading counts what it leaves out, so that kept and counted are all there is."""
    wordy = tuple(replace(c, fix=f"{c.id}: ask the customer. " * 8) for c in POLICY.criteria)
    policy = replace(POLICY, criteria=wordy)
    deal = snapshot(stage="6-Closing")
    text = wanted(deal, policy)[DEAL]["ff_blocker_summary"]
    assert len(text) <= MAX_SUMMARY_CHARS
    risks = text.split("\nRisks\n")[1].split("\n\n")[0].splitlines()
    steps = text.split("\nNext steps\n")[1].splitlines()
    unmet = [f for f in evaluate(policy, deal, NOW).findings if f.state is State.UNMET]
    for kept in (risks, steps):
        *shown, count = kept
        assert shown
        assert count == f"… and {len(unmet) - len(shown)} more."


def test_the_gravest_risks_are_kept_with_their_own_next_steps():
    """A hint never takes the room of a blocker, nor a blocker that of another's next step."""
    text = wanted(snapshot(stage="6-Closing"))[DEAL]["ff_blocker_summary"]
    risks = text.split("\nRisks\n")[1].split("\n\n")[0].splitlines()[:-1]
    steps = text.split("\nNext steps\n")[1].splitlines()[:-1]
    assert {line[0] for line in risks} == {"✗"}
    assert len(risks) - len(steps) in (0, 1)
    titles = [risk[2:].split(" No note")[0] for risk in risks]
    assert all(f"→ {title} " in f"{step} " for title, step in zip(titles, steps, strict=False))


def test_what_cannot_be_told_is_an_open_question_with_the_one_thing_to_ask():
    """Under its heading, and in no next step: there is nothing to put right yet."""
    text = wanted(snapshot(["Why now? maybe next year"]))[DEAL]["ff_blocker_summary"]
    questions = text.split("\nOpen questions\n")[1].split("\n\n")[0].splitlines()
    [asked] = [line for line in questions if line.startswith("? Why now?")]
    assert asked.endswith("By which date or event does the customer want this, and why then?")
    assert "→ Why now?" not in text


def test_what_is_waived_stands_under_deviations_and_is_no_risk():
    """With who, until when and why."""
    waiver = Waiver("why_now", "The board meets in May.", "Zoe", NOW + timedelta(days=3), "2026.1")
    text = wanted(snapshot(), waivers=[waiver])[DEAL]["ff_blocker_summary"]
    said = "~ Why now? Waived by Zoe until 2026-09-04: The board meets in May."
    assert text.split("\nDeviations\n")[1].splitlines()[0] == said
    assert "✗ Why now?" not in text
    assert "→ Why now?" not in text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two.", "One. Two."),
        ("One is here. Two is longer than that.", "One is here. …"),
        ("Nothing ends in this long text", "Nothing ends in …"),
        ("x" * 40, "x" * 18 + " …"),
    ],
)
def test_text_is_cut_at_a_sentence_else_at_a_word(text, cut):
    """And the mark of the cut fits into the limit."""
    assert cut_at_sentence(text, 20) == cut
    assert len(cut) <= 20


def test_a_secret_in_a_quote_is_masked_in_what_is_written():
    """The quote stays verbatim in the evidence, which leaves for no other place."""
    deal = snapshot(["Why now: maybe, login is admin, password: Hx7!kk29qq"])
    verdict = evaluate(POLICY, deal, NOW)
    quotes = [e.quote for f in verdict.findings for e in f.evidence]
    assert any("Hx7!kk29qq" in quote for quote in quotes)
    assert "Hx7!kk29qq" not in str(desired(verdict, NAMES))
