"""Avro: logical types, a registry's folder, and schemas that change under the reader."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastavro import parse_schema, schemaless_writer

from streams.avro_codec import AvroCodec
from streams.avro_schemas import open_schemas
from streams.codecs import SchemaError
from streams.columns import Column, Decoded

MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
NO_ZONE = "must be a time in ISO 8601 with a zone, got"
NOON = datetime(2026, 11, 21, 12, 0, 0, 123_000, tzinfo=UTC)
TEXT = Column("id", "string")
WAIT = Column("wait_s", "float", optional=True)


def schema(*fields: Any, **more: Any) -> dict[str, Any]:
    """A record of `(name, type)` or whole fields."""
    whole = [field if isinstance(field, dict) else {"name": field[0], "type": field[1]} for field in fields]
    return {"type": "record", "name": "Call", "fields": whole} | more


class Folder:
    """A city's folder with schemas in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "schemas").mkdir()

    def put(self, name: str, document: object) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        (self.path / "schemas" / f"{name}.avsc").write_text(text)

    def codec(self, name: str) -> AvroCodec:
        return AvroCodec(open_schemas(name, self.path))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def written(document: Mapping[str, Any], record: Mapping[str, Any], number: int | None = None) -> bytes:
    stream = io.BytesIO(b"" if number is None else b"\0" + number.to_bytes(4, "big"))
    stream.seek(0, io.SEEK_END)
    schemaless_writer(stream, parse_schema(dict(document)), record)
    return stream.getvalue()


def values(decoded: Decoded, name: str) -> list[Any]:
    assert decoded.rejected == []
    return decoded.frame[name].to_list()


@pytest.mark.parametrize(
    ("kind", "given", "column", "expected"),
    [
        ({"type": "long", "logicalType": "timestamp-millis"}, NOON, Column("x", "datetime"), NOON),
        ({"type": "long", "logicalType": "timestamp-micros"}, NOON, Column("x", "datetime"), NOON),
        (["null", {"type": "long", "logicalType": "timestamp-millis"}], NOON, Column("x", "datetime", epoch="s"), NOON),
        (
            {"type": "long", "logicalType": "local-timestamp-millis"},
            datetime(2026, 11, 21, 20),
            Column("x", "datetime", zone="Asia/Shanghai"),
            datetime(2026, 11, 21, 12, tzinfo=UTC),
        ),
        (
            {"type": "int", "logicalType": "date"},
            date(2026, 11, 21),
            Column("x", "datetime", zone="UTC"),
            datetime(2026, 11, 21, tzinfo=UTC),
        ),
        ("long", 1_700_000_000_123, Column("x", "datetime", epoch="ms"), datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)),
        ("string", "2026-11-21T12:00:00Z", Column("x", "datetime"), datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (DECIMAL, Decimal("12.34"), Column("x", "float"), 12.34),
        ({"type": "string", "logicalType": "uuid"}, UUID(int=7), Column("x", "string"), str(UUID(int=7))),
        ({"type": "enum", "name": "Kind", "symbols": ["NOISE", "FIRE"]}, "FIRE", Column("x", "string"), "FIRE"),
        ("int", 7, Column("x", "float"), 7.0),
        ("float", 0.5, Column("x", "float"), 0.5),
    ],
)  # fmt: skip
def test_types(folder: Folder, kind: Any, given: Any, column: Column, expected: Any) -> None:
    document = schema(("id", "string"), ("x", kind))
    folder.put("call", document)
    value = written(document, {"id": "a", "x": given})
    codec = folder.codec("schemas/call.avsc")
    assert values(codec.decode([value, value], [TEXT, column]), "x") == [expected, expected]
    assert codec.fields is not None
    assert column.type in codec.fields["x"]


