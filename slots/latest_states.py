"""The newest state of each key: how the frames of an entities page become one, row by row where the row was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

GRACE_US = 600_000_000  # event times may lie ahead of the clock by which states are asked
SPARE = 8


def newest_states(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One row per `key`: that of the latest `time_us`; of equally late ones that of the later frame, there the last row.

    A key keeps its row, new ones follow, so that who knows the first frame sees at once what has changed. What is past its
    `until_us` goes when it has become an eighth of all. About 5 ms for 2,000 new states of 100,000.
    """
    held, *more = frames
    if not more:
        return held
    held = held if held["key"].is_unique().all() else _newest(held)
    new = _newest(pl.concat(more, how="diagonal_relaxed"))
    where = new.select("key", "time_us").join(
        held.select("key", pl.col("time_us").alias("held_us")).with_row_index("row"),
        on="key", how="left", maintain_order="left",
    )  # fmt: skip
    rows = np.arange(held.height + new.height)
    replaced = where.with_row_index("by").filter(pl.col("time_us") >= pl.col("held_us"))
    rows[replaced["row"].to_numpy()] = held.height + replaced["by"].to_numpy()
    fresh = held.height + np.flatnonzero(where["row"].is_null().to_numpy())
    together = pl.concat([held, new], how="diagonal_relaxed", rechunk=True)
    return _unlapsed(together[np.concatenate([rows[: held.height], fresh])])


def _newest(states: pl.DataFrame) -> pl.DataFrame:
    return states.sort("time_us", maintain_order=True).unique("key", keep="last", maintain_order=True)


def _unlapsed(states: pl.DataFrame) -> pl.DataFrame:
    if "until_us" not in states.columns:
        return states
    kept = states.select(pl.col("until_us").is_null() | (pl.col("until_us") + GRACE_US >= pl.col("time_us").max())).to_series()
    return states.filter(kept) if len(kept) - int(kept.sum()) > len(kept) // SPARE else states
