"""HubSpot's answers given a shape: lenient where HubSpot is free, exact where we depend on it."""

from datetime import UTC, datetime

import pytest

from app.hubspot import wire
from app.hubspot.errors import Garbled


def test_ids_may_be_numbers_or_strings():
    """HubSpot's own spec and its own examples disagree; both are one and the same id here."""
    for sent in (512, "512"):
        record = wire.shaped(wire.Record, {"id": sent}, "read deals")
        assert record.id == "512"
        target = wire.shaped(wire.AssociationTarget, {"toObjectId": sent}, "read links")
        assert target.toObjectId == "512"


def test_optional_fields_may_be_missing_null_or_unknown():
    """Only what we depend on is required."""
    document = {"results": [{"id": 1, "properties": None, "novelty": [1]}], "errors": None}
    answer = wire.shaped(wire.Records, document, "read deals")
    assert answer.results[0].properties == {}
    assert answer.errors == []


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "the document"),
        ([], "the document"),
        ({}, "results"),
        ({"results": None}, "results"),
        ({"results": [{"properties": {}}]}, "results.0.id"),
        ({"results": [{"id": None}]}, "results.0.id"),
        ({"results": [{"id": "1", "properties": {"a": ["a secret note"]}}]}, "properties.a"),
    ],
)
def test_garbage_names_the_place_and_not_the_value(document, place):
    """A document of another shape is Garbled with the operation and the place, never a KeyError."""
    with pytest.raises(Garbled) as caught:
        wire.shaped(wire.Records, document, "read deals")
    assert place in str(caught.value)
    assert "read deals" in str(caught.value)
    assert "a secret note" not in str(caught.value)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("1763640000123", datetime(2025, 11, 20, 12, 0, 0, 123_000, UTC)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T12:00:00.250+02:00", datetime(2026, 3, 1, 10, 0, 0, 250_000, UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("-1000", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9" * 30, None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_come_in_milliseconds_or_iso(sent, meant):
    """Both forms are one instant; what is neither is none."""
    assert wire.moment(sent) == meant
