"""Every state of a message, rendered by a real browser."""

from __future__ import annotations

import os

import httpx
import pytest
from PIL import Image

from tests.slack.pictures import WIDTHS, browser, shoot, shown

MIN_COLOURS = 12
PALE = 240
"""No darker than the shadow of a form on white."""


@pytest.fixture(scope="module")
def page():
    """The address of a channel that holds every state."""
    if browser() is None:
        reason = "no browser to render the page: install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with shown() as url:
        yield url


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_page_fits_its_width(page, width, tmp_path):
    """Nothing runs over the edge, in a wide window or on a phone; signs and buttons have colour."""
    path = tmp_path / "page.png"
    shoot(page, width, path)
    with Image.open(path) as picture:
        shot = picture.convert("RGB")
    assert shot.width == width
    assert shot.height > width
    assert len(shot.getcolors(1 << 24)) >= MIN_COLOURS
    edge = shot.crop((width - 3, 60, width, shot.height)).convert("L").getextrema()
    assert edge[0] >= PALE, "something reaches over the right edge"


def test_page_shows_every_state(page):
    """From blocked to cleared, alone and in a group; the command's answer and both forms."""
    said = httpx.get(page).text
    for words in (
        "is blocked in 2-Diagnose",
        "1 earlier form",
        "is clear after 2 h 5 min",
        "passes on purpose",
        "is no longer blocked",
        "8 of these 9 deals are still blocked",
        "Reduced mode AG",
        "Before 3-Solution it also needs",
        "Save as a note",
        "Record a deviation",
        "&lt;!channel&gt;",
    ):
        assert words in said
    assert "<script" not in said
