"""The duty desk in real Chromium: from a report to an order by keyboard alone, a bad line, a refusal, a list that keeps still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.broker.process import free_port
from tests.conftest import ServersUsed
from tests.dispatch_city import Desk, dispatch_city
from tests.running import cockpit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WAIT_MS: Final = 20_000
MORE: Final = """unit_positions: vehicles
limits:
  overall: 5d
  rules: [{priority: [URGENT], clock: natural, overall: 12h, steps: {REPORTED: 5m, ACCEPTED: 5m, FILED: 5m}}]
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


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Machines that run much else at the same time are slow."""
    expect.set_options(timeout=WAIT_MS)
    yield
    expect.set_options(timeout=5000)


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
def chromium(servers_used: ServersUsed) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        servers_used.add(f"Chromium {browser.version}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with closing(chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")) as found:
        found.set_default_timeout(WAIT_MS)
        yield found


@pytest.fixture(scope="module")
def heard() -> list[str]:
    """What the pages complain of, and whom else they ask."""
    return []


@pytest.fixture
def page(context: BrowserContext, address: str, heard: list[str]) -> Iterator[Page]:
    found = context.new_page()
    found.on("pageerror", lambda error: heard.append(str(error)))
    found.on(
        "request", lambda request: heard.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None
    )
    found.goto(f"{address}/duty")
    expect(found.locator(".duty-city")).to_be_visible()
    yield found
    found.evaluate("localStorage.clear(); sessionStorage.clear()")
    found.close()


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


def opened(page: Page, number: str) -> None:
    page.evaluate("number => Duty.store.open(number)", number)
    expect(page.locator(".duty-under")).to_contain_text(number)


def state(page: Page, words: str) -> None:
    expect(page.locator(".duty-way [data-step=here] span")).to_have_text(words)


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
    expect(page.locator(".duty-lost")).to_contain_text("与服务器的连接中断", timeout=WAIT_MS)
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


def complaints(page: Page) -> list[str]:
    """What axe finds wrong, by the rules of WCAG 2.2 A and AA and its own best practices."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [
        f"{one['id']}: {node['html'][:160]}: {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]
    ]


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


def test_nothing_was_complained_of_and_nobody_else_was_asked(heard: list[str], page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator(".duty-keys")).to_be_visible()
    assert heard == []
