"""The envelope of an event: what it must hold, what of it can be a field, and both ways of sending it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from streams.cloudevents_codec import CloudEventsCodec
from streams.columns import Column

COLUMNS = (
    Column("ce_id", "string"),
    Column("ce_time", "datetime"),
    Column("ce_subject", "string", optional=True),
    Column("wait_s", "float", optional=True),
    Column("ce_type", "string"),
)
ENVELOPE = {"specversion": "1.0", "id": "e1", "source": "/desk", "type": "city.call", "time": "2026-11-21T12:00:00Z"}
HEADERS = tuple((f"ce_{name}", text.encode()) for name, text in ENVELOPE.items())


def event(**changes: Any) -> bytes:
    whole = {**ENVELOPE, "data": {"wait_s": 2.5}, **changes}
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def reason(value: bytes, headers: tuple[tuple[str, bytes], ...] = ()) -> tuple[str, str | None]:
    """Why this one is refused, between two good ones."""
    found = CloudEventsCodec().decode([event(), value, event()], COLUMNS, [(), headers, ()])
    assert found.frame["_row"].to_list() == [0, 2]
    return found.rejected[0].reason, found.rejected[0].field


def test_attributes_and_data_stand_side_by_side_in_the_declared_order() -> None:
    values = [event(subject="a/b"), b'{"wait_s":7}', event(data=..., data_base64=base64.b64encode(b'{"wait_s":1}').decode())]
    found = CloudEventsCodec().decode(values, COLUMNS, [(), HEADERS, ()])
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert found.rejected == []
    assert found.frame.rows() == [
        (0, "e1", noon, "a/b", 2.5, "city.call"),
        (1, "e1", noon, None, 7.0, "city.call"),
        (2, "e1", noon, None, 1.0, "city.call"),
    ]


def test_a_batch_without_headers_is_structured() -> None:
    assert CloudEventsCodec().decode([event()], COLUMNS).frame["ce_id"].to_list() == ["e1"]
    assert CloudEventsCodec().decode([b'{"wait_s":7}'], COLUMNS).rejected[0].field == "ce_specversion"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"specversion": "0.3"}, ("the event's specversion must be '1.0', got '0.3'", "ce_specversion")),
        ({"specversion": ...}, ("the event's specversion must be '1.0', got None", "ce_specversion")),
        ({"id": ...}, ("the event's attribute 'id' is missing", "ce_id")),
        ({"id": ""}, ("the event's attribute 'id' is missing", "ce_id")),
        ({"source": ...}, ("the event's attribute 'source' is missing", "ce_source")),
        ({"type": None}, ("the event's attribute 'type' is missing", "ce_type")),
        ({"id": 5}, ("the value is not a CloudEvent: Expected `str | null`, got `int` - at `$.id`", "ce_id")),
        ({"time": ...}, ("field 'ce_time' is missing", "ce_time")),
        ({"time": "noon"}, ("field 'ce_time' must be a time in ISO 8601 with a zone, got 'noon'", "ce_time")),
        ({"data": {"wait_s": "5"}}, ("field 'wait_s' must be float, got str '5'. Hint: send numbers unquoted", "wait_s")),
        ({"data": [1]}, ("the value must be a JSON object, got array", None)),
        ({"data": ...}, ("the value is empty", None)),
        ({"datacontenttype": "text/xml"}, ("the event's data must be JSON, got 'text/xml'", "ce_datacontenttype")),
        ({"data": ..., "data_base64": "%%%"}, ("the event's data_base64 is not base64: Only base64 data is allowed", None)),
    ],
)
def test_reasons(changes: dict[str, Any], expected: tuple[str, str | None]) -> None:
    assert reason(event(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ce_specversion": b"2"}, "the event's specversion must be '1.0', got '2'"),
        ({"ce_id": b""}, "the event's attribute 'id' is missing"),
        ({"ce_type": b"\xff"}, "an attribute in the headers is not UTF-8"),
        ({"Content-Type": b"application/avro"}, "the event's data must be JSON, got 'application/avro'"),
    ],
)
def test_reasons_of_binary_events(changes: dict[str, bytes], expected: str) -> None:
    assert reason(b'{"wait_s":1}', tuple({**dict(HEADERS), **changes}.items()))[0] == expected


@pytest.mark.parametrize("media", [b"application/json; charset=utf-8", b"application/vnd.city+json", b"text/json"])
def test_all_kinds_of_json_are_json(media: bytes) -> None:
    found = CloudEventsCodec().decode([b'{"wait_s":1}'], COLUMNS, [(*HEADERS, ("content-type", media))])
    assert found.frame["wait_s"].to_list() == [1.0]
