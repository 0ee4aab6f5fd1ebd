"""Which region a point lies in, for many points at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import shapely
from numpy.typing import NDArray

from .features import Geometries

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Places = NDArray[np.intp]

_WHOLE_CELLS = 160
_WHOLE_MAX = 2_000
"""Up to so many polygons the cells that lie wholly in one are found beforehand: they answer most points at once."""
_CHUNK = 500_000
_NONE, _MIXED = -1, -2
_HAIR = 1e-6
"""Of a cell: so near an edge counts as on it, so that rounding never puts a point on the wrong side."""


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
            for start in range(0, len(left), _CHUNK):
                part = left[start : start + _CHUNK]
                found[part] = sheet.locate(lon[part], lat[part])
            left = left[found[left] < 0]
        return found


class _Sheet:
    """The polygons of one depth under a grid of cells, each of which knows the polygons whose boxes reach into it."""

    def __init__(self, geometries: Geometries, indices: Indices) -> None:
        self._indices = indices
        self._polygons = geometries[indices]
        shapely.prepare(self._polygons)
        self._boxes = shapely.bounds(self._polygons)
        few = len(indices) <= _WHOLE_MAX
        side = _WHOLE_CELLS if few else min(int(2 * len(indices) ** 0.5), 1500)
        self._grid = _Grid(self._boxes, side)
        self._starts, self._members = self._grid.members(self._boxes)
        self._whole = self._wholly() if few else None

    def locate(self, lon: Floats, lat: Floats) -> Indices:
        """The index into the tree per point, -1 for none."""
        cell = self._grid.cell(lon, lat)
        found = np.full(len(lon), _NONE, dtype=np.int32)
        inside = cell >= 0
        found[inside] = _MIXED if self._whole is None else self._whole[cell[inside]]
        mixed = np.flatnonzero(found == _MIXED)
        if len(mixed):
            found[mixed] = self._exact(lon[mixed], lat[mixed], cell[mixed])
        placed = found >= 0
        found[placed] = self._indices[found[placed]]
        return found

    def _exact(self, lon: Floats, lat: Floats, cell: Places) -> Indices:
        """Each point against the polygons of its cell: first their boxes, then their edges."""
        counts = self._starts[cell + 1] - self._starts[cell]
        point = np.repeat(np.arange(len(lon)), counts)
        nth = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts)
        polygon = self._members[np.repeat(self._starts[cell], counts) + nth]
        box, x, y = self._boxes[polygon], lon[point], lat[point]
        near = np.flatnonzero((x >= box[:, 0]) & (y >= box[:, 1]) & (x <= box[:, 2]) & (y <= box[:, 3]))
        near = near[np.argsort(polygon[near], kind="stable")]  # one polygon after the other: that keeps it in the cache
        point, polygon = point[near], polygon[near]
        holds = shapely.intersects_xy(self._polygons[polygon], lon[point], lat[point])
        best = np.full(len(lon), len(self._indices), dtype=np.int32)
        np.minimum.at(best, point[holds], polygon[holds].astype(np.int32))
        best[best == len(self._indices)] = _NONE
        return best

    def _wholly(self) -> Indices:
        """Per cell the polygon that wholly holds it, _NONE where none comes near, else _MIXED.

        A cell that no edge of a polygon touches lies on one side of all of them: there its middle speaks for all of it.
        """
        near = np.diff(self._starts) > 0
        whole = np.where(near, _MIXED, _NONE).astype(np.int32)
        plain = np.flatnonzero(near & ~self._grid.touched(*_edges(self._polygons)))
        whole[plain] = self._exact(*self._grid.middles(plain), plain)
        return whole


def _edges(polygons: Geometries) -> tuple[Floats, Floats]:
    """Where each straight piece of the polygons' rings begins and where it ends, (n, 2) each. Degrees."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    return points[:-1][follows], points[1:][follows]


class _Grid:
    """`side` × `side` cells over all boxes, numbered row by row from the south-west."""

    def __init__(self, boxes: Floats, side: int) -> None:
        self._side = side
        self._west, self._south = (float(edge) for edge in boxes[:, :2].min(axis=0))
        east, north = (float(edge) for edge in boxes[:, 2:].max(axis=0))
        self._east, self._north = east, north
        self._step_x, self._step_y = max((east - self._west) / side, 1e-12), max((north - self._south) / side, 1e-12)

    def cell(self, lon: Floats, lat: Floats) -> Places:
        """The cell of each point, -1 outside."""
        column, row = self._columns(lon), self._rows(lat)
        inside = (lon >= self._west) & (lon <= self._east) & (lat >= self._south) & (lat <= self._north)
        return np.where(inside, row * self._side + column, -1)

    def members(self, boxes: Floats) -> tuple[Places, Indices]:
        """The numbers of the boxes that reach into each cell, one cell behind the other, and where each cell begins."""
        first_x, last_x, first_y, last_y = (
            self._columns(boxes[:, 0]), self._columns(boxes[:, 2]), self._rows(boxes[:, 1]), self._rows(boxes[:, 3]),
        )  # fmt: skip
        wide = last_x - first_x + 1
        counts = wide * (last_y - first_y + 1)
        number = np.repeat(np.arange(len(boxes)), counts)
        nth = np.arange(len(number)) - np.repeat(np.cumsum(counts) - counts, counts)
        cell = (first_y[number] + nth // wide[number]) * self._side + first_x[number] + nth % wide[number]
        order = np.argsort(cell, kind="stable")
        starts = np.searchsorted(cell[order], np.arange(self._side**2 + 1))
        return starts, number[order].astype(np.int32)

    def middles(self, cells: Places) -> tuple[Floats, Floats]:
        """The longitudes and latitudes of the cells' middles."""
        column, row = cells % self._side + np.float64(0.5), cells // self._side + np.float64(0.5)
        return self._west + column * self._step_x, self._south + row * self._step_y

    def touched(self, begins: Floats, ends: Floats) -> NDArray[np.bool_]:
        """Whether a straight line from a beginning to its end comes into the cell, or within a hair of it. (n, 2) each."""
        touched = np.zeros((self._side, self._side), dtype=bool)
        step = np.array((self._step_x, self._step_y))
        for start in range(0, len(begins), _CHUNK):
            first, last = _halves(begins[start : start + _CHUNK], ends[start : start + _CHUNK], step)
            low, high = np.minimum(first, last) - step * _HAIR, np.maximum(first, last) + step * _HAIR
            for x, y in product((low[:, 0], high[:, 0]), (low[:, 1], high[:, 1])):
                touched[self._rows(y), self._columns(x)] = True
        return touched.ravel()

    def _columns(self, lon: Floats) -> Places:
        return np.clip(np.floor((lon - self._west) / self._step_x), 0, self._side - 1).astype(np.intp)

    def _rows(self, lat: Floats) -> Places:
        return np.clip(np.floor((lat - self._south) / self._step_y), 0, self._side - 1).astype(np.intp)


def _halves(begins: Floats, ends: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Lines cut into pieces of half a cell at most: the corners of such a piece's box lie in all the cells it comes into."""
    along: Floats = ends - begins
    counts = np.maximum(np.ceil(2 * np.abs(along / step).max(axis=1, initial=0)), 1).astype(np.intp)
    line = np.repeat(np.arange(len(counts)), counts)
    nth = (np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts))[:, None]
    share: Floats = along[line] / counts[line][:, None]
    origin: Floats = begins[line]
    return origin + share * nth, origin + share * (nth + 1)
