"""Avro records to columns: each value is read by fastavro, then all of them become columns at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl
from fastavro import schemaless_reader

from streams.avro_schemas import AvroSchemas, Schema, moment_units, readable, without_moments
from streams.cells import settle_cells
from streams.columns import Column, Decoded, Fault, Reason
from streams.record import Headers
from streams.schema_files import SchemaError
from streams.settle import rejections
from streams.times import from_numbers

Record = dict[str, Any]
Read = Callable[[bytes], Record]
_PREFIX_BYTES = 5


class Unreadable(Exception):
    """A value that is no record of its schema."""

    def __init__(self, reason: str, field: str | None = None, fault: Fault = "type") -> None:
        super().__init__(reason)
        self.reason = Reason(reason, field, fault)


class AvroCodec:
    """One Avro record per value, plain or with a schema registry's prefix (a zero byte, then the schema's id in four).

    A field is addressed by its name at the top level; what lies within a nested record is not. Enums are texts, decimals are
    floats. Schemas of new ids are picked up from the folder when they are first asked for; apart from those the codec
    remembers nothing, and it is safe to use from several threads.
    """

    def __init__(self, schemas: AvroSchemas) -> None:
        self._schemas = schemas
        self._units = moment_units(schemas.own) if schemas.own is not None and schemas.registry is None else {}
        self._plain = _reader(without_moments(schemas.own)) if schemas.own is not None and schemas.registry is None else None
        self._by_id: dict[bytes, Read] = {}

    @property
    def fields(self) -> Mapping[str, frozenset[str]] | None:
        """What the records hold as far as one schema says it: field → the types it may be read as."""
        return readable(self._schemas.own) if self._schemas.own is not None else None

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: Sequence[Headers] | None = None) -> Decoded:
        """As Codec.decode. About 7 µs per record of six fields."""
        read = self._plain or self._registered({})
        rows: Sequence[int] = range(len(values))
        reasons: dict[int, Reason] = {}
        try:
            records = [read(value) for value in values]
        except Unreadable:
            records, rows, reasons = _sort_out(values, read)
        cells = {column.name: self._cells(records, column) for column in columns}
        return settle_cells(cells, rows, columns, rejections(reasons))

    def names(self, value: bytes, headers: Headers = ()) -> frozenset[str]:
        """As Codec.names: those of the schema it was written with."""
        try:
            if self._schemas.registry is None or self._schemas.own is None:
                return frozenset((self._plain or self._registered({}))(value))
            return frozenset(readable(self._schemas.writer(int.from_bytes(value[1:_PREFIX_BYTES], "big"))))
        except (Unreadable, SchemaError):
            return frozenset()

    def _cells(self, records: Sequence[Record], column: Column) -> Sequence[object] | pl.Series:
        found = [record.get(column.name) for record in records]
        unit = self._units.get(column.name)
        if unit is None:
            return found
        numbers = pl.Series(found, dtype=pl.Int64)
        moments = from_numbers(numbers, 1000 if unit == "ms" else 1)
        if column.type == "datetime" and moments.null_count() == numbers.null_count():
            return moments
        # A moment is no number, and a number beyond the years is no moment: both are refused where they are looked at singly.
        return [given if moment is None else moment for given, moment in zip(found, moments, strict=True)]

    def _registered(self, unknown: dict[bytes, Reason]) -> Read:
        """Reads values by the id they begin with; `unknown` keeps a batch from looking for the same id again and again."""

        def read(value: bytes) -> Record:
            prefix = value[:_PREFIX_BYTES]
            known = self._by_id.get(prefix)
            if known is None:
                if len(prefix) < _PREFIX_BYTES or prefix[0] != 0:
                    raise Unreadable(_no_prefix(value))
                if prefix not in unknown:
                    known = self._look_up(prefix, unknown)
                if known is None:
                    raise Unreadable(*unknown[prefix])
            return known(value)

        return read

    def _look_up(self, prefix: bytes, unknown: dict[bytes, Reason]) -> Read | None:
        number = int.from_bytes(prefix[1:], "big")
        try:
            writer = self._schemas.writer(number)
            self._by_id[prefix] = _reader(writer, self._schemas.own, _PREFIX_BYTES, f" with id {number}")
        except SchemaError as error:
            unknown[prefix] = Reason(str(error))
        except Unreadable as error:
            unknown[prefix] = error.reason
        return self._by_id.get(prefix)


def _reader(writer: Schema, reader: Schema | None = None, skipped: int = 0, which: str = "") -> Read:
    """Reads one value written with `writer` as a record of `reader`, beginning behind `skipped` bytes."""
    lacking = _lacking(writer, reader) if reader is not None else None
    if lacking:
        told = f"field '{lacking}' is missing: the schema{which} writes none, the reader's has no default"
        raise Unreadable(told, lacking, "missing")

    def read(value: bytes) -> Record:
        stream = BytesIO(value)
        stream.seek(skipped)
        try:
            record: Record = schemaless_reader(stream, writer, reader)  # type: ignore[arg-type, assignment]
        except Exception as error:  # fastavro raises whatever the bytes lead it to
            raise Unreadable(_why(value, which, error)) from None
        if stream.tell() != len(value):
            rest = len(value) - stream.tell()
            raise Unreadable(f"the value is not a record of the Avro schema{which}: {rest} bytes are left over")
        return record

    return read


def _lacking(writer: Schema, reader: Schema) -> str | None:
    """The field that the reader needs and the writer does not write."""
    written = {field["name"] for field in writer["fields"]}
    for field in reader["fields"]:
        if "default" not in field and not written & {field["name"], *field.get("aliases", ())}:
            return str(field["name"])
    return None


def _sort_out(values: Sequence[bytes], read: Read) -> tuple[list[Record], list[int], dict[int, Reason]]:
    """The readable records with their rows, and why the others are not."""
    records: list[Record] = []
    rows: list[int] = []
    reasons: dict[int, Reason] = {}
    for row, value in enumerate(values):
        try:
            records.append(read(value))
            rows.append(row)
        except Unreadable as error:
            reasons[row] = error.reason
    return records, rows, reasons


def _why(value: bytes, which: str, error: Exception) -> str:
    if not value:
        return "the value is empty"
    detail = str(error).partition(" from <")[0]
    hint = ". Hint: with a registry's prefix, put the schemas into the folder as ID.avsc" if not which and value[0] == 0 else ""
    return f"the value is not a record of the Avro schema{which}: {type(error).__name__}{detail and f': {detail}'}{hint}"


def _no_prefix(value: bytes) -> str:
    if not value:
        return "the value is empty"
    return f"the value must begin with a zero byte and a schema id in four bytes, got {value[:_PREFIX_BYTES].hex(' ')}"
