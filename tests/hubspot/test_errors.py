"""Every way in which HubSpot can refuse, and the word that each becomes."""

import json as stdlib_json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson
import pytest
import requests.exceptions
import urllib3.exceptions
from hypothesis import given
from hypothesis import strategies as st

from app.hubspot import bodies, errors
from app.ports import Failure, Retryable, Terminal

MOMENT = errors.Moment(datetime(2026, 11, 20, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Amsterdam"))
PASSING = {408, 423, 425, 429, 477, *range(500, 600)}
SECRET = "pat-eu1-0123456789"
NOTE = "the buyer told us in confidence"


def refusal(status, body=b"", headers=None):
    """What the mapping makes of an answer."""
    return errors.refusal("POST /x", status, headers or {}, body, MOMENT)


def json(**fields):
    """An error body."""
    return orjson.dumps(fields)


@pytest.mark.parametrize("status", range(100, 600))
@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"\xff\xfe", b"[1]", b'{"errors": 7}'])
def test_every_status_means_exactly_one_of_the_two_words(status, body):
    """No status and no body escapes the mapping, and only what passes by itself is Retryable."""
    failure = refusal(status, body)
    assert isinstance(failure, Retryable if status in PASSING else Terminal)
    assert str(status) in str(failure)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "status message correlationId category subCategory context links errors policyName errorType"
)


@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(FIELDS.split()), json_values),
    st.dictionaries(st.sampled_from(["Retry-After", "retry-after"]), st.text()),
)
def test_no_body_and_no_header_breaks_the_mapping(status, body, headers):
    """Fields of any type, or none, still yield a Failure with a finite wait."""
    failure = refusal(status, stdlib_json.dumps(body).encode(), headers)
    assert isinstance(failure, Failure)
    if isinstance(failure, Retryable) and failure.after_seconds is not None:
        assert 0 <= failure.after_seconds <= errors.MAX_RETRY_AFTER_SECONDS
    assert isinstance(errors.row_refusal("write deals", body), Failure)


def subclasses(base):
    """An exception class and all that were derived from it."""
    yield base
    for child in base.__subclasses__():
        yield from subclasses(child)


EXCEPTIONS = sorted(
    {
        *subclasses(urllib3.exceptions.HTTPError),
        *subclasses(requests.exceptions.RequestException),
        *subclasses(OSError),
    },
    key=lambda each: (each.__module__, each.__qualname__),
)


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_every_exception_of_the_http_libraries_becomes_a_failure(kind):
    """Whatever the library raises on the way is one of the two words, told by its name alone."""
    error = kind.__new__(kind)
    error.args = (f"https://api.hubapi.com/?token={SECRET}",)
    vars(error).setdefault("reason", None)  # what a constructor of MaxRetryError would set
    failure = errors.breakage("POST /x", error)
    assert isinstance(failure, Retryable | Terminal)
    assert SECRET not in str(failure)


def test_what_cannot_heal_by_waiting_is_terminal():
    """A certificate that is not trusted and an address that is none stay so."""
    tls = urllib3.exceptions.SSLError("certificate verify failed")
    wrapped = urllib3.exceptions.MaxRetryError(None, "/", tls)
    for error in (tls, wrapped, urllib3.exceptions.LocationParseError("http://[")):
        assert isinstance(errors.breakage("GET /x", error), Terminal)


