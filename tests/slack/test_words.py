from __future__ import annotations

from datetime import timedelta

import pytest

from app.slack.words import amount, duration


@pytest.mark.parametrize(
    ("value", "currency", "said"),
    [
        ("45000", "EUR", "45,000 EUR"),
        ("45000.5", "EUR", "45,000.50 EUR"),
        ("1234567.00", None, "1,234,567"),
        ("0", "USD", "0 USD"),
        ("about 5k", "EUR", "about 5k EUR"),
        ("NaN", None, "NaN"),
        ("1e999999", "EUR", "1e999999 EUR"),
        ("", "EUR", None),
        (None, "EUR", None),
    ],
)
def test_amounts_are_written_for_people(value, currency, said):
    """Thousands are set apart, cents shown when there are any, and what is no number left alone."""
    assert amount(value, currency) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=59.7), "1 min"),
        (timedelta(minutes=3, seconds=20), "3 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=4, minutes=30), "4 d"),
        (timedelta(days=4, hours=1), "4 d 1 h"),
    ],
)
def test_durations_use_two_units(span, said):
    """The two largest units are all that anyone reads."""
    assert duration(span) == said
