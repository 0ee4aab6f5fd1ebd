"""Into which buckets the rows of a batch are counted, so that what was counted by minutes makes up the hours and the days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.ledger import Size
from slots.margins import Integers, Kinds, kinds

SIZES: tuple[Size, ...] = ("minute", "hour", "day")


@dataclass(frozen=True, slots=True)
class Link:
    """Buckets of one size: their starts (Unix s, ascending), and which of them each of the chain's finest lies in."""

    size: Size
    starts: pl.Series
    of: Integers


@dataclass(frozen=True, slots=True)
class Chain:
    """Rows that are counted in buckets of several sizes, the finest first; `at`: which of the finest each row lies in.

    Of two buckets one after the other, those they lie in stand in the same order.
    """

    rows: NDArray[np.intp]
    at: Integers
    links: Sequence[Link]

    @property
    def finest(self) -> int:
        """How many buckets of the finest size there are."""
        return len(self.links[0].of)

    def apart(self) -> list[Chain]:
        """For each size a chain of its own; of a single size, for each half of its buckets; of a single bucket, none."""
        if len(self.links) > 1:
            own = [Link(link.size, link.starts, np.arange(len(link.starts))) for link in self.links]
            return [Chain(self.rows, link.of[self.at], [alone]) for link, alone in zip(self.links, own, strict=True)]
        (link,), middle = self.links, self.finest // 2
        halves = ((self.at < middle, 0, link.of[:middle]), (self.at >= middle, middle, link.of[middle:]))
        return [
            Chain(self.rows[its], self.at[its] - first, [Link(link.size, link.starts, of)])
            for its, first, of in halves
            if middle and its.any()
        ]


def bucket_start(size: Size, times: pl.Expr, zone: str) -> pl.Expr:
    """The start (Unix s) of the bucket a moment (Unix s) lies in; hours and days are cut in the city's zone."""
    if size == "minute":
        return times // 60 * 60
    local = pl.from_epoch(times, "s").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return local.dt.truncate("1h" if size == "hour" else "1d").dt.epoch("s")


def chains(times_us: pl.Series, late: NDArray[np.bool_], horizons: Mapping[Size, int], zone: str) -> list[Chain]:
    """All rows that are counted, in one chain where they can be. A late row is counted by the day only.

    `horizons`: size → the moment (Unix s) before which its buckets are not kept any more.
    """
    minutes = kinds(pl.Series(times_us.to_numpy() // 60_000_000))
    starts = minutes.values.to_numpy() * 60
    everyone, any_late = np.ones(len(late), dtype=bool), bool(late.any())
    everywhere = np.arange(len(late))
    found: list[Chain] = []
    for size in SIZES:
        begun = kinds(_begun(size, pl.Series("t", starts), zone))
        kept = begun.values.to_numpy() >= horizons[size]
        counted = everyone if kept.all() else kept[begun.at][minutes.at]
        if size != "day" and any_late:
            counted = counted & ~late
        rows = everywhere if counted is everyone else np.flatnonzero(counted)
        if not len(rows):
            continue
        if found and found[0].links[0].size == "minute" and _follows(begun) and _same(found[0].rows, rows):
            found[0] = Chain(rows, found[0].at, [*found[0].links, Link(size, begun.values, begun.at)])
        else:
            found.append(Chain(rows, begun.at[minutes.at[rows]], [Link(size, begun.values, np.arange(len(begun)))]))
    return found


def _begun(size: Size, times: pl.Series, zone: str) -> pl.Series:
    return times if size == "minute" else times.to_frame().select(bucket_start(size, pl.col("t"), zone)).to_series()


def _same(left: NDArray[np.intp], right: NDArray[np.intp]) -> bool:
    return left is right or np.array_equal(left, right)


def _follows(begun: Kinds) -> bool:
    """Whether the buckets stand in the order of the minutes that lie in them; so they always do, unless a zone went back."""
    return bool((np.diff(begun.at) >= 0).all())
