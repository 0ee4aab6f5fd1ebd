"""The newest state of each key: how the frames of an entities page become one, row by row where the row was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

GRACE_US = 600_000_000  # event times may lie ahead of the clock by which states are asked
SPARE = 8
MAX_STATES = 1_000_000


def newest_states(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One row per `key`: that of the latest `time_us`; of equally late ones that of the later frame, there the last row.

    The first frame must hold each key once, as every delta and every page does. A key keeps its row, new ones follow, so that
    who knows the first frame sees at once what has changed. What is past its `until_us` goes when it has become a tenth, and of
    more than MAX_STATES and an eighth the earliest go.
    """
    held, *more = frames
    if not more:
        return held
    new = _newest(pl.concat(more, how="diagonal_relaxed", rechunk=True))
    known = held.select("key", pl.col("time_us").alias("held_us")).with_row_index("row")
    both = known.join(new.select("key", "time_us").with_row_index("by"), on="key", how="inner")
    later = both.filter(pl.col("time_us") >= pl.col("held_us"))
    rows = np.arange(held.height)
    rows[later["row"].to_numpy()] = held.height + later["by"].to_numpy()
    fresh = np.ones(new.height, dtype=bool)
    fresh[both["by"].to_numpy()] = False
    together = pl.concat([held, new], how="diagonal_relaxed", rechunk=True)  # rows are gathered six times as fast from one chunk
    return _bounded(together[np.concatenate([rows, held.height + np.flatnonzero(fresh)])])


def _newest(states: pl.DataFrame) -> pl.DataFrame:
    return states.sort("time_us", maintain_order=True).unique("key", keep="last", maintain_order=True)


def _bounded(states: pl.DataFrame) -> pl.DataFrame:
    """Without what has lapsed, and of more than MAX_STATES the latest; rows go many at a time, for then all rows move."""
    kept = np.ones(states.height, dtype=bool)
    if "until_us" in states.columns:
        kept = (states["until_us"].is_null() | (states["until_us"] + GRACE_US >= states["time_us"].max())).to_numpy()
    if states.height > MAX_STATES + MAX_STATES // SPARE:
        kept = kept.copy()
        kept[np.argsort(states["time_us"].to_numpy(), kind="stable")[: states.height - MAX_STATES]] = False
    return states.filter(pl.Series(kept)) if len(kept) - int(kept.sum()) > len(kept) // (SPARE + 2) else states
