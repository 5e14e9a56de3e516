"""What `dealgate setup` leaves in a portal: an empty one, a settled one, and hostile ones."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.sandbox.portal.schema import Definition, Group, Option

OWNED = {"deals": 10, "contacts": 2, "companies": 2}


def owned(portal, plural):
    """Our properties of a kind, by name."""
    properties = portal.portal.properties.of(plural).properties
    return {name: each for name, each in properties.items() if name.startswith("ff_")}


def everything(portal):
    """All that setup could touch, to compare before and after."""
    schemas = [portal.portal.properties.of(plural) for plural in OWNED]
    return [(dict(each.properties), dict(each.groups)) for each in schemas]


def plant(portal, plural, name, **fields):
    """A property that somebody else made."""
    made = {"label": name, "type": "string", "field_type": "text", "group_name": "theirs"} | fields
    portal.portal.properties.add_group(plural, Group("theirs", "Theirs"))
    portal.portal.properties.create(plural, Definition(name, **made))


def test_an_empty_portal_gets_everything_once(portal, dealgate):
    """The plan changes nothing, the first run makes all, the second changes nothing."""
    before = everything(portal)
    planned = dealgate("setup", "--plan", "--lead-status", "UNRESPONSIVE")
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert everything(portal) == before
    done = dealgate("setup", "--lead-status", "UNRESPONSIVE")
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line.removeprefix("would ") for line in planned.stdout.splitlines() if "would" in line]
    assert said == [line[4:] for line in done.stdout.splitlines() if line.startswith("did ")]
    assert {plural: len(owned(portal, plural)) for plural in OWNED} == OWNED
    for plural in OWNED:
        for each in owned(portal, plural).values():
            assert each.label
            assert each.description.endswith("Written by Dealgate.")
            assert each.group_name == "ff_dealgate"
    after = everything(portal)
    again = dealgate("setup", "--lead-status", "UNRESPONSIVE")
    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    assert everything(portal) == after


def test_a_lead_status_is_added_only_when_asked_for(portal, dealgate):
    """The admins' list of options grows by what was named, at its end, and not otherwise."""
    property_of = portal.portal.properties.of("contacts").properties
    before = [each.value for each in property_of["hs_lead_status"].options]
    assert "UNRESPONSIVE" not in before
    done = dealgate("setup")
    assert "--lead-status UNRESPONSIVE" in done.stdout
    assert [each.value for each in property_of["hs_lead_status"].options] == before
    dealgate("setup", "--lead-status", "UNRESPONSIVE")
    now = [each.value for each in property_of["hs_lead_status"].options]
    assert now == [*before, "UNRESPONSIVE"]
    refused = dealgate("setup", "--lead-status", "GHOSTED")
    assert refused.returncode == 2
    assert "UNRESPONSIVE" in refused.stderr


def test_a_status_under_another_value_is_not_doubled(portal, dealgate):
    """A label that people already choose gets no second option; the policy is to name its value."""
    properties = portal.portal.properties
    listed = properties.get("contacts", "hs_lead_status").options
    properties.set_options(
        "contacts", "hs_lead_status", [*listed, Option("GHOST", "Unresponsive", 99)]
    )
    before = properties.get("contacts", "hs_lead_status").options
    done = dealgate("setup", "--lead-status", "UNRESPONSIVE")
    assert done.returncode == 1
    assert "'GHOST'" in done.stdout
    assert properties.get("contacts", "hs_lead_status").options == before


def test_a_property_of_another_type_is_left_alone(portal, dealgate):
    """The clash is named, the rest is made, and doctor says the same."""
    plant(portal, "deals", "ff_zone", type="number", field_type="number")
    done = dealgate("setup")
    assert done.returncode == 1
    assert "ff_zone exists as number/number" in done.stdout
    assert owned(portal, "deals")["ff_zone"].type == "number"
    assert len(owned(portal, "deals")) == OWNED["deals"]
    assert "ff_zone exists as number/number" in dealgate("doctor").stdout


@pytest.mark.parametrize("fits", [True, False])
def test_a_deleted_property_comes_back_only_as_what_it_should_be(portal, dealgate, fits):
    """HubSpot restores a deleted name; one of another type is a person's decision."""
    kind = ("string", "textarea") if fits else ("number", "number")
    plant(portal, "deals", "ff_zone_basis", type=kind[0], field_type=kind[1])
    portal.portal.properties.archive("deals", "ff_zone_basis")
    planned = dealgate("setup", "--plan")
    assert ("restore the deleted deal property ff_zone_basis" in planned.stdout) is fits
    assert dealgate("setup").returncode == (0 if fits else 1)
    assert ("ff_zone_basis" in owned(portal, "deals")) is fits


