"""Each format's way to write a record, so that one suite can ask the same of every codec."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from fastavro import parse_schema, schemaless_writer
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Type

from streams.codecs import Codec, codec_for
from streams.record import Headers

Fields = Mapping[str, Any]
NAMES = ("id", "at", "n", "w", "ok", "kind", "local")
"""string, datetime; then optional: int, float, bool, string, datetime of the zone Asia/Shanghai."""


@dataclass(frozen=True)
class Source:
    """What a slot's `source` says of its format."""

    format: str
    schema_file: str | None = None
    message: str | None = None


class CannotSay(Exception):
    """This format has no way to write such a record."""


class Written(Protocol):
    """One format: its codec, and records as it writes them. A datetime without a zone is one whose zone was lost."""

    codec: Codec

    def write(self, fields: Fields) -> bytes:
        """Raises CannotSay."""

    def headers(self) -> Headers: ...


class Json:
    def __init__(self, folder: Path) -> None:
        self.codec = codec_for(Source("json"))

    def write(self, fields: Fields) -> bytes:
        return json.dumps(fields, default=lambda moment: moment.isoformat()).encode()

    def headers(self) -> Headers:
        return ()


class Csv:
    def __init__(self, folder: Path) -> None:
        self.codec = codec_for(Source("csv"))

    def write(self, fields: Fields) -> bytes:
        text = io.StringIO()
        lines = csv.writer(text)
        if set(fields) - set(NAMES):
            names = [*NAMES, *sorted(set(fields) - set(NAMES))]
            lines.writerow(names)
        lines.writerow([self._cell(name, fields.get(name)) for name in (*NAMES, *sorted(set(fields) - set(NAMES)))])
        return text.getvalue().encode()

    def headers(self) -> Headers:
        return ()

    def _cell(self, name: str, value: Any) -> str:
        if isinstance(value, dict | list) or (name in ("id", "kind") and value is not None and not isinstance(value, str)):
            raise CannotSay
        return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)


class AvroPlain:
    """One schema for all: its fields are unions, so that they can hold what they should not; the time cannot."""

    def __init__(self, folder: Path) -> None:
        nested = {"type": "record", "name": "Nested", "fields": [{"name": "a", "type": "long"}]}
        anything = ["null", "string", "boolean", "long", "double", {"type": "array", "items": "long"}]
        kinds: dict[str, Any] = dict.fromkeys(("id", "n", "w", "ok", "extra"), anything)
        kinds |= {"kind": [*anything, nested], "at": ["null", {"type": "long", "logicalType": "timestamp-micros"}]}
        kinds |= {"local": ["null", {"type": "long", "logicalType": "local-timestamp-micros"}]}
        document = {"type": "record", "name": "Call", "fields": [{"name": n, "type": k} for n, k in kinds.items()]}
        (folder / "schemas").mkdir()
        (folder / "schemas/call.avsc").write_text(json.dumps(document))
        self._schema = parse_schema(document)
        self.codec = codec_for(Source("avro", "schemas/call.avsc"), folder)

    def write(self, fields: Fields) -> bytes:
        stream = io.BytesIO()
        _needs_zone(fields)
        try:
            schemaless_writer(stream, self._schema, fields)
        except (ValueError, TypeError, AttributeError):
            raise CannotSay from None
        return stream.getvalue()

    def headers(self) -> Headers:
        return ()


