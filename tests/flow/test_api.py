"""The HTTP interface over real parts: what goes into the log comes out as answers, and every wrong call is told why."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from cockpit.api import OPENAPI, create_router
from slots.ledger_redis import RedisLedger
from tests.cities.client import Client
from tests.cities.line import CityLine, request, vehicle


@pytest.fixture
def line() -> Iterator[CityLine]:
    with closing(CityLine()) as line:
        yield line


@pytest.fixture
def client(line: CityLine) -> Iterator[Client]:
    with closing(client_of(line)) as client:
        yield client


@pytest.fixture(scope="module")
def idle() -> Iterator[Client]:
    """A city nobody writes to, for calls that are refused."""
    with closing(CityLine()) as line, closing(client_of(line)) as client:
        yield client


def client_of(line: CityLine) -> Client:
    app = FastAPI(openapi_url=OPENAPI)
    app.include_router(create_router(line.parts))
    return Client(app)


def filled(line: CityLine) -> None:
    line.send(
        "city.hotline",
        request("1", 5, stars=5),
        request("2", 4, district="7702", category="water", wait_s=30.0, stars=2),
        request("3", 3, stars=None, wait_s=None),
        request("4", 2, district="9999"),
        b"{broken",
    )
    line.send("city.vehicles", vehicle("b1", 120.15, 30.02), vehicle("b2", 120.05, 30.05, kind="patrol"))
    line.run()


def get(client: Client, path: str, status: int = 200) -> Any:
    found = client.get(path)
    assert found.status_code == status, found.text
    return found.json()


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


def test_passports(client: Client) -> None:
    passports = {each["indicator"]: each for each in get(client, "/api/v1/indicators")["indicators"]}
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


def test_regions(client: Client) -> None:
    street = get(client, "/api/v1/regions/770101")
    assert (street["name"], street["level"], street["parent"]) == ("河街", 2, "7701")
    assert [each["code"] for each in street["ancestors"]] == ["77", "7701"]
    assert get(client, "/api/v1/regions/77")["parent"] is None
    assert [each["code"] for each in get(client, "/api/v1/regions/77/children")["children"]] == ["7701", "7702"]


def test_shapes_are_packed_and_not_sent_twice(client: Client) -> None:
    packed = client.get("/api/v1/regions/77/geometry", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert {feature["properties"]["code"] for feature in packed.json()["features"]} == {"7701", "7702"}
    plain = client.get("/api/v1/regions/77/geometry", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == packed.json()
    again = client.get("/api/v1/regions/77/geometry", headers={"if-none-match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/regions/7701/geometry", headers={"if-none-match": packed.headers["etag"]})
    assert other.status_code == 200


def test_outline_and_static_layers(client: Client) -> None:
    assert len(get(client, "/api/v1/regions/7701/outline")["features"]) == 1
    assert [layer["id"] for layer in get(client, "/api/v1/layers")["layers"]] == ["river"]
    (river,) = get(client, "/api/v1/layers/river/geometry")["features"]
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


def test_what_is_posted_is_in_the_log_and_counts(client: Client, line: CityLine) -> None:
    body = b'{"id":"1","created_at":"2026-11-21T11:59:00+08:00","district":"7701","category":"noise"}\n\n{"id":"2"}\n'
    posted = client.post("/api/v1/topics/city.hotline/records?key=id", content=body)
    assert (posted.status_code, posted.json()) == (200, {"accepted": 2})
    batch = line.log.read("city.hotline", 0, 1 << 60, 10)
    assert batch.keys == [b"1", b"2"]
    line.run()
    (reading,) = get(client, "/api/v1/indicators/hotline.requests?window=1h")["readings"]
    assert reading["value"] == 1.0
    assert get(client, "/api/v1/dead-letters/hotline")["count"] == 1


def test_posted_csv_lines_count_too(client: Client, line: CityLine) -> None:
    body = b"1,2026-11-21 11:50:00,7701,5\n2,2026-11-21 11:51:00,7702,1\n"
    assert client.post("/api/v1/topics/city.reviews/records", content=body).json() == {"accepted": 2}
    line.run()
    assert get(client, "/api/v1/indicators/reviews.good_rate?window=1h")["readings"][0]["value"] == 50.0


GZIPPED = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/indicators/hotline.request", 404, "did you mean 'hotline.requests'"),
        ("/api/v1/indicators/hotline.requests?regoin=7701", 422, "did you mean 'region'"),
        ("/api/v1/indicators/hotline.requests?region=770l", 404, "no region '770l'"),
        ("/api/v1/indicators/hotline.requests?window=toady", 422, "did you mean 'today'"),
        ("/api/v1/indicators/hotline.requests?by=categry", 422, "category"),
        ("/api/v1/indicators/hotline.requests?from=yesterday", 422, "ISO 8601"),
        ("/api/v1/indicators/hotline.requests?from=2026-11-21T08:00:00", 422, "time zone"),
        ("/api/v1/indicators/hotline.requests?to=2026-11-21T08:00:00Z", 422, "to needs from"),
        ("/api/v1/indicators/hotline.requests?from=2026-11-21T08:00:00Z&to=2026-11-20T08:00:00Z", 422, "before"),
        ("/api/v1/indicators/hotline.requests?window=today&from=2026-11-21T08:00:00Z", 422, "not both"),
        ("/api/v1/indicators/hotline.requests?step=10m", 422, "by=time"),
        ("/api/v1/indicators/hotline.requests?by=time&step=10", 422, "duration"),
        ("/api/v1/indicators/hotline.requests?key=noise", 422, "together"),
        ("/api/v1/records/hotlin", 404, "did you mean 'hotline'"),
        ("/api/v1/records/hotline?limit=0", 422, "limit"),
        ("/api/v1/records/hotline?limit=many", 422, "limit"),
        ("/api/v1/dead-letters/nothing", 404, "no slot"),
        ("/api/v1/regions/9", 404, "no region '9'"),
        ("/api/v1/regions/9/geometry", 404, "no region"),
        ("/api/v1/layers/rivr/geometry", 404, "did you mean 'river'"),
        ("/api/v1/entities/hotline", 404, "there are: vehicles"),
        ("/api/v1/entities/vehicles?near=30.02,120.15", 422, "longitude first"),
        ("/api/v1/entities/vehicles?near=nan,30", 422, "lon,lat"),
        ("/api/v1/entities/vehicles?bbox=1,2,3", 422, "west,south,east,north"),
        ("/api/v1/entities/vehicles?bbox=120.2,30,120.1,31", 422, "south-west"),
        ("/api/v1/entities/vehicles?near=120,30&region=77", 422, "one of"),
        ("/api/v1/entities/vehicles?radius_m=5", 422, "near only"),
        ("/api/v1/entities/vehicles?near=120,30&radius_m=inf", 422, "radius_m"),
        ("/api/v1/nothing", 404, "/api/openapi.json"),
        ("/api/v1/topics/city.hotline/records", 404, "with this method"),
    ],
)
def test_a_wrong_call_is_told_why(idle: Client, path: str, status: int, said: str) -> None:
    found = idle.get(path)
    assert found.status_code == status, found.text
    assert set(found.json()) <= {"error", "hint"}
    assert said in found.text
    assert "Traceback" not in found.text


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "said"),
    [
        ("/api/v1/topics/city.hotlin/records", b"{}", {}, 404, "did you mean 'city.hotline'"),
        ("/api/v1/topics/city.hotline/records", b"x" * (16 * 1024 * 1024 + 1), {}, 413, "16 MiB"),
        ("/api/v1/topics/city.hotline/records", b"{}\n" + b"x" * 1_000_001, {}, 413, "record 2"),
        (
            "/api/v1/topics/city.hotline/records",
            gzip.compress(b"{}", mtime=0),
            {"content-encoding": "gzip"},
            415,
            "plain JSON lines",
        ),
        ("/api/v1/topics/city.hotline/records", b"{}", {"origin": "http://evil.example"}, 403, "origins"),
    ],
)
def test_a_wrong_post_writes_nothing(
    client: Client, line: CityLine, path: str, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    found = client.post(path, content=body, headers=headers)
    assert (found.status_code, said in found.text) == (status, True), found.text
    assert len(line.log.read("city.hotline", 0, 1 << 60, 10)) == 0


def test_a_body_without_a_length_is_bounded_too(client: Client) -> None:
    chunks = (b"x" * 1_000_000 for _ in range(17))
    assert client.post("/api/v1/topics/city.hotline/records", content=chunks).status_code == 413


def test_our_own_pages_may_post(client: Client) -> None:
    found = client.post("/api/v1/topics/city.hotline/records", content=b"{}", headers={"origin": "http://localhost"})
    assert found.json() == {"accepted": 1}


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


def test_a_log_that_does_not_take_records_is_said(client: Client, line: CityLine) -> None:
    line.log.close()
    found = client.post("/api/v1/topics/city.hotline/records", content=b"{}")
    assert found.status_code == 503, found.text
    assert (found.headers["retry-after"], set(found.json())) == ("2", {"error", "hint"})


def test_alive_is_not_ready() -> None:
    away = RedisLedger("redis://user:geheim@127.0.0.1:1/0")  # nobody listens there
    with closing(CityLine(ledger=away)) as line, closing(client_of(line)) as client:
        assert get(client, "/healthz")["status"] == "alive"
        assert get(client, "/readyz", 503)["status"] == "not ready"
        assert "cockpit_ledger_reachable 0.0" in client.get("/metrics").text.splitlines()
        for path in ("/api/v1/indicators/hotline.requests", "/api/v1/slots", "/api/v1/entities/vehicles"):
            found = client.get(path)
            assert (found.status_code, found.json()) == (503, {"error": "the ledger cannot be reached now"})


def test_every_route_is_described(client: Client) -> None:
    paths = get(client, OPENAPI)["paths"]
    assert "/api/v1/indicators/{name}" in paths
    names = {parameter["name"] for parameter in paths["/api/v1/indicators/{name}"]["get"]["parameters"]}
    assert set(paths["/api/v1/slots"]["get"]["responses"]) == {"200", "4XX", "5XX"}
    assert names == {"name", "region", "from", "to", "window", "by", "step", "dimension", "key"}


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


@pytest.mark.parametrize(("path", "status"), [("nothing", 404), ("service?region=99", 404), ("service?by=time", 422)])
def test_a_wrong_question_about_a_scheme_is_refused(idle: Client, path: str, status: int) -> None:
    assert idle.get(f"/api/v1/schemes/{path}").status_code == status
