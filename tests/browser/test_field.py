"""A unit in the field: what it does arrives once, whatever connection, page and server do."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.field_place import Place, place

__all__ = ["place"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def png() -> bytes:
    """A small picture, red."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\xe0\x20\x20" * 40 for _ in range(30))
    head = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PHOTO: Final[Any] = {"name": "scene.png", "mimeType": "image/png", "buffer": png()}


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    with closing(chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)) as context:
        yield context


def opened(phone: BrowserContext, place: Place, unit: str) -> Page:
    """The page of a unit, once it is kept by the browser."""
    page = phone.new_page()
    page.goto(f"{place.address}/field?unit={unit}")
    expect(page.locator(".f-line")).to_contain_text("在线")
    page.wait_for_function("async () => (await (await caches.open('cockpit-field-page')).keys()).length > 5")
    return page


def card(page: Page, order: str) -> Any:
    return page.locator(".f-card", has_text=order)


def step(page: Page, order: str, verb: str) -> None:
    card(page, order).locator(f"button[data-verb={verb}]").click()


def report_done(page: Page, order: str, words: str) -> None:
    """Says what was done, with a photo."""
    step(page, order, "complete")
    page.locator(".f-sheet textarea").fill(words)
    page.locator(".f-sheet input[type=file]").set_input_files(files=[PHOTO])
    expect(page.locator(".f-photo img")).to_be_visible()
    page.locator(".f-sheet button[type=submit]").click()
    expect(page.locator(".f-sheet")).to_have_count(0)


def settled(page: Page) -> None:
    """Nothing waits any more."""
    expect(page.locator(".f-line")).to_have_text("在线")


def said_with(place: Place, order: str, verb: str) -> dict[str, Any]:
    """What the journal keeps of the verb, which stands there once."""
    (row,) = [row for row in place.desk.get("/journal", subject=order)["rows"] if row["verb"] == verb]
    found: dict[str, Any] = row["body"]
    return found


def test_a_unit_that_leads_without_an_order_is_told_so(place: Place, phone: BrowserContext) -> None:
    title = "桥下积水"
    incident = place.desk.post("/incidents", {"title": title, "category": "roads", "region": "770201"})["number"]
    for verb, said in (("accept", {}), ("file", {}), ("dispatch", {"unit": "U3"})):
        place.desk.post(f"/incidents/{incident}/{verb}", said)
    page = opened(phone, place, "U3")
    expect(page.locator(".f-led-row", has_text=title)).to_contain_text("已派遣")
    expect(page.locator(".f-none")).to_contain_text("有主办的事件")
    order = place.desk.post("/orders", {"unit": "U3", "text": "排水", "incident": incident, "reason": "就近"})["number"]
    place.desk.post(f"/orders/{order}/issue", {})
    expect(card(page, order)).to_be_visible()
    expect(page.locator(".f-led")).to_be_hidden()


def test_a_unit_signs_goes_arrives_and_reports_with_a_photo(place: Place, phone: BrowserContext) -> None:
    _, order = place.desk.ordered("U1")
    page = opened(phone, place, "U1")
    expect(card(page, order)).to_contain_text("立即前往：井盖破损")
    for verb, state in (("sign", "已签收"), ("depart", "前往中"), ("arrive", "已到场")):
        step(page, order, verb)
        expect(card(page, order).locator(".f-state")).to_have_text(state)
    report_done(page, order, "井盖已更换")
    expect(page.locator(".f-over")).to_contain_text("井盖破损")
    settled(page)
    assert place.desk.get(f"/orders/{order}")["state"] == "DONE"
    done = said_with(place, order, "complete")
    assert done["opinion"] == "井盖已更换"
    (name,) = done["attachments"]
    assert re.fullmatch(r"[0-9a-f]{64}\.jpg", name)
    shown = page.request.get(f"{place.address}/api/v1/attachments/{name}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")


