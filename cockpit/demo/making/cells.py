"""The smallest areas: relaxed Voronoi cells whose shared edges are drawn once, so that neighbours fit exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Polygon

from cockpit.demo.making.ground import FRAME, River, density, outline, spacing

Floats = NDArray[np.float64]
Key = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cells:
    """`sites` (n, 2) km and `shapes`, one polygon each; `edges`: (a, b) of neighbours → the length they share, km."""

    sites: Floats
    shapes: list[Polygon]
    edges: dict[tuple[int, int], float]


def cells(river: River, seed: int) -> Cells:
    """The communities of the city, about 600: small in the towns, wide in the hills, with borders along the river."""
    rng = np.random.default_rng(seed)
    border = outline().exterior
    banks = _banks(border, _banks(river.line, np.empty((0, 2))))
    free = _scatter(rng)
    for line in (river.line, border):
        free = free[shapely.distance(shapely.points(free), line) > 0.72 * spacing(*free.T)]
    for _ in range(2):
        free = _relaxed(banks, free)
    sites = np.vstack([banks, free])
    rings, kept = _rings(sites)
    inside = shapely.contains(outline(), shapely.points(sites)) & kept
    return _drawn(sites, rings, inside, river, seed)


def _scatter(rng: np.random.Generator) -> Floats:
    """Points over the frame, as dense as settlement is; those too close to an earlier one are left out."""
    west, south, east, north = FRAME
    tries = rng.uniform((west, south), (east, north), (60_000, 2))
    tries = tries[rng.random(len(tries)) < density(*tries.T) / 3.4]
    chosen: list[Floats] = []
    gaps = 0.74 * spacing(*tries.T)
    taken = np.empty((0, 2))
    for point, gap in zip(tries, gaps, strict=True):
        if not len(taken) or np.min(np.hypot(*(taken - point).T)) > gap:
            chosen.append(point)
            taken = np.array(chosen)
    return taken


def _banks(line: LineString, taken: Floats) -> Floats:
    """The taken sites and pairs that face each other across the line: the border between the two then lies on it."""
    at = 0.3
    while at < line.length - 0.3:
        here, ahead = (np.array(line.interpolate(at + step).coords[0]) for step in (0.0, 0.25))
        gap = float(spacing(*here))
        side = np.array([here[1] - ahead[1], ahead[0] - here[0]])
        side *= 0.5 * gap / np.hypot(*side)
        both = np.array([here + side, here - side])
        if np.all(shapely.distance(shapely.points(both), line) > 0.36 * gap) and _apart(taken, both, 0.7 * gap):
            taken = np.vstack([taken, both])
        at += 0.35 * gap
    return taken


def _apart(taken: Floats, both: Floats, gap: float) -> bool:
    return not len(taken) or all(np.min(np.hypot(*(taken - point).T)) > gap for point in both)


def _voronoi(sites: Floats) -> list[Polygon]:
    west, south, east, north = FRAME
    frame = shapely.box(west - 20, south - 20, east + 20, north + 20)
    return list(shapely.voronoi_polygons(MultiPoint(sites), extend_to=frame, ordered=True).geoms)


def _relaxed(fixed: Floats, free: Floats) -> Floats:
    """Lloyd's step: every free site moves to the middle of its cell."""
    found = _voronoi(np.vstack([fixed, free]))[len(fixed) :]
    middle = np.array([shape.centroid.coords[0] for shape in found])
    west, south, east, north = FRAME
    within = np.all((middle > (west, south)) & (middle < (east, north)), axis=1)
    return np.where(within[:, None], middle, free)


def _rings(sites: Floats) -> tuple[list[list[Key]], NDArray[np.bool_]]:
    """The corners of each cell, counter-clockwise, and which cells are no frame cells."""
    rings: list[list[Key]] = []
    for shape in _voronoi(sites):
        corners = [(round(x, 4), round(y, 4)) for x, y in shapely.get_coordinates(shapely.orient_polygons(shape))[:-1]]
        rings.append([corner for index, corner in enumerate(corners) if corner != corners[index - 1]])
    west, south, east, north = FRAME
    kept = np.array([all(west < x < east and south < y < north for x, y in ring) for ring in rings])
    return rings, kept


