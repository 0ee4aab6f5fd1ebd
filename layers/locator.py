"""Which region a point lies in, for many points at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from .features import Geometries

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

_CELLS = 160
"""Cells per side of the coarse grid that answers most points without touching a polygon."""


class Locator:
    """Points to the deepest polygon that holds them. Frozen once built; safe to use from several threads.

    Depths are searched deepest first and each point leaves the search when it is placed, so a place without finer
    polygons falls back to its parents. A point on a shared edge goes to the polygon that stands first in the tree.
    """

    def __init__(self, geometries: Geometries, depths: Sequence[int]) -> None:
        depth_of = np.asarray(depths)
        drawn = ~shapely.is_missing(geometries)
        self._sheets = tuple(
            _Sheet(geometries, np.flatnonzero(drawn & (depth_of == depth)).astype(np.int32))
            for depth in sorted(set(depth_of[drawn].tolist()), reverse=True)
        )

    def locate(self, lon: Floats, lat: Floats) -> Indices:
        """The index into the tree per point, -1 for NaN and for points in no polygon. Degrees, WGS84."""
        found = np.full(len(lon), -1, dtype=np.int32)
        left = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        for sheet in self._sheets:
            found[left] = sheet.locate(lon[left], lat[left])
            left = left[found[left] < 0]
        return found


class _Sheet:
    """The polygons of one depth under a coarse grid: a cell wholly inside one polygon (or none) needs no test."""

    def __init__(self, geometries: Geometries, indices: Indices) -> None:
        self._indices = indices
        self._polygons = geometries[indices]
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)
        self._west, self._south, east, north = shapely.total_bounds(self._polygons)
        self._step_x = max((east - self._west) / _CELLS, 1e-12)
        self._step_y = max((north - self._south) / _CELLS, 1e-12)
        self._grid = self._coarse()

    def locate(self, lon: Floats, lat: Floats) -> Indices:
        column = np.floor((lon - self._west) / self._step_x)
        row = np.floor((lat - self._south) / self._step_y)
        # the last line of the bounds belongs to the last cell
        column[column == _CELLS] = _CELLS - 1
        row[row == _CELLS] = _CELLS - 1
        inside = (column >= 0) & (column < _CELLS) & (row >= 0) & (row < _CELLS)
        found = np.full(len(lon), _NONE, dtype=np.int32)
        found[inside] = self._grid[row[inside].astype(np.intp), column[inside].astype(np.intp)]
        mixed = np.flatnonzero(found == _MIXED)
        if len(mixed):
            found[mixed] = self._exact(lon[mixed], lat[mixed])
        placed = found >= 0
        found[placed] = self._indices[found[placed]]
        return found

    def _exact(self, lon: Floats, lat: Floats) -> Indices:
        points, polygons = self._tree.query(shapely.points(lon, lat))
        holds = np.zeros(len(points), dtype=bool)
        for polygon, pairs in _groups(polygons):
            at = points[pairs]
            holds[pairs] = shapely.intersects_xy(self._polygons[polygon], lon[at], lat[at])
        best = np.full(len(lon), len(self._indices), dtype=np.int32)
        np.minimum.at(best, points[holds], polygons[holds].astype(np.int32))
        best[best == len(self._indices)] = _NONE
        return best

    def _coarse(self) -> NDArray[np.int32]:
        """Per cell the polygon that wholly holds it, _NONE where no polygon comes near, else _MIXED."""
        x = self._west + self._step_x * np.arange(_CELLS + 1)
        y = self._south + self._step_y * np.arange(_CELLS + 1)
        grid = np.full((_CELLS, _CELLS), _NONE, dtype=np.int32)
        for number, polygon in enumerate(self._polygons):
            west, south, east, north = polygon.bounds
            columns = slice(*_span(west, east, self._west, self._step_x))
            rows = slice(*_span(south, north, self._south, self._step_y))
            boxes = shapely.box(
                x[columns][None, :], y[rows][:, None], x[columns][None, :] + self._step_x, y[rows][:, None] + self._step_y
            )
            part = grid[rows, columns]
            whole = shapely.contains_properly(polygon, boxes)
            part[shapely.intersects(polygon, boxes)] = _MIXED
            part[whole] = number
        return grid


_NONE, _MIXED = -1, -2


def _span(low: float, high: float, origin: float, step: float) -> tuple[int, int]:
    """The cells from one before `low` to one after `high`, so that rounding never leaves one out."""
    first = int(np.floor((low - origin) / step)) - 1
    last = int(np.floor((high - origin) / step)) + 2
    return min(max(first, 0), _CELLS), min(max(last, 0), _CELLS)


def _groups(polygons: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each polygon with the positions it stands at."""
    if not len(polygons):
        return
    order = np.argsort(polygons, kind="stable")
    numbers, starts = np.unique(polygons[order], return_index=True)
    for number, positions in zip(numbers, np.split(order, starts[1:]), strict=True):
        yield int(number), positions
