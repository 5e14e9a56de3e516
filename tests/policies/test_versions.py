"""Which version of the policy was in force when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.policy import PolicyError
from config.policy.versions import file_at
from tests.policies.verbs import varied


def version(folder, name, effective, title="FlowFuse"):
    """A version of the policy in a folder."""
    return varied(
        folder,
        ("effective: 2026-01-01", f"effective: {effective}"),
        ('version: "2026.1"', f'version: "{name}"'),
        ("title: FlowFuse", f"title: {title}"),
        name=f"{name}.yaml",
    )


@pytest.fixture
def in_use(tmp_path):
    """The file in use, with two earlier versions, a draft and another team's policy beside."""
    for name, effective in (("v1", "2025-01-01"), ("v2", "2025-07-01"), ("draft", "2027-01-01")):
        version(tmp_path, name, effective)
    version(tmp_path, "other", "2025-10-01", title="Another")
    return version(tmp_path, "v3", "2026-01-01")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2025-01-01", "v1"),
        ("2025-06-30", "v1"),
        ("2025-07-01", "v2"),
        ("2025-12-31", "v2"),
        ("2026-01-01", "v3"),
        ("2027-06-01", "v3"),
    ],
)
def test_the_latest_version_that_had_taken_effect(in_use, day, name):
    """From its date on; drafts and policies of other titles do not count."""
    moment = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    assert file_at(in_use, moment).name == f"{name}.yaml"


def test_before_the_first_version_there_is_no_policy(in_use):
    """Refused with the first date there is."""
    with pytest.raises(PolicyError, match=r"in force on 2024-12-31; .* takes effect on 2025-01-01"):
        file_at(in_use, datetime(2024, 12, 31, tzinfo=UTC))


def test_two_versions_of_one_date_are_refused(in_use):
    """Both are named."""
    version(in_use.parent, "v2b", "2025-07-01")
    with pytest.raises(PolicyError, match=r"v2\.yaml, v2b\.yaml all take effect on 2025-07-01"):
        file_at(in_use, datetime(2025, 8, 1, tzinfo=UTC))
