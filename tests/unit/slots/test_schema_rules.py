"""What a slot file and its schema say of one another, and what goes with which format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slots.problem import DocumentError
from slots.schema_rules import schema_problems
from slots.slot import parse_slot
from tests.line import small_slot

CALL = {
    "type": "record",
    "name": "Call",
    "fields": [
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "region", "type": ["null", "string"]},
        {"name": "kind", "type": "string"},
        {"name": "channel", "type": {"type": "enum", "name": "Channel", "symbols": ["WEB"]}},
        {"name": "wait", "type": "double"},
        {"name": "stars", "type": {"type": "map", "values": "int"}},
    ],
}
AVRO = {"topic": "city.desk", "format": "avro", "schema": "schemas/call.avsc"}
FIELDS = {"at": "datetime", "region": "string?", "kind": "string?", "channel": "string?", "wait_s": "float?", "stars": "int?"}


def told(folder: Path, **changes: Any) -> list[str]:
    return [str(problem) for problem in schema_problems(small_slot(**changes), folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/call.avsc").write_text(json.dumps(CALL))
    return tmp_path


def test_fields_that_the_schema_does_not_have_or_of_another_type(folder: Path) -> None:
    assert told(folder, source=AVRO) == [
        "fields.wait_s: the schema has no field 'wait_s'; it has: at, region, kind, channel, wait, stars."
        " Hint: did you mean 'wait'?",
        "fields.stars: 'stars' is of no type that a field can have by the schema, declared as int",
    ]
    assert told(folder, source=AVRO, fields=FIELDS | {"at": "datetime", "kind": "int?", "channel": "float?"})[:2] == [
        "fields.kind: 'kind' must be datetime or string by the schema, declared as int",
        "fields.channel: 'channel' must be string by the schema, declared as float",
    ]


def test_a_schema_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    assert told(folder, source=AVRO | {"schema": "schemas/cal.avsc"}) == [
        "source.schema: 'schemas/cal.avsc' does not exist; there are: schemas/call.avsc"
    ]
    protobuf = {"topic": "city.desk", "format": "protobuf", "schema": "schemas/call.avsc", "message": "city.Call"}
    assert told(folder, source=protobuf)[0].startswith("source.schema: schemas/call.avsc is not a descriptor set: ")


def test_attributes_of_an_event_have_fixed_names(folder: Path) -> None:
    events = {"topic": "city.desk", "format": "cloudevents"}
    assert told(folder, source=events, fields=FIELDS | {"ce_id": "string", "ce_sorce": "string", "ce_time": "datetime"}) == [
        "fields.ce_sorce: an event has no attribute 'ce_sorce'; it has: ce_id, ce_time, ce_type, ce_source, ce_subject."
        " Hint: did you mean 'ce_source'?"
    ]


def test_json_and_csv_have_no_schema_to_compare_with(folder: Path) -> None:
    assert told(folder) == []
    assert told(folder, source={"topic": "city.desk", "format": "csv"}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": {"topic": "t", "format": "avro"}}, ["source: format 'avro' needs the key 'schema'"]),
        (
            {"source": {"topic": "t", "format": "protobuf"}},
            ["source: format 'protobuf' needs the key 'schema'", "source: format 'protobuf' needs the key 'message'"],
        ),
        (
            {"source": {"topic": "t", "schema": "a.avsc", "message": "a.B"}},
            [
                "source.schema: schema goes with avro and protobuf only, got json",
                "source.message: message goes with protobuf only, got json",
            ],
        ),
        (
            {"fields": FIELDS | {"kind": {"type": "string", "min": 1}}},
            ["fields.kind: min and max go with int and float only, got string"],
        ),
        (
            {"fields": FIELDS | {"wait_s": {"type": "float?", "min": 5, "max": 1}}},
            ["fields.wait_s: min ≤ max is needed, got 5 and 1"],
        ),
    ],
)  # fmt: skip
def test_what_goes_with_which_format(changes: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(DocumentError) as caught:
        small_slot(**changes)
    assert [str(problem) for problem in caught.value.problems] == expected


def test_a_range_and_a_question_mark_stand_in_the_long_form() -> None:
    slot = small_slot(fields=FIELDS | {"wait_s": {"type": "float?", "min": 0, "max": 3600}})
    field = next(column for column in slot.columns if column.name == "wait_s")
    assert (field.optional, field.least, field.most) == (True, 0, 3600)
    assert parse_slot(slot.model_dump(by_alias=True)) == slot
