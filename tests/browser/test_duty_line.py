"""The duty desk in real Chromium: a bad line, a refusal, a list that keeps still, and that everybody can read it."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.axe import complaints
from tests.browser.duty_desk import address, context, desk, opened, page, reported, state
from tests.dispatch_city import Desk

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


def test_the_keys_are_named(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator(".duty-keys")).to_be_visible()
