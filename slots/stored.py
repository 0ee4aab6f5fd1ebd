"""What the ledger holds of one window, rolled up to what a question wants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from slots.ledger import Kind, PageKey, SlotState
from slots.measures import Part
from slots.pagecache import Kept
from slots.pages import merge_bins
from slots.rollup import Tree
from slots.sheet import Sheet, sheet_of
from slots.shelves import Shelves, Version
from slots.sketches import distinct_counts, quantiles
from slots.tally import States, Tally, merged, stacked
from slots.windows import Stretch

MAX_SHEETS = 64  # only pages that change are read again and again: the newest of each size and slot
MAX_PAGES = 4096


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


@dataclass(frozen=True, slots=True)
class Extent:
    """A page at one version, and which of its buckets are wanted: `[from, to)` in Unix seconds, None for all of them."""

    page: PageKey
    version: Version
    part: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: keys or steps, and merged states (and what sketches say, under `Part.answer`) of the same length."""

    keys: Sequence[str | int]
    states: States


NOTHING: Final = Found((), {})


class Stored:
    """Reads and rolls up pages; what a page answers is kept until the page changes. Safe to use from several threads.

    At most MAX_SHEETS pages as arrays and MAX_PAGES rolled up ones (cells and bins each); see Kept for what goes.
    """

    def __init__(self, shelves: Shelves, tree: Tree) -> None:
        self._shelves = shelves
        self._tree = tree
        self._sheets: Kept[Sheet] = Kept(MAX_SHEETS)
        self._tallies: Kept[Tally] = Kept(MAX_PAGES)
        self._bins: Kept[pl.DataFrame] = Kept(MAX_PAGES)

    def extents(self, wanted: Wanted, window: Sequence[Stretch], state: SlotState) -> tuple[Extent, ...]:
        """The pages that answer, each at its version: where they are the same, the answer is. `state`: the slot's, of now."""
        kinds: tuple[Kind, ...] = ("cells", "bins") if wanted.sketched else ("cells",)
        return tuple(
            Extent(page, version, None if stretch.start <= page.start and end <= stretch.end else (stretch.start, stretch.end))
            for kind in kinds
            for stretch in window
            for page, version, end in self._shelves.pages(wanted.slot, state, kind, stretch.size, stretch.start, stretch.end)
        )

    def total(self, wanted: Wanted, extents: Sequence[Extent]) -> Found:
        """By key (child's code, dimension's value, or ""): the merged state over all extents."""
        if (cells := self._cells(wanted, extents)) is None:
            return NOTHING
        held = np.flatnonzero(np.bincount(cells.at, minlength=len(cells.names)))
        states = merged(cells.states, cells.at, len(cells.names))
        found = Found([cells.names[i] for i in held], {column: values[held] for column, values in states.items()})
        return self._with_bins(found, wanted, extents, "_key", None) if wanted.sketched else found

    def over_time(self, wanted: Wanted, extents: Sequence[Extent], starts: Sequence[int]) -> Found:
        """By step (its start, Unix s): the merged state of each step that has any."""
        if (cells := self._cells(wanted, extents)) is None:
            return NOTHING
        edges = np.array(starts)
        steps = np.searchsorted(edges, cells.t, side="right") - 1
        held = np.flatnonzero(np.bincount(steps, minlength=len(edges)))
        states = merged(cells.states, steps, len(edges))
        found = Found(edges[held].tolist(), {column: values[held] for column, values in states.items()})
        return self._with_bins(found, wanted, extents, "_step", edges) if wanted.sketched else found

    def _cells(self, wanted: Wanted, extents: Iterable[Extent]) -> Tally | None:
        """The cells of all extents, one below the other; None where there are none."""
        tallies = [self._tally(wanted, extent) for extent in extents if extent.page.kind == "cells"]
        tallies = [tally for tally in tallies if len(tally.t)]
        return stacked(tallies) if tallies else None

    def _tally(self, wanted: Wanted, extent: Extent) -> Tally:
        tally = self._tallies.get((wanted, extent.page), extent.version, lambda: self._roll(wanted, extent))
        return tally.within(*extent.part) if extent.part else tally

    def _roll(self, wanted: Wanted, extent: Extent) -> Tally:
        """The page's buckets of the wanted region, merged over its descendants."""
        source = (wanted.slot, extent.page, wanted.dimension, wanted.key)
        sheet = self._sheets.get(source, extent.version, lambda: self._sheet(wanted, extent.page))
        return sheet.rolled(self._tree, wanted.region, wanted.by_child, wanted.columns)

    def _sheet(self, wanted: Wanted, page: PageKey) -> Sheet:
        rows = self._shelves.rows(wanted.slot, page, wanted.dimension, wanted.key)
        return sheet_of(rows, self._tree, by_value=wanted.key is None)

    def _with_bins(self, found: Found, wanted: Wanted, extents: Sequence[Extent], key: str, edges: np.ndarray | None) -> Found:
        """With what the sketches say, in a column per part; NaN where they say nothing."""
        bins = self._stacked_bins(wanted, extents, edges)
        states = dict(found.states)
        for part in wanted.sketched:
            said: dict[object, float] = {}
            if bins is not None:
                added = bins.filter(pl.col("c") == part.sketch).group_by(key, "c", "b").agg(merge_bins())
                answers = distinct_counts(added, [key]) if part.q is None else quantiles(added, [key], part.q)
                said = dict(answers.select(key, "value").rows())
            states[part.answer] = np.array([said.get(name, np.nan) for name in found.keys])
        return Found(found.keys, states)

    def _stacked_bins(self, wanted: Wanted, extents: Sequence[Extent], edges: np.ndarray | None) -> pl.DataFrame | None:
        frames = [self._rolled_bins(wanted, extent) for extent in extents if extent.page.kind == "bins"]
        if not frames:
            return None
        bins = pl.concat(frames)
        if edges is None:
            return bins
        step = edges[np.searchsorted(edges, bins["t"].to_numpy(), side="right") - 1]
        return bins.with_columns(pl.Series("_step", step, dtype=pl.Int64))

    def _rolled_bins(self, wanted: Wanted, extent: Extent) -> pl.DataFrame:
        bins = self._bins.get((wanted, extent.page), extent.version, lambda: self._roll_bins(wanted, extent.page))
        return bins.filter(pl.col("t").is_between(*extent.part, closed="left")) if extent.part else bins

    def _roll_bins(self, wanted: Wanted, page: PageKey) -> pl.DataFrame:
        """The page's bins of the wanted region, merged over its descendants: `t`, `_key`, `c`, `b`, `n`."""
        rows = self._shelves.rows(wanted.slot, page, wanted.dimension, wanted.key)
        rows = rows.filter(pl.col("c").is_in([part.sketch for part in wanted.sketched]))
        low, high = self._tree.range(wanted.region)
        rows = rows.with_columns(self._tree.numbers(rows["r"])).filter((pl.col("p") >= low) & (pl.col("p") < high))
        return self._keyed(wanted, rows).group_by("t", "_key", "c", "b").agg(merge_bins())

    def _keyed(self, wanted: Wanted, rows: pl.DataFrame) -> pl.DataFrame:
        if not wanted.by_child:
            return rows.with_columns((pl.col("k") if wanted.key is None else pl.lit("")).alias("_key"))
        children = np.array([*self._tree.children(wanted.region), ""], dtype=object)
        at = self._tree.child_of(wanted.region, rows["p"].to_numpy())
        return rows.with_columns(pl.Series("_key", children[at], dtype=pl.String)).filter(pl.col("_key") != "")
