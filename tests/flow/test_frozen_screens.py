"""What was on the screen when an order was given is kept with it, as it was then, and never keeps the order waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.dispatch.audit import audit
from cockpit.dispatch.freezer import Freezer
from cockpit.dispatch.kept_files import KeptFiles
from cockpit.dispatch.order import Order
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.screen import Screens
from cockpit.dispatch.toolbox import Toolbox
from cockpit.server import create_app
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.flow.test_toolbox import Caller
from tests.line import NOON
from tests.tiny_city import TinyCity, served, tiny_city

SCREEN = {"board": "city", "query": "window=today&lang=en"}


@dataclass
class Office:
    """`issued`: what the server told the freezer, which the test runs by hand."""

    caller: Caller
    city: TinyCity
    freezer: Freezer
    issued: list[Order]

    def ordered(self, unit: str = "U1", **more: Any) -> str:
        number: str = self.caller.post("/orders", {"unit": unit, "text": "去看看", "region": "770101", **more}).json()["number"]
        assert self.caller.post(f"/orders/{number}/issue").status_code == 200
        return number

    def freeze(self) -> None:
        while self.issued:
            order = self.issued.pop(0)
            draw = self.freezer.take(order)
            if draw is not None:
                self.freezer.picture(order.number, draw)

    def requests(self, number: str) -> Any:
        panels = {one["id"]: one for one in self.caller.get(f"/orders/{number}/screen").json()["panels"]}
        return panels["requests"]["props"]["value"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with desk(tmp_path) as one:
        city = tiny_city(one.clock, folder=dispatch_city(tmp_path / "city"))
        own = city.parts.city
        files = KeptFiles(tmp_path / "kept")
        toolbox = Toolbox(one.store, own.regions, own.zone, rules_of(own), files)
        issued: list[Order] = []
        parts = replace(city.parts, toolbox=toolbox, issued=issued.append)
        freezer = Freezer(toolbox, files, Screens(parts), one.clock)
        with served(create_app(parts)) as address, closing(Caller(address, one)) as caller:
            yield Office(caller, city, freezer, issued)
        city.close()


def test_the_values_of_the_moment_are_kept_with_the_order(office: Office) -> None:
    office.city.hotline(NOON - timedelta(minutes=3), count=7)
    number = office.ordered(screen=SCREEN)
    assert office.caller.get(f"/orders/{number}/screen").status_code == 404
    office.freeze()
    office.city.hotline(NOON - timedelta(minutes=2), count=5)
    kept = office.caller.get(f"/orders/{number}/screen").json()
    assert office.requests(number) == 7
    assert (kept["order"], kept["board"], kept["query"], kept["title"]) == (number, "city", SCREEN["query"], "City overview")
    assert kept["issued_at"] == "2026-11-21T12:00:00Z" and kept["panels"][0]["fresh"]["status"] in ("live", "late", "stale")
    picture = office.caller._client.get(f"http://{office.caller._client.base_url.netloc.decode()}{kept['picture']}")
    assert picture.headers["content-type"] == "image/png" and picture.content[:4] == b"\x89PNG"
    rows = office.caller.get("/journal", subject=number).json()["rows"]
    assert [row["verb"] for row in rows] == ["draft", "issue", "freeze", "freeze"]
    assert rows[-1]["body"]["screen"] == f"{kept['digest']}.json"
    one = office.caller.desk
    assert audit(one.store, one.sealer, one.city, one.heads).bad is None


def test_the_report_shows_what_was_on_the_screen(office: Office) -> None:
    caller = office.caller
    number = caller.post("/incidents", {"title": "井盖破损", "category": "roads", "region": "770101"}).json()["number"]
    office.city.hotline(NOON - timedelta(minutes=3), count=7, wait_s=17.0)
    order = office.ordered(incident=number, screen={"board": "city", "query": "window=today"})
    office.freeze()
    office.city.hotline(NOON - timedelta(minutes=2), count=5)
    chinese, english = (caller.get(f"/reports/{number}", lang=lang).text for lang in ("zh", "en"))
    assert f"下达指令 {order} 时的画面：城市总览（2026-11-21 20:00:00）" in chinese and chinese.count("data:image/png") == 1
    assert "河街 · 热线工单 · 平均等待</td><td>14.1 s" in chinese and "起草指令" in chinese and "东区抢修一队 U1" in chinese
    assert f"On the screen when {order} was given" in english and "River Street · Hotline requests · Mean wait" in english
    shown, kept = (caller.get(f"/reports/{number}", **asked) for asked in ({}, {"form": "pdf", "download": "true"}))
    assert shown.headers["content-disposition"].startswith("inline;") and "sandbox" in shown.headers["content-security-policy"]
    assert kept.headers["content-disposition"].startswith("attachment;") and kept.content.startswith(b"%PDF-")


def test_an_order_without_a_screen_keeps_none(office: Office) -> None:
    number = office.ordered()
    office.freezer.note(office.issued[0])
    assert office.freezer.sweep() == 0
    assert office.caller.get(f"/orders/{number}/screen").status_code == 404


def test_what_a_crash_left_out_is_made_up_for_as_it_was(office: Office) -> None:
    clock = office.caller.desk.clock
    office.city.hotline(NOON - timedelta(minutes=3), count=7)
    first = office.ordered(screen=SCREEN)
    second = office.ordered("U2", screen={"board": "nowhere"})
    third = office.ordered("U3", screen=SCREEN)
    office.freezer.take(next(one for one in office.issued if one.number == third))  # and then the power was cut
    assert office.freezer.sweep() == 0  # who issued it may still be at it
    clock.advance(timedelta(minutes=5))
    office.city.hotline(NOON + timedelta(minutes=2), count=5)
    assert office.freezer.sweep() == 3 and office.freezer.sweep() == 0
    assert [office.requests(number) for number in (first, third)] == [7, 7]
    assert all(office.caller.get(f"/orders/{number}/screen").json()["picture"] for number in (first, third))
    assert office.caller.get(f"/orders/{second}/screen").status_code == 404


def test_a_repeated_answer_is_frozen_once_and_the_order_never_waits(office: Office) -> None:
    number = office.caller.post("/orders", {"unit": "U1", "text": "x", "region": "770101", "screen": SCREEN}).json()["number"]
    for _ in range(3):
        assert office.caller.post(f"/orders/{number}/issue", key="one key").status_code == 200
    office.caller.post(f"/orders/{number}/note", {"opinion": "x"})
    assert [one.number for one in office.issued] == [number]
    for _ in range(200):
        office.freezer.note(office.issued[0])  # nobody takes them: what is too much is left for the sweep


def test_its_threads_keep_what_they_are_told_of(office: Office) -> None:
    number = office.ordered(screen=SCREEN)
    office.freezer.start()
    office.freezer.note(office.issued[0])
    for _ in range(3000):
        order = office.caller.desk.store.order(number)
        if order is not None and order.picture:
            break
        threading.Event().wait(0.02)
    office.freezer.stop()
    assert office.caller.get(f"/orders/{number}/screen").json()["picture"]