def test_without_a_line_all_is_kept_over_a_reload_and_sent_once(place: Place, phone: BrowserContext) -> None:
    _, order = place.desk.ordered("U1", "路灯不亮")
    page = opened(phone, place, "U1")
    expect(card(page, order)).to_be_visible(timeout=20_000)
    settled(page)
    phone.set_offline(True)
    for verb in ("sign", "depart", "arrive"):
        step(page, order, verb)
    report_done(page, order, "已更换灯泡")
    expect(page.locator(".f-line")).to_contain_text("4 条待发送")
    page.reload()
    expect(page.locator(".f-line")).to_contain_text("无连接 · 4 条待发送")
    expect(card(page, order)).to_contain_text("签收 → 出发 → 到达现场 → 完成")
    expect(card(page, order).locator(".f-state")).to_have_text("已完成")
    assert place.desk.get(f"/orders/{order}")["state"] in ("SENT", "DELIVERED")
    phone.set_offline(False)
    expect(page.locator(".f-over")).to_contain_text("路灯不亮")
    settled(page)
    verbs = place.desk.verbs(order)
    assert verbs.count("read") == 1  # whenever it was
    verbs.remove("read")
    assert verbs == ["draft", "issue", "send", "deliver", "sign", "depart", "arrive", "complete"]
    assert len(said_with(place, order, "complete")["attachments"]) == 1


def test_a_killed_server_loses_and_doubles_nothing(place: Place, phone: BrowserContext) -> None:
    _, order = place.desk.ordered("U2", "水管漏水")
    page = opened(phone, place, "U2")
    step(page, order, "sign")
    place.kill()
    step(page, order, "assist")
    page.locator(".f-sheet textarea").fill("需要抽水泵")
    page.locator(".f-sheet button[type=submit]").click()
    step(page, order, "depart")
    expect(page.locator(".f-line")).to_contain_text("待发送")
    page.reload()
    expect(card(page, order)).to_contain_text("已请求支援")
    place.start()
    settled(page)
    verbs = place.desk.verbs(order)
    assert [verbs.count(verb) for verb in ("sign", "assist", "depart")] == [1, 1, 1]
    assert place.desk.get(f"/orders/{order}")["state"] == "EN_ROUTE"


LOSE_ONE_ANSWER = """() => {
  const real = window.fetch;
  window.lost = 0;
  window.fetch = async (path, asked) => {
    const answer = await real(path, asked);
    if (window.lost || !String(path).endsWith("/sign")) return answer;
    window.lost += 1;
    throw new TypeError("the line broke");
  };
}"""
"""The server acts, and its first answer never arrives. In the page, because routes do not reach past a service worker."""


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_happens_twice(place: Place, phone: BrowserContext) -> None:
    _, order = place.desk.ordered("U3", "树木倒伏", region="770201")
    page = opened(phone, place, "U3")
    page.evaluate(LOSE_ONE_ANSWER)
    step(page, order, "sign")
    expect(card(page, order).locator(".f-state")).to_have_text("已签收")
    settled(page)
    assert page.evaluate("window.lost") == 1
    assert place.desk.verbs(order).count("sign") == 1


def test_what_the_server_will_not_have_is_said_with_its_words(place: Place, phone: BrowserContext) -> None:
    _, order = place.desk.ordered("U3", "广告牌松动", region="770201")
    page = opened(phone, place, "U3")
    expect(card(page, order)).to_be_visible(timeout=20_000)
    settled(page)
    phone.set_offline(True)
    step(page, order, "sign")
    expect(page.locator(".f-line")).to_contain_text("1 条待发送")
    place.desk.post(f"/orders/{order}/refuse", {"reason": "车辆故障"}, {"name": "U3", "role": "unit"})
    phone.set_offline(False)
    note = page.locator(".f-note")
    expect(note).to_contain_text("未被接受：签收")
    expect(note).to_contain_text("REFUSED")
    note.locator("button").first.click()
    expect(page.locator(".f-note")).to_have_count(0)
    assert "sign" not in place.desk.verbs(order)


def test_a_broadcast_is_read_and_says_so(place: Place, phone: BrowserContext) -> None:
    number = place.desk.post("/broadcasts", {"text": "暴雨橙色预警，注意安全", "to": ["U1"]})["number"]
    page = opened(phone, place, "U1")
    row = page.locator(".f-news-row", has_text="暴雨橙色预警")
    row.locator("button").click()
    expect(row).to_contain_text("已回执")
    settled(page)
    page.wait_for_function(
        "async (path) => (await (await fetch(path)).json()).read === 1", arg=f"/api/v1/broadcasts/{number}", timeout=20_000
    )
