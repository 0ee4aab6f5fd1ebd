"""From cells to a tree of regions: connected groups of communities make streets, streets make districts."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from cockpit.demo.making.cells import Cells
from cockpit.demo.making.degrees import KM2_PER_DEGREE2
from cockpit.demo.making.ground import River, density, spacing
from cockpit.demo.making.naming import DISTRICTS, Names

Graph = dict[int, dict[int, float]]
SEATS = (
    (-1.2, 2.0),
    (1.6, -4.2),
    (5.0, 3.4),
    (-8.5, -6.5),
    (12.5, -8.5),
    (-9.5, 9.5),
    (3.0, 22.0),
    (-25.0, -13.0),
    (30.0, -16.0),
)
STREETS = (9, 8, 8, 8, 7, 8, 8, 7, 8)


@dataclass(slots=True)
class Area:
    """A region while it is being made; `shape` in degrees, `site` (km) the place it grew around."""

    code: str
    parent: str | None
    name: str
    name_en: str
    level: int
    shape: BaseGeometry
    population: int
    site: tuple[float, float]
    extra: dict[str, object] = field(default_factory=dict)


def tree(cells: Cells, river: River, seed: int) -> list[Area]:
    """City, districts, streets and communities; parents before children."""
    rng, names = np.random.default_rng(seed), Names(seed)
    graph = _graph(cells, river)
    people = _people(cells, rng)
    district_of = _grown(graph, [_nearest(cells, seat) for seat in SEATS], range(len(cells.sites)))
    districts, streets, communities = [], [], []
    for number, (name, name_en) in enumerate(DISTRICTS):
        code = f"9901{number + 1:02d}"
        members = [cell for cell, owner in district_of.items() if owner == number]
        found = _streets(cells, graph, members, STREETS[number], rng)
        below = [_street(cells, people, names, code, group, number, index) for index, group in enumerate(found)]
        streets += [street for street, _ in below]
        communities += [area for _, areas in below for area in areas]
        districts.append(_union(code, "9901", name, name_en, 1, [street for street, _ in below], SEATS[number]))
    city = _union("9901", None, "云州市", "Yunzhou City", 0, districts, (0.0, 0.0))
    return [city, *districts, *streets, *communities]


def _graph(cells: Cells, river: River) -> Graph:
    """Neighbours and how far apart they are, in steps of the usual distance; the river is hard to cross."""
    graph: Graph = {index: {} for index in range(len(cells.sites))}
    gaps = spacing(*cells.sites.T)
    for (a, b), shared in cells.edges.items():
        gap = (gaps[a] + gaps[b]) / 2
        if shared < 0.12 * gap:
            continue
        cost = float(np.hypot(*(cells.sites[a] - cells.sites[b])) / gap)
        if shapely.intersects(shapely.linestrings([cells.sites[a], cells.sites[b]]), river.line):
            cost += 4.0
        graph[a][b] = graph[b][a] = cost
    return graph


def _grown(graph: Graph, seeds: list[int], allowed: Iterable[int]) -> dict[int, int]:
    """Cell → index of its seed; groups grow in turn, the smallest first, so all are connected and about equal."""
    free = set(allowed)
    owner: dict[int, int] = {}
    fronts: list[list[tuple[float, int]]] = [[(0.0, seed)] for seed in seeds]
    sizes = [0.0] * len(seeds)
    while any(fronts):
        group = min(
            (index for index, front in enumerate(fronts) if front),
            key=lambda index: (fronts[index][0][0] * 1.0 + sizes[index] ** 0.5 * 0.55, index),
        )
        cost, cell = heapq.heappop(fronts[group])
        if cell in owner or cell not in free:
            continue
        owner[cell] = group
        sizes[group] += 1
        for other, step in graph[cell].items():
            if other in free and other not in owner:
                heapq.heappush(fronts[group], (cost + step, other))
    return owner


def _nearest(cells: Cells, point: tuple[float, float]) -> int:
    return int(np.argmin(np.hypot(*(cells.sites - point).T)))


def _streets(cells: Cells, graph: Graph, members: list[int], count: int, rng: np.random.Generator) -> list[list[int]]:
    """The communities of each street of a district: seeds far apart first, then moved to the middle of their group."""
    gaps = spacing(*cells.sites[members].T)
    seeds = [members[int(np.argmin(gaps))]]
    while len(seeds) < count:
        far = [
            min(np.hypot(*(cells.sites[m] - cells.sites[s])) for s in seeds) / gap for m, gap in zip(members, gaps, strict=True)
        ]
        seeds.append(members[int(np.argmax(far))])
    groups: dict[int, list[int]] = {}
    for _ in range(7):
        owner = _grown(graph, seeds, members)
        groups = {index: [cell for cell in members if owner.get(cell) == index] for index in range(count)}
        middles = [cells.sites[group].mean(axis=0) for group in groups.values()]
        seeds = [
            group[int(np.argmin(np.hypot(*(cells.sites[group] - middle).T)))]
            for group, middle in zip(groups.values(), middles, strict=True)
        ]
    return sorted(groups.values(), key=lambda group: float(np.hypot(*cells.sites[group].mean(axis=0))))


def _people(cells: Cells, rng: np.random.Generator) -> NDArray[np.int64]:
    area = np.array([shape.area for shape in cells.shapes]) * KM2_PER_DEGREE2
    dense = density(*cells.sites.T)
    return np.round(np.clip(900 + 5200 * dense**0.35 * area**0.25, 600, 14000) * rng.lognormal(0, 0.22, len(area)), -1).astype(
        np.int64
    )


def _street(
    cells: Cells, people: NDArray[np.int64], names: Names, district: str, group: list[int], number: int, index: int
) -> tuple[Area, list[Area]]:
    urban = float(np.mean(density(*cells.sites[group].T))) > 0.34
    chinese, latin = names.next("town" if urban else "land")
    kind, kind_en, first = ("街道", "Subdistrict", 0) if urban else ("镇", "Town", 1) if index % 4 else ("乡", "Township", 2)
    code = f"{district}{first}{index + 1:02d}"
    communities = [
        _community(f"{code}{order + 1:03d}", code, names, cells.shapes[cell], int(people[cell]), cells.sites[cell], urban)
        for order, cell in enumerate(sorted(group, key=lambda cell: (-cells.sites[cell][1], cells.sites[cell][0])))
    ]
    middle = min(communities, key=lambda area: np.hypot(*(np.array(area.site) - cells.sites[group].mean(axis=0))))
    return _union(code, district, chinese + kind, f"{latin} {kind_en}", 2, communities, middle.site), communities


def _community(code: str, parent: str, names: Names, shape: Polygon, people: int, site: NDArray[np.float64], urban: bool) -> Area:
    chinese, latin = names.next("town" if urban else "land")
    kind, kind_en = ("社区", "Community") if urban else ("村", "Village")
    return Area(code, parent, chinese + kind, f"{latin} {kind_en}", 3, shape, people, (float(site[0]), float(site[1])))


def _union(
    code: str, parent: str | None, name: str, name_en: str, level: int, parts: list[Area], site: tuple[float, float]
) -> Area:
    shape = shapely.union_all([part.shape for part in parts])
    return Area(code, parent, name, name_en, level, shape, sum(part.population for part in parts), site)


def children(areas: Iterable[Area]) -> Mapping[str, list[Area]]:
    """Code → the areas directly below it."""
    below: dict[str, list[Area]] = {}
    for area in areas:
        if area.parent is not None:
            below.setdefault(area.parent, []).append(area)
    return below