class AvroRegistry:
    """A schema for each shape of record, under an id of its own, and no reader's schema."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "schemas"
        self._folder.mkdir()
        self._ids: dict[str, int] = {}
        self.write({"id": "a"})
        self.codec = codec_for(Source("avro", "schemas"), folder)

    def write(self, fields: Fields) -> bytes:
        _needs_zone(fields)
        kinds = [{"name": name, "type": self._kind(name, value)} for name, value in fields.items()]
        document = {"type": "record", "name": "Call", "fields": kinds}
        number = self._ids.setdefault(json.dumps(document), len(self._ids) + 1)
        (self._folder / f"{number}.avsc").write_text(json.dumps(document))
        stream = io.BytesIO(b"\0" + number.to_bytes(4, "big"))
        stream.seek(0, io.SEEK_END)
        try:
            schemaless_writer(stream, parse_schema(document), fields)
        except (ValueError, TypeError, OverflowError):
            raise CannotSay from None
        return stream.getvalue()

    def headers(self) -> Headers:
        return ()

    def _kind(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return {"type": "long", "logicalType": f"{'' if value.tzinfo else 'local-'}timestamp-micros"}
        if isinstance(value, dict):
            return {"type": "record", "name": f"N{name}", "fields": [{"name": n, "type": "long"} for n in value]}
        if isinstance(value, list):
            return {"type": "array", "items": "long"}
        if isinstance(value, date):
            return {"type": "int", "logicalType": "date"}
        return {type(None): "null", bool: "boolean", int: "long", float: "double", str: "string"}[type(value)]


class Protobuf:
    """proto3 with `optional` fields; what a record should not hold is written by a message whose fields have other types."""

    prefix = b""

    def __init__(self, folder: Path) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        self._stamp = descriptor_pb2.FileDescriptorProto()
        timestamp_pb2.DESCRIPTOR.CopyToProto(self._stamp)
        self._pool.Add(self._stamp)
        self._files = 0
        right = {"id": "", "at": datetime.now(UTC), "n": 0, "w": 0.0, "ok": True, "kind": "", "local": ""}
        (folder / "schemas").mkdir()
        files = descriptor_pb2.FileDescriptorSet(file=[self._stamp, self._file(right)])
        (folder / "schemas/call.desc").write_bytes(files.SerializeToString())
        self.codec = codec_for(Source("protobuf", "schemas/call.desc", "city1.Call"), folder)

    def write(self, fields: Fields) -> bytes:
        _needs_zone({"at": fields.get("at")})
        given = {name: value for name, value in fields.items() if value is not None}
        if isinstance(given.get("n"), bool) or isinstance(given.get("w"), int):
            raise CannotSay  # the same on the wire, or another number
        if isinstance(given.get("kind"), dict) or given.get("n") == 2**63 or type(given.get("at")) is date:
            raise CannotSay  # the first is a text on the wire, the second no int64
        if isinstance(given.get("local"), datetime):
            given["local"] = given["local"].isoformat()
        file = self._file(given)
        self._pool.Add(file)
        message = message_factory.GetMessageClass(self._pool.FindMessageTypeByName(f"{file.package}.Call"))()
        for name, value in given.items():
            field = getattr(message, name)
            if isinstance(value, datetime):
                field.FromDatetime(value)
            elif isinstance(value, dict):
                field.a = value["a"]
            elif isinstance(value, list):
                field.extend(value)
            else:
                setattr(message, name, value)
        return self.prefix + bytes(message.SerializeToString())

    def headers(self) -> Headers:
        return ()

    def _file(self, fields: Fields) -> descriptor_pb2.FileDescriptorProto:
        self._files += 1
        file = descriptor_pb2.FileDescriptorProto(name=f"{self._files}.proto", package=f"city{self._files}", syntax="proto3")
        file.dependency.append("google/protobuf/timestamp.proto")
        call = file.message_type.add(name="Call")
        nested = call.nested_type.add(name="Nested")
        nested.field.add(name="a", number=1, type=Type.TYPE_INT64, label=Type.LABEL_OPTIONAL)
        for name, value in fields.items():
            number = NAMES.index(name) + 1 if name in NAMES else 99
            label = Type.LABEL_REPEATED if isinstance(value, list) else Type.LABEL_OPTIONAL
            field = call.field.add(name=name, number=number, label=label)
            if isinstance(value, datetime | dict):
                field.type = Type.TYPE_MESSAGE
                field.type_name = ".google.protobuf.Timestamp" if isinstance(value, datetime) else f".{file.package}.Call.Nested"
                continue
            field.type = _KINDS[type(value)]
            if not isinstance(value, list):
                field.proto3_optional = True
                field.oneof_index = len(call.oneof_decl)
                call.oneof_decl.add(name=f"_{name}")
        return file


_KINDS = {bool: Type.TYPE_BOOL, int: Type.TYPE_INT64, float: Type.TYPE_DOUBLE, str: Type.TYPE_STRING, list: Type.TYPE_INT64}


class ProtobufRegistry(Protobuf):
    prefix = b"\0\0\0\0\x07\0"


class CloudEvents:
    """The event as a whole in JSON; the `id` is the envelope's."""

    def __init__(self, folder: Path) -> None:
        self.codec = codec_for(Source("cloudevents"))

    def write(self, fields: Fields) -> bytes:
        return self.around({"data": json.loads(Json.write(self, fields))})  # type: ignore[arg-type]

    def around(self, data: Fields) -> bytes:
        return json.dumps({"specversion": "1.0", "id": "e1", "source": "/desk", "type": "city.call", **data}).encode()

    def headers(self) -> Headers:
        return (("content-type", b"application/cloudevents+json"),)


class CloudEventsBase64(CloudEvents):
    def write(self, fields: Fields) -> bytes:
        data = base64.b64encode(Json.write(self, fields)).decode()  # type: ignore[arg-type]
        return self.around({"data_base64": data, "datacontenttype": "application/json"})


class CloudEventsBinary(Json):
    def __init__(self, folder: Path) -> None:
        self.codec = codec_for(Source("cloudevents"))

    def headers(self) -> Headers:
        given = {"ce_specversion": b"1.0", "ce_id": b"e1", "ce_source": b"/desk", "ce_type": b"city.call"}
        return (*given.items(), ("content-type", b"application/json"))


def _needs_zone(fields: Fields) -> None:
    """What such a format writes as a moment always has a zone."""
    at = fields.get("at")
    if isinstance(at, datetime) and at.tzinfo is None:
        raise CannotSay


FORMATS = (Json, Csv, AvroPlain, AvroRegistry, Protobuf, ProtobufRegistry, CloudEvents, CloudEventsBase64, CloudEventsBinary)
