from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.masking import MASK, mask_secrets


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "Demo login, password: hunter2, ends Friday",
            "Demo login, password: [hidden] ends Friday",
        ),
        ("the password is Sommer2024!", "the password is [hidden]"),
        ("Das Passwort lautet Geheim#1", "Das Passwort lautet [hidden]"),
        ("Kennwort: abc123", "Kennwort: [hidden]"),
        ("wachtwoord = welkom01", "wachtwoord = [hidden]"),
        ("mot de passe: Ete2025", "mot de passe: [hidden]"),
        ("api_key=abc123", "api_key=[hidden]"),
        ("client secret: s3cr3t-value", "client secret: [hidden]"),
        ("use Bearer abcdef123456", "use Bearer [hidden]"),
        ("bot xoxb-1234567890-abcdef here", "bot [hidden] here"),
        ("pat-eu1-12345678-1234-1234-1234-123456789abc", "[hidden]"),
        ("ghp_abcdefghijklmnop1234", "[hidden]"),
        ("AKIAABCDEFGHIJKLMNOP", "[hidden]"),
        ("mqtt://edge:geheim@broker.example:1883", "mqtt://[hidden]@broker.example:1883"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc", "[hidden]"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- end", "[hidden] end"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE cut off", "[hidden]"),
        ("hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "hash [hidden]"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, masked):
    """Named values in five languages, tokens of known shape, keys, credentials in addresses."""
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Why now? Their licence key expires in Q3 2026",
        "password is required by IT before the pilot",
        "They want single sign-on instead of passwords",
        "The token economy does not matter to them",
        "45,000 EUR in the budget of 2026, decision on 2026-04-30",
        "See https://app-eu1.hubspot.com/contacts/1/record/0-3/9001",
        "Why change? 14 PLCs at 3 sites, no central updates",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text):
    """A note about passwords, dates or amounts is still readable."""
    assert mask_secrets(text) == text


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(["password", ": ", "is ", "a1!x ", MASK, "://", "u:p@h", "xoxb-12345678"])
    ).map("".join)
)
def test_masking_twice_changes_nothing(text):
    """Masking is idempotent, so text may pass through it more than once."""
    once = mask_secrets(text)
    assert mask_secrets(once) == once


def test_masking_is_linear():
    """The longest note that HubSpot holds is masked within a blink, whatever it is made of."""
    began = time.process_time()
    for piece in (
        "password ",
        "password: ",
        "a1",
        "http://a:",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ.",
        "is ",
    ):
        mask_secrets(piece * (65_536 // len(piece)))
    assert time.process_time() - began < 3
