from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature
from hypothesis import given
from hypothesis import strategies as st

from webhooks.signature import MAX_SKEW_SECONDS, is_signed

from .signing import SECRET, milliseconds, signed_headers

VECTOR_URI = b"https://www.example.com/webhook_uri"
VECTOR_BODY = b"{'example_field':'example_value'}"
VECTOR_TIME = datetime.fromtimestamp(1693657560, UTC)
VECTOR_SIGNATURE = b"K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="


def answer(**overrides):
    """The verdict on the vendor's vector with some parts replaced."""
    request = {
        "secrets": (SECRET,),
        "method": "POST",
        "uri": VECTOR_URI,
        "body": VECTOR_BODY,
        "signature": VECTOR_SIGNATURE,
        "timestamp": b"1693657560000",
        "now": VECTOR_TIME,
    }
    return is_signed(**(request | overrides))


def test_vendors_vector():
    """The vector that HubSpot publishes for v3 is accepted."""
    assert answer()


@pytest.mark.parametrize(
    "difference",
    [
        {"body": VECTOR_BODY + b" "},
        {"uri": VECTOR_URI + b"/"},
        {"uri": b"http://www.example.com/webhook_uri"},
        {"method": "PUT"},
        {"secrets": ("another",)},
        {"signature": VECTOR_SIGNATURE[:-1]},
        {"signature": VECTOR_SIGNATURE.lower()},
        {"timestamp": b"1693657560001"},
    ],
)
def test_any_difference_is_refused(difference):
    """Method, URI, body, timestamp, secret and signature are each bound by the signature."""
    assert not answer(**difference)


@pytest.mark.parametrize("skew", [-MAX_SKEW_SECONDS, -1, 0, 1, MAX_SKEW_SECONDS])
def test_inside_the_window(skew):
    """A signature holds for exactly five minutes either way."""
    assert answer(now=VECTOR_TIME + timedelta(seconds=skew))


@pytest.mark.parametrize("days", [-3650, -1, 1, 3650])
def test_stale_and_future_are_refused(days):
    """A delivery that was captured, or dated ahead, is refused although its signature is right."""
    assert not answer(now=VECTOR_TIME + timedelta(days=days))
    just_outside = timedelta(seconds=MAX_SKEW_SECONDS, milliseconds=1)
    assert not answer(now=VECTOR_TIME + just_outside)
    assert not answer(now=VECTOR_TIME - just_outside)


def test_rotation():
    """While a secret is rotated, old and new both sign; without any, nobody does."""
    assert answer(secrets=("new", SECRET))
    assert answer(secrets=(SECRET, "new"))
    assert not answer(secrets=())


def test_an_empty_secret_signs_nothing():
    """A setting that is set to nothing must not become a key that everybody knows."""
    body = b"[]"
    headers = signed_headers(body, VECTOR_URI.decode(), VECTOR_TIME, secret="")
    signature = headers["x-hubspot-signature-v3"].encode()
    assert not answer(body=body, signature=signature, secrets=("",))


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        ("/a%2Fb", "/a/b"),
        ("/a%2fb", "/a/b"),
        ("/%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B", "/:/?@!$'()*,;"),
        ("/x?q=%3Fwhy%3B", "/x?q=?why;"),
        ("/%20%26%3D%25%2B", "/%20%26%3D%25%2B"),
        ("/%253A", "/%253A"),
    ],
)
def test_only_hubspots_escapes_are_decoded(sent, signed):
    """HubSpot signs its URI with twelve escapes decoded, once, and leaves every other one."""
    base = "https://example.com"
    headers = signed_headers(b"[]", base + signed, VECTOR_TIME)
    assert answer(
        uri=(base + sent).encode(),
        body=b"[]",
        signature=headers["x-hubspot-signature-v3"].encode(),
    )


@given(body=st.text(), path=st.from_regex(r"\A/[a-z0-9/_-]{0,20}\Z"), secret=st.text(min_size=1))
def test_agrees_with_the_vendors_client(body, path, secret):
    """HubSpot's own library and this one compute the same digest."""
    uri = "https://example.com" + path
    headers = signed_headers(body.encode(), uri, VECTOR_TIME, secret=secret)
    theirs = Signature.get_signature(
        secret, body, "v3", http_method="POST", http_uri=uri, timestamp=milliseconds(VECTOR_TIME)
    )
    assert theirs == headers["x-hubspot-signature-v3"]
    assert answer(
        secrets=(secret,), uri=uri.encode(), body=body.encode(), signature=theirs.encode()
    )


@given(signature=st.none() | st.binary(), timestamp=st.none() | st.binary(), uri=st.binary())
def test_never_raises(signature, timestamp, uri):
    """Whatever a stranger puts into the headers, the answer is no."""
    assert not answer(signature=signature, timestamp=timestamp, uri=uri)


@pytest.mark.parametrize(
    "timestamp",
    [b"", b"-1", b"nan", b"1e12", b" 1693657560000", b"\xd9\xa1\xd9\xa2", b"9" * 5000, b"1_0"],
)
def test_odd_timestamps(timestamp):
    """Only plain digits are a timestamp, and not more of them than a time can have."""
    assert not answer(timestamp=timestamp)
