"""Orders on the duty desk in real Chromium: what was on screen, what runs on when its incident ends, whose they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.duty_desk import address, context, desk, opened, ordered, page, reported, seen, state
from tests.dispatch_city import Desk

__all__ = ["address", "context", "desk", "page"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_an_order_keeps_what_was_on_screen_when_it_was_given(page: Page, desk: Desk) -> None:
    screen = {"board": "command", "query": "region=77&window=today&lang=zh"}
    number = ordered(desk, "路面塌陷", "U2", screen=screen)
    (order,) = desk.get("/orders", incident=number)["orders"]
    page.wait_for_function("async (n) => (await fetch(`/api/v1/orders/${n}/screen`)).ok", arg=order["number"])
    opened(page, number)
    page.locator("body").press("2")
    page.get_by_role("button", name="下令时的画面").press("Enter")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("指挥调度")
    expect(dialog.locator(".duty-screen-panels")).to_contain_text("上报")
    expect(dialog.locator(".duty-screen-foot")).to_contain_text("封印")
    page.keyboard.press("Escape")
    opened(page, ordered(desk, "树木倒伏", "U2"))
    page.get_by_role("button", name="下令时的画面").press("Enter")
    expect(dialog).to_contain_text("没有留存画面")
    page.keyboard.press("Escape")


def test_orders_that_run_on_are_called_off_with_what_settles_their_incident(page: Page, desk: Desk, address: str) -> None:
    number = ordered(desk, "燃气泄漏", "U2")
    said: dict[str, dict[str, str]] = {"start": {}, "report": {}, "verify": {}}
    for verb in ("sign", *said):
        desk.post(f"/incidents/{number}/{verb}", said.get(verb, {}))
    opened(page, number)
    page.locator(".duty-acts [data-verb=pass]").wait_for()
    page.keyboard.press("p")
    held = page.locator(".duty-held")
    expect(held).to_contain_text("还有 1 条指令在执行")
    expect(held.locator("li")).to_contain_text("东区抢修二队")
    expect(page.locator(".duty-queue")).to_be_hidden()
    expect(page.get_by_role("button", name="撤回指令并关闭")).to_be_focused()
    page.keyboard.press("Escape")
    expect(held).to_have_count(0)
    page.keyboard.press("p")
    expect(held).to_be_visible()
    page.keyboard.press("Enter")
    state(page, "已结案")
    (order,) = desk.get("/orders", incident=number)["orders"]
    assert (order["state"], order["reason"]) == ("CANCELLED", "its incident was settled")
    panel = page.locator("#duty-panel")
    for tab in ("2", "4"):
        page.locator("body").press(tab)
        expect(panel).to_contain_text("所属事件已办结")
        expect(panel).not_to_contain_text("its incident")
    leader = page.context.new_page()
    leader.goto(f"{address}/leader?lang=zh")
    leader.locator(".l-list").wait_for(state="attached")
    leader.evaluate("number => Leader.open({ number, title: 'x', state: 'CLOSED', verbs: [] })", number)
    expect(leader.locator(".l-steps")).to_contain_text("所属事件已办结")
    expect(leader.locator(".l-sheet")).not_to_contain_text("its incident")
    leader.close()


def test_what_needs_a_reason_keeps_it_when_orders_run_on(page: Page, desk: Desk) -> None:
    number = reported(desk, "护栏倒伏")
    for verb in ("accept", "file"):
        desk.post(f"/incidents/{number}/{verb}")
    order = desk.post("/orders", {"unit": "U1", "text": "先去看看", "incident": number, "reason": "就近"})["number"]
    desk.post(f"/orders/{order}/issue", {})
    opened(page, number)
    page.locator(".duty-acts [data-verb=cancel]").wait_for()
    page.keyboard.press("c")
    page.locator(".duty-acts textarea").first.fill("误报")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".duty-held")).to_contain_text("还有 1 条指令在执行")
    expect(page.locator(".duty-acts textarea").first).to_have_value("误报")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".duty-way .duty-aside")).to_have_text("已作废")
    assert desk.get(f"/orders/{order}")["state"] == "CANCELLED"


def test_a_department_sees_and_does_only_what_is_its_own(page: Page, desk: Desk) -> None:
    own, other = ordered(desk, "变电箱冒烟", "U3"), reported(desk, "垃圾未清运")
    expect(page.locator(f"#row-{other}")).to_be_visible()
    page.keyboard.press("w")
    page.locator("dialog select").first.select_option("department")
    page.locator("dialog input").last.fill("U3")
    page.locator("dialog input").last.press("Enter")
    expect(page.locator(".duty-row")).to_have_count(1)
    expect(page.locator(f"#row-{own}")).to_be_visible()
    opened(page, own)
    expect(page.locator(".duty-acts [data-verb=sign]")).to_be_visible()
    verbs = page.locator(".duty-acts [data-verb]").evaluate_all("all => all.map(one => one.dataset.verb)")
    assert set(verbs) <= {"sign", "return", "note"}, verbs
    page.keyboard.press("i")
    state(page, "已签收")


def test_two_orders_of_one_unit_name_it_once_on_the_map(page: Page, desk: Desk, address: str) -> None:
    seen(address)
    number = ordered(desk, "围墙倒塌", "U1")
    again = desk.post("/orders", {"unit": "U1", "text": "封闭道路", "incident": number, "reason": "就近"})
    desk.post(f"/orders/{again['number']}/issue", {})
    opened(page, number)
    page.wait_for_function("() => Duty.store.detail()?.orders?.length === 2 && Duty.map?.words().length")
    assert page.evaluate("Duty.map.words()") == ["东区抢修一队"]
