"""From bytes to columns, a whole batch in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from streams.columns import Column, ColumnType, Decoded, Epoch, Reason, Rejected
from streams.csv_codec import CsvCodec
from streams.json_codec import JsonCodec
from streams.record import Headers
from streams.schema_files import SchemaError

__all__ = [
    "Codec", "Column", "ColumnType", "Decoded", "Epoch", "Headers", "Reason", "Rejected", "SchemaError", "Written", "codec_for",
]  # fmt: skip


class Written(Protocol):
    """How a slot's records are written: what its `source` says."""

    @property
    def format(self) -> str: ...

    @property
    def schema_file(self) -> str | None: ...

    @property
    def message(self) -> str | None: ...


class Codec(Protocol):
    """Turns the values of a batch into columns. Safe to use from several threads; keeps nothing of what it has decoded."""

    @property
    def fields(self) -> Mapping[str, frozenset[str]] | None:
        """Field → the types (`string`, `int`, …) it may be read as, where a schema says it beforehand; None where none does."""

    def names(self, value: bytes, headers: Headers = ()) -> frozenset[str]:
        """The names at the top level of one record, declared or not; none where it cannot be read. Never raises."""

    def decode(self, values: Sequence[bytes], columns: Sequence[Column], headers: Sequence[Headers] | None = None) -> Decoded:
        """Never raises for what a record contains: a bad record is data and comes back as Rejected.

        Refused: what cannot be parsed, a missing or null field that is not optional, a value of another type (an
        int is a float, too; a number is not a text unless the codec is textual), NaN and infinity, a number out of its
        range, a time without a zone where none is declared. Undeclared fields are ignored. `headers`: those of each record;
        None: no record has any.
        """


def codec_for(source: Written, folder: Path | None = None) -> Codec:
    """The codec of a slot's `source`; its schema files lie within `folder`, the city's. Blocks. Raises SchemaError."""
    match source.format:
        case "json":
            return JsonCodec()
        case "csv":
            return CsvCodec()
        case "cloudevents":
            from streams.cloudevents_codec import CloudEventsCodec

            return CloudEventsCodec()
        case "avro":
            from streams.avro_codec import AvroCodec  # fastavro is loaded for those who use it
            from streams.avro_schemas import open_schemas

            return AvroCodec(open_schemas(source.schema_file, folder))
        case "protobuf":
            from streams.protobuf_codec import open_protobuf

            return open_protobuf(source.schema_file, source.message, folder)
    raise ValueError(f"format {source.format!r} is none of json, csv, avro, cloudevents, protobuf")
