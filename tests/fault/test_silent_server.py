"""A screen whose server is frozen or killed says so by itself, and lives again without a touch."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.broker.process import free_port
from tests.conftest import ServersUsed
from tests.fault.moments import PATIENCE_S
from tests.running import ROOT, Cockpit, cockpit

pytestmark = [pytest.mark.fault, pytest.mark.browser, pytest.mark.timeout(1800)]

CITY = str(ROOT / "tests" / "cities" / "tiny")
STATUSES = "() => [...document.querySelectorAll('#app .panel')].filter(p => p.offsetParent).map(p => p.dataset.status)"
LIVE, OLD = {"live", "missing"}, {"stale", "missing"}
LONG = bool(os.environ.get("COCKPIT_TEST_LONG"))


@pytest.fixture(scope="module")
def chromium(servers_used: ServersUsed) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        servers_used.add(f"Chromium {browser.version}")
        yield browser
        browser.close()


def until(page: Page, statuses: set[str], least: str, within_s: float = PATIENCE_S) -> None:
    """Blocks until every panel shows one of these, and at least one `least`. In the full form within so many seconds."""
    began = time.monotonic()
    while (took_s := time.monotonic() - began) < PATIENCE_S:
        shown = page.evaluate(STATUSES)
        if shown and set(shown) <= statuses and least in shown:
            assert took_s <= within_s or not LONG, f"it took {took_s:.1f} s instead of {within_s:g}"
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"after {PATIENCE_S:.0f} s the panels show {page.evaluate(STATUSES)}, not {statuses}")


def tell(running: Cockpit) -> None:
    """Something new for every slot of the board."""
    now = datetime.now(UTC).isoformat()
    call = {"id": now, "created_at": now, "district": "770101", "category": "noise", "wait_s": 1.0, "stars": 5}
    bus = {"id": "v1", "at": int(time.time() * 1000), "kind": "bus", "lon": 120.11, "lat": 30.02}
    for topic, record in (("city.hotline", call), ("city.vehicles", bus)):
        httpx.post(f"{running.address}/api/v1/topics/{topic}/records", content=json.dumps(record)).raise_for_status()


def test_frozen_and_killed_servers_are_seen_and_come_back(chromium: Browser, tmp_path: Path) -> None:
    port = free_port()
    page = chromium.new_page(viewport={"width": 1920, "height": 1080})
    with cockpit("serve", CITY, state=tmp_path, port=port) as running:
        tell(running)
        page.goto(f"{running.address}/board/city")
        until(page, LIVE, "live")

        running.process.send_signal(signal.SIGSTOP)
        until(page, OLD, "stale", 8)  # a heartbeat comes every 5 s
        page.wait_for_timeout(3000)
        assert set(page.evaluate(STATUSES)) <= OLD, "trying again is no sign of life"
        running.process.send_signal(signal.SIGCONT)
        tell(running)
        until(page, LIVE, "live", 15)

        running.kill()
        until(page, OLD, "stale", 5)
    with cockpit("serve", CITY, state=tmp_path, port=port) as running:
        tell(running)
        until(page, LIVE, "live", 15)
    page.close()
