"""The duty desk in real Chromium: a bad line, a refusal, a list that keeps still, and that everybody can read it."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from cockpit.dispatch.standing import moments
from tests.browser.axe import complaints
from tests.browser.duty_desk import address, context, desk, opened, page, reported, state
from tests.clocks import PAIRS
from tests.dispatch_city import Desk
from tests.line import NOON

__all__ = ["address", "context", "desk", "page"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CUT: Final = """() => [...document.querySelectorAll(".duty-head *, .duty-acts *, .duty-tabs *, .duty-clocks *")]
  .filter(node => node.childElementCount === 0 && node.textContent.trim() && node.checkVisibility() && node.tagName !== "OPTION")
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
  .map(([node]) => node.textContent)"""
SMALL: Final = """() => [...document.querySelectorAll("#duty button, #duty a, #duty select, #duty input, #duty summary")]
  .filter(node => !node.closest(".city-map") && !["radio", "checkbox"].includes(node.type))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([node, box]) => `${node.className} ${node.textContent}: ${box.width} × ${box.height}`)"""


def test_wall_desk_and_leader_tell_the_same_time_left(page: Page, desk: Desk, address: str, context: BrowserContext) -> None:
    one, two = reported(desk, "桥面塌陷", priority="URGENT", category="bridges"), reported(desk, "护坡滑动", priority="URGENT")
    wall, leader = context.new_page(), context.new_page()
    wall.goto(f"{address}/board/command?lang=zh&screen=wall")
    leader.goto(f"{address}/leader?lang=zh")
    everywhere = [
        page.locator(f"#row-{one} .duty-row-left"),
        wall.locator(".inc", has_text="桥面塌陷").locator(".inc-left"),
        leader.locator(".l-row", has_text="桥面塌陷").locator(".l-left"),
    ]
    for place in everywhere:
        expect(place).to_have_text(re.compile("^剩 1[12] 小时"))  # the whole: its step ends a day later
    leader.locator(".l-row", has_text="护坡滑动").locator("button").click()
    until = leader.locator(".l-facts dd").last
    expect(until).to_contain_text("剩")
    before = until.inner_text()
    leader.wait_for_function("before => [...document.querySelectorAll('.l-facts dd')].at(-1).textContent !== before", arg=before)
    desk.post(f"/incidents/{two}/accept")
    expect(leader.locator(".l-facts")).to_contain_text("已受理")
    leader.get_by_role("button", name="返回").click()
    said = {"dispatch": {"unit": "U1"}, "suspend": {"reason": "等待材料"}}
    for verb in ("accept", "file", "dispatch", "sign", "start", "suspend", "approve"):
        desk.post(f"/incidents/{one}/{verb}", said.get(verb, {}))
    for place in everywhere:
        expect(place).to_have_text("计时暂停")
    wall.close()
    leader.close()


def test_without_a_line_nothing_is_lost_over_a_reload_and_all_is_done_once(page: Page, desk: Desk) -> None:
    number = reported(desk, "树木倒伏")
    opened(page, number)

    def cut(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    page.route("**/api/v1/**", cut)
    page.locator("[data-verb=accept]").wait_for()
    page.keyboard.press("a")
    expect(page.locator(".duty-waits")).to_contain_text("等待发送")
    expect(page.locator(".duty-queue")).to_contain_text("1 项等待发送")
    expect(page.locator(f"#row-{number} .duty-tag[data-kind=waiting]")).to_be_visible()
    page.reload()
    expect(page.locator(".duty-queue")).to_contain_text("受理")
    page.unroute("**/api/v1/**")
    page.evaluate("Duty.line.send()")
    state(page, "已受理")
    expect(page.locator(".duty-queue")).to_be_hidden()
    assert desk.verbs(number) == ["receive", "accept"]


def test_what_somebody_else_did_first_is_refused_with_what_is_legal_now(page: Page, desk: Desk) -> None:
    number = reported(desk, "垃圾未清运")
    opened(page, number)
    page.locator("[data-verb=accept]").wait_for()
    page.route("**/api/v1/duty*", lambda route: route.abort())
    desk.post(f"/incidents/{number}/accept")
    page.keyboard.press("a")
    expect(page.locator(".duty-queued")).to_contain_text("现在可以: 立案")
    state(page, "已受理")
    page.locator(".duty-queued button").click()
    expect(page.locator(".duty-queued")).to_have_count(0)
    expect(page.locator(".duty-lost")).to_contain_text("与服务器的连接中断")
    page.unroute("**/api/v1/duty*")
    expect(page.locator(".duty-lost")).to_be_hidden()


def test_the_list_keeps_still_while_it_is_read(page: Page, desk: Desk) -> None:
    first = reported(desk, "公交站台破损")
    expect(page.locator(f"#row-{first}")).to_be_visible()
    page.locator(".duty-rows").hover()
    page.keyboard.press("j")
    before = page.evaluate("Duty.list.shown().join()")
    urgent = reported(desk, "燃气泄漏", priority="URGENT", category="gas")
    page.evaluate("Duty.store.again()")
    for _ in range(3):
        page.locator(".duty-rows").hover(position={"x": 40, "y": 30 + _})
        page.wait_for_timeout(100)
    expect(page.locator(".duty-again")).to_be_visible()
    assert page.evaluate("Duty.list.shown().join()") == before
    page.keyboard.press("s")
    page.wait_for_function(
        "([one, other]) => Duty.list.shown().indexOf(one) < Duty.list.shown().indexOf(other)", arg=[urgent, first]
    )
    expect(page.locator(".duty-again")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("燃气")
    expect(page.locator(".duty-row")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(f"#row-{first}")).to_be_visible()
    expect(page.locator(f"#row-{first} .duty-row-what")).not_to_have_text(re.compile(r"\d\d:\d\d"))
    page.locator("body").hover(position={"x": 900, "y": 400})
    again = reported(desk, "公交站台破损")
    for number in (first, again):  # what has one name is told apart by when it was reported
        expect(page.locator(f"#row-{number} .duty-row-what")).to_have_text(re.compile(r"\d\d:\d\d"))


@pytest.mark.parametrize(
    ("size", "query"), [((1920, 1080), "lang=zh"), ((1366, 768), "lang=en&theme=light&screen=desk"), ((1180, 820), "lang=en")]
)
def test_everybody_can_read_and_reach_it(
    context: BrowserContext, address: str, desk: Desk, size: tuple[int, int], query: str
) -> None:
    number = reported(desk, "A street lamp that is out", description="words", priority="URGENT")
    desk.post("/orders", {"unit": "U2", "text": "go", "incident": number, "consequence": "grave", "reason": "near"})
    page = context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}/duty?{query}&incident={number}")
    expect(page.locator(".duty-facts")).to_be_visible()
    found = complaints(page)
    page.locator("body").press("2")
    page.locator("body").press("r")
    expect(page.locator(".duty-acts form")).to_be_visible()
    assert found + complaints(page) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(size)
    if size[0] < 1200:
        assert page.evaluate(SMALL) == []
    page.close()


def test_of_two_clocks_a_page_tells_the_one_that_the_server_does(page: Page) -> None:
    told = "([step, overall, now]) => [Cockpit.pressing({ step, overall }, now), Cockpit.lightOf(step, now)]"
    now_ms = NOON.timestamp() * 1000
    for one, other in PAIRS:
        assert page.evaluate(told, [moments(one), moments(other), now_ms]) == [moments(one), one.light]
        assert page.evaluate(told, [moments(other), moments(one), now_ms]) == [moments(one), other.light]


def test_the_keys_are_named(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator(".duty-keys")).to_be_visible()
