"""The HTTP interface over real parts: what goes into the log comes out as answers."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from cockpit.api import OPENAPI
from slots.ledger_redis import RedisLedger
from tests.cities.client import Client
from tests.cities.line import CityLine
from tests.flow.api import client, client_of, filled, get, idle, line, untouched

__all__ = ["client", "idle", "line", "untouched"]


def test_a_reading(client: Client, line: CityLine) -> None:
    filled(line)
    (reading,) = get(client, "/api/v1/indicators/hotline.requests?window=today")["readings"]
    assert reading == {
        "indicator": "hotline.requests", "region": "77", "key": None, "from": "2026-11-21T00:00:00+08:00",
        "to": "2026-11-22T00:00:00+08:00", "value": 3.0, "unit": "1", "status": "late", "as_of": "2026-11-21T03:57:00Z",
        "coverage": reading["coverage"], "count": 3,
    }  # fmt: skip
    assert 0 < reading["coverage"] < 0.1


def test_readings_by_region_answer_the_children(client: Client, line: CityLine) -> None:
    filled(line)
    readings = get(client, "/api/v1/indicators/hotline.requests?by=region&window=1h")["readings"]
    assert {reading["region"]: reading["value"] for reading in readings} == {"7701": 2.0, "7702": 1.0}
    readings = get(client, "/api/v1/indicators/hotline.requests?region=7701&by=region&window=1h")["readings"]
    assert {reading["region"]: reading["value"] for reading in readings} == {"770101": 2.0, "770102": 0.0}


def test_readings_by_time_and_by_dimension(client: Client, line: CityLine) -> None:
    filled(line)
    span = "from=2026-11-21T11:50:00%2B08:00&to=2026-11-21T12:00:00%2B08:00"
    readings = get(client, f"/api/v1/indicators/hotline.requests?{span}&by=time&step=5m")["readings"]
    assert [(reading["from"][11:16], reading["value"]) for reading in readings] == [("11:50", None), ("11:55", 3.0)]
    readings = get(client, f"/api/v1/indicators/hotline.requests?{span}&by=category")["readings"]
    assert {reading["key"]: reading["value"] for reading in readings} == {"noise": 2.0, "water": 1.0}
    (reading,) = get(client, f"/api/v1/indicators/hotline.requests?{span}&dimension=category&key=water")["readings"]
    assert reading["value"] == 1.0


def test_an_unescaped_plus_in_a_time_is_understood(client: Client, line: CityLine) -> None:
    filled(line)
    path = "/api/v1/indicators/hotline.requests?from=2026-11-21T11:50:00+08:00&to=2026-11-21T12:00:00+08:00"
    assert get(client, path)["readings"][0]["value"] == 3.0


def test_passports(idle: Client) -> None:
    passports = {each["indicator"]: each for each in get(idle, "/api/v1/indicators")["indicators"]}
    assert len(passports) == 6
    wait = passports["hotline.wait"]
    assert (wait["family"], wait["owner"], wait["direction"], wait["target"]) == ("operations", "市政务服务局", "lower", 20)
    assert wait["formula"] == {"agg": "mean", "of": "wait_s"}
    assert wait["error"] is None, "a mean is exact"
    assert wait["title"] == {"zh": "平均等待", "en": "Mean wait"}


def test_slots_say_what_was_counted_and_what_not(client: Client, line: CityLine) -> None:
    filled(line)
    hotline = {slot["slot"]: slot for slot in get(client, "/api/v1/slots")["slots"]}["hotline"]
    wanted = {
        "status": "late",
        "last_event": "2026-11-21T03:57:00Z",
        "lag": 0,
        "accepted": 3,
        "rejected": 2,
        "dead_letters": 2,
        "unknown_codes": 1,
    }
    assert {key: hotline[key] for key in wanted} == wanted
    assert hotline["rates"] == {"accepted": None, "rejected": None, "late": None}


def test_rates_are_records_a_second_between_calls(client: Client, line: CityLine) -> None:
    get(client, "/api/v1/slots")
    filled(line)
    line.clock.advance(timedelta(seconds=10))
    hotline = get(client, "/api/v1/slots")["slots"][0]
    assert hotline["rates"] == {"accepted": 0.3, "rejected": 0.2, "late": 0.0}


def test_records_behind_a_number_have_their_address(client: Client, line: CityLine) -> None:
    filled(line)
    records = get(client, "/api/v1/records/hotline?region=7701&window=1h&limit=1")["records"]
    assert [(record["fields"]["id"], record["topic"], record["partition"], record["offset"]) for record in records] == [
        ("3", "city.hotline", 0, 2)
    ]
    assert records[0]["fields"]["wait_s"] is None


def test_dead_letters_have_address_and_reason(client: Client, line: CityLine) -> None:
    filled(line)
    found = get(client, "/api/v1/dead-letters/hotline")
    assert found["count"] == 2
    assert {letter["address"]: letter["raw"] for letter in found["letters"]}["city.hotline[0]@4"] == "{broken"
    assert any("9999" in letter["reason"] for letter in found["letters"])
    assert len(get(client, "/api/v1/dead-letters/hotline?limit=1")["letters"]) == 1


def test_regions(idle: Client) -> None:
    street = get(idle, "/api/v1/regions/770101")
    assert (street["name"], street["level"], street["parent"]) == ("河街", 2, "7701")
    assert [each["code"] for each in street["ancestors"]] == ["77", "7701"]
    assert get(idle, "/api/v1/regions/77")["parent"] is None
    assert [each["code"] for each in get(idle, "/api/v1/regions/77/children")["children"]] == ["7701", "7702"]


def test_shapes_are_packed_and_not_sent_twice(idle: Client) -> None:
    packed = idle.get("/api/v1/regions/77/geometry", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert {feature["properties"]["code"] for feature in packed.json()["features"]} == {"7701", "7702"}
    plain = idle.get("/api/v1/regions/77/geometry", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == packed.json()
    again = idle.get("/api/v1/regions/77/geometry", headers={"if-none-match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = idle.get("/api/v1/regions/7701/geometry", headers={"if-none-match": packed.headers["etag"]})
    assert other.status_code == 200


def test_outline_and_static_layers(idle: Client) -> None:
    assert len(get(idle, "/api/v1/regions/7701/outline")["features"]) == 1
    assert [layer["id"] for layer in get(idle, "/api/v1/layers")["layers"]] == ["river"]
    (river,) = get(idle, "/api/v1/layers/river/geometry")["features"]
    assert (river["properties"]["name"], river["properties"]["name_en"]) == ("小河", "Small River")


def test_entities_by_region_box_and_nearness(client: Client, line: CityLine) -> None:
    filled(line)
    both = get(client, "/api/v1/entities/vehicles")["entities"]
    assert [each["key"] for each in both] == ["b1", "b2"]
    assert both[0] == {
        "key": "b1", "lon": 120.15, "lat": 30.02, "region": "770101", "time": "2026-11-21T03:59:58Z",
        "attributes": {"kind": "bus", "speed_kmh": 30.0},
    }  # fmt: skip
    assert [each["key"] for each in get(client, "/api/v1/entities/vehicles?region=7702")["entities"]] == ["b2"]
    assert [each["key"] for each in get(client, "/api/v1/entities/vehicles?bbox=120.1,30,120.2,30.1")["entities"]] == ["b1"]
    (near,) = get(client, "/api/v1/entities/vehicles?near=120.15,30.021&radius_m=500")["entities"]
    assert near["key"] == "b1"
    assert near["distance_m"] == pytest.approx(111.2, abs=0.5)


def test_alive_and_ready(client: Client, line: CityLine) -> None:
    line.clock.advance(timedelta(seconds=3))
    assert get(client, "/healthz") == {"status": "alive", "up_s": 3.0}
    ready = get(client, "/readyz")
    assert (ready["status"], ready["city"]) == ("ready", "tiny")
    assert ready["slots"]["hotline"]["status"] == "missing"


def test_metrics_count_per_slot(client: Client, line: CityLine) -> None:
    filled(line)
    lines = client.get("/metrics").text.splitlines()
    for wanted in (
        'cockpit_slot_accepted_total{slot="hotline"} 3.0',
        'cockpit_slot_rejected_total{slot="hotline"} 2.0',
        'cockpit_slot_dead_letters{slot="hotline"} 2.0',
        'cockpit_slot_age_seconds{slot="hotline"} 180.0',
        'cockpit_slot_status{slot="reviews",status="missing"} 1.0',
        "cockpit_ledger_reachable 1.0",
    ):
        assert wanted in lines


def test_two_cities_in_one_process_share_nothing(client: Client, line: CityLine) -> None:
    filled(line)
    with closing(CityLine()) as empty, closing(client_of(empty)) as other:
        assert get(other, "/api/v1/indicators/hotline.requests?window=1h")["readings"][0]["value"] is None
    assert get(client, "/api/v1/indicators/hotline.requests?window=1h")["readings"][0]["value"] == 3.0


def test_alive_is_not_ready() -> None:
    away = RedisLedger("redis://user:geheim@127.0.0.1:1/0")  # nobody listens there
    with closing(CityLine(ledger=away)) as line, closing(client_of(line)) as client:
        assert get(client, "/healthz")["status"] == "alive"
        assert get(client, "/readyz", 503)["status"] == "not ready"
        assert "cockpit_ledger_reachable 0.0" in client.get("/metrics").text.splitlines()
        for path in ("/api/v1/indicators/hotline.requests", "/api/v1/slots", "/api/v1/entities/vehicles"):
            found = client.get(path)
            assert (found.status_code, found.json()) == (503, {"error": "the ledger cannot be reached now"})


def test_every_route_is_described(idle: Client) -> None:
    paths = get(idle, OPENAPI)["paths"]
    assert "/api/v1/indicators/{name}" in paths
    names = {parameter["name"] for parameter in paths["/api/v1/indicators/{name}"]["get"]["parameters"]}
    assert set(paths["/api/v1/slots"]["get"]["responses"]) == {"200", "4XX", "5XX"}
    assert names == {"name", "region", "at", "from", "to", "window", "by", "step", "dimension", "key"}


def test_a_scheme_answers_with_its_whole_tree(line: CityLine, client: Client) -> None:
    filled(line)
    assert [scheme["version"] for scheme in client.get("/api/v1/schemes").json()["schemes"]] == ["2026"]
    told = client.get("/api/v1/schemes/service?by=region").json()
    assert (told["scheme"], told["version"], told["region"]) == ("service", "2026", "77")
    assert 0 < told["coverage"] < 1
    satisfaction, waiting = told["tree"]["of"]
    assert satisfaction["indicator"] == "hotline.satisfaction" and satisfaction["unit"] == "%"
    assert satisfaction["weight"] + waiting["weight"] == pytest.approx(1)
    assert told["score"] == pytest.approx(satisfaction["contribution"] + waiting["contribution"])
    assert {child["region"] for child in told["children"]} == {"7701", "7702"}
    assert sorted(child["rank"] for child in told["children"] if child["rank"]) == [1, 2]
    north = client.get("/api/v1/schemes/service?region=7701").json()
    assert north["score"] == next(child["score"] for child in told["children"] if child["region"] == "7701")
