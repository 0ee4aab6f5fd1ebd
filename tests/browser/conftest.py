"""What all tests in a browser share."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PATIENCE_MS, browser, chromium, playwright

__all__ = ["browser", "chromium", "playwright"]

pytest.register_assert_rewrite("tests.browser.duty_desk", "tests.browser.watched")


@pytest.fixture(autouse=True)
def patience() -> None:
    """Whatever a page is to show has this long."""
    expect.set_options(timeout=PATIENCE_MS)
