"""Each check, on the cases that decide it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.case import MAX_SHOWN_QUOTE_CHARS, Case
from app.domain.checks import ProcessFitsZone, PropertyPresent
from app.domain.deal import Contact, Unread
from app.domain.evaluate import evaluate
from app.domain.notes import Facts, Judgement, ReasonCode
from app.domain.verdict import State
from app.domain.wording import FOUND
from tests.domain.build import NOW, WHYS, contact, note, shipped_policy, snapshot

POLICY = shipped_policy()


def outcome(code, *args, **kwargs):
    """The finding of one criterion, None when it does not apply."""
    verdict = evaluate(POLICY, snapshot(*args, **kwargs), NOW)
    return next((f for f in verdict.findings if f.criterion == code), None)


def test_every_reason_code_has_words():
    """A new way to fail an answer cannot reach a person as a bare code."""
    assert FOUND.keys() == set(ReasonCode)
    assert len(set(FOUND.values())) >= len(FOUND) - 1


def test_an_attachment_alone_may_hold_a_why_but_is_no_agreement():
    """It makes a missing why unknown; a missing exit signal stays unmet."""
    scan = note("<p>&nbsp;</p>", has_attachments=True)
    why = outcome("why_now", [scan], stage="2-Diagnose")
    assert (why.state, why.reason) == (State.UNKNOWN, "attachment_only")
    assert outcome("exit_1a", [scan], stage="2-Diagnose").state is State.UNMET


def test_an_attachment_beside_a_placeholder_changes_nothing():
    """What is written is judged."""
    notes = [note("Why now: TBD"), note("", note_id="n2", has_attachments=True)]
    assert outcome("why_now", notes).state is State.UNMET


def test_unread_notes_leave_every_answer_unknown():
    """And say what went wrong."""
    finding = outcome("why_now", Unread("HubSpot did not answer"))
    assert (finding.state, finding.reason) == (State.UNKNOWN, "unread")
    assert finding.message == "Not checkable: HubSpot did not answer."


def test_a_long_quote_is_cut_in_the_message_and_whole_in_the_evidence():
    """The message stays readable; the evidence stays verbatim."""
    long = "the audit " * 60
    finding = outcome("why_now", [f"Why now: {long}on 14 April 2027"])
    [evidence] = finding.evidence
    assert len(evidence.quote) > MAX_SHOWN_QUOTE_CHARS
    assert len(finding.message) < len(evidence.quote)


@pytest.mark.parametrize(
    ("statuses", "state", "reason"),
    [
        ([], State.UNMET, "no_contact"),
        (["CONNECTED"], State.UNMET, "no_such_status"),
        ([None], State.UNMET, "no_such_status"),
        (["CONNECTED", "OPEN_DEAL"], State.MET, "met"),
        (["RENAMED_BY_ADMIN"], State.UNKNOWN, "unknown_status"),
        (["RENAMED_BY_ADMIN", "OPEN_DEAL"], State.MET, "met"),
    ],
)
def test_an_open_deal_needs_a_contact_in_open_deal(statuses, state, reason):
    """One is enough; a status that the policy does not know could be the one."""
    people = [contact(status, f"c{index}") for index, status in enumerate(statuses)]
    finding = outcome("lead_status_open_deal", contacts=people)
    assert (finding.state, finding.reason) == (state, reason)


def test_unread_contacts_are_not_missing_contacts():
    """A deal whose contacts could not be read is not told that it has none."""
    finding = outcome("lead_status_open_deal", contacts=Unread("timed out"))
    assert finding.state is State.UNKNOWN


def test_a_portal_without_the_lead_status_property_is_unknown():
    """The property's name is in the message, so that somebody can create it."""
    bare = Contact("c1", {"email": "a@example.com"})
    finding = outcome("lead_status_open_deal", contacts=[bare])
    assert finding.state is State.UNKNOWN
    assert "hs_lead_status" in finding.message


@pytest.mark.parametrize(
    ("people", "state"),
    [
        ([], None),
        ([contact("OPEN_DEAL")], State.MET),
        ([contact("UNQUALIFIED")], State.UNMET),
        ([contact("UNQUALIFIED"), contact("OPEN_DEAL", "c2")], State.MET),
        ([contact("UNQUALIFIED"), contact("CONNECTED", "c2")], State.UNKNOWN),
        ([contact("UNQUALIFIED"), contact("UNQUALIFIED", "c2")], State.UNMET),
        (
            [contact("UNQUALIFIED", labels=("champion",)), contact("OPEN_DEAL", "c2")],
            State.UNMET,
        ),
        (
            [
                contact("UNQUALIFIED", labels=("Champion",)),
                contact("OPEN_DEAL", "c2", labels=("Primary contact",)),
            ],
            State.MET,
        ),
    ],
)
def test_the_leading_contact_must_be_able_to_lead(people, state):
    """The label decides, the strongest first; then the contact in Open deal; else all may lead."""
    finding = outcome("lead_contact_unqualified", contacts=people)
    assert (finding.state if finding else None) is state


@pytest.mark.parametrize("status", ["UNRESPONSIVE", "BAD_TIMING"])
def test_a_silent_or_untimely_leader_blocks(status):
    """The reason code is the status, and the name of the contact is in the message."""
    finding = outcome("lead_contact_inactive", contacts=[contact(status)])
    assert finding.blocks
    assert finding.reason == status.lower()
    assert "contact c1 is" in finding.message


