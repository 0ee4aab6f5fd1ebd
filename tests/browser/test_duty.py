"""The duty desk in real Chromium: from a report to an order by keyboard alone, a message to many, a second person, a plan."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.duty_desk import address, context, desk, opened, page, reported, seen, state
from tests.dispatch_city import Desk

__all__ = ["address", "context", "desk", "page"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_by_keyboard_from_the_report_to_the_order_of_the_nearest_unit(page: Page, desk: Desk, address: str) -> None:
    seen(address)
    page.keyboard.press("n")
    page.locator("dialog input").nth(0).fill("供水主管爆裂")
    page.locator("dialog input").nth(1).fill("供水管网")
    page.locator("dialog select").nth(0).select_option("URGENT")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".duty-title")).to_have_text("供水主管爆裂")
    number = page.evaluate("Duty.store.number()")
    for key, words in (("a", "已受理"), ("f", "已立案")):
        page.locator(f".duty-acts [data-verb={'accept' if key == 'a' else 'file'}]").wait_for()
        page.keyboard.press(key)
        state(page, words)
    expect(page.locator("#duty-said")).to_contain_text("已立案")
    assert desk.verbs(number) == ["receive", "accept", "file"]

    placed = reported(desk, "井盖破损")
    opened(page, placed)
    page.keyboard.press("o")
    expect(page.locator(".duty-candidate").first).to_contain_text("东区抢修一队")
    expect(page.locator(".duty-candidate").first).to_contain_text("空闲")
    expect(page.locator(".duty-excluded summary")).to_contain_text("1")
    page.locator(".duty-excluded summary").click()
    expect(page.locator(".duty-excluded li")).to_contain_text("没有位置")
    page.locator(".duty-candidate input").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".duty-order")).to_contain_text("东区抢修一队")
    expect(page.locator(".duty-order .duty-second").first).to_have_text("已发送")
    (order,) = desk.get("/orders", incident=placed)["orders"]
    assert (order["unit"], order["state"], order["author"]) == ("U1", "SENT", "值班长")


LEFT: Final = {
    "zh": ["剩 3 分 43 秒", "剩 3 小时 57 分", "剩 4 小时", "剩 2 天 5 小时", "剩 9 秒", "刚超时",
           "超 1 分 1 秒", "超 1 小时 5 分"],
    "en": ["3 min 43 s left", "3 h 57 min left", "4 h left", "2 d 5 h left", "9 s left", "just overdue", "1 min 1 s over",
           "1 h 5 min over"],
}  # fmt: skip


@pytest.mark.parametrize("lang", LEFT)
def test_the_time_left_says_its_units(page: Page, lang: str) -> None:
    """The one form of desk, wall and leader: 3:43 was minutes on one and hours on another."""
    seconds = [223, 14_220, 14_400, 190_900, 9, -59, -61, -3_900]
    assert page.evaluate("([all, lang]) => all.map(s => Cockpit.timeLeft(1000 * s, lang))", [seconds, lang]) == LEFT[lang]


def test_a_moment_of_another_day_says_which(page: Page) -> None:
    told = "([at, now]) => Cockpit.format.moment(Date.parse(at), Date.parse(now), { lang: 'zh', zone: 'Asia/Shanghai' })"
    noon = "2026-11-22T12:00:00+08:00"
    said = [page.evaluate(told, [f"{day}T02:01:00+08:00", noon]) for day in ("2026-11-22", "2026-11-23", "2025-11-22")]
    assert said == ["02:01", "11/23 02:01", "11/22 02:01"]


def test_a_message_to_many_is_made_of_a_template_and_asks_for_what_the_incident_does_not_say(page: Page, desk: Desk) -> None:
    dialog = page.locator("dialog")

    def told(*given: str) -> str:
        there = len(desk.get("/broadcasts")["broadcasts"])
        page.evaluate("Duty.broadcast.open()")
        dialog.locator("select").select_option("storm")
        expect(dialog.locator("fieldset input:checked")).to_have_count(1)
        expect(dialog.locator("input[type=text]")).to_have_count(len(given))
        for place, words in enumerate(given):
            dialog.locator("input[type=text]").nth(place).fill(words)
        dialog.locator("button[type=submit]").click()
        expect(dialog).to_have_count(0)
        expect(page.locator("#duty-said")).to_contain_text("群发通知")
        page.wait_for_function("async (n) => (await (await fetch('/api/v1/broadcasts')).json()).broadcasts.length > n", arg=there)
        found: str = desk.get("/broadcasts")["broadcasts"][0]["text"]
        return found

    assert told("东区", "注意安全") == "东区暴雨：注意安全"
    opened(page, reported(desk, "低洼处积水"))
    assert told("西区") == "西区暴雨：低洼处积水"
    (last,) = desk.get("/broadcasts", limit=1)["broadcasts"]
    assert (last["author"], [one["id"] for one in last["recipients"]]) == ("值班长", ["U1", "U2", "U3"])
    page.evaluate("Duty.broadcast.open()")
    dialog.locator("textarea").fill("请回执")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("#duty-said")).to_contain_text("请选择接收人")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")


def test_what_a_verb_needs_is_asked_for_and_a_grave_order_waits_for_a_second_person(page: Page, desk: Desk) -> None:
    number = reported(desk, "路面塌陷")
    opened(page, number)
    page.keyboard.press("r")
    page.locator(".duty-acts button[type=submit]").click()
    expect(page.locator(".duty-acts .duty-wrong").first).to_have_text("必填")
    page.locator(".duty-acts textarea").first.fill("误报")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".duty-way .duty-aside")).to_have_text("不予受理")

    other = reported(desk, "路灯不亮")
    me = {"name": "值班长", "role": "chief"}
    order = desk.post("/orders", {"unit": "U3", "text": "断电", "incident": other, "consequence": "grave"}, actor=me)["number"]
    opened(page, other)
    page.keyboard.press("2")
    expect(page.locator(".duty-grave")).to_contain_text("起草人不能自己审批")
    expect(page.locator(".duty-order [data-verb=approve]")).to_have_count(0)
    page.keyboard.press("w")
    page.locator("dialog input").first.fill("副值班长")
    page.keyboard.press("Enter")
    page.locator(".duty-order [data-verb=approve]").click()
    expect(page.locator(".duty-order")).to_contain_text("审批人 副值班长")
    assert desk.get(f"/orders/{order}")["approver"] == "副值班长"
    page.reload()
    expect(page.locator(".duty-who")).to_contain_text("副值班长")


def test_a_plan_is_started_ticked_and_skipped_with_a_reason(page: Page, desk: Desk) -> None:
    number = reported(desk, "化工厂起火", priority="URGENT")
    opened(page, number)
    page.keyboard.press("3")
    page.locator("[data-act='any_urgent//start-plan']").click()
    page.locator("[data-act='any_urgent/verify/tick-step']").click()
    page.locator("[data-act='any_urgent/follow_up/skip-step']").click()
    page.locator("#duty-panel textarea").fill("已电话说明")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".duty-step[data-state=SKIPPED]")).to_contain_text("已电话说明")
    page.keyboard.press("4")
    expect(page.locator(".duty-journal li").first).to_contain_text("跳过步骤")
    assert page.locator(".duty-gantt-row").count() >= 3
    assert desk.verbs(number) == ["receive", "start-plan", "tick-step", "skip-step"]
    page.keyboard.press("3")
    expect(page.locator("[data-act='any_urgent//start-plan']")).to_be_visible()
    desk.post(f"/incidents/{number}/reject", {"reason": "误报"})
    expect(page.locator(".duty-plan")).to_be_visible()
    expect(page.locator("[data-act='any_urgent//start-plan']")).to_have_count(0)
