"""A unit in the field and a leader with a tablet: what they do arrives once, whatever connection, page and server do."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.broker.process import free_port
from tests.conftest import ServersUsed
from tests.dispatch_city import Desk, dispatch_city
from tests.running import Cockpit, cockpit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
SHAPES: Final = {"phone": (390, 844), "upright": (820, 1180), "tablet": (1180, 820)}

SMALL: Final = """() => [...document.querySelectorAll("button, a, summary, input:not([type=file])")]
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && (box.width < 43.5 || box.height < 43.5) && node.type !== "checkbox")
  .map(([node, box]) => `${node.className} ${node.textContent}: ${box.width} × ${box.height}`)"""
"""What a finger may press that is less than 44 px wide or high."""

CUT: Final = """() => [...document.querySelectorAll("#field *, #leader *")]
  .filter(node => node.childElementCount === 0 && node.textContent.trim() && node.checkVisibility())
  .filter(node => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
  .filter(node => getComputedStyle(node).overflow !== "visible")
  .map(node => node.textContent)"""
"""Texts that are not seen whole."""


def png() -> bytes:
    """A small picture, red."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\xe0\x20\x20" * 40 for _ in range(30))
    head = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PHOTO: Final[Any] = {"name": "scene.png", "mimeType": "image/png", "buffer": png()}


