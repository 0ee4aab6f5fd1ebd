"""What the duty desk lists, and the page it stands on: the parts of a small city in this process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.dispatch.limit_document import LimitsDocument
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.toolbox import Toolbox
from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import Desk, desk
from tests.line import NOON
from tests.tiny_city import served, tiny_city

LIMITS = LimitsDocument.model_validate({"clock": "natural", "overall": "10h", "steps": {"REPORTED": "10m"}})


class Asked:
    """A served city with limits by the natural clock, and its desk."""

    def __init__(self, address: str, desk: Desk) -> None:
        self.desk = desk
        self._client = httpx.Client(base_url=f"http://{address}", timeout=30)

    def rows(self, actor: Any = None, tag: str = "", **query: Any) -> httpx.Response:
        headers = {"If-None-Match": tag} if tag else {}
        headers |= {"Cockpit-Actor": json.dumps(actor)} if actor else {}
        return self._client.get("/api/v1/duty", params=query, headers=headers)

    def page(self, **query: str) -> httpx.Response:
        return self._client.get("/duty", params=query)

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    city = tiny_city(ManualClock(NOON))
    with desk(tmp_path) as one:
        own = replace(city.parts.city, limits=LIMITS)
        one.toolbox = Toolbox(one.store, own.regions, own.zone, rules_of(own))
        parts = replace(city.parts, toolbox=one.toolbox, city=own)
        with served(create_app(parts)) as address, closing(Asked(address, one)) as found:
            yield found
    city.close()


def test_a_row_says_when_its_lights_turn(asked: Asked) -> None:
    number = asked.desk.receive(region="770101", title="井盖破损").number
    found = asked.rows().json()
    (row,) = found["rows"]
    assert (row["number"], row["state"], row["turn"], found["counts"]) == (number, "REPORTED", True, {"REPORTED": 1})
    assert datetime.fromisoformat(row["step"]["yellow"]) == NOON + timedelta(minutes=8)
    assert datetime.fromisoformat(row["step"]["due"]) == NOON + timedelta(minutes=10)
    assert datetime.fromisoformat(row["overall"]["due"]) == NOON + timedelta(hours=10)
    assert row["within"] == ["770101", "7701", "77"]
    asked.desk.act(number, "accept")
    (row,) = asked.rows().json()["rows"]
    assert (row["step"], row["overall"]["running"]) == (None, True)


def test_nothing_travels_while_nothing_is_done(asked: Asked) -> None:
    number = asked.desk.receive(region="770101").number
    first = asked.rows()
    again = asked.rows(tag=first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = asked.rows(actor={"name": "li", "role": "inspector"}, tag=first.headers["etag"])
    assert other.status_code == 200 and not other.json()["rows"][0]["turn"]
    asked.desk.act(number, "note", opinion="seen")
    assert asked.rows(tag=first.headers["etag"]).status_code == 200


def test_orders_drafts_and_what_is_over_are_told_apart(asked: Asked) -> None:
    one, other = (asked.desk.receive(region=region).number for region in ("770101", "7702"))
    asked.desk.draft(incident=one, region="770101")
    asked.desk.act(other, "reject", reason="twice")
    (row,) = asked.rows().json()["rows"]
    assert (row["number"], row["orders"], row["drafts"], row["help"]) == (one, 1, 1, False)
    (row,) = asked.rows(ended=True).json()["rows"]
    assert (row["number"], row["state"], row["turn"]) == (other, "REJECTED", False)


def test_an_actor_of_a_region_sees_its_own(asked: Asked) -> None:
    one = asked.desk.receive(region="770101").number
    asked.desk.receive(region="7702")
    found = asked.rows(actor={"name": "east", "role": "registrar", "region": "7701"}).json()["rows"]
    assert [row["number"] for row in found] == [one]


def test_a_department_sees_what_its_units_lead_help_with_or_are_ordered_to(asked: Asked) -> None:
    led, helped, told, _ = (asked.desk.receive(region="770101", title=title).number for title in "abcd")
    for number, unit in ((led, "U1"), (helped, "U2")):
        asked.desk.act(number, "accept")
        asked.desk.act(number, "file")
        asked.desk.act(number, "dispatch", unit=unit)
    asked.desk.act(helped, "add-unit", unit="U1")
    asked.desk.draft(incident=told, unit="U1", region="770101")

    def listed(unit: str) -> set[str]:
        rows = asked.rows(actor={"name": "li", "role": "department", "unit": unit}).json()["rows"]
        return {row["number"] for row in rows}

    assert listed("U1") == {led, helped, told}
    assert listed("U2") == {helped}
    assert listed("U3") == set()


@pytest.mark.parametrize(("lang", "heading"), [("zh", "指挥值守"), ("en", "Duty desk")])
def test_the_page_brings_what_a_desk_must_know(asked: Asked, lang: str, heading: str) -> None:
    answer = asked.page(lang=lang)
    assert answer.status_code == 200 and f"<h1>{heading}</h1>" in answer.text
    found = re.search(r'<script id="duty-told" type="application/json">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    told = json.loads(found.group(1))
    accept = {"from": ["REPORTED"], "to": "ACCEPTED", "roles": ["chief", "registrar"], "settles": False}
    assert (told["steps"]["accept"], told["steps"]["pass"]["settles"]) == (accept, True)
    assert [one["code"] for one in told["regions"]][:3] == ["77", "7701", "7702"]
    assert [one["id"] for one in told["spec"]["layers"]][-2:] == ["duty_units", "duty_incidents"]
    scripts = re.findall(r'<script defer src="([^"]+)"', answer.text)
    assert scripts and all(one.startswith("/") and not one.startswith("//") for one in scripts)
    assert asked.page(lang="fr").status_code in (400, 422)


def test_every_script_of_the_desk_is_asked_for_once(asked: Asked) -> None:
    folder = Path(__file__).parents[2] / "assets" / "duty"
    text = asked.page().text
    for path in sorted(folder.iterdir()):
        assert text.count(f"/assets/duty/{path.name}?m=") == 1, path.name
