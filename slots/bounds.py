"""How many cells a slot may hold: beyond it finer buckets take no new cells any more, days always do.

From 80 % of the limit on the minute pages that are written to are closed, from the limit on the hour pages too. A closed page
goes on counting the cells it has and takes no others, for as long as it is kept: so a cell is either counted whole or not there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

import polars as pl

from slots.ledger import PageKey
from slots.page_codes import coded
from slots.pages import CELL_KEYS

CELLS: Final = 5_000_000
MINUTES_UNTIL: Final = 0.8
RECOUNT_S: Final = 3.0


class Bounds:
    """Says which pages are to be closed. `limit`: rows of all pages of one slot. For one thread at a time per slot."""

    def __init__(self, limit: int = CELLS, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock_s = clock_s
        self._exact: dict[str, tuple[float, int]] = {}

    def closing(self, slot: str, cells: int, merge: Callable[[], int], keys: Collection[PageKey]) -> list[PageKey]:
        """The pages of cells among `keys` that take no new ones any more.

        `cells` may count what is not merged yet more than once. So before any page is closed `merge` is asked, which merges
        everything and says how many there are; at most every RECOUNT_S seconds, in between its last answer holds.
        """
        if self._sizes(cells):
            cells = self._merged(slot, merge)
        return [key for key in keys if key.kind == "cells" and key.size in self._sizes(cells)]

    def _sizes(self, cells: int) -> tuple[str, ...]:
        if cells < self._limit * MINUTES_UNTIL:
            return ()
        return ("minute",) if cells < self._limit else ("minute", "hour")

    def _merged(self, slot: str, merge: Callable[[], int]) -> int:
        asked_s, cells = self._exact.get(slot, (float("-inf"), 0))
        if self._clock_s() - asked_s >= RECOUNT_S:
            cells = merge()
            self._exact[slot] = (self._clock_s(), cells)
        return cells


def coarsened(
    deltas: Mapping[PageKey, pl.DataFrame], closed: Mapping[PageKey, pl.DataFrame]
) -> tuple[dict[PageKey, pl.DataFrame], int]:
    """The deltas without the cells that closed pages do not have, and how many cells those were.

    `closed`: page of cells → the cells it has (columns `t r d k`). What a sketch keeps goes with its cell. A page of which
    nothing is left is left out.
    """
    kept: dict[PageKey, pl.DataFrame] = {}
    dropped = 0
    for key, delta in deltas.items():
        cells = closed.get(cells_of(key))
        rest = delta if cells is None else coded(delta).join(coded(cells), on=CELL_KEYS, how="semi")
        dropped += delta.height - rest.height if key.kind == "cells" else 0
        if rest.height or cells is None:
            kept[key] = rest
    return kept, dropped


def cells_of(key: PageKey) -> PageKey:
    """The page of the cells that a page of bins belongs to; itself for any other."""
    return key._replace(kind="cells") if key.kind == "bins" else key


def no_cells() -> pl.DataFrame:
    """The keys of no cells at all."""
    return pl.DataFrame(schema={name: pl.Int64 if name == "t" else pl.String for name in CELL_KEYS})
