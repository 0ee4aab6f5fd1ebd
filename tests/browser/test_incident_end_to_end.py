"""One incident over a real Kafka, seen in real Chromium: a record comes in, a unit is sent and answers on its topic, the work is
verified, closed and judged, and the numbers on the board have moved."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from cockpit.dispatch.announcing import FEEDBACK, ORDERS
from cockpit.dispatch.field_unit import FieldUnits, Ordered, answers
from streams.kafka import KafkaLog
from tests.broker.process import free_port
from tests.conftest import ServersUsed
from tests.dispatch_city import Desk, dispatch_city
from tests.running import cockpit

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.timeout(420)]

FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WAIT_MS: Final = 60_000
CALLS: Final = """slot: calls
family: operations
source: {topic: TOPIC, format: json}
time: at
fields: {id: string, at: datetime, category: string, words: string?, lon: float, lat: float}
region: {point: [lon, lat], fallback: "77"}
indicators: [{name: calls, measure: {agg: count}}]
"""
RULE: Final = """unit_positions: vehicles
incidents: {slot: calls, when: "words IS NOT NULL", category: category, title: words, priority: HIGH}
limits: {overall: 5d, rules: [{priority: [HIGH], clock: natural, overall: 12h, steps: {REPORTED: 15m, HANDLING: 8h}}]}
"""
WAY: Final = ("deliver", "sign", "depart", "arrive", "complete")


@dataclass(frozen=True)
class Story:
    """A served city on a real broker, its desk, and where its records go."""

    address: str
    desk: Desk
    log: KafkaLog
    calls: str
    vehicles: str

    def send(self, topic: str, *records: dict[str, Any]) -> None:
        self.log.sink(topic).emit([msgspec.json.encode(record) for record in records])

    def ordered(self, order: str) -> bytes | None:
        """The record of an order on its topic."""
        now_ms = int(time.time() * 1000)
        found = self.log.read(ORDERS, now_ms - 600_000, now_ms + 60_000, 10_000).values
        return next((value for value in found if msgspec.json.decode(value)["order"] == order), None)


@pytest.fixture(scope="module")
def story(kafka_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    base, mark = tmp_path_factory.mktemp("story"), uuid.uuid4().hex[:8]
    folder = dispatch_city(base / "city", RULE, f"story_{mark}")
    (folder / "slots" / "calls.yaml").write_text(CALLS.replace("TOPIC", f"city.calls.{mark}"), "utf-8")
    vehicles = folder / "slots" / "vehicles.yaml"
    vehicles.write_text(vehicles.read_text("utf-8").replace("city.vehicles", f"city.vehicles.{mark}"), "utf-8")
    settings = {"COCKPIT_KAFKA": kafka_server.address}
    with ExitStack() as stack:
        log = stack.enter_context(closing(KafkaLog(kafka_server.address)))
        served = stack.enter_context(cockpit("serve", str(folder), state=base / "state", settings=settings, port=free_port()))
        desk = stack.enter_context(closing(Desk(served.address)))
        yield Story(served.address, desk, log, f"city.calls.{mark}", f"city.vehicles.{mark}")


@pytest.fixture(scope="module")
def pages(story: Story, servers_used: ServersUsed) -> Iterator[tuple[Page, Page]]:
    """A wall and a duty desk, looking on."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        servers_used.add(f"Chromium {browser.version}")
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        context.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        wall, desk = context.new_page(), context.new_page()
        wall.goto(f"{story.address}/board/command?screen=wall")
        desk.goto(f"{story.address}/duty")
        yield wall, desk
        expect.set_options(timeout=5000)
        browser.close()


