"""What HubSpot works out by itself is right, read-only and silent."""

from __future__ import annotations

import pytest

from app.sandbox.changes import ChangeKind

from .people import PERSON


@pytest.fixture
def shown(api, seeded):
    """Reads calculated properties of the first deal."""

    def read(*names):
        path = f"/crm/v3/objects/deals/{seeded['deal1']}"
        properties = api.get(path, params={"properties": ",".join(names)}).json()["properties"]
        return properties[names[0]] if len(names) == 1 else [properties[name] for name in names]

    return read


@pytest.mark.parametrize(
    ("stage_id", "closed_won_lost"),
    [
        ("1001", ["false", "false", "false"]),
        ("1003", ["true", "true", "false"]),
        ("1004", ["true", "false", "true"]),
    ],
)
def test_a_stage_says_whether_a_deal_is_closed(portal, seeded, shown, stage_id, closed_won_lost):
    """By the stage's metadata, not by its id."""
    portal.store.update("deals", seeded["deal1"], {"dealstage": stage_id}, actor=PERSON)
    names = ("hs_is_closed", "hs_is_closed_won", "hs_is_closed_lost")
    assert shown(*names) == closed_won_lost


def test_activities_are_counted_and_dated(portal, seeded, shown, clock):
    """All activities count as notes; the latest past one is the last, the next task is ahead."""
    names = ("num_notes", "num_contacted_notes", "notes_last_updated", "notes_next_activity_date")
    assert shown(*names) == ["0", "0", None, None]
    for kind, at in (
        ("notes", "2026-11-18T09:00:00Z"),
        ("calls", "2026-11-19T09:00:00Z"),
        ("tasks", "2026-11-25T09:00:00Z"),
    ):
        activity = portal.store.create(kind, {"hs_timestamp": at}, actor=PERSON)
        portal.store.associate(kind, activity, "deals", seeded["deal1"], actor=PERSON)
    assert shown(*names) == ["3", "1", "2026-11-19T09:00:00Z", "2026-11-25T09:00:00Z"]
    clock.advance(7 * 86_400)
    assert shown(*names) == ["3", "1", "2026-11-25T09:00:00Z", None]
    portal.store.archive("tasks", activity, actor=PERSON)
    assert shown("num_notes") == "2"


def test_a_logged_activity_changes_its_deal_without_a_property_change(
    portal, seeded, shown, clock, changes
):
    """hs_lastmodifieddate moves; listeners hear of the note and the edge alone."""
    clock.advance(30)
    note = portal.store.create("notes", {"hs_note_body": "x"}, actor=PERSON)
    portal.store.associate("notes", note, "deals", seeded["deal1"], actor=PERSON)
    assert shown("hs_lastmodifieddate") == "2026-11-20T12:00:30Z"
    told = [(change.kind, change.object_type, change.property_name) for change in changes]
    assert told == [
        (ChangeKind.CREATED, "notes", None),
        (ChangeKind.UPDATED, "notes", "hs_note_body"),
        (ChangeKind.ASSOCIATED, "notes", None),
    ]


def test_stages_are_timed(portal, seeded, shown, clock):
    """Entered, left, and how long in all, over several stays."""
    deal = seeded["deal1"]
    for stage_id in ("1002", "1001", "1002"):
        clock.advance(10)
        portal.store.update("deals", deal, {"dealstage": stage_id}, actor=PERSON)
    clock.advance(10)
    assert shown("hs_v2_date_entered_current_stage") == "2026-11-20T12:00:30Z"
    names = [
        f"hs_v2_{what}_1001"
        for what in ("date_entered", "date_exited", "latest_time_in", "cumulative_time_in")
    ]
    assert shown(*names) == ["2026-11-20T12:00:20Z", "2026-11-20T12:00:30Z", "10000", "20000"]
    assert shown("hs_v2_date_exited_1002") is None
    assert shown("hs_v2_cumulative_time_in_1002") == "20000"
    assert shown("hs_v2_date_entered_1003") is None


def test_a_note_has_a_plain_preview(api):
    """Tags gone, entities read, spaces collapsed."""
    body = "<div>Why&nbsp;now:  <b>Q1 &amp; Q2</b></div>"
    properties = {"hs_note_body": body, "hs_timestamp": "2026-11-20T12:00:00Z"}
    note = api.post("/crm/v3/objects/notes", json={"properties": properties}).json()
    shown = api.get(f"/crm/v3/objects/notes/{note['id']}?properties=hs_body_preview").json()
    assert shown["properties"]["hs_body_preview"] == "Why now: Q1 & Q2"


def test_contacts_companies_and_owners_are_rolled_up(api, portal, seeded, clock):
    """Counts on the deal, the contact and the company; the time of the last owner."""
    owner = portal.owners.listing(active=True)[0]
    clock.advance(5)
    path = f"/crm/v3/objects/deals/{seeded['deal1']}"
    api.patch(path, json={"properties": {"hubspot_owner_id": str(owner.id)}})
    names = "num_associated_contacts,hs_primary_associated_company,hubspot_owner_assigneddate"
    shown = api.get(f"{path}?properties={names}").json()["properties"]
    assert [shown[name] for name in names.split(",")] == [
        "1",
        str(seeded["company"]),
        "2026-11-20T12:00:05Z",
    ]
    contact = api.get(
        f"/crm/v3/objects/contacts/{seeded['contact']}?properties=num_associated_deals"
    ).json()
    assert contact["properties"]["num_associated_deals"] == "1"
    assert contact["properties"]["lastmodifieddate"] == "2026-11-20T12:00:00Z"
