"""Minute, hour and day buckets of one batch, by region and by each dimension, as deltas of a ledger's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.bins import bins
from slots.ledger import PageKey, Size
from slots.margins import Integers, Kinds, Places, kinds, places
from slots.measures import Part, fill
from slots.pages import paged
from slots.stretches import added
from slots.tally import States, states_of

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
        regions = pl.Series(codes, dtype=pl.String)
        deltas: dict[PageKey, pl.DataFrame] = {}
        for size, page in self._cells(frame, regions, horizons).items():
            deltas |= paged("cells", size, page)
        if self._sketched:
            where = places(frame, regions, self._dimensions)
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

    def _cells(self, frame: pl.DataFrame, regions: pl.Series, horizons: Mapping[Size, int]) -> dict[Size, pl.DataFrame]:
        """The cells of each size: `t r d k` and states. First all dimensions crossed, so that the records are read only once."""
        frame = frame.sort("_t") if self._ordered else frame
        keys = ["_late", "_m", "_r", *(f"_d{i}" for i in range(len(self._dimensions)))]
        crossed = frame.group_by(keys).agg(fill(self._parts))
        where = places(crossed, regions, self._dimensions)
        states = states_of(crossed, self._states)
        found: dict[Size, pl.DataFrame] = {}
        for size, times in self._starts(crossed, horizons).items():
            rows = np.flatnonzero(times.at >= 0)
            if len(rows):
                found[size] = _told(*_merged(states, rows, times, where), times.values, where)
        return found


def _merged(states: States, rows: NDArray[np.intp], times: Kinds, where: Places) -> tuple[Integers, States]:
    """Cells (bucket × width + place, ascending) and their states: the rows counted once for each margin."""
    outer = times.at[rows] * where.width
    cells = np.concatenate([outer + place[rows] for place in where.numbers])
    order = np.argsort(cells)
    cells = cells[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    taken = np.tile(rows, len(where.numbers))[order]
    sizes = np.diff(starts, append=len(cells))
    return cells[starts], added({column: values[taken] for column, values in states.items()}, starts, sizes)


def _told(cells: Integers, states: States, times: pl.Series, where: Places) -> pl.DataFrame:
    """With bucket, region, dimension and value by name in the place of their number; where nothing was counted, null."""
    time, place = pl.col("cell") // where.width, pl.col("cell") % where.width
    counted = {column: pl.col(f"n:{column.partition(':')[2]}") > 0 for column in states if column[0] == "l" or column[:2] == "hi"}
    return pl.DataFrame({"cell": cells, **states}).select(
        pl.lit(times).gather(time).alias("t"),
        *where.columns(place),
        *(pl.when(counted[column]).then(column).alias(column) if column in counted else column for column in states),
    )