def _drawn(sites: Floats, rings: list[list[Key]], inside: NDArray[np.bool_], river: River, seed: int) -> Cells:
    owners = _owners(rings)
    spots = _snapped(owners, sites, river)
    index = {int(old): new for new, old in enumerate(np.flatnonzero(inside))}
    while True:
        rng = np.random.default_rng(seed)
        paths = {edge: _path(edge, both, sites, spots, river, rng) for edge, both in owners.items() if any(inside[list(both)])}
        shapes = [_closed(rings[old], paths) for old in index]
        crossed = [
            corner
            for old, shape in zip(index, shapes, strict=True)
            if not shape.is_valid
            for corner in rings[old]
            if corner in spots
        ]
        if not crossed:
            break
        for corner in crossed:  # the river's line would cross another border here: keep the cell's own corner
            spots.pop(corner, None)
    edges = {
        (index[a], index[b]): LineString(paths[edge]).length
        for edge, both in owners.items()
        if len(both) == 2 and all(inside[list(both)])
        for a, b in [sorted(both)]
    }
    return Cells(sites[inside], shapes, edges)


def _owners(rings: list[list[Key]]) -> dict[tuple[Key, Key], list[int]]:
    """Each edge (its corners in order) with the one or two cells it bounds."""
    owners: dict[tuple[Key, Key], list[int]] = {}
    for cell, ring in enumerate(rings):
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            owners.setdefault((min(a, b), max(a, b)), []).append(cell)
    return owners


def _snapped(owners: dict[tuple[Key, Key], list[int]], sites: Floats, river: River) -> dict[Key, Key]:
    """Corners of edges that cross from bank to bank, moved on the river's line."""
    side = _sides(sites, river)
    spots: dict[Key, Key] = {}
    for edge, both in owners.items():
        if len(both) == 2 and side[both[0]] * side[both[1]] < 0:
            for corner in edge:
                reach = river.line.project(shapely.Point(corner))
                target = river.line.interpolate(reach)
                if target.distance(shapely.Point(corner)) < 0.45 * float(spacing(*np.array(corner))):
                    spots[corner] = (target.x, target.y)
    return spots


def _sides(sites: Floats, river: River) -> NDArray[np.int64]:
    """+1 left of the river, -1 right of it, 0 far away."""
    points = shapely.points(sites)
    reach = shapely.line_locate_point(river.line, points)
    here = shapely.get_coordinates(shapely.line_interpolate_point(river.line, np.maximum(reach - 0.05, 0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(river.line, reach + 0.05))
    turn = (ahead[:, 0] - here[:, 0]) * (sites[:, 1] - here[:, 1]) - (ahead[:, 1] - here[:, 1]) * (sites[:, 0] - here[:, 0])
    near = shapely.distance(points, river.line) < 1.1 * spacing(*sites.T)
    return np.where(near, np.sign(turn), 0).astype(np.int64)


def _path(
    edge: tuple[Key, Key], both: list[int], sites: Floats, spots: dict[Key, Key], river: River, rng: np.random.Generator
) -> list[Key]:
    """The line that both neighbours share: the river where it bounds them, else a natural line that stays between the sites."""
    start, end = (np.array(spots.get(corner, corner)) for corner in edge)
    if edge[0] in spots and edge[1] in spots:
        first, last = (river.line.project(shapely.Point(p)) for p in (start, end))
        follow = shapely.get_coordinates(shapely.ops.substring(river.line, first, last))
        if abs(first - last) < 1.7 * np.hypot(*(end - start)) + 0.05:
            shore = LineString([start, *follow[1:-1], end]).simplify(0.01)
            return [(x, y) for x, y in shore.coords]
    rural = float(np.clip((spacing(*((start + end) / 2)) - 0.7) / 2.4, 0, 1))
    kite = MultiPoint([start, end, *sites[both]]).convex_hull
    for rough in (1.0, 0.6, 0.35, 0.15):
        line = _natural(start, end, (0.035 + 0.15 * rural) * rough, 0.09 + 0.28 * rural, rng)
        if shapely.covers(kite.buffer(1e-9), LineString(line)) and LineString(line).is_simple:
            return [tuple(p) for p in line.tolist()]
    return [tuple(start.tolist()), tuple(end.tolist())]


def _natural(start: Floats, end: Floats, rough: float, grain: float, rng: np.random.Generator) -> Floats:
    """Midpoint displacement: every middle moves sideways by a part of the length, down to `grain` km."""
    points = np.array([start, end])
    while np.hypot(*(points[1] - points[0])) > grain and len(points) < 65:
        step = np.diff(points, axis=0)
        shift = np.clip(rng.normal(0, rough, len(step)), -2 * rough, 2 * rough)
        middle = points[:-1] + step / 2 + np.column_stack([-step[:, 1], step[:, 0]]) * shift[:, None]
        woven = np.empty((len(points) + len(middle), 2))
        woven[0::2], woven[1::2] = points, middle
        points = woven
    return points


def _closed(ring: list[Key], paths: dict[tuple[Key, Key], list[Key]]) -> Polygon:
    around: list[Key] = []
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        path = paths[(min(a, b), max(a, b))]
        around.extend((path if a < b else path[::-1])[:-1])
    return Polygon(around)
