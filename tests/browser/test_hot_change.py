"""A city's files change while a wall hangs there, and nobody touches it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.broker.process import free_port
from tests.browser.test_wall import DRIVER, FLAGS, PATIENCE_MS
from tests.cities.line import TINY
from tests.conftest import ServersUsed
from tests.running import cockpit

pytestmark = pytest.mark.browser

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def chromium(servers_used: ServersUsed) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        servers_used.add(f"Chromium {browser.version}")
        yield browser
        browser.close()


def test_a_wall_turns_to_what_the_files_say(chromium: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    board, slot = folder / "boards" / "city.yaml", folder / "slots" / "hotline.yaml"
    said: list[str] = []
    with cockpit("serve", str(folder), state=tmp_path / "state", port=free_port()) as running:
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{running.address}/?lang=en", wait_until="commit")
        expect(page.locator("#app .header-title")).to_have_text("City overview")
        page.wait_for_function("window.Cockpit.live.have().seq !== null")
        slot.write_text(slot.read_text("utf-8").replace("lateness: 10m", "lateness: soon"), "utf-8")
        expect(page.locator("#app .aside")).to_be_visible()
        expect(page.locator("#app .aside")).to_contain_text("mistakes in the city's files")
        assert "slots/hotline.yaml" in (page.locator("#app .aside").get_attribute("title") or "")
        slot.write_text(slot.read_text("utf-8").replace("lateness: soon", "lateness: 20m"), "utf-8")
        expect(page.locator("#app .aside")).to_be_hidden()
        board.write_text(board.read_text("utf-8").replace("en: City overview", "en: Another overview"), "utf-8")
        expect(page.locator("#app .header-title")).to_have_text("Another overview", timeout=3 * PATIENCE_MS)
        page.wait_for_function("window.Cockpit.live.have().seq !== null")
        page.close()
    assert not [text for text in said if not any(words in text for words in DRIVER)]
