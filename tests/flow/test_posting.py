"""Every format over HTTP: what the body holds is what the log has, byte for byte, and whatever would be cut is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from cockpit.api import OPENAPI, create_routes
from tests.cities.client import Client
from tests.cities.line import TINY, CityLine, request

BINARY = b"\n\x07call\n7 \r\n\n\x12\x01 \n"
NDJSON = "application/x-ndjson"


def client_of(line: CityLine) -> Client:
    app = FastAPI(openapi_url=OPENAPI)
    app.router.routes.extend(create_routes(line.parts))
    return Client(app)


@pytest.fixture
def line() -> Iterator[CityLine]:
    with closing(CityLine()) as line:
        yield line


@pytest.fixture
def client(line: CityLine) -> Iterator[Client]:
    with closing(client_of(line)) as client:
        yield client


def in_log(line: CityLine, topic: str = "city.hotline") -> list[bytes]:
    return line.log.read(topic, 0, 1 << 60, 100).values


@pytest.mark.parametrize(
    "kind",
    ["application/octet-stream", "application/x-protobuf", "application/avro", "application/vnd.apache.avro",
     "application/cloudevents+json; charset=utf-8"],
)  # fmt: skip
def test_one_record_stays_as_it_is(line: CityLine, client: Client, kind: str) -> None:
    found = client.post("/api/v1/topics/city.hotline/records", BINARY, {"content-type": kind})
    assert found.json() == {"accepted": 1}
    assert in_log(line) == [BINARY]


@pytest.mark.parametrize("kind", [NDJSON, "application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_lines_are_a_record_each(line: CityLine, client: Client, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    found = client.post("/api/v1/topics/city.hotline/records", b'{"id":"1"}\r\n\n{"id":"2"}\n', headers)
    assert found.json() == {"accepted": 2}
    assert sorted(in_log(line)) == [b'{"id":"1"}', b'{"id":"2"}']


def test_one_json_value_may_have_many_lines(line: CityLine, client: Client) -> None:
    body = json.dumps({"id": "1"}, indent=2).encode()
    found = client.post("/api/v1/topics/city.hotline/records", body, {"content-type": "application/json"})
    assert found.json() == {"accepted": 1}
    assert in_log(line) == [body]


def test_an_unknown_content_type_is_refused_with_those_there_are(line: CityLine, client: Client) -> None:
    found = client.post("/api/v1/topics/city.hotline/records", b"{}", {"content-type": "application/zip"})
    assert found.status_code == 415
    assert "application/x-ndjson" in found.json()["hint"]
    assert in_log(line) == []


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "text/plain"}])
def test_a_topic_of_binary_records_takes_no_lines(tmp_path: Path, headers: dict[str, str]) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    (tmp_path / "tiny/schemas").mkdir()
    names = ("id", "created_at", "district", "category", "wait_s", "stars")
    schema = {"type": "record", "name": "Call", "fields": [{"name": name, "type": "string"} for name in names]}
    schema["fields"][1]["type"] = {"type": "long", "logicalType": "timestamp-millis"}  # type: ignore[index]
    schema["fields"][4]["type"], schema["fields"][5]["type"] = "double", "int"  # type: ignore[index]
    (tmp_path / "tiny/schemas/17.avsc").write_text(json.dumps(schema))
    file = tmp_path / "tiny/slots/hotline.yaml"
    avro = "{topic: city.hotline, format: avro, schema: schemas}"
    file.write_text(file.read_text("utf-8").replace("{topic: city.hotline, format: json}", avro), "utf-8")
    with closing(CityLine(tmp_path / "tiny")) as line, closing(client_of(line)) as client:
        found = client.post("/api/v1/topics/city.hotline/records", BINARY, headers)
        assert (found.status_code, "avro" in found.json()["error"]) == (415, True)
        assert "application/octet-stream" in found.json()["hint"]
        assert in_log(line) == []


def test_a_cloudevent_in_binary_form_brings_its_attributes(line: CityLine, client: Client) -> None:
    body = json.dumps(request("1", 1), indent=1).encode()
    headers = {
        "CE-SpecVersion": "1.0", "ce-id": "e1", "ce-source": "/desk/%E4%B8%80", "ce-type": "call",
        "content-type": "application/json",
    }  # fmt: skip
    assert client.post("/api/v1/topics/city.hotline/records", body, headers).json() == {"accepted": 1}
    batch = line.log.read("city.hotline", 0, 1 << 60, 10)
    assert batch.values == [body]
    assert batch.headers is not None
    assert dict(batch.headers[0]) == {
        "ce_specversion": b"1.0", "ce_id": b"e1", "ce_source": "/desk/一".encode(), "ce_type": b"call",
        "content-type": b"application/json",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"id,at,district,stars\n1,2026-11-21 11:50:00,7701,5\n2,2026-11-21 11:51:00,7702,1\n",
        b"\xef\xbb\xbfid,at,district,stars\r\n1,2026-11-21 11:50:00,7701,5\r\n2,2026-11-21 11:51:00,7702,1\r\n",
        b"stars,id,desk,at,district\n5,1,x,2026-11-21 11:50:00,7701\n1,2,x,2026-11-21 11:51:00,7702\n",
    ],
)
def test_a_csv_file_is_posted_with_its_header(line: CityLine, client: Client, body: bytes) -> None:
    assert client.post("/api/v1/topics/city.reviews/records", body, {"content-type": "text/csv"}).json() == {"accepted": 2}
    line.run()
    assert client.get("/api/v1/indicators/reviews.good_rate?window=1h").json()["readings"][0]["value"] == 50.0
    assert client.get("/api/v1/dead-letters/reviews").json()["count"] == 0
