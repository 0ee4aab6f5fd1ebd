"""The duty desk in real Chromium: what is known around a place, replay, frozen screen, receipts, roster, department, phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.broker.process import free_port
from tests.browser.duty_desk import MORE, PLAN, context, desk, opened, ordered, page, reported, seen
from tests.dispatch_city import Desk, dispatch_city
from tests.running import cockpit

__all__ = ["context", "desk", "page"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LAYER: Final = """layer: eyes
title: {zh: 视频监控, en: Cameras}
kind: point
file: eyes.geojson
datum: wgs84
style: camera
label: name
"""
CAMERA: Final = {"name": "湖滨路口01号", "video": "/assets/there-is-none.mp4", "video_kind": "file"}
FILMED: Final = {"name": "湖滨路口02号", "video": "/assets/demo/crossing.webm", "video_kind": "file"}
OUT: Final = """() => [...document.querySelectorAll("#duty :is(h2, button, .duty-row-title, .duty-clock-one *, .duty-tab)")]
  .filter(node => node.checkVisibility() && !node.closest(".city-map, .duty-chips, .duty-states"))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && (box.left < -1 || box.right > innerWidth + 1))
  .map(([node]) => node.textContent)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The city of the desk, with a camera and a slot that stands for the weather."""
    base = tmp_path_factory.mktemp("after")
    folder = dispatch_city(base / "city", f"{MORE}weather: vehicles\n")
    (folder / "plans").mkdir()
    (folder / "plans" / "any_urgent.yaml").write_text(PLAN, "utf-8")
    _camera(folder / "layers")
    with cockpit("serve", str(folder), state=base / "state", port=free_port()) as served:
        yield served.address


def _camera(layers: Path) -> None:
    layers.mkdir(exist_ok=True)
    (layers / "eyes.yaml").write_text(LAYER, "utf-8")
    points = [
        {"type": "Feature", "properties": one, "geometry": {"type": "Point", "coordinates": [lon, 30.021]}}
        for one, lon in ((CAMERA, 120.151), (FILMED, 120.152))
    ]
    (layers / "eyes.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": points}), "utf-8")


SQUEEZED: Final = """() => [...document.querySelectorAll("[data-of=readings] li")]
  .filter(item => {
    const [light, name] = [item.querySelector(".duty-reading-light .mark"), item.lastChild];
    return name.scrollWidth > name.clientWidth + 1 || (light && light.offsetWidth < light.offsetHeight);
  }).map(item => item.textContent)"""
"""Readings of which the name or the light is not seen whole."""


def test_what_is_known_around_a_place_stands_there_or_is_asked_for_again(page: Page, desk: Desk, address: str) -> None:
    seen(address)
    opened(page, reported(desk, "井盖破损"))
    panel = page.locator("#duty-panel")
    expect(panel).to_contain_text("天气")
    expect(panel).to_contain_text("本区指标")
    expect(panel).to_contain_text("湖滨路口01号")
    panel.get_by_role("button", name="查看 · 湖滨路口01号").press("Enter")
    expect(page.locator(".duty-camera .video-state")).to_contain_text("视频暂时无法播放")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    panel.get_by_role("button", name="查看 · 湖滨路口02号").press("Enter")
    expect(page.locator(".duty-camera .video")).to_have_attribute("data-state", "playing")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate(SQUEEZED) == []

    page.route("**/context?*", lambda route: route.abort())
    opened(page, reported(desk, "路灯不亮"))
    expect(panel).to_contain_text("现场信息没有全部取到")
    page.unroute("**/context?*")
    panel.get_by_role("button", name="重试").press("Enter")
    expect(panel).to_contain_text("湖滨路口01号")
    expect(panel).not_to_contain_text("现场信息没有全部取到")


def test_what_lies_along_a_line_is_counted_on_the_desk(page: Page, desk: Desk, address: str) -> None:
    seen(address)
    opened(page, reported(desk, "护栏倒伏"))
    page.click("[data-tool=along]")
    box = page.locator(".duty-map-frame").bounding_box()
    assert box is not None
    for x, y in ((0.2, 0.5), (0.6, 0.55)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.keyboard.press("Enter")
    sheet = page.locator(".map-found")
    expect(sheet).to_contain_text("沿线 1 km")
    expect(sheet.locator("[data-kind], .map-found-head span").first).to_be_visible()
    with page.expect_request("**/api/v1/nearby?*seen_s=300*"):
        sheet.locator("select").select_option("300")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_replay_goes_by_keyboard_through_what_was_done(page: Page, desk: Desk) -> None:
    opened(page, ordered(desk, "供水主管爆裂", "U1"))
    page.locator("body").press("5")
    now, slider, banner = page.locator(".duty-replay-now b"), page.locator(".duty-replay-track input"), page.locator(".duty-past")
    expect(now).to_have_text("已派遣")
    expect(banner).to_contain_text("回放")
    slider.press("Home")
    expect(now).to_have_text("已上报")
    expect(page.locator(".duty-replay-body")).to_contain_text("还没有指令")
    assert page.evaluate("[Duty.map.marks(), Duty.store.number()].flat()") == [page.evaluate("Duty.store.number()")] * 2
    slider.press("ArrowRight")
    expect(now).to_have_text("已受理")
    slider.press("ArrowLeft")
    expect(now).to_have_text("已上报")
    slider.press("Space")
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    expect(now).to_have_text("已派遣")
    expect(page.get_by_role("button", name="播放")).to_be_visible()
    expect(page.locator(".duty-replay-body")).to_contain_text("东区抢修一队")
    page.route("**/replay?*", lambda route: route.abort())
    slider.press("Home")
    expect(page.locator(".duty-replay-body")).to_contain_text("无法回放")
    page.unroute("**/replay?*")
    page.locator("body").press("1")
    expect(banner).to_be_hidden()


def test_a_place_beyond_the_city_is_marked_as_one(page: Page, desk: Desk) -> None:
    number = reported(desk, "邻市来水浑浊", lon=121.5, lat=31.2, region="770101")
    expect(page.locator(f"#row-{number} .duty-row-tags")).to_contain_text("市域外")
    opened(page, number)
    expect(page.locator(".duty-under")).to_contain_text("市域外")
    opened(page, reported(desk, "井盖破损"))
    expect(page.locator(".duty-under")).not_to_contain_text("市域外")


def test_a_message_says_who_has_read_it(page: Page, desk: Desk) -> None:
    page.evaluate("Duty.messages.open()")
    expect(page.locator("dialog")).to_contain_text("还没有群发通知")
    page.keyboard.press("Escape")
    sent = desk.post("/broadcasts", {"to": ["patrol"], "text": "大风蓝色预警"})["number"]
    desk.post(f"/broadcasts/{sent}/read", {"recipient": "U1"})
    page.evaluate("Duty.messages.open()")
    message = page.locator(".duty-message").first
    expect(message).to_contain_text("大风蓝色预警")
    expect(message).to_contain_text("已读 1 / 3")
    message.locator("summary").press("Enter")
    expect(message.locator("li").last).to_contain_text("已读于")
    expect(message.locator("li").first).to_contain_text("未读")
    page.keyboard.press("Escape")
    desk.post("/broadcasts", {"to": ["patrol"], "text": "东区集合"}, {"name": "东区值班长", "role": "chief", "region": "770101"})
    page.evaluate("Duty.messages.open()")
    message = page.locator(".duty-message").first
    expect(message).to_contain_text("东区集合")
    message.locator("summary", has_text="未通知 (1)").press("Enter")
    expect(message.locator("details[open] li")).to_contain_text("西区抢修队不在发送人的辖区内")
    page.keyboard.press("Escape")


def test_what_was_planned_stands_against_what_was_done(page: Page, desk: Desk) -> None:
    number = reported(desk, "化工厂起火", priority="URGENT")
    for verb, said in (("start-plan", {}), ("tick-step", {"step": "verify"})):
        desk.post(f"/plans/{number}/any_urgent/{verb}", said)
    desk.post(f"/plans/{number}/any_urgent/skip-step", {"step": "follow_up", "reason": "已当面说明"})
    opened(page, number)
    page.locator("body").press("4")
    expect(page.locator(".duty-gantt-row .duty-planned")).not_to_have_count(0)
    names = page.locator(".duty-gantt-name")
    assert names.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length") == 0
    expect(page.locator(".duty-gantt-sum", has_text=re.compile(r"^(\d+ 分)? ?(\d+ 秒)? / 5 分$"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("回访: 跳过.*已当面说明"))).to_be_visible()


def test_a_roster_is_looked_at_put_in_force_and_taken_back(page: Page, desk: Desk) -> None:
    page.evaluate("Duty.roster.open()")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("单位 3")
    files = dialog.locator("input[type=file]")
    wrong = b"who,days,from,to\nU1,someday,08:00,20:00\n"
    files.set_input_files({"name": "duty.csv", "mimeType": "text/csv", "buffer": wrong})
    expect(dialog.locator(".duty-mistakes")).to_contain_text("duty.csv:2")
    expect(dialog.get_by_role("button", name="导入并生效")).to_have_count(0)
    units = (
        "id,name,kind,skills,region,phone\nU1,东区抢修一队,patrol,patrol;water,770101,\nU8,南区抢修队,patrol,,770101,\n".encode()
    )
    files.set_input_files({"name": "units.csv", "mimeType": "text/csv", "buffer": units})
    expect(dialog.locator(".duty-roster")).to_contain_text("删除 2")
    dialog.get_by_role("button", name="导入并生效").press("Enter")
    expect(dialog).to_contain_text("单位 2")
    assert [one["id"] for one in desk.get("/units")["units"]] == ["U1", "U8"]
    dialog.get_by_role("button", name="撤销上次导入").press("Enter")
    expect(dialog).to_contain_text("单位 3")
    assert [one["id"] for one in desk.get("/units")["units"]] == ["U1", "U2", "U3"]
    page.keyboard.press("Escape")


def test_on_a_phone_it_is_one_thing_at_a_time(page: Page, desk: Desk) -> None:
    number = reported(desk, "积水没过车轮", priority="URGENT")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".duty-detail")).to_be_hidden()
    page.locator(f"#row-{number}").click()
    expect(page.locator(".duty-title")).to_have_text("积水没过车轮")
    expect(page.locator(".duty-list")).to_be_hidden()
    assert page.evaluate(OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".duty-close").click()
    expect(page.locator(".duty-list")).to_be_visible()


def test_an_exercise_is_begun_ended_and_put_away_from_the_desk(page: Page, desk: Desk) -> None:
    dialog, word = page.locator("dialog"), page.locator(".exercise-word")
    page.evaluate("Duty.broadcast.exercise()")
    dialog.locator("input").fill("防汛")
    dialog.get_by_role("button", name="开始演练").press("Enter")
    expect(word).to_have_text("演练 · 非真实事件 · 防汛")
    played = reported(desk, "堤防渗水")
    expect(page.locator(f"#row-{played}")).to_contain_text("演练")
    page.evaluate("Duty.broadcast.exercise()")
    dialog.get_by_role("button", name="结束演练").press("Enter")
    expect(word).to_have_count(0)
    page.evaluate("Duty.broadcast.exercise()")
    dialog.get_by_role("button", name="清场").press("Enter")
    expect(page.locator(f"#row-{played}")).to_have_count(0)
    assert desk.get("/exercise")["running"] is False
    opened(page, played)
    expect(page.locator(".duty-under")).to_contain_text("已清场")
    page.evaluate("Duty.broadcast.exercise()")
    expect(dialog.locator(".duty-put-away")).to_contain_text("已收起 1 件事件、0 条指令")
