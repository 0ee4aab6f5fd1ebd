"""Which pages of a slot in Redis take no new cells any more, and what is left of a commit then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from slots.advance import summed
from slots.bounds import Bounds, coarsened, no_cells
from slots.ledger import Commit, PageKey
from slots.pagecache import Kept
from slots.pages import CELL_KEYS

MAX_KEPT = 64

Close = Callable[[str, list[PageKey]], Mapping[PageKey, str]]
Read = Callable[[str, PageKey], pl.DataFrame | None]
Merge = Callable[[str], int]
"""Close pages of a slot; the cells of a page; merge all pages of a slot and say how many cells there are."""


class Closed:
    """What this process knows of the closed pages; the server refuses what was folded upon less. Safe from several threads."""

    def __init__(self, bounds: Bounds, close: Close, read: Read, merge: Merge) -> None:
        self._bounds = bounds
        self._close = close
        self._read = read
        self._merge = merge
        self._stamps: dict[str, Mapping[PageKey, str]] = {}
        self._cells: dict[str, int] = {}
        self._kept: Kept[pl.DataFrame] = Kept(MAX_KEPT)

    def learn(self, slot: str, cells: int) -> None:
        """Takes note of how many cells the slot holds."""
        self._cells[slot] = cells

    def refresh(self, slot: str) -> None:
        """Asks anew which pages are closed."""
        self._stamps[slot] = self._close(slot, [])

    def bounded(self, commit: Commit) -> tuple[Commit, Mapping[PageKey, str]]:
        """What is to be committed, and by when the pages it writes to were closed, as far as they are."""
        slot, cells = commit.slot, self._cells.get(commit.slot, 0)
        closing = self._bounds.closing(slot, cells, lambda: self._merge(slot), commit.deltas.keys())
        if fresh := [key for key in closing if key not in self._stamps.get(slot, {})]:
            self._stamps[slot] = self._close(slot, fresh)
        stamps = {key: stamp for key, stamp in self._stamps.get(slot, {}).items() if key in commit.deltas}
        deltas, dropped = coarsened(commit.deltas, {key: self._of(slot, key, stamp) for key, stamp in stamps.items()})
        if not dropped:
            return commit, stamps
        return replace(commit, deltas=deltas, counters=summed(commit.counters, {"coarsened": dropped})), stamps

    def _of(self, slot: str, key: PageKey, stamp: str) -> pl.DataFrame:
        """The cells a closed page has; they stay the same."""
        return self._kept.get((slot, key), stamp, lambda: self._cells_of(slot, key))

    def _cells_of(self, slot: str, key: PageKey) -> pl.DataFrame:
        frame = self._read(slot, key)
        return frame.select(CELL_KEYS) if frame is not None else no_cells()