def test_a_full_quota_is_told_before_anything_is_made_of_that_kind(portal, dealgate):
    """With room for three, none of ten is made; other kinds get theirs."""
    portal.portal.properties.max_custom = 3
    done = dealgate("setup")
    assert done.returncode == 1
    assert "room for 3 more deal properties and 10 are needed" in done.stdout
    assert owned(portal, "deals") == {}
    assert "ff_dealgate" not in portal.portal.properties.of("deals").groups
    assert len(owned(portal, "contacts")) == OWNED["contacts"]


def test_missing_scopes_are_named_and_nothing_is_changed(portal, dealgate):
    """A token that may not define properties gets the scopes' names; the plan still shows."""
    tokens = portal.portal.tokens
    token = tokens.get(portal.info["service_token"])
    narrow = token.scopes - {"crm.schemas.deals.write", "crm.schemas.contacts.write"}
    tokens.add("pat-eu1-narrow", narrow, token.actor, token.kind)
    before = everything(portal)
    refused = dealgate("setup", HUBSPOT_ACCESS_TOKEN="pat-eu1-narrow")
    assert refused.returncode == 3
    assert "nothing was changed" in refused.stderr
    assert "crm.schemas.deals.write" in refused.stderr
    assert "crm.schemas.contacts.write" in refused.stderr
    assert everything(portal) == before
    planned = dealgate("setup", "--plan", "--json", HUBSPOT_ACCESS_TOKEN="pat-eu1-narrow")
    assert planned.returncode == 1
    data = json.loads(planned.stdout)
    assert len(data["planned"]) == sum(OWNED.values()) + len(OWNED)
    assert len(data["to_sort_out"]) == 2


def test_what_an_admin_changed_stays(portal, dealgate):
    """Another label, another group, an option more: told as notes, kept as they are."""
    assert dealgate("setup").returncode == 0
    properties = portal.portal.properties
    properties.add_group("deals", Group("ours_really", "Ours"))
    changed = replace(
        properties.get("deals", "ff_standing"), label="Ampel", group_name="ours_really"
    )
    properties.update("deals", changed)
    blockers = properties.get("deals", "ff_stage_blockers")
    theirs = [*blockers.options, Option("by_hand", "By hand", 99)]
    properties.set_options("deals", "ff_stage_blockers", theirs)
    before = everything(portal)
    done = dealgate("setup", "--json")
    assert done.returncode == 0
    notes = "\n".join(json.loads(done.stdout)["left_as_is"])
    assert "'Ampel'" in notes
    assert "ours_really" in notes
    assert "by_hand" in notes
    assert everything(portal) == before


def test_options_that_are_missing_are_added_behind_those_that_are_there(portal, dealgate):
    """A policy with another criterion adds one option and keeps labels and order of the others."""
    assert dealgate("setup").returncode == 0
    properties = portal.portal.properties
    blockers = properties.get("deals", "ff_stage_blockers").options
    kept = [replace(each, label=f"! {each.label}") for each in blockers[2:]]
    properties.set_options("deals", "ff_stage_blockers", kept)
    assert dealgate("setup").returncode == 0
    now = properties.get("deals", "ff_stage_blockers").options
    assert list(now[: len(kept)]) == kept
    assert [each.value for each in now[len(kept) :]] == [each.value for each in blockers[:2]]


def test_nothing_is_set_up_in_read_only_mode_or_while_paused(portal, dealgate):
    """Both are refusals with a line that says what to do; the plan is shown all the same."""
    before = everything(portal)
    refused = dealgate("setup", READ_ONLY="true")
    assert refused.returncode == 3
    assert "READ_ONLY" in refused.stderr
    assert dealgate("setup", "--plan", READ_ONLY="true").returncode == 0
    assert dealgate("pause", "--reason", "audit").returncode == 0
    refused = dealgate("setup")
    assert refused.returncode == 3
    assert "(audit)" in refused.stderr
    assert "dealgate resume" in refused.stderr
    assert everything(portal) == before
    assert dealgate("resume").returncode == 0
    assert dealgate("setup").returncode == 0