@pytest.mark.parametrize(
    ("body", "headers", "seconds", "secondly"),
    [
        (json(policyName="SECONDLY"), {}, 1.0, True),
        (json(policyName="TEN_SECONDLY_ROLLING"), {}, 10.0, False),
        (json(message="You have reached your secondly limit."), {}, 1.0, True),
        (json(message="You have reached your ten_secondly_rolling limit."), {}, 10.0, False),
        (json(policyName="TEN_SECONDLY_ROLLING"), {"Retry-After": "3"}, 3.0, False),
        (json(policyName="DAILY"), {}, 1800.0, False),
        (b"<html>", {}, 10.0, False),
        (b"", {"retry-after": "soon"}, 10.0, False),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(body, headers, seconds, secondly):
    """Retry-After counts first, then the policy's name; a daily one ends at local midnight."""
    failure = refusal(429, body, headers)
    assert isinstance(failure, errors.Throttled)
    assert failure.after_seconds == seconds
    assert failure.secondly is secondly


def test_a_rate_limit_may_come_as_a_500():
    """HubSpot says RATE_LIMITS with status 500 now and then; it is a rate limit all the same."""
    assert isinstance(refusal(500, json(category="RATE_LIMITS")), errors.Throttled)
    assert isinstance(refusal(500, json(category="OTHER")), errors.Unavailable)


def test_a_lock_waits_two_seconds_at_least_and_a_migration_as_long_as_it_says():
    """423 has a documented lock of two seconds; 477 names its wait in seconds, up to a day."""
    assert refusal(423).after_seconds == 2.0
    assert refusal(423, headers={"Retry-After": "1"}).after_seconds == 2.0
    assert refusal(423, headers={"Retry-After": "7"}).after_seconds == 7.0
    assert refusal(477, headers={"Retry-After": "43200"}).after_seconds == 43_200.0
    assert refusal(477, headers={"Retry-After": "999999999"}).after_seconds == 86_400.0


def test_a_missing_scope_is_named():
    """A person reads which scope to add, wherever HubSpot puts it."""
    context = {"requiredGranularScopes": ["crm.objects.deals.write"]}
    for body in (json(errors=[{"context": context}]), json(context=context)):
        failure = refusal(403, body)
        assert isinstance(failure, errors.Denied)
        assert failure.scopes == ("crm.objects.deals.write",)
        assert "add the scope crm.objects.deals.write" in str(failure)
    assert "add the missing scope" in str(refusal(403))


def test_a_wrong_token_says_which_setting_to_check():
    """401 points at the setting."""
    failure = refusal(401, json(category="INVALID_AUTHENTICATION"))
    assert isinstance(failure, errors.Denied)
    assert "HUBSPOT_ACCESS_TOKEN" in str(failure)


def test_a_missing_property_or_option_points_at_setup():
    """The operator reads the command that mends it."""
    values = '[{"isValid":false,"error":"PROPERTY_DOESNT_EXIST","name":"ff_zone"}]'
    by_message = refusal(400, json(message=f"Property values were not valid: {values}"))
    assert "PROPERTY_DOESNT_EXIST on ff_zone" in str(by_message)
    by_errors = refusal(
        400, json(errors=[{"code": "INVALID_OPTION", "context": {"propertyName": ["ff_zone"]}}])
    )
    assert "INVALID_OPTION on ff_zone" in str(by_errors)
    for failure in (by_message, by_errors):
        assert isinstance(failure, errors.Invalid)
        assert "dealgate setup" in str(failure)


def test_values_are_never_repeated():
    """HubSpot quotes what it rejects; we do not, neither from the message nor from the details."""
    message = (
        f'Property values were not valid: [{{"message":"{NOTE}","name":"ff_x","error":"BAD"}}]'
    )
    body = json(message=message, errors=[{"message": NOTE, "code": "BAD"}], category="VALIDATION")
    for failure in (refusal(400, body), errors.row_refusal("write deals", orjson.loads(body))):
        assert NOTE not in str(failure)
        assert "BAD on ff_x" in str(failure)
        assert "Property values were not valid" in str(failure)
    quoted = json(message=f'"{NOTE}" was not one of the allowed options')
    assert NOTE not in str(refusal(400, quoted))


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("OBJECT_NOT_FOUND", errors.Missing),
        ("RATE_LIMITS", errors.Throttled),
        ("MISSING_SCOPES", errors.Denied),
        ("RESOURCE_LOCKED", errors.Locked),
        ("INTERNAL_ERROR", errors.Unavailable),
        ("VALIDATION_ERROR", errors.Invalid),
        (None, errors.Invalid),
    ],
)
def test_a_row_of_a_batch_is_judged_by_its_category(category, kind):
    """A 207 has no status per row; its category decides, and an unknown one is not retried."""
    assert type(errors.row_refusal("write deals", {"category": category})) is kind


def test_having_no_associations_is_not_a_failure():
    """The row that says so is recognised by its subcategory alone."""
    assert bodies.is_not_found({"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"})
    assert not bodies.is_not_found({"category": "VALIDATION_ERROR"})
