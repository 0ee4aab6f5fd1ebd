"""Which records of a slot are used, and where they lie: the same for what counts them and for what lists them."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from slots.places import Places
from slots.slot import RegionRule, Slot
from streams.codecs import Rejected

FUTURE_S: Final = 300
"""So far ahead of the clock an event time may lie; what lies farther is set aside."""


def timed(frame: pl.DataFrame, slot: Slot, limits_us: int | pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """With a column `_t` (event time, Unix µs): the rows of at most `limits_us`, and those that lie behind it."""
    frame = frame.with_columns(pl.col(slot.time).dt.epoch("us").alias("_t"))
    ahead = frame["_t"] > limits_us if isinstance(limits_us, int) else frame.select(pl.col("_t") > limits_us).to_series()
    return (frame.filter(~ahead), frame.filter(ahead)) if ahead.any() else (frame, frame.clear())


def placed(frame: pl.DataFrame, rule: RegionRule, places: Places) -> tuple[pl.DataFrame, list[Rejected], int]:
    """With a column `_r` (region index); rows with an unknown code set aside; how many lay nowhere."""
    if rule.code is not None:
        index, stated = places.find(frame[rule.code]), frame[rule.code].is_not_null().to_numpy()
    else:
        assert rule.point is not None
        lon, lat = (frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in rule.point)
        index, stated = places.locate(lon, lat, rule.datum), np.zeros(frame.height, dtype=bool)
    nowhere = index < 0
    if not nowhere.any():
        return frame.with_columns(pl.Series("_r", index, dtype=pl.Int32)), [], 0
    unplaced = nowhere & ~stated
    fallback = places.find(pl.Series([rule.fallback or places.codes[0]], dtype=pl.String))[0]
    frame = frame.with_columns(pl.Series("_r", np.where(unplaced, fallback, index), dtype=pl.Int32))
    known, unknown = frame.filter(pl.Series(~nowhere | unplaced)), frame.filter(pl.Series(nowhere & stated))
    return known, _misplaced(unknown, rule.code), int(unplaced.sum())


def _misplaced(unknown: pl.DataFrame, code: str | None) -> list[Rejected]:
    return [
        Rejected(row, "region", f"field '{code}': the region code {given!r} is not in the city's regions", code)
        for row, given in zip(unknown["_row"], unknown[code] if code else [], strict=True)
    ]
