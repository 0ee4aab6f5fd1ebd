"""The frames a ledger keeps, and how several of them become one.

Cells: `t` (bucket start, Unix s), `r` (region code), `d` (dimension or ""), `k` (its value or ""), then state columns.
Bins: `t r d k`, `c` (sketch name), `b` (bin), `n`. Entities: `key`, `time_us`, `lon`, `lat`, `r`, `until_us`, then
attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import polars as pl

from slots.latest_states import newest_states
from slots.ledger import Kind, PageKey, Size
from slots.measures import merge
from slots.page_merge import merged_bins, merged_cells

MANY = 4_000
"""From so many rows on they are sorted rather than grouped."""

CELL_KEYS = ("t", "r", "d", "k")
BIN_KEYS = ("t", "r", "d", "k", "c", "b")
ENTITIES = PageKey("entities", "", 0)


def merge_frames(kind: Kind, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One frame that says what all of them say together; the order of the frames does not matter."""
    if len(frames) == 1:
        return frames[0]
    if kind == "entities":
        return newest_states(frames)
    together = pl.concat(frames, how="diagonal_relaxed", rechunk=True)
    return _merged_bins(together) if kind == "bins" else _merged_cells(together)


def merge_bins() -> pl.Expr:
    """Counts of quantile bins add up; distinct registers remember each rank that either has seen."""
    n = pl.col("n")
    return pl.when(pl.col("c").first().str.starts_with("d")).then(n.bitwise_or()).otherwise(n.sum()).alias("n")


def _merged_cells(together: pl.DataFrame) -> pl.DataFrame:
    states = [column for column in together.columns if column not in CELL_KEYS]
    sorted_ = merged_cells(together, CELL_KEYS, states) if together.height >= MANY else None
    return sorted_ if sorted_ is not None else together.group_by(CELL_KEYS).agg(merge(states))


def _merged_bins(together: pl.DataFrame) -> pl.DataFrame:
    """As merge_bins says, but at once for all that add up."""
    sketches = together["c"].unique().cast(pl.String)
    distinct = sketches.filter(sketches.str.starts_with("d"))
    if distinct.is_empty():
        return _summed_bins(together)
    ranks = together["c"].is_in(distinct.cast(together.schema["c"]).implode())
    seen = together.filter(ranks).group_by(BIN_KEYS).agg(pl.col("n").bitwise_or())
    return pl.concat([_summed_bins(together.filter(~ranks)), seen], how="vertical_relaxed")


def _summed_bins(together: pl.DataFrame) -> pl.DataFrame:
    sorted_ = merged_bins(together, BIN_KEYS) if together.height >= MANY else None
    return sorted_ if sorted_ is not None else together.group_by(BIN_KEYS).agg(pl.col("n").sum())


def page_start(size: Size, times: pl.Expr) -> pl.Expr:
    """The page (Unix s) each bucket lies on: minutes by the hour, hours by the UTC day, days by the UTC month."""
    if size == "minute":
        return times // 3600 * 3600
    if size == "hour":
        return times // 86400 * 86400
    return pl.from_epoch(times, "s").dt.truncate("1mo").dt.epoch("s")


def page_of(kind: Kind, size: Size, start: int) -> PageKey:
    """The page a bucket (start in Unix s) lies on."""
    if size == "day":
        return PageKey(kind, size, int(_month(start).timestamp()))
    return PageKey(kind, size, start // 86400 * 86400)


def page_end(key: PageKey) -> int:
    """The moment (Unix s) at which a page of buckets ends."""
    if key.size == "minute":
        return key.start + 3600
    if key.size == "hour":
        return key.start + 86400
    return int(_month(int(_month(key.start).timestamp()) + 32 * 86400).timestamp())


def _month(moment_s: int) -> datetime:
    """The beginning of the UTC month a moment lies in."""
    return datetime.fromtimestamp(moment_s, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def part_of(key: PageKey, start_s: int) -> Literal["before", "after", "across"]:
    """Where a page lies when a slot changes at a moment (Unix s): entities, which have no time, lie across it."""
    if key.kind == "entities":
        return "across"
    if page_end(key) <= start_s:
        return "before"
    return "after" if key.start >= start_s else "across"


def joined(key: PageKey, before: pl.DataFrame | None, after: pl.DataFrame | None, start_s: int) -> pl.DataFrame | None:
    """A page across the moment: what began earlier from the one frame, the rest from the other; None where nothing is left."""
    early, late = (None, None) if key.kind == "entities" else (pl.col("t") < start_s, pl.col("t") >= start_s)
    sides = ((before, early), (after, late))
    frames = [frame if kept is None else frame.filter(kept) for frame, kept in sides if frame is not None]
    frames = [frame for frame in frames if frame.height]
    return merge_frames(key.kind, frames) if frames else None


def paged(kind: Kind, size: Size, frame: pl.DataFrame, starts: pl.Series) -> dict[PageKey, pl.DataFrame]:
    """The frame cut into the pages its buckets lie on; `starts`: of all the buckets it may have rows of, ascending."""
    if frame.is_empty():
        return {}
    first, last = pl.DataFrame({"t": [starts[0], starts[-1]]}).select(page_start(size, pl.col("t"))).to_series()
    if first == last:
        return {PageKey(kind, size, int(first)): frame}
    cut = frame.with_columns(page_start(size, pl.col("t")).alias("_page")).partition_by("_page", as_dict=True, include_key=False)
    return {PageKey(kind, size, int(start)): part for (start,), part in cut.items()}
