"""A city's files change while a wall hangs there, and nobody touches it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.broker.process import free_port
from tests.browser.chromium import PATIENCE_MS
from tests.browser.watched import Watched
from tests.cities.line import TINY
from tests.running import cockpit

pytestmark = pytest.mark.browser


def test_a_wall_turns_to_what_the_files_say(chromium: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    board, slot = folder / "boards" / "city.yaml", folder / "slots" / "hotline.yaml"
    with cockpit("serve", str(folder), state=tmp_path / "state", port=free_port()) as running:
        watched = Watched(running.address)
        page = watched.watch(chromium.new_page(viewport={"width": 1920, "height": 1080}))
        page.goto(f"{running.address}/?lang=en", wait_until="commit")
        expect(page.locator("#app .header-title")).to_have_text("City overview")
        page.wait_for_function("() => window.Cockpit.live.have().seq !== null")
        slot.write_text(slot.read_text("utf-8").replace("lateness: 10m", "lateness: soon"), "utf-8")
        expect(page.locator("#app .aside")).to_be_visible()
        expect(page.locator("#app .aside")).to_contain_text("mistakes in the city's files")
        assert "slots/hotline.yaml" in (page.locator("#app .aside").get_attribute("title") or "")
        slot.write_text(slot.read_text("utf-8").replace("lateness: soon", "lateness: 20m"), "utf-8")
        expect(page.locator("#app .aside")).to_be_hidden()
        board.write_text(board.read_text("utf-8").replace("en: City overview", "en: Another overview"), "utf-8")
        expect(page.locator("#app .header-title")).to_have_text("Another overview", timeout=3 * PATIENCE_MS)
        page.wait_for_function("() => window.Cockpit.live.have().seq !== null")
        page.close()
    assert watched.said == []
