"""The pages of a unit and of a leader on every shape of screen, and what a leader does: asks, approves, sees an exercise."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import complaints
from tests.browser.chromium import PATIENCE_MS
from tests.browser.field_place import Place, place
from tests.browser.watched import Watched

__all__ = ["place"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

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


class Tablet:
    """One page per address and language; they draw no maps, so all may be open."""

    def __init__(self, browser: Browser, place: Place) -> None:
        self._browser = browser
        self._place = place
        self._pages: dict[str, Page] = {}
        self.watched = Watched(place.address)

    def look(self, path: str, shape: str) -> Page:
        if path not in self._pages:
            page = self._pages[path] = self.watched.watch(self._browser.new_page(reduced_motion="reduce"))
            page.goto(f"{self._place.address}{path}")
            expect(page.locator(".f-line, .l-line").first).to_contain_text(re.compile("在线|实时|Online|live"))
        width, height = SHAPES[shape]
        self._pages[path].set_viewport_size({"width": width, "height": height})
        return self._pages[path]


@pytest.fixture(scope="module")
def tablet(chromium: Browser, place: Place) -> Tablet:
    place.desk.ordered("U1", "小区整片停电，电梯困人")
    place.desk.post("/broadcasts", {"text": "大风蓝色预警，高空作业暂停", "to": ["U1"]})
    return Tablet(chromium, place)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", ["/field?unit=U1&lang=zh", "/field?unit=U1&lang=en", "/leader?lang=zh", "/leader?lang=en"])
def test_nothing_is_cut_small_or_beside_the_screen(tablet: Tablet, path: str, shape: str) -> None:
    page = tablet.look(path, shape)
    expect(page.locator(".f-card, .l-row").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == SHAPES[shape][0]
    assert (page.evaluate(SMALL), page.evaluate(CUT)) == ([], [])
    tablet.watched.assert_clean()


@pytest.mark.parametrize("path", ["/field?unit=U1&lang=zh", "/leader?lang=zh"])
def test_everybody_can_read_and_reach_it(tablet: Tablet, path: str) -> None:
    page = tablet.look(path, "phone")
    assert complaints(page) == []


def test_a_leader_asks_and_somebody_else_lets_it_go_out(tablet: Tablet, place: Place) -> None:
    incident = place.desk.post("/incidents", {"title": "桥面塌陷", "category": "roads", "region": "770101"})["number"]
    page = tablet.look("/leader?lang=zh", "tablet")
    page.locator(".l-row", has_text="桥面塌陷").locator("button").click()
    page.get_by_role("button", name="请求派单").click()
    page.locator(".l-sheet select").select_option("U2")
    page.locator(".l-sheet textarea").fill("封闭桥面，疏散车辆")
    page.locator(".l-sheet input[type=checkbox]").check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".l-note")).to_contain_text("已请求，等待下达")
    (order,) = place.desk.get("/orders", incident=incident)["orders"]
    assert (order["state"], order["consequence"], order["author"]) == ("DRAFT", "grave", "分管领导")
    expect(page.locator(".l-approval", has_text="封闭桥面")).to_have_count(0)  # nobody approves what he has asked for himself


def test_a_leader_reads_which_unit_leads_not_which_was_ordered_last(tablet: Tablet, place: Place) -> None:
    incident, _ = place.desk.ordered("U1", "高架桥护栏变形")
    other = place.desk.post("/orders", {"unit": "U3", "text": "支援", "incident": incident, "reason": "支援"})["number"]
    place.desk.post(f"/orders/{other}/issue", {})
    page = tablet.look("/leader?lang=zh", "tablet")
    page.reload()
    row = page.locator(".l-row", has_text="高架桥护栏变形").locator(".l-where")
    expect(row).to_contain_text("东区抢修一队")
    expect(row).not_to_contain_text("西区抢修队")


OVER: Final = """() => [...document.querySelectorAll(".l-incident")].filter(row => {
  const boxes = ["b", "em", ".l-left"].map(part => row.querySelector(part))
    .filter(node => node.checkVisibility() && node.textContent).map(node => node.getBoundingClientRect());
  return boxes.some((one, i) => boxes.slice(i + 1).some(two =>
    one.right > two.left + 1 && two.right > one.left + 1 && one.bottom > two.top + 1 && two.bottom > one.top + 1));
}).map(row => row.textContent)"""
"""Rows in which title, badge and time lie over each other."""


def test_a_long_title_keeps_clear_of_its_badge_and_the_detail_begins_with_the_report(tablet: Tablet, place: Place) -> None:
    report = {"title": "超长标题" * 25, "category": "roads", "region": "770101", "priority": "URGENT"}
    incident = place.desk.post("/incidents", report)["number"]
    for verb, said in (("accept", {}), ("file", {}), ("dispatch", {"unit": "U2"})):
        place.desk.post(f"/incidents/{incident}/{verb}", said)
    order = place.desk.post("/orders", {"unit": "U2", "text": "封路", "incident": incident, "reason": "就近"})["number"]
    place.desk.post(f"/orders/{order}/issue", {})
    for shape in SHAPES:
        page = tablet.look("/leader?lang=zh", shape)
        row = page.locator(".l-row", has_text="超长标题")
        expect(row).to_be_visible()
        assert page.evaluate(OVER) == []
    row.locator("button").click()
    expect(page.locator(".l-steps li").last).to_contain_text("事件：上报")
    expect(page.locator(".l-steps")).to_contain_text("事件：派遣")
    expect(page.locator(".l-steps")).to_contain_text("指令：下发")
    page.get_by_role("button", name="返回").click()


def test_a_leader_approves_what_another_person_has_asked_for(tablet: Tablet, place: Place) -> None:
    draft = {"unit": "U3", "text": "疏散周边居民", "region": "770201", "consequence": "grave", "reason": "就近"}
    order = place.desk.post("/orders", draft, {"name": "dispatcher one", "role": "dispatcher"})["number"]
    page = tablet.look("/leader?lang=zh", "tablet")
    row = page.locator(".l-approval", has_text="疏散周边居民")
    row.get_by_role("button", name="批准", exact=True).click()
    expect(row).to_have_count(0)
    found = place.desk.get(f"/orders/{order}")
    assert (found["state"] in ("ISSUED", "SENT"), found["approver"]) == (True, "分管领导")


def test_an_exercise_is_written_across_every_screen(tablet: Tablet, place: Place) -> None:
    place.desk.post("/exercise/begin", {"title": "防汛演练"})
    board = tablet.look("/field?unit=U2&lang=en", "tablet")
    pages = [tablet.look("/field?unit=U1&lang=zh", "phone"), tablet.look("/leader?lang=zh", "phone"), board]
    board.goto(f"{place.address}/board/city?lang=en")
    try:
        for page in pages:
            expect(page.locator(".exercise-word")).to_be_visible()
        expect(pages[0].locator(".exercise-word")).to_contain_text("演练 · 非真实事件 · 防汛演练")
        expect(board.locator(".exercise-word")).to_contain_text("EXERCISE · NOT REAL")
    finally:
        place.desk.post("/exercise/end")
    for page in pages:
        expect(page.locator(".exercise-mark")).to_have_count(0)


COUNTED: Final = """total => {
  const more = document.querySelector(".inc-more:not([hidden])");
  return more && document.querySelectorAll(".inc").length + Number(more.textContent.match(/\\d+/)[0]) === total;
}"""


def test_a_wall_says_how_many_incidents_it_does_not_list(chromium: Browser, place: Place) -> None:
    for number in range(24):
        place.desk.post("/incidents", {"title": f"路灯不亮 {number}", "category": "roads", "region": "770101"})
    total = len(place.desk.get("/duty")["rows"])
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page.goto(f"{place.address}/board/command?lang=zh&screen=wall")
    expect(page.locator(".inc-more")).to_contain_text("未列出")
    page.wait_for_function(COUNTED, arg=total, timeout=PATIENCE_MS)
    page.close()
