"""The real Chromium of these tests: started once per file, with the graphics of the machine or with graphics in software."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.conftest import ServersUsed

CHROMIUM: Final = Path("/usr/bin/chromium")
PLAIN: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
BLIND: Final = (*PLAIN, "--disable-3d-apis")
"""Without WebGL."""
DRAWING: Final = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking",
)  # fmt: skip
"""With WebGL on the processor, the same picture on every machine."""
PATIENCE_MS: Final = 60_000
"""How long anything is waited for: machines that run much else at the same time are slow."""


@contextmanager
def started(playwright: Playwright, flags: tuple[str, ...] = PLAIN) -> Iterator[Browser]:
    """A browser, closed at the end with all its pages."""
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(flags))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing. Hint: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, servers_used: ServersUsed) -> Iterator[Browser]:
    """For pages whose maps nobody looks at closely."""
    with started(playwright) as browser:
        servers_used.add(f"Chromium {browser.version}")
        yield browser


@pytest.fixture(scope="module")
def browser(playwright: Playwright, servers_used: ServersUsed) -> Iterator[Browser]:
    """For maps."""
    with started(playwright, DRAWING) as browser:
        servers_used.add(f"Chromium {browser.version}")
        yield browser
