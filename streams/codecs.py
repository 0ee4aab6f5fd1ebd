"""From bytes to columns, a whole batch in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

ColumnType = Literal["string", "int", "float", "bool", "datetime"]
Epoch = Literal["s", "ms", "us"]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared field: its name, type and whether it may be missing.

    A datetime is ISO 8601 text, or a number since the Unix epoch where `epoch` names its unit; `zone` is the
    time zone of texts that carry none (None: such a text is refused).
    """

    name: str
    type: ColumnType
    optional: bool = False
    epoch: Epoch | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of the batch that could not be used: which, at what stage (`decode`, `time`, `region`, …), and why."""

    row: int
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """The good rows as columns and the bad rows with their reasons; together they are the whole batch.

    `frame` has a column `_row` (uint32, the row of the batch, ascending) and one column per declared field:
    String, Int64, Float64, Boolean, or Datetime("us", "UTC").
    """

    frame: pl.DataFrame
    rejected: list[Rejected]


class Codec(Protocol):
    """Turns the values of a batch into columns. Holds no state; safe to use from several threads."""

    def decode(self, values: Sequence[bytes], columns: Sequence[Column]) -> Decoded:
        """Never raises for what a record contains: a bad record is data and comes back as Rejected.

        Refused: what cannot be parsed, a missing or null field that is not optional, a value of another type (an
        int is a float, too; a number is not a text unless the codec is textual), NaN and infinity,
        a time without a zone where none is declared. Undeclared fields are ignored.
        """


def codec_for(format: str) -> Codec:
    """The codec of a slot file's `source.format`. Raises ValueError for one that is not built."""
    from streams.csv_codec import CsvCodec
    from streams.json_codec import JsonCodec

    if format == "json":
        return JsonCodec()
    if format == "csv":
        return CsvCodec()
    raise ValueError(f"format {format!r} is not built yet; allowed: json, csv")
