"""What is known around an incident, now and as it was known then, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.city import load_city
from cockpit.city_files import CityError
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.toolbox import Toolbox
from cockpit.panels.installed import kinds
from cockpit.server import create_app
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.flow.test_toolbox import Caller
from tests.line import NOON
from tests.tiny_city import TinyCity, served, tiny_city

WEATHER = """slot: weather
title: {zh: 天气, en: Weather}
family: operations
source: {topic: city.weather, format: json}
time: at
fields: {at: datetime, region: string, celsius: float}
region: {code: region}
indicators:
  - {name: celsius, unit: °C, thresholds: {warn: 35, alarm: 40}, measure: {agg: last, of: celsius}}
"""
CAMERAS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": said, "geometry": {"type": "Point", "coordinates": place}}
        for said, place in (
            ({"name": "一号", "video": "https://gateway.example/1.m3u8"}, [120.051, 30.05]),
            ({"name": "二号", "video": "https://me:secret@gateway.example/2.m3u8"}, [120.052, 30.05]),
            ({"name": "远处"}, [120.4, 30.05]),
        )
    ],
}
CAMERA_LAYER = """layer: eyes
title: {zh: 视频, en: Cameras}
kind: point
file: eyes.geojson
datum: wgs84
style: camera
label: name
"""
REPORTER = {"name": "王小明", "phone": "13800001111"}
REPORT = {"title": "井盖破损", "category": "roads", "lon": 120.05, "lat": 30.05, "reporter": REPORTER}
INSPECTOR = {"name": "甲", "role": "inspector"}


@dataclass
class Asked:
    caller: Caller
    city: TinyCity

    def vehicle(self, unit: str, at: datetime, lon: float) -> None:
        at_ms = int(at.timestamp() * 1000)
        record = {"id": unit, "at": at_ms, "kind": "patrol", "speed_kmh": 30.0, "lon": lon, "lat": 30.05}
        self.city.log.sink("city.vehicles").emit([json.dumps(record).encode()], None, [at_ms])


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    folder = dispatch_city(tmp_path / "city", "unit_positions: vehicles\nweather: weather\n")
    (folder / "slots" / "weather.yaml").write_text(WEATHER, "utf-8")
    (folder / "layers" / "eyes.geojson").write_text(json.dumps(CAMERAS), "utf-8")
    (folder / "layers" / "eyes.yaml").write_text(CAMERA_LAYER, "utf-8")
    with desk(tmp_path) as one:
        city = tiny_city(one.clock, folder=folder)
        toolbox = Toolbox(one.store, city.parts.city.regions, city.parts.city.zone, rules_of(city.parts.city))
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield Asked(caller, city)
        city.close()


def values(told: Any) -> dict[str, Any]:
    return {one["indicator"]: (one["value"], one["region"], one["light"]) for one in told}


def test_the_smallest_region_with_values_is_told_the_abnormal_first(asked: Asked) -> None:
    number = asked.caller.post("/incidents", REPORT).json()["number"]
    region = asked.caller.get(f"/incidents/{number}").json()["region"]
    asked.city.hotline(NOON - timedelta(minutes=10), region, 3, wait_s=30.0)
    asked.city.hotline(NOON - timedelta(minutes=10), "770102", 5, wait_s=1.0)
    asked.city.emit("city.weather", {"at": (NOON - timedelta(minutes=5)).isoformat(), "region": "77", "celsius": 36.5})
    found = asked.caller.get(f"/incidents/{number}/context", lang="en").json()
    assert values(found["indicators"]) == {
        "hotline.wait": (30.0, region, "alarm"), "hotline.requests": (3.0, region, None),
    }  # fmt: skip
    first = found["indicators"][0]
    assert (first["indicator"], first["title"], first["unit"], first["slot_title"]) == (
        "hotline.wait", "Mean wait", "s", "Hotline requests",
    )  # fmt: skip
    assert first["status"] == "stale" and first["region"] == region and first["name"]
    assert values(found["weather"]) == {"weather.celsius": (36.5, "77", "watch")}
    addresses = [(one["name"], one["address"]) for one in found["cameras"]]
    assert addresses == [("一号", "https://gateway.example/1.m3u8"), ("二号", None)]
    assert 90 < found["cameras"][0]["distance_m"] < 105


def test_an_incident_is_looked_at_as_it_was_known(asked: Asked) -> None:
    caller, clock = asked.caller, asked.caller.desk.clock
    number = caller.post("/incidents", REPORT).json()["number"]
    region = caller.get(f"/incidents/{number}").json()["region"]
    for minute, lon in ((0, 120.10), (2, 120.08), (9, 120.06)):
        asked.vehicle("U1", NOON + timedelta(minutes=minute), lon)
    asked.vehicle("stranger", NOON, 120.0)
    clock.advance(timedelta(minutes=5))
    for verb, said in (("accept", {}), ("file", {}), ("dispatch", {"unit": "U1"})):
        caller.post(f"/incidents/{number}/{verb}", said)
    order = caller.post("/orders", {"unit": "U1", "text": "去看看", "incident": number}).json()["number"]
    caller.post(f"/orders/{order}/issue")
    clock.advance(timedelta(minutes=5))
    asked.city.hotline(NOON + timedelta(minutes=1), region, 2)
    asked.city.hotline(NOON + timedelta(minutes=8), region, 4)
    caller.post(f"/incidents/{number}/sign", actor={"name": "U1", "role": "department"})

    def then(minutes: float) -> Any:
        return caller.get(f"/incidents/{number}/replay", INSPECTOR, at=(NOON + timedelta(minutes=minutes)).isoformat()).json()

    early, later, last = then(1), then(6), caller.get(f"/incidents/{number}/replay", lang="en").json()
    assert [one["verb"] for one in last["moments"]] == ["receive", "accept", "file", "dispatch", "draft", "issue", "sign"]
    assert early["moments"][1]["said"] == "受理" and last["moments"][1]["said"] == "Accepted"
    assert [one["incident"]["state"] for one in (early, later, last)] == ["REPORTED", "DISPATCHED", "SIGNED"]
    assert [len(one["rows"]) for one in (early, later, last)] == [1, 6, 7]
    assert (early["orders"], later["orders"][0]["state"]) == ([], "ISSUED")
    assert [one["units"][0]["lon"] for one in (early, later, last)] == [120.1, 120.08, 120.06]
    assert [len(one["units"][0]["trail"]) for one in (early, later, last)] == [1, 2, 3]
    assert [[one["id"] for one in seen["units"]] for seen in (early, last)] == [["U1"], ["U1"]]
    assert (early["units"][0]["order"], later["units"][0]["order"]) == (None, order)
    requests = [values(one["indicators"]).get("hotline.requests", (0.0,))[0] for one in (early, later, last)]
    assert requests == [0.0, 2.0, 6.0]
    assert early["incident"]["reporter"] == {"name": "王**", "phone": "138****11"}
    assert "reporter" not in early["rows"][0]["body"] and "王小明" not in json.dumps(early, ensure_ascii=False)
    assert datetime.fromisoformat(last["end"]) == clock().astimezone(UTC)


def test_a_moment_that_has_not_come_is_refused(asked: Asked) -> None:
    number = asked.caller.post("/incidents", REPORT).json()["number"]
    for at in (NOON + timedelta(hours=1), NOON - timedelta(days=1)):
        refused = asked.caller.get(f"/incidents/{number}/replay", at=at.isoformat())
        assert refused.status_code == 422 and "at must lie between" in refused.json()["error"]
    assert asked.caller.get("/incidents/I0-1/context").status_code == 404
    empty = asked.caller.get(f"/incidents/{number}/replay").json()
    assert (empty["units"], empty["units_reach"], empty["indicators"]) == ([], False, [])


def test_weather_of_a_slot_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    folder = dispatch_city(tmp_path / "city", "weather: hotlin\n")
    with pytest.raises(CityError) as caught:
        load_city(folder, kinds())
    (problem,) = caught.value.problems
    assert "there is no slot 'hotlin'" in str(problem) and "did you mean 'hotline'" in str(problem)