@pytest.mark.parametrize(
    ("kind", "given", "column", "reason"),
    [
        ({"type": "int", "logicalType": "date"}, date(2026, 11, 21), Column("x", "datetime"), f"{NO_ZONE} date 2026-11-21"),
        (MILLIS, NOON, Column("x", "int"), "must be int, got time 2026-11-21 12:00:00.123000+00:00"),
        (MILLIS, NOON, Column("x", "float"), "must be float, got time 2026-11-21 12:00:00.123000+00:00"),
        (MILLIS, 2**62, Column("x", "datetime", optional=True), f"{NO_ZONE} int {2**62}"),
        (MILLIS, -(2**63), Column("x", "datetime", optional=True), f"{NO_ZONE} int {-(2**63)}"),
        ({"type": "int", "logicalType": "time-millis"}, time(8), Column("x", "datetime"), f"{NO_ZONE} time"),
        ("bytes", b"abc", Column("x", "string"), "must be string, got bytes b'abc'"),
        ("long", 7, Column("x", "datetime"), f"{NO_ZONE} int 7"),
        (DECIMAL, Decimal(3), Column("x", "int"), "must be int, got decimal 3"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(folder: Folder, kind: Any, given: Any, column: Column, reason: str) -> None:
    document = schema(("x", kind))
    folder.put("call", document)
    found = folder.codec("schemas/call.avsc").decode([written(document, {"x": given})], [column]).rejected
    assert [(one.field, one.reason.startswith(f"field 'x' {reason}")) for one in found] == [("x", True)], found


OLD = schema(("id", "string"), ("wait_s", "int"))
NEW = schema(("id", "string"), ("wait_s", ["null", "double"]), ("kind", "string"))


def test_each_record_is_read_with_the_schema_it_was_written_with(folder: Folder) -> None:
    folder.put("7", OLD)
    folder.put("8", NEW)
    batch = [written(OLD, {"id": "a", "wait_s": 3}, 7), written(NEW, {"id": "b", "wait_s": None, "kind": "x"}, 8)]
    assert values(folder.codec("schemas").decode(batch, [TEXT, WAIT]), "wait_s") == [3.0, None]


def test_an_id_that_is_put_there_later_is_found_without_a_restart(folder: Folder) -> None:
    folder.put("7", OLD)
    codec, late = folder.codec("schemas"), written(NEW, {"id": "b", "wait_s": 1.5, "kind": "x"}, 8)
    missing = codec.decode([late, late], [TEXT, WAIT])
    assert {one.reason for one in missing.rejected} == {
        "no schema with id 8: schemas/8.avsc does not exist; there are: schemas/7.avsc"
    }
    folder.put("8", NEW)
    assert values(codec.decode([late], [TEXT, WAIT]), "wait_s") == [1.5]


def test_the_readers_schema_renames_promotes_and_fills_in(folder: Folder) -> None:
    reader = schema(
        ("id", "string"),
        {"name": "seconds", "type": "double", "aliases": ["wait_s"]},
        {"name": "kind", "type": "string", "default": "none"},
    )
    folder.put("7", OLD)
    folder.put("call", reader)
    found = folder.codec("schemas/call.avsc").decode(
        [written(OLD, {"id": "a", "wait_s": 3}, 7)], [Column("seconds", "float"), Column("kind", "string")]
    )
    assert found.frame.rows() == [(0, 3.0, "none")]


def test_a_reader_that_needs_what_nobody_writes_is_told_which_field(folder: Folder) -> None:
    folder.put("7", OLD)
    folder.put("call", NEW)
    found = folder.codec("schemas/call.avsc").decode([written(OLD, {"id": "a", "wait_s": 3}, 7)], [TEXT])
    assert [(one.field, one.fault) for one in found.rejected] == [("kind", "missing")]


def test_a_changed_unit_of_a_timestamp_is_read_right(folder: Folder) -> None:
    millis, micros = (schema(("at", {"type": "long", "logicalType": f"timestamp-{unit}"})) for unit in ("millis", "micros"))
    folder.put("7", millis)
    folder.put("8", micros)
    batch = [written(millis, {"at": NOON}, 7), written(micros, {"at": NOON}, 8)]
    for name in ("schemas", "schemas/8.avsc"):
        assert values(folder.codec(name).decode(batch, [Column("at", "datetime")]), "at") == [NOON, NOON]


def test_what_is_left_over_is_no_record(folder: Folder) -> None:
    folder.put("call", OLD)
    value = written(OLD, {"id": "a", "wait_s": 3})
    found = folder.codec("schemas/call.avsc").decode([value + b"\0", b"\0\0\0\0\7" + value], [TEXT, WAIT])
    assert [one.reason for one in found.rejected] == [
        "the value is not a record of the Avro schema: 1 bytes are left over",
        "the value is not a record of the Avro schema: 6 bytes are left over",
    ]


@pytest.mark.parametrize(
    ("files", "name", "reason"),
    [
        ({}, "schemas/call.avsc", "'schemas/call.avsc' does not exist; there are: none"),
        ({"cal": OLD}, "schemas/call.avsc", "'schemas/call.avsc' does not exist; there are: schemas/cal.avsc"),
        ({"call": "{"}, "schemas/call.avsc", "schemas/call.avsc is not an Avro schema: JSONDecodeError"),
        ({"call": '"string"'}, "schemas/call.avsc", "schemas/call.avsc must be a record, got string"),
        ({"call": schema(("a", "strong"))}, "schemas/call.avsc", "schemas/call.avsc is not an Avro schema: UnknownType"),
        ({"7": OLD, "8": "["}, "schemas", "schemas/8.avsc is not an Avro schema"),
        ({"call": OLD}, "schemas", "no numbered schema in 'schemas'; there are: schemas/call.avsc"),
        ({"call": OLD}, "../call.avsc", "'../call.avsc' leads out of the city's folder"),
        ({"call": OLD}, "/etc/passwd", "'/etc/passwd' leads out of the city's folder"),
    ],
)
def test_schemas_that_cannot_be_used(folder: Folder, files: Mapping[str, object], name: str, reason: str) -> None:
    for file, document in files.items():
        folder.put(file, document)
    with pytest.raises(SchemaError) as caught:
        folder.codec(name)
    assert str(caught.value).startswith(reason)
    assert caught.value.key == "schema"


def test_names_are_those_of_the_writer(folder: Folder) -> None:
    folder.put("7", OLD)
    folder.put("8", NEW)
    codec: AvroCodec = folder.codec("schemas")
    batch: Sequence[bytes] = [written(NEW, {"id": "b", "wait_s": 1.0, "kind": "x"}, 8), b"", b"\0\0\0\0\x63"]
    assert [codec.names(value) for value in batch] == [{"id", "wait_s", "kind"}, frozenset(), frozenset()]
