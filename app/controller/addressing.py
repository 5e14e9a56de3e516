"""Whom a finding is told to: the policy's destination as the recipient of one deal.

Refuses to look people up: an owner is addressed by the id in HubSpot, and who that is in Slack is
the adapter's to know.
"""

from __future__ import annotations

from app.domain.policy import Policy
from app.domain.routing import Delivery
from app.domain.verdict import Finding, Verdict
from app.ports import MAIN_CHANNEL, OWNER_PREFIX, Recipient


def recipient_of(policy: Policy, verdict: Verdict, finding: Finding) -> Recipient | None:
    """Whom a finding of a verdict is told to; None for the digest alone."""
    to = policy.destination(finding, verdict.subject.process, verdict.claimed_stage)
    if to.delivery is Delivery.DIGEST:
        return None
    if to.delivery is Delivery.OWNER:
        owner = verdict.subject.owner
        return Recipient(f"{OWNER_PREFIX}{owner.id if owner else ''}")
    return Recipient(to.channel) if to.channel else MAIN_CHANNEL