def test_the_wrong_process_for_the_zone_is_a_hint():
    """A customer who runs no Node-RED but is well governed belongs in the other process."""
    verdict = evaluate(POLICY, snapshot([WHYS]), NOW)
    zone = replace(
        verdict.zone, candidates=("Z2",), recommended_process="Edge Connectivity", zone="Z2"
    )
    case = Case(
        snapshot(), NOW, (), Judgement({}, Facts()), zone, POLICY.zones, POLICY.lead_status,
        POLICY.replies, POLICY.committee, POLICY.headings, "NR Scale", "1-Discovery", {},
    )  # fmt: skip
    found = ProcessFitsZone()(case)
    assert (found.state, found.reason) == (State.UNMET, "other_process")
    assert ProcessFitsZone()(replace(case, process="Edge Connectivity")).state is State.MET
    assert ProcessFitsZone()(replace(case, process=Unread("?"))) is None


def test_an_unknown_zone_asks_the_questions_that_would_settle_it():
    """Both axes are open, so both are asked; nothing blocks."""
    finding = outcome("process_fits_zone", [WHYS])
    assert finding.state is State.UNKNOWN
    assert "How many sites" in finding.fix
    assert "who owns standards" in finding.fix


def test_the_qualifying_questions_name_what_is_missing():
    """It is a warning, and a deal without any answer is told all four."""
    finding = outcome("mql_questions")
    assert finding.state is State.UNMET
    assert finding.message.startswith("0 of 4 questions answered")
    assert not finding.blocks


@pytest.mark.parametrize(
    ("properties", "state"),
    [({"hs_next_step": "Call Petra"}, State.MET), ({"hs_next_step": " "}, State.UNMET),
     ({"hs_next_step": None}, State.UNMET), ({}, State.UNKNOWN)],
)  # fmt: skip
def test_a_property_must_hold_a_value_and_one_that_is_missing_is_unknown(properties, state):
    """The portal may have no such property; that is no fault of the deal."""
    criterion = replace(POLICY.criteria[0], id="next_step", check=PropertyPresent("hs_next_step"))
    policy = replace(POLICY, criteria=(criterion,))
    [finding] = evaluate(policy, snapshot(properties=properties), NOW).findings
    assert finding.state is state


def gates(answer, **changes):
    """The finding on the PoC's seriousness for a note with one answer, by a check so changed."""
    plain = POLICY.criterion("poc_seriousness")
    criterion = replace(plain, from_stage=None, check=replace(plain.check, **changes))
    [finding] = evaluate(replace(POLICY, criteria=(criterion,)), snapshot([answer]), NOW).findings
    return finding


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("12,000 EUR, ordered on 20 August 2026", State.MET),
        ("ja, 12.000 EUR", State.MET),
        ("no problem, they pay 5,000 EUR", State.MET),
        ("no", State.UNMET),
        ("no, it is free of charge", State.UNMET),
        ("They declined.", State.UNMET),
        ("The customer doesn't want to pay", State.UNMET),
        ("läuft kostenlos", State.UNMET),
        ("TBD", State.UNMET),
    ],
)
def test_only_a_favourable_answer_stands_in_for_the_others(answer, state):
    """A pilot of which the note says that nobody pays for it is no sign of seriousness."""
    assert gates(f"Paid pilot: {answer}").state is state


def test_a_refused_alternative_is_quoted():
    """So that nobody wonders why the answer does not count."""
    finding = gates("Paid pilot: they declined, it runs free of charge.")
    assert finding.message.startswith("0 of 4 questions answered; missing: poc owner")
    assert "The answer on poc paid is a no: “they declined, it runs free of charge" in (
        finding.message
    )
    assert [evidence.quote[:13] for evidence in finding.evidence] == ["they declined"]


def test_answered_is_not_favourable_unless_the_policy_says_so_for_the_question():
    """The same words answer a question, and are a gap where a no does not count."""
    note_text = "PoC owner: nobody has time before October.\nPoC timeline: 1 to 30 October 2026."
    asked = {"all_of": ("poc_owner", "poc_timeline"), "or_else": ()}
    assert gates(note_text, **asked, refusals={}).state is State.MET
    firm = gates(note_text, **asked, refusals={"poc_owner": ("nobody",)})
    assert (firm.state, firm.reason) == (State.UNMET, "incomplete")
    assert "missing: poc owner. The answer on poc owner is a no" in firm.message


def test_an_alternative_that_cannot_be_told_leaves_the_gaps_unknown():
    """It may be the paid pilot that makes up for them."""
    finding = gates("Paid pilot: клиент платит за пилот двенадцать тысяч евро")
    assert finding.state is State.UNKNOWN


def test_notes_with_secrets_are_named_in_the_order_in_which_they_were_written():
    """HubSpot lists notes in any order; the text on the deal must not change with it."""
    early = note("password: Tr0ub4dor&3", note_id="n9", written_at=NOW - timedelta(days=9))
    late = note("VPN password: Tr0ub4dor&3", note_id="n1", written_at=NOW - timedelta(days=1))
    one, other = (outcome("secret_in_note", pair) for pair in ([early, late], [late, early]))
    assert one == other
    assert "(note of 2026-08-23; note of 2026-08-31)" in one.message
