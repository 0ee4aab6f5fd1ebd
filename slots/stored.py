"""What the ledger holds of one window, rolled up to what a question wants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from slots.ledger import Kind, Ledger, PageKey
from slots.measures import Part, merge
from slots.pagecache import FrameCache
from slots.pages import merge_bins, page_end
from slots.rollup import Tree
from slots.sketches import distinct_counts, quantiles
from slots.windows import Stretch


@dataclass(frozen=True, slots=True)
class Wanted:
    """A region or its children, all records or one dimension (`key` None: each of its values), and which state."""

    slot: str
    region: str
    by_child: bool
    dimension: str
    key: str | None
    columns: tuple[str, ...]
    sketched: tuple[Part, ...]


class Stored:
    """Reads and rolls up pages; what a page answers is kept until the page changes."""

    def __init__(self, ledger: Ledger, tree: Tree, cache: FrameCache) -> None:
        self._ledger = ledger
        self._tree = tree
        self._cache = cache

    def total(self, wanted: Wanted, window: Sequence[Stretch]) -> pl.DataFrame:
        """`_key` (child's code, dimension's value, or "") with its merged state over the whole window."""
        return self._joined(wanted, window, ["_key"], None)

    def over_time(self, wanted: Wanted, window: Sequence[Stretch], starts: Sequence[int]) -> pl.DataFrame:
        """`_step` (its start, Unix s) with the merged state of each step that has any."""
        return self._joined(wanted, window, ["_step"], starts)

    def _joined(self, wanted: Wanted, window: Sequence[Stretch], keys: list[str], starts: Sequence[int] | None) -> pl.DataFrame:
        cells = self._stacked("cells", wanted, window, starts)
        if cells is None:
            return pl.DataFrame()
        merged = cells.group_by(keys).agg(merge(wanted.columns))
        if not wanted.sketched:
            return merged
        return self._with_bins(merged, wanted, window, keys, starts)

    def _with_bins(
        self, merged: pl.DataFrame, wanted: Wanted, window: Sequence[Stretch], keys: list[str], starts: Sequence[int] | None
    ) -> pl.DataFrame:
        bins = self._stacked("bins", wanted, window, starts)
        for part in wanted.sketched:
            if bins is None:
                merged = merged.with_columns(pl.lit(None, pl.Float64).alias(part.answer))
                continue
            added = bins.filter(pl.col("c") == part.sketch).group_by(*keys, "c", "b").agg(merge_bins())
            answers = distinct_counts(added, keys) if part.q is None else quantiles(added, keys, part.q)
            merged = merged.join(answers.rename({"value": part.answer}), on=keys, how="left")
        return merged

    def _stacked(
        self, kind: Kind, wanted: Wanted, window: Sequence[Stretch], starts: Sequence[int] | None
    ) -> pl.DataFrame | None:
        frames = [frame for stretch in window for frame in self._within(kind, wanted, stretch) if not frame.is_empty()]
        if not frames:
            return None
        stacked = pl.concat(frames, how="diagonal_relaxed")
        if starts is None:
            return stacked
        edges = np.array(starts)
        step = edges[np.searchsorted(edges, stacked["t"].to_numpy(), side="right") - 1]
        return stacked.with_columns(pl.Series("_step", step, dtype=pl.Int64))

    def _within(self, kind: Kind, wanted: Wanted, stretch: Stretch) -> Iterable[pl.DataFrame]:
        for page in self._ledger.pages(wanted.slot, kind, stretch.size):
            end = page_end(page)
            if page.start - 86400 < stretch.end and stretch.start < end + 86400:
                frame = self._rolled(wanted, page)
                yield frame.filter(pl.col("t").is_between(stretch.start, stretch.end, closed="left"))

    def _rolled(self, wanted: Wanted, page: PageKey) -> pl.DataFrame:
        version, frame = self._ledger.read(wanted.slot, page)
        if frame is None:
            return pl.DataFrame(schema={"t": pl.Int64})
        return self._cache.get((wanted, page), version, lambda: self._roll(wanted, page, frame))

    def _roll(self, wanted: Wanted, page: PageKey, frame: pl.DataFrame) -> pl.DataFrame:
        """The page's buckets of the wanted region, merged over its descendants: `t`, `_key`, state."""
        rows = frame.filter(pl.col("d") == wanted.dimension)
        if wanted.key is not None and wanted.dimension:
            rows = rows.filter(pl.col("k") == wanted.key)
        numbers = self._tree.numbers(rows["r"])
        low, high = self._tree.range(wanted.region)
        rows = rows.with_columns(numbers).filter((pl.col("p") >= low) & (pl.col("p") < high))
        rows = self._keyed(wanted, rows)
        if page.kind == "bins":
            return (
                rows.filter(pl.col("c").is_in([part.sketch for part in wanted.sketched]))
                .group_by("t", "_key", "c", "b")
                .agg(merge_bins())
            )
        held = [column for column in wanted.columns if column in rows.columns]
        rolled = rows.group_by("t", "_key").agg(merge(held))
        return rolled.with_columns(pl.lit(None, _dtype(column)).alias(column) for column in wanted.columns if column not in held)

    def _keyed(self, wanted: Wanted, rows: pl.DataFrame) -> pl.DataFrame:
        if not wanted.by_child:
            return rows.with_columns((pl.col("k") if wanted.key is None else pl.lit("")).alias("_key"))
        children = np.array([*self._tree.children(wanted.region), ""], dtype=object)
        at = self._tree.child_of(wanted.region, rows["p"].to_numpy())
        return rows.with_columns(pl.Series("_key", children[at], dtype=pl.String)).filter(pl.col("_key") != "")


def _dtype(column: str) -> type[pl.DataType]:
    return pl.Int64 if column.split(":")[0] in ("n", "lt") else pl.Float64
