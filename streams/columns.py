"""What a codec is given and what it gives back: declared columns, good rows, bad rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import polars as pl

ColumnType = Literal["string", "int", "float", "bool", "datetime"]
Epoch = Literal["s", "ms", "us"]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared field: its name, type and whether it may be missing.

    A datetime is ISO 8601 text, or a number since the Unix epoch where `epoch` names its unit; `zone` is the
    time zone of texts that carry none (None: such a text is refused). A number below `least` or above `most` is refused.
    """

    name: str
    type: ColumnType
    optional: bool = False
    epoch: Epoch | None = None
    zone: str | None = None
    least: float | None = None
    most: float | None = None


Fault = Literal["type", "missing", "range"]
"""What is wrong with a field: of another type (or form), not there, beyond its declared range."""


class Reason(NamedTuple):
    """Why a row cannot be used, and the field it is about (None: the record as a whole)."""

    text: str
    field: str | None = None
    fault: Fault = "type"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of the batch that could not be used: at what stage (`decode`, `time`, `region`, …), why, for which field."""

    row: int
    stage: str
    reason: str
    field: str | None = None
    fault: Fault = "type"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The good rows as columns and the bad rows with their reasons; together they are the whole batch.

    `frame` has a column `_row` (uint32, the row of the batch, ascending) and one column per declared field:
    String, Int64, Float64, Boolean, or Datetime("us", "UTC").
    """

    frame: pl.DataFrame
    rejected: list[Rejected]
