"""A portal after years of administration: the right answer, or unknown with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.checks import PropertyPresent
from app.domain.desired import OwnedNames
from app.domain.evaluate import evaluate
from app.domain.verdict import Standing, State
from app.hubspot.client import HubSpotClient
from app.hubspot.gateway import HubSpotCrm
from app.sandbox.options import Options
from app.sandbox.start import Sandbox
from app.wiring import SystemClock
from config.policy import check_against_portal
from tests.domain.build import shipped_policy

POLICY = shipped_policy()


@pytest.fixture(scope="module")
def hostile():
    """Snapshots of every deal that the hostile portal lists as open, by name, and its stages."""
    with Sandbox(Options(scenario="hostile")) as sandbox:
        client = HubSpotClient(
            access_token=lambda: sandbox.info["service_token"],
            base_url=sandbox.info["base_url"],
            clock=SystemClock(),
        )
        crm = HubSpotCrm(client, SystemClock(), needs=POLICY.needs, names=OwnedNames())
        try:
            deals = list(crm.open_deals())
            lures = [
                str(each)
                for each, record in sandbox.portal.store.table("deals").live.items()
                if str(record.values.get("dealname")).startswith("Lure")
            ]
            seen = crm.observe([*deals, *lures])
            assert not seen.failed
            by_name = {each.name: each for each in seen.snapshots.values()}
            yield by_name, crm.portal.positions()
        finally:
            crm.close()


def judged(snapshot):
    """The verdict when the deal was read, and its findings by code."""
    verdict = evaluate(POLICY, snapshot, snapshot.observed_at)
    return verdict, {finding.criterion: finding for finding in verdict.findings}


def test_a_renamed_stage_is_unknown_with_its_name(hostile):
    """Not one of its deals is told that its stage is in order."""
    deals = [each for each in hostile[0].values() if "Discover & learn" in str(each.position)]
    assert deals
    for deal in deals:
        verdict, found = judged(deal)
        assert found["stage_known"].state is State.UNKNOWN
        assert "Discover & learn" in found["stage_known"].message
        assert verdict.standing is not Standing.CLEAR


def test_ids_that_lie_are_not_believed(hostile):
    """`contractsent` is won there, `closedwon` and `closedlost` are open stages."""
    names = hostile[0]
    assert names["Lure contractsent"].position.is_won
    for open_by_metadata in ("Lure closedwon", "Lure closedlost"):
        verdict, found = judged(names[open_by_metadata])
        assert verdict.judged
        assert found["stage_known"].state is State.UNKNOWN
    gone, found = judged(names["Lure stage-that-was-deleted"])
    assert found["stage_known"].state is State.UNKNOWN
    assert gone.blockers == ()


def test_an_edited_lead_status_list_is_never_met(hostile):
    """The value that an administrator invented is unknown, and says which it is."""
    for deal in hostile[0].values():
        _, found = judged(deal)
        finding = found.get("lead_status_open_deal")
        if finding is None or not deal.contacts:
            continue
        assert finding.state is not State.MET
        if any(c.properties.get("hs_lead_status") == "Open Deal" for c in deal.contacts):
            assert finding.state is State.UNKNOWN
            assert "Open Deal" in finding.message


def test_an_owner_who_left_is_named(hostile):
    """The record still says that they own the deal."""
    left = [each for each in hostile[0].values() if each.owner and not each.owner.active]
    assert left
    for deal in left:
        finding = judged(deal)[1].get("deal_owner")
        if finding is not None:
            assert (finding.state, finding.reason) == (State.UNMET, "owner_left")


def test_a_property_that_the_portal_lacks_is_unknown_never_met(hostile):
    """A policy that asks for it is told which one."""
    [amount] = [each for each in POLICY.criteria if each.id == "deal_amount"]
    asks = replace(amount, check=PropertyPresent("deleted_by_an_administrator"))
    policy = replace(POLICY, criteria=(asks,))
    for deal in hostile[0].values():
        for finding in evaluate(policy, deal, deal.observed_at).findings:
            if finding.criterion == asks.id:
                assert finding.state is State.UNKNOWN
                assert "deleted_by_an_administrator" in finding.message


def test_two_pipelines_of_one_name_and_missing_stages_are_told_at_start_up(hostile):
    """In words, with the portal's own labels beside."""
    problems = " ".join(check_against_portal(POLICY, hostile[1]))
    assert "2 pipelines labelled 'Edge Connectivity'" in problems
    assert "'1-Discovery' (process NR Scale) is not in the portal" in problems