def until(holds: Callable[[], Any], page: Page) -> Any:
    """What it answers once that is true; asks as often as the page can be waited for."""
    for _ in range(WAIT_MS // 100):
        if found := holds():
            return found
        page.wait_for_timeout(100)
    raise TimeoutError("it never came to hold")


def willing(order: Ordered, place: tuple[float, float]) -> int:
    """A seed with which the simulated unit answers this order as it should be done."""
    now = datetime.now(UTC)
    return next(seed for seed in range(1000) if tuple(one.verb for one in answers(order, now, place, seed)) == WAY)


def answer(story: Story, value: bytes) -> Sequence[str]:
    """What the simulated unit says to an order, all of it at once on the topic it answers on."""
    place, now = (120.151, 30.02), datetime.now(UTC)
    field = FieldUnits(willing(msgspec.json.decode(value, type=Ordered), place))
    assert field.take([value], now, {"U1": place}) == 1
    said = list(field.due(now + timedelta(hours=3)))
    records, units = [one.record() for one in said], [one.unit.encode() for one in said]
    story.log.sink(FEEDBACK).emit([b"half an ans", *records], [b"U1", *units])
    return [one.verb for one in said]


def act(desk: Page, verb: str, state: str, **said: str) -> None:
    """Does a verb at the desk, with what it needs, and sees the state it leads to."""
    desk.locator(f".duty-acts [data-verb={verb}]").click()
    form = desk.locator(".duty-acts form")
    if "unit" in said:
        form.locator("input").first.fill(said["unit"])
    if "stars" in said:
        form.locator(f"input[value='{said['stars']}']").check()
    if said or form.count():
        form.locator("button[type=submit]").click()
    expect(desk.locator(".duty-way [data-step=here] span")).to_have_text(state)


def as_role(desk: Page, name: str, role: str) -> None:
    """Somebody else sits down at the desk."""
    desk.evaluate("([name, role]) => { Duty.actor.set({ name, role }); Duty.store.again(); }", [name, role])


def test_from_the_record_to_the_number_on_the_board(story: Story, pages: tuple[Page, Page]) -> None:
    wall, desk = pages
    now = datetime.now(UTC)
    near = {"id": "U1", "at": now.timestamp() * 1000, "kind": "patrol", "lon": 120.151, "lat": 30.02}
    story.send(story.vehicles, near, {**near, "id": "U2", "lon": 120.19})
    expect(wall.locator("[data-id=closed] .number-value")).to_have_text("—")

    call = {"id": "c1", "at": now.isoformat(), "category": "供水", "words": "供水主管爆裂", "lon": 120.15, "lat": 30.02}
    story.send(story.calls, call, {**call, "id": "c2", "words": None})
    row = wall.locator(".inc", has_text="供水主管爆裂")
    expect(row).to_have_count(1)
    (incident,) = story.desk.get("/incidents")["incidents"]
    number = incident["number"]
    desk.locator(f"#row-{number}").click()
    expect(desk.locator(".duty-title")).to_have_text("供水主管爆裂")

    act(desk, "accept", "已受理")
    act(desk, "file", "已立案")
    act(desk, "dispatch", "已派遣", unit="U1")
    desk.keyboard.press("o")
    expect(desk.locator(".duty-candidate").first).to_contain_text("东区抢修一队")
    desk.locator(".duty-candidate input").first.focus()
    desk.keyboard.press("Enter")
    (order,) = until(lambda: story.desk.get("/orders", incident=number)["orders"], desk)
    value = until(lambda: story.ordered(order["number"]), desk)
    assert msgspec.json.decode(value)["unit"] == "U1"

    assert answer(story, value) == list(WAY)
    until(lambda: story.desk.get(f"/orders/{order['number']}")["state"] == "DONE", desk)
    letters = until(lambda: story.desk.get(f"/dead-letters/{FEEDBACK}")["letters"], desk)
    assert [one["raw"] for one in letters] == ["half an ans"], "what cannot be read is set aside, with its address"
    as_role(desk, "U1", "department")
    act(desk, "sign", "已签收")
    act(desk, "start", "处置中")
    expect(row).to_contain_text("处置")
    act(desk, "report", "已反馈")
    as_role(desk, "督查员", "inspector")
    act(desk, "verify", "核查中")
    act(desk, "pass", "已结案")
    expect(row).to_have_count(0)
    act(desk, "review", "已评价", stars="5")

    expect(wall.locator("[data-id=closed] .number-value")).to_have_text("1")
    expect(wall.locator("[data-id=incidents] .quiet")).to_contain_text("当前没有未结事件")
    journal = story.desk.get("/journal", subject=number)["rows"]
    assert [one["verb"] for one in journal if one["subject"] == number] == [
        "receive", "accept", "file", "dispatch", "sign", "start", "report", "verify", "pass", "review",
    ]  # fmt: skip
    told = [one["verb"] for one in journal if one["subject"] == order["number"] and one["verb"] != "freeze"]
    assert told == ["draft", "issue", "send", *WAY]  # what was on the screen is kept beside it, whenever it is drawn
    window = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    closed, stars = (
        story.desk.get(f"/indicators/dispatch.{name}", **window)["readings"][0]["value"] for name in ("closed", "satisfaction")
    )
    assert (closed, stars) == (1.0, 100.0)
