"""Minute, hour and day buckets of one batch, by region and by each dimension, as deltas of a ledger's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from slots.bins import Kinds, bins, kinds, places
from slots.ledger import PageKey, Size
from slots.measures import Part, fill, merge
from slots.pages import paged

SIZES: tuple[Size, ...] = ("minute", "hour", "day")


def bucket_start(size: Size, times: pl.Expr, zone: str) -> pl.Expr:
    """The start (Unix s) of the bucket a moment (Unix s) lies in; hours and days are cut in the city's zone."""
    if size == "minute":
        return times // 60 * 60
    local = pl.from_epoch(times, "s").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return local.dt.truncate("1h" if size == "hour" else "1d").dt.epoch("s")


class Buckets:
    """The aggregation of one slot's parts; `dimensions` stand in the columns `_d0`, `_d1`, …"""

    def __init__(self, parts: Sequence[Part], dimensions: Sequence[str], zone: str) -> None:
        self._parts = parts
        self._dimensions = dimensions
        self._zone = zone
        self._states = list(dict.fromkeys(column for part in parts for column in part.columns))
        self._sketched = list({part.sketch: part for part in parts if part.sketch}.values())  # quantiles of one value share bins
        self._ordered = any(part.agg == "last" for part in parts)

    def pages(self, frame: pl.DataFrame, codes: np.ndarray, horizons: Mapping[Size, int]) -> dict[PageKey, pl.DataFrame]:
        """Deltas of all sizes from the rows of a batch: columns `_t` (µs), `_r`, `_late`, `_dI`, `x:ID`.

        A late record reaches the day bucket only. `codes`: region index → code. `horizons`: size → the moment
        (Unix s) before which its buckets are not kept any more.
        """
        frame = frame.with_columns((pl.col("_t") // 60_000_000 * 60).alias("_m"))
        names = (pl.Series(codes, dtype=pl.String), pl.Series(["", *self._dimensions], dtype=pl.String))
        cells = self._cells(frame)
        sizes = [self._size(size, cells.lazy(), horizons[size], names) for size in SIZES]
        deltas: dict[PageKey, pl.DataFrame] = {}
        for size, page in zip(SIZES, pl.collect_all(sizes), strict=True):
            deltas |= paged("cells", size, page)
        if self._sketched:
            where = places(frame, names[0], self._dimensions)
            for size, page in bins(frame, self._sketched, self._starts(frame, horizons), where).items():
                deltas |= paged("bins", size, page)
        return deltas

    def _starts(self, frame: pl.DataFrame, horizons: Mapping[Size, int]) -> dict[Size, Kinds]:
        """Size → the start of each row's bucket, where the row is counted in that size."""
        minutes = kinds(frame["_m"])
        in_time = ~frame["_late"].to_numpy()
        starts: dict[Size, Kinds] = {}
        for size in SIZES:
            begun = kinds(minutes.values.to_frame("m").select(bucket_start(size, pl.col("m"), self._zone)).to_series())
            at = np.where(begun.values.to_numpy()[begun.at] >= horizons[size], begun.at, -1)[minutes.at]
            starts[size] = Kinds(begun.values, at if size == "day" else np.where(in_time, at, -1))
        return starts

    def _size(self, size: Size, rows: pl.LazyFrame, horizon_s: int, names: tuple[pl.Series, pl.Series]) -> pl.LazyFrame:
        """The rows of a minute each, merged to buckets of this size, with codes and names in the place of numbers."""
        rows = rows if size == "day" else rows.filter(~pl.col("_late"))
        rows = rows.drop("_late").with_columns(bucket_start(size, pl.col("t"), self._zone).alias("t"))
        rows = rows.filter(pl.col("t") >= horizon_s)
        if size != "minute":  # the margins are by minute already, and late records, which would double a key, are out
            rows = rows.group_by("t", "r", "d", "k").agg(merge(self._states))
        regions, dimensions = (pl.lit(values).gather(pl.col(column)) for values, column in zip(names, ("r", "d"), strict=True))
        return rows.with_columns(regions.alias("r"), dimensions.alias("d"), pl.col("k").cast(pl.String))

    def _cells(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Per minute, region and dimension: first all dimensions crossed, so that the records are read only once."""
        frame = frame.sort("_t") if self._ordered else frame
        keys = ["_late", "_m", "_r", *(f"_d{i}" for i in range(len(self._dimensions)))]
        crossed = frame.group_by(keys).agg(fill(self._parts)).rename({"_m": "t", "_r": "r"}).lazy()
        return pl.concat([self._margin(crossed, column, number) for column, number in self._margins()]).collect()

    def _margins(self) -> list[tuple[str | None, int]]:
        """The column of each dimension and its number; first all records together, which is number 0."""
        return [(None, 0), *((f"_d{i}", i + 1) for i in range(len(self._dimensions)))]

    def _margin(self, crossed: pl.LazyFrame, column: str | None, number: int) -> pl.LazyFrame:
        key = pl.col(column) if column else pl.lit("", pl.Categorical)
        keyed = crossed.with_columns(pl.lit(number, pl.Int32).alias("d"), key.alias("k"))
        return keyed.group_by("_late", "t", "r", "d", "k").agg(merge(self._states))
