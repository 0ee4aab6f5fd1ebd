"""What a file of records holds: its fields, its times, and its records ready to be sent, slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, Protocol

import polars as pl

Format = Literal["json", "csv"]


class RecordingError(ValueError):
    """The file cannot be replayed; the message says where (file:line), what was found and what is allowed."""


class Recording(Protocol):
    """Records in the order of the file. Holds them in memory; immutable."""

    @property
    def fields(self) -> Sequence[str]: ...

    def __len__(self) -> int: ...

    def texts(self, field: str) -> pl.Series:
        """The field as String or a number; null where it is missing."""

    def replace(self, columns: Sequence[pl.Series]) -> Recording:
        """The same records with other values in the fields that the series are named after; null leaves what was there."""

    def values(self, start: int, stop: int, form: Format) -> list[bytes]:
        """Records `[start, stop)` as JSON objects, or as CSV lines without header."""


def shifted(texts: pl.Series, moments: pl.Series, delta: timedelta, zone: str) -> pl.Series:
    """The texts' moments (Datetime UTC) moved by `delta`, written as they were: with `Z`, or in `zone` without a zone."""
    moved = moments + delta
    local = moved.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    world = moved.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    has_zone = texts.str.contains(r"(?i)(Z|[+-]\d\d(:?\d\d)?)$") & texts.str.contains(":", literal=True)
    written = pl.DataFrame([world.alias("world"), local.alias("local"), has_zone.alias("zoned")])
    return written.select(pl.when("zoned").then("world").otherwise("local")).to_series().alias(texts.name)
