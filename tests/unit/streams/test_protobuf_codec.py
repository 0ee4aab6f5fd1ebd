"""Protobuf: timestamps, enums, wrappers, presence, a registry's prefix, and what is on the wire in another type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Type

from streams.codecs import SchemaError
from streams.columns import Column
from streams.protobuf_codec import ProtobufCodec, open_protobuf

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIELDS: Mapping[str, Any] = {
    "id": Type.TYPE_STRING, "at": ".google.protobuf.Timestamp", "kind": ".city.Kind", "wait_s": ".google.protobuf.DoubleValue",
    "stars": Type.TYPE_INT32, "big": Type.TYPE_UINT64, "at_s": Type.TYPE_INT64,
}  # fmt: skip
COLUMNS = [
    Column("id", "string"), Column("at", "datetime"), Column("kind", "string", optional=True),
    Column("wait_s", "float", optional=True), Column("stars", "int", optional=True),
]  # fmt: skip


def files(fields: Mapping[str, Any]) -> descriptor_pb2.FileDescriptorSet:
    """city.proto with an unused message before the one that is meant, and its imports."""
    imports = [descriptor_pb2.FileDescriptorProto() for _ in range(2)]
    timestamp_pb2.DESCRIPTOR.CopyToProto(imports[0])
    wrappers_pb2.DESCRIPTOR.CopyToProto(imports[1])
    file = descriptor_pb2.FileDescriptorProto(name="city.proto", package="city", syntax="proto3")
    file.dependency.extend(one.name for one in imports)
    file.message_type.add(name="Other")
    call = file.message_type.add(name="Call")
    kind = file.enum_type.add(name="Kind")
    for number, name in enumerate(("UNKNOWN", "NOISE", "FIRE")):
        kind.value.add(name=name, number=number)
    for number, (name, type_) in enumerate(fields.items(), 1):
        field = call.field.add(name=name, number=number, label=Type.LABEL_OPTIONAL)
        if isinstance(type_, str):
            field.type = Type.TYPE_ENUM if type_ == ".city.Kind" else Type.TYPE_MESSAGE
            field.type_name = type_
        else:
            field.type = type_
    return descriptor_pb2.FileDescriptorSet(file=[*imports, file])


def message(fields: Mapping[str, Any] = FIELDS, /, **given: Any) -> bytes:
    pool = descriptor_pool.DescriptorPool()
    for file in files(fields).file:
        pool.Add(file)
    call = message_factory.GetMessageClass(pool.FindMessageTypeByName("city.Call"))()
    for name, value in given.items():
        if isinstance(value, datetime):
            getattr(call, name).FromDatetime(value)
        elif name == "wait_s" and fields[name] == FIELDS[name]:
            getattr(call, name).value = value
        else:
            setattr(call, name, value)
    return bytes(call.SerializeToString())


@pytest.fixture
def codec(tmp_path: Path) -> ProtobufCodec:
    (tmp_path / "city.desc").write_bytes(files(FIELDS).SerializeToString())
    return open_protobuf("city.desc", "city.Call", tmp_path)


def reason(codec: ProtobufCodec, value: bytes, columns: list[Column] = COLUMNS) -> tuple[str | None, str]:
    good = message(id="a", at=NOON)
    found = codec.decode([good, value, good], columns)
    assert found.frame["_row"].to_list() == [0, 2]
    return found.rejected[0].field, found.rejected[0].reason


def test_a_message_becomes_a_row(codec: ProtobufCodec) -> None:
    value = message(id="a", at=NOON, kind=2, wait_s=0.0, stars=4)
    assert codec.decode([value], COLUMNS).frame.rows() == [(0, "a", NOON, "FIRE", 0.0, 4)]


def test_what_has_presence_may_be_missing_and_what_has_none_is_its_default(codec: ProtobufCodec) -> None:
    assert codec.decode([message(at=NOON)], COLUMNS).frame.rows() == [(0, "", NOON, "UNKNOWN", None, 0)]


def test_a_time_of_zero_is_no_time(codec: ProtobufCodec) -> None:
    assert reason(codec, message(id="a")) == ("at", "field 'at' is missing")
    assert reason(codec, message(id="a", at=datetime(1970, 1, 1))) == ("at", "field 'at' is missing")
    columns = [Column("id", "string"), Column("at_s", "datetime", epoch="s")]
    found = codec.decode([message(id="a"), message(id="b", at_s=1_700_000_000)], columns)
    assert [(one.row, one.reason) for one in found.rejected] == [(0, "field 'at_s' is missing")]


def test_a_code_that_the_schema_does_not_know_is_refused(codec: ProtobufCodec) -> None:
    assert reason(codec, message(id="a", at=NOON, kind=9)) == ("kind", "field 'kind' must be string, got int 9")


def test_beyond_64_bits_with_a_sign(codec: ProtobufCodec) -> None:
    columns = [Column("id", "string"), Column("big", "int")]
    assert reason(codec, message(id="a", big=2**63), columns)[0] == "big"


@pytest.mark.parametrize(
    ("field", "type_", "given"),
    [
        ("stars", Type.TYPE_DOUBLE, 4.0),
        ("stars", Type.TYPE_STRING, "4"),
        ("wait_s", Type.TYPE_DOUBLE, 2.5),
        ("id", Type.TYPE_INT64, 7),
    ],
)
def test_another_type_on_the_wire_is_refused_though_the_library_reads_a_zero(
    codec: ProtobufCodec, field: str, type_: int, given: Any
) -> None:
    found, why = reason(codec, message({**FIELDS, field: type_}, **{"id": "a", "at": NOON, field: given}))
    assert (found, why) == (field, f"field '{field}' is on the wire in another type than in the schema. Hint: a new one?")


def test_a_text_is_no_timestamp(codec: ProtobufCodec) -> None:
    assert reason(codec, message({**FIELDS, "at": Type.TYPE_STRING}, id="a", at="yesterday"))[0] == "at"


def test_a_field_that_is_new_is_ignored_and_known_by_its_number(codec: ProtobufCodec) -> None:
    value = message({**FIELDS, "more": Type.TYPE_STRING}, id="a", at=NOON, more="x")
    assert codec.decode([value], COLUMNS).rejected == []
    assert codec.names(value) == {*FIELDS, "#8"}


@pytest.mark.parametrize(
    ("prefix", "fits"),
    [
        (b"\0\0\0\0\7\2\2", True),  # [1]
        (b"\0\0\0\0\7\0", False),  # short for [0]
        (b"\0\0\0\0\7\4\2\0", False),  # [1, 0]
        (b"\0\0\0\0\7", False),
        (b"\0\0\0", False),
        (b"\0\0\0\0\7\xff\xff\xff\xff\xff\xff", False),
    ],
)
def test_a_prefix_must_name_the_message(codec: ProtobufCodec, prefix: bytes, fits: bool) -> None:
    value = prefix + (message(id="a", at=NOON) if len(prefix) > 5 else b"")
    assert (codec.decode([value], COLUMNS).rejected == []) is fits
    if prefix.endswith(b"\7\0"):
        told = "the value must be city.Call, of the message at [1] in its file, got the one at [0] (schema id 7)"
        assert reason(codec, value) == (None, told)


def test_what_each_field_may_be_read_as(codec: ProtobufCodec) -> None:
    assert {name: sorted(types) for name, types in codec.fields.items()} == {
        "id": ["datetime", "string"], "at": ["datetime"], "kind": ["string"], "wait_s": ["datetime", "float"],
        "stars": ["datetime", "float", "int"], "big": ["datetime", "float", "int"], "at_s": ["datetime", "float", "int"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "wanted", "key", "told"),
    [
        (None, "city.Call", "schema", "'city.desc' does not exist"),
        (b"{}", "city.Call", "schema", "city.desc is not a descriptor set: DecodeError"),
        ("alone", "city.Call", "schema", "city.desc is not a descriptor set: "),
        ("whole", "city.Cal", "message", "no message 'city.Cal' in city.desc; it has: google.protobuf.Timestamp"),
        ("whole", None, "message", "format 'protobuf' needs the message's full name"),
    ],
)
def test_schemas_that_cannot_be_used(tmp_path: Path, content: object, wanted: str | None, key: str, told: str) -> None:
    whole = files(FIELDS)
    if content is not None:
        alone = descriptor_pb2.FileDescriptorSet(file=whole.file[-1:])
        known = {"alone": alone.SerializeToString(), "whole": whole.SerializeToString()}
        (tmp_path / "city.desc").write_bytes(content if isinstance(content, bytes) else known[str(content)])
    with pytest.raises(SchemaError) as caught:
        open_protobuf("city.desc", wanted, tmp_path)
    assert (caught.value.key, str(caught.value)[: len(told)]) == (key, told)
