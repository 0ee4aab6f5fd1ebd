"""The duty desk of a served city in real Chromium: its pages, and what a test says and does at one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.broker.process import free_port
from tests.browser.chromium import PATIENCE_MS
from tests.browser.watched import Watched
from tests.dispatch_city import Desk, dispatch_city
from tests.running import cockpit

MORE: Final = """unit_positions: vehicles
limits:
  overall: 5d
  rules:
    - {category: [bridges], clock: natural, overall: 12h, steps: {REPORTED: 2d, ACCEPTED: 2d}}
    - {priority: [URGENT], clock: natural, overall: 12h, steps: {REPORTED: 5m, ACCEPTED: 5m, FILED: 5m}}
"""
PLAN: Final = """plan: any_urgent
title: {zh: 紧急处置流程, en: Urgent}
version: "1"
level: 4
match: {priority: [URGENT]}
steps:
  - {name: verify, title: {zh: 电话核实, en: Call back}, role: registrar, within: 5m}
  - {name: follow_up, title: {zh: 回访, en: Follow up}, role: registrar, within: 1d, after: [verify]}
"""
TEMPLATE: Final = """template: storm
title: {zh: 暴雨预警, en: Storm}
text: {zh: "{place}暴雨：{title}", en: "Storm in {place}: {title}"}
to: [patrol]
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served city with three units, two of them seen lately, limits and a plan."""
    base = tmp_path_factory.mktemp("duty")
    folder = dispatch_city(base / "city", MORE)
    (folder / "plans").mkdir()
    (folder / "plans" / "any_urgent.yaml").write_text(PLAN, "utf-8")
    (folder / "messages").mkdir()
    (folder / "messages" / "storm.yaml").write_text(TEMPLATE, "utf-8")
    with cockpit("serve", str(folder), state=base / "state", port=free_port()) as served:
        yield served.address


@pytest.fixture(scope="module")
def desk(address: str) -> Iterator[Desk]:
    with closing(Desk(address)) as found:
        yield found


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with closing(chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")) as found:
        found.set_default_timeout(PATIENCE_MS)
        yield found


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """A desk where nobody has sat yet. At the end no error was left uncaught, and nobody else was asked."""
    watched = Watched(address)
    found = watched.watch(context.new_page())
    found.goto(f"{address}/duty")
    expect(found.locator(".duty-city")).to_be_visible()
    yield found
    found.evaluate("localStorage.clear(); sessionStorage.clear()")
    found.close()
    assert (watched.errors, watched.foreign) == ([], []), (watched.errors, watched.foreign)


def seen(address: str) -> None:
    """Two of the units say where they are."""
    now_ms = time.time() * 1000
    lines = "\n".join(
        f'{{"id": "{unit}", "at": {now_ms}, "kind": "patrol", "lon": {lon}, "lat": 30.02}}'
        for unit, lon in (("U1", 120.151), ("U2", 120.17))
    )
    httpx.post(f"{address}/api/v1/topics/city.vehicles/records", content=lines).raise_for_status()


def reported(desk: Desk, title: str, **more: object) -> str:
    body = {"title": title, "category": "roads", "lon": 120.15, "lat": 30.02, **more}
    number: str = desk.post("/incidents", body)["number"]
    return number


def ordered(desk: Desk, title: str, unit: str, **more: object) -> str:
    """An incident with a place that was dispatched and ordered to a unit."""
    number = reported(desk, title)
    for verb, said in (("accept", {}), ("file", {}), ("dispatch", {"unit": unit})):
        desk.post(f"/incidents/{number}/{verb}", said)
    order = desk.post("/orders", {"unit": unit, "text": "立即前往", "incident": number, "reason": "就近", **more})
    desk.post(f"/orders/{order['number']}/issue", {})
    return number


def opened(page: Page, number: str) -> None:
    page.evaluate("number => Duty.store.open(number)", number)
    expect(page.locator(".duty-under")).to_contain_text(number)


def state(page: Page, words: str) -> None:
    expect(page.locator(".duty-way [data-step=here] span")).to_have_text(words)
