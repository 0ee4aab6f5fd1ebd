"""Duty grids: a community cut in two or three along lines that end on vertices it already has, so nothing moves."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from cockpit.demo.making.degrees import DIGITS, KM_PER_LAT, KM_PER_LON
from cockpit.demo.making.tree import Area

PEOPLE_PER_GRID = 3200
STRETCH = np.array([KM_PER_LON, KM_PER_LAT])


def grids(communities: list[Area], seed: int) -> list[Area]:
    """Grids below the communities, 15 digits; together exactly the community."""
    rng = np.random.default_rng(seed)
    return [area for community in communities for area in _of(community, rng)]


def _of(community: Area, rng: np.random.Generator) -> list[Area]:
    assert isinstance(community.shape, Polygon)
    wanted = int(np.clip(round(community.population / PEOPLE_PER_GRID), 2, 3))
    pieces = [community.shape]
    while len(pieces) < wanted:
        largest = max(pieces, key=lambda piece: piece.area)
        halves = _halved(largest, rng)
        if halves is None:
            break
        pieces.remove(largest)
        pieces += halves
    pieces.sort(key=lambda piece: (-round(piece.centroid.y, 4), piece.centroid.x))
    shares = _shares(community.population, [piece.area for piece in pieces])
    return [
        Area(
            f"{community.code}{index + 1:03d}",
            community.code,
            f"{community.name.removesuffix('社区').removesuffix('村')}第{'一二三'[index]}网格",
            f"{community.name_en.split()[0]} Grid {index + 1}",
            4,
            piece,
            share,
            (piece.centroid.x, piece.centroid.y),
        )
        for index, (piece, share) in enumerate(zip(pieces, shares, strict=True))
    ]


def _shares(total: int, areas: list[float]) -> list[int]:
    shares = [round(total * area / sum(areas)) for area in areas[:-1]]
    return [*shares, total - sum(shares)]


def _halved(shape: Polygon, rng: np.random.Generator) -> list[Polygon] | None:
    """The shape cut between the two vertices that give fair halves by the shortest line inside; None where none does."""
    ring = np.array(shape.exterior.coords[:-1])
    flat = ring * STRETCH
    best: tuple[float, list[Polygon]] | None = None
    for i in range(len(ring)):
        for j in range(i + 3, len(ring) - (3 if i < 3 else 0)):
            length = float(np.hypot(*(flat[i] - flat[j])))
            if best is not None and length >= best[0]:
                continue
            halves = _cut(shape, ring, i, j, rng)
            if halves is not None:
                best = (length, halves)
    return None if best is None else best[1]


def _cut(shape: Polygon, ring: NDArray[np.float64], i: int, j: int, rng: np.random.Generator) -> list[Polygon] | None:
    bend = rng.normal(0, 0.05) * np.array([-(ring[j] - ring[i])[1], (ring[j] - ring[i])[0]])
    steps = np.linspace(0, 1, 6)[1:-1, None]
    line = np.round(ring[i] + (ring[j] - ring[i]) * steps + bend * np.sin(np.pi * steps), DIGITS)
    first = Polygon([*ring[i : j + 1], *line[::-1]])
    second = Polygon([*ring[j:], *ring[: i + 1], *line])
    fair = 0.36 < first.area / shape.area < 0.64
    inside = fair and shapely.contains_properly(shape, LineString(line))
    good = inside and first.is_valid and second.is_valid and abs(first.area + second.area - shape.area) < 1e-13
    return [first, second] if good else None