class Place:
    """A served city that can be killed and started again, with its desk."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.desk = Desk(self.address)
        self._folder = folder
        self._state = state
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        self._server: Cockpit = self._running.enter_context(
            cockpit("serve", str(self._folder), state=self._state, port=self.port)
        )

    def kill(self) -> None:
        self._server.kill()
        self._running.close()

    def close(self) -> None:
        self.desk.close()
        self._running.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    base = tmp_path_factory.mktemp("field")
    with closing(Place(dispatch_city(base / "city"), base / "state")) as found:
        yield found


@pytest.fixture(scope="module")
def chromium(servers_used: ServersUsed) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        servers_used.add(f"Chromium {browser.version}")
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    with closing(chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)) as context:
        yield context


def opened(phone: BrowserContext, place: Place, unit: str) -> Page:
    """The page of a unit, once it is kept by the browser."""
    page = phone.new_page()
    page.goto(f"{place.address}/field?unit={unit}")
    expect(page.locator(".f-line")).to_contain_text("在线", timeout=20_000)
    page.wait_for_function("async () => (await (await caches.open('cockpit-field-page')).keys()).length > 5", timeout=20_000)
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
    expect(page.locator(".f-line")).to_have_text("在线", timeout=30_000)


def said_with(place: Place, order: str, verb: str) -> dict[str, Any]:
    """What the journal keeps of the verb, which stands there once."""
    (row,) = [row for row in place.desk.get("/journal", subject=order)["rows"] if row["verb"] == verb]
    found: dict[str, Any] = row["body"]
    return found


def test_a_unit_signs_goes_arrives_and_reports_with_a_photo(place: Place, phone: BrowserContext) -> None:
    _, order = place.desk.ordered("U1")
    page = opened(phone, place, "U1")
    expect(card(page, order)).to_contain_text("立即前往：井盖破损")
    for verb, state in (("sign", "已签收"), ("depart", "前往中"), ("arrive", "现场处置")):
        step(page, order, verb)
        expect(card(page, order).locator(".f-state")).to_have_text(state)
    report_done(page, order, "井盖已更换")
    expect(page.locator(".f-over")).to_contain_text("井盖破损", timeout=20_000)
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
    expect(page.locator(".f-line")).to_contain_text("无连接 · 4 条待发送", timeout=20_000)
    expect(card(page, order)).to_contain_text("签收 → 出发 → 到达现场 → 完成")
    expect(card(page, order).locator(".f-state")).to_have_text("已完成")
    assert place.desk.get(f"/orders/{order}")["state"] in ("SENT", "DELIVERED")
    phone.set_offline(False)
    expect(page.locator(".f-over")).to_contain_text("路灯不亮", timeout=30_000)
    settled(page)
    verbs = place.desk.verbs(order)
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
    expect(page.locator(".f-line")).to_contain_text("待发送", timeout=20_000)
    page.reload()
    expect(card(page, order)).to_contain_text("已请求支援", timeout=20_000)
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
    expect(note).to_contain_text("未被接受：签收", timeout=30_000)
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


class Tablet:
    """One page per address and language, whose console is listened to."""

    def __init__(self, browser: Browser, place: Place) -> None:
        self._browser = browser
        self._place = place
        self._pages: dict[str, Page] = {}
        self.said: list[str] = []

    def look(self, path: str, shape: str) -> Page:
        if path not in self._pages:
            page = self._pages[path] = self._browser.new_page(reduced_motion="reduce")
            page.on("console", self._heard)
            page.on("pageerror", lambda error: self.said.append(str(error)))
            page.on("request", lambda request: self._asked(request.url))
            page.goto(f"{self._place.address}{path}")
            expect(page.locator(".f-line, .l-line").first).to_contain_text(re.compile("在线|实时|Online|live"), timeout=20_000)
        width, height = SHAPES[shape]
        self._pages[path].set_viewport_size({"width": width, "height": height})
        return self._pages[path]

    def _heard(self, message: ConsoleMessage) -> None:
        self.said.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self._place.address}/", "data:", "blob:")):
            self.said.append(f"asked {url}")


@pytest.fixture(scope="module")
def tablet(chromium: Browser, place: Place) -> Tablet:
    place.desk.ordered("U1", "小区整片停电，电梯困人")
    place.desk.post("/broadcasts", {"text": "大风蓝色预警，高空作业暂停", "to": ["U1"]})
    return Tablet(chromium, place)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", ["/field?unit=U1&lang=zh", "/field?unit=U1&lang=en", "/leader?lang=zh", "/leader?lang=en"])
def test_nothing_is_cut_small_or_beside_the_screen(tablet: Tablet, path: str, shape: str) -> None:
    page = tablet.look(path, shape)
    expect(page.locator(".f-card, .l-row").first).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") == SHAPES[shape][0]
    assert (page.evaluate(SMALL), page.evaluate(CUT)) == ([], [])
    assert tablet.said == []


@pytest.mark.parametrize("path", ["/field?unit=U1&lang=zh", "/leader?lang=zh"])
def test_everybody_can_read_and_reach_it(tablet: Tablet, path: str) -> None:
    page = tablet.look(path, "phone")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


def test_a_leader_asks_and_somebody_else_lets_it_go_out(tablet: Tablet, place: Place) -> None:
    incident = place.desk.post("/incidents", {"title": "桥面塌陷", "category": "roads", "region": "770101"})["number"]
    page = tablet.look("/leader?lang=zh", "tablet")
    page.locator(".l-row", has_text="桥面塌陷").locator("button").click(timeout=20_000)
    page.get_by_role("button", name="请求派单").click()
    page.locator(".l-sheet select").select_option("U2")
    page.locator(".l-sheet textarea").fill("封闭桥面，疏散车辆")
    page.locator(".l-sheet input[type=checkbox]").check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".l-note")).to_contain_text("已请求，等待下达", timeout=20_000)
    (order,) = place.desk.get("/orders", incident=incident)["orders"]
    assert (order["state"], order["consequence"], order["author"]) == ("DRAFT", "grave", "分管领导")
    expect(page.locator(".l-approval", has_text="封闭桥面")).to_have_count(0)  # nobody approves what he has asked for himself


def test_a_leader_approves_what_another_person_has_asked_for(tablet: Tablet, place: Place) -> None:
    draft = {"unit": "U3", "text": "疏散周边居民", "region": "770201", "consequence": "grave", "reason": "就近"}
    order = place.desk.post("/orders", draft, {"name": "dispatcher one", "role": "dispatcher"})["number"]
    page = tablet.look("/leader?lang=zh", "tablet")
    row = page.locator(".l-approval", has_text="疏散周边居民")
    row.get_by_role("button", name="批准", exact=True).click(timeout=20_000)
    expect(row).to_have_count(0, timeout=20_000)
    found = place.desk.get(f"/orders/{order}")
    assert (found["state"] in ("ISSUED", "SENT"), found["approver"]) == (True, "分管领导")


def test_an_exercise_is_written_across_every_screen(tablet: Tablet, place: Place) -> None:
    place.desk.post("/exercise/begin", {"title": "防汛演练"})
    board = tablet.look("/field?unit=U2&lang=en", "tablet")
    pages = [tablet.look("/field?unit=U1&lang=zh", "phone"), tablet.look("/leader?lang=zh", "phone"), board]
    board.goto(f"{place.address}/board/city?lang=en")
    try:
        for page in pages:
            expect(page.locator(".exercise-word")).to_be_visible(timeout=20_000)
        expect(pages[0].locator(".exercise-word")).to_contain_text("演练 · 非真实事件 · 防汛演练")
        expect(board.locator(".exercise-word")).to_contain_text("EXERCISE · NOT REAL")
    finally:
        place.desk.post("/exercise/end")
    for page in pages:
        expect(page.locator(".exercise-mark")).to_have_count(0, timeout=20_000)
