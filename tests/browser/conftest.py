"""What all tests in a browser share."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PATIENCE_MS, browser, chromium, playwright
from tests.browser.line_host import host
from tests.browser.map_screen import kinds_address, kinds_screen, kinds_shown

__all__ = ["browser", "chromium", "host", "kinds_address", "kinds_screen", "kinds_shown", "playwright"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that waits several times has as long as a loaded machine needs."""
    for item in items:
        if item.path.parent == Path(__file__).parent and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(4 * PATIENCE_MS / 1000))


@pytest.fixture(autouse=True)
def patience() -> None:
    """Whatever a page is to show has this long."""
    expect.set_options(timeout=PATIENCE_MS)
