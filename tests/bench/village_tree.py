"""A tree of 50,000 regions in five levels, and records that happened in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

BRANCHES = (8, 16, 20, 20)
BEGAN = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
DAYS = 30


class VillageTree:
    """Places of one city, 8 districts, 128 towns, 2,560 villages and 51,200 grids; codes tell the path. No geometry."""

    def __init__(self, branches: Sequence[int] = BRANCHES) -> None:
        codes, parents = ["c"], [-1]
        level = [0]
        for width in branches:
            below = []
            for parent in level:
                for number in range(width):
                    below.append(len(codes))
                    codes.append(f"{codes[parent]}.{number:02d}")
                    parents.append(parent)
            level = below
        self.codes: Sequence[str] = tuple(codes)
        self.parents: NDArray[np.int32] = np.array(parents, dtype=np.int32)
        self.leaves = np.array(level)
        self._lookup = pl.DataFrame({"code": codes, "index": np.arange(len(codes), dtype=np.int32)})

    def find(self, codes: pl.Series) -> NDArray[np.int32]:
        found = codes.alias("code").to_frame().join(self._lookup, on="code", how="left", maintain_order="left")["index"]
        return found.fill_null(-1).to_numpy()

    def locate(self, lon: NDArray[np.float64], lat: NDArray[np.float64], datum: str) -> NDArray[np.int32]:
        return np.full(len(lon), -1, dtype=np.int32)

    def wgs84(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], datum: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return lon, lat


def happenings(tree: VillageTree, count: int, seed: int = 5) -> pl.DataFrame:
    """`at` (UTC), `region` (a grid), `wait_s`, `stars`, in order of time over DAYS days."""
    chance = np.random.default_rng(seed)
    span_us = DAYS * 86_400_000_000
    at = np.sort(chance.integers(0, span_us, count)) + int(BEGAN.timestamp() * 1e6)
    leaves = np.array(tree.codes, dtype=object)[chance.choice(tree.leaves, count)]
    return pl.DataFrame(
        {
            "at": pl.Series(at, dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
            "region": pl.Series(leaves, dtype=pl.String),
            "wait_s": np.round(chance.exponential(15, count), 1),
            "stars": chance.integers(1, 6, count),
        }
    )
