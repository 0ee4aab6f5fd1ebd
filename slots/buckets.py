"""Minute, hour and day buckets of one batch, by region and by each dimension, as deltas of a ledger's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from slots.bins import bins
from slots.chains import Chain, chains
from slots.ledger import PageKey, Size
from slots.margins import Integers, Places, places
from slots.measures import Part, row_states
from slots.page_merge import told
from slots.pages import paged
from slots.stretches import added
from slots.tally import States


class Buckets:
    """The aggregation of one slot's parts; `dimensions` stand in the columns `_d0`, `_d1`, …"""

    def __init__(self, parts: Sequence[Part], dimensions: Sequence[str], zone: str) -> None:
        self._parts = parts
        self._dimensions = dimensions
        self._zone = zone
        self._sketched = list({part.sketch: part for part in parts if part.sketch}.values())  # quantiles of one value share bins

    def pages(self, frame: pl.DataFrame, regions: pl.Series, horizons: Mapping[Size, int]) -> dict[PageKey, pl.DataFrame]:
        """Deltas of all sizes from the rows of a batch: columns `_t` (µs), `_r`, `_late`, `_dI`, `x:ID`.

        A late record reaches the day bucket only. `regions`: region index → code, coded as in pages. `horizons`: size →
        the moment (Unix s) before which its buckets are not kept any more.
        """
        where = places(frame, regions, self._dimensions)
        states, always = row_states(frame, self._parts)
        deltas: dict[PageKey, pl.DataFrame] = {}
        for chain in chains(frame["_t"], frame["_late"].to_numpy(), horizons, self._zone):
            for link, page in zip(chain.links, _cells(states, always, chain, where), strict=True):
                deltas |= paged("cells", link.size, page, link.starts)
            found = bins(frame, self._sketched, chain, where)
            for link in chain.links:
                deltas |= paged("bins", link.size, found[link.size], link.starts) if link.size in found else {}
        return deltas


def _cells(states: States, always: Sequence[str], chain: Chain, where: Places) -> list[pl.DataFrame]:
    """The cells of each size of the chain: `t r d k` and states; a coarser one from those of the finer one."""
    cells, merged = _finest(states, always, chain, where)
    place = cells // chain.finest
    at = cells - place * chain.finest
    found: list[pl.DataFrame] = []
    beside: list[pl.Series] = []
    for link in chain.links:
        starts = np.flatnonzero(np.diff(place * len(link.starts) + link.of[at], prepend=-1))
        if len(starts) < len(place):
            merged = added(merged, starts, np.diff(starts, append=len(place)))
            place, at = place[starts], at[starts]
            beside = []
        beside = beside or [*where.columns(place), *told(merged)]
        found.append(pl.DataFrame([link.starts[link.of[at]].alias("t"), *beside]))
    return found


def _finest(states: States, always: Sequence[str], chain: Chain, where: Places) -> tuple[Integers, States]:
    """The chain's finest cells (place × buckets + bucket, ascending) and their states: the rows counted once for each margin."""
    cells = np.concatenate([place[chain.rows] * chain.finest + chain.at for place in where.numbers])
    order = np.argsort(cells)
    cells = cells[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    sizes = np.diff(starts, append=len(cells))
    taken = np.tile(chain.rows, len(where.numbers))[order]
    merged = added({column: values[taken] for column, values in states.items()}, starts, sizes)
    counts = sizes.astype(np.int64)
    return cells[starts], {**dict.fromkeys(always, counts), **merged}
