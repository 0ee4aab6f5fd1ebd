"""Roads, rails and bus lines of the invented city. Kilometres around the centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from cockpit.demo.making.ground import TOWNS, River, height, noise, smooth
from cockpit.demo.making.naming import Names
from cockpit.demo.making.paths import Ground, Network, Node, lines, thinned
from cockpit.demo.making.water import contour

Floats = NDArray[np.float64]
EXITS = ((-38.0, -8.0), (-33.0, 18.0), (6.0, 34.0), (40.0, 24.0), (45.0, -8.0), (24.0, -33.0), (-8.0, -30.0))
CLASSES: Final = {"expressway": 0.5, "ring": 0.6, "radial": 0.75, "arterial": 0.8, "county": 0.9, "lane": 1.4, "street": 1.25}
"""What a kilometre costs on each class of road, in minutes or so."""


@dataclass(frozen=True, slots=True)
class Road:
    name: str
    name_en: str
    kind: str
    line: LineString


@dataclass(frozen=True, slots=True)
class Land:
    """What roads have to do with: the city's outline, its water, its steep ground."""

    city: BaseGeometry
    streams: list[River]
    river: BaseGeometry
    lakes: BaseGeometry
    steep: BaseGeometry


def roads(land: Land, seats: list[tuple[str, str, Node]], villages: list[Node], names: Names) -> list[Road]:
    """All roads, the important ones first. `seats`: name, English name and place of every street's centre."""
    ground = _ground(land)
    found = [*_radials(ground, land), *_rings(), *_expressways(ground, land)]
    for road in found:
        ground.build(road.line)
    found += _grid(land, names)
    for road in found[len(found) // 2 :]:
        if road.kind == "arterial":
            ground.build(road.line)
    found += _county(ground, seats, found, land)
    return found + _county(ground, [("", "", village) for village in villages], found, land)


def _ground(land: Land) -> Ground:
    west, south, east, north = land.city.bounds

    def cost(x: Floats, y: Floats) -> Floats:
        points = shapely.points(x, y)
        wet = np.where(shapely.distance(points, land.river) < 0.2, 3.5, 0) + np.where(
            shapely.distance(points, land.lakes) < 0.25, 60, 0
        )
        steep = np.clip(height(x, y, land.streams), 0, 1)
        return np.asarray(
            1 + 16 * steep**1.2 + wet + 0.5 * noise(x, y, 91, 4.0, 2) + np.where(shapely.contains(land.city, points), 0, 2)
        )

    return Ground((west - 3, south - 3, east + 3, north + 3), 0.4, cost)


def _curve(points: list[Node], land: Land | None = None) -> LineString:
    """A raster way without its corners."""
    line = thinned(LineString(smooth(shapely.get_coordinates(LineString(points).simplify(0.3)), 3)), 0.008)
    return line if land is None else max(lines(line.intersection(land.city)), key=lambda part: part.length)


def _radials(ground: Ground, land: Land) -> list[Road]:
    titles = [
        ("石澜大道", "Shilan Avenue"), ("望湖路", "Wanghu Road"),
        ("松岭大道", "Songling Avenue"), ("东望大道", "Dongwang Avenue"),
        ("东畴路", "Dongchou Road"), ("白浦大道", "Baipu Avenue"), ("南屏路", "Nanping Road"),
    ]  # fmt: skip
    vias = [(-25.0, -13.0), (-9.0, 6.0), (7.5, 9.5), (30.0, 15.0), (16.0, -4.0), (27.0, -19.0), (-4.0, -8.0)]
    found = []
    for (name, name_en), via, end in zip(titles, vias, EXITS, strict=True):
        turn = np.arctan2(via[1], via[0])
        start = (2.6 * float(np.cos(turn)), 2.3 * float(np.sin(turn)))
        way = ground.way(start, [via]) + ground.way(via, [end])[1:]
        found.append(Road(name, name_en, "radial", _curve(way, land)))
    return found


def _rings() -> list[Road]:
    titles = [("内环路", "Inner Ring Road"), ("中环路", "Middle Ring Road"), ("外环路", "Outer Ring Road")]
    angle = np.linspace(0, 2 * np.pi, 181)[:-1]
    found = []
    for index, ((name, name_en), reach) in enumerate(zip(titles, (2.7, 5.6, 9.4), strict=True)):
        bend = reach * (1 + (0.07 + 0.03 * index) * noise(np.cos(angle) * 2, np.sin(angle) * 2, 71 + index, 1.3, 2))
        points = np.column_stack([1.12 * bend * np.cos(angle) + 0.3 * index, 0.92 * bend * np.sin(angle)])
        around = smooth(points, 1, closed=True)
        found.append(Road(name, name_en, "ring", thinned(LineString([*around, around[0]]), 0.008)))
    return found


def _expressways(ground: Ground, land: Land) -> list[Road]:
    """An orbital motorway and four that leave the city from it."""
    angle = np.linspace(0, 2 * np.pi, 181)[:-1]
    bend = 13.6 * (1 + 0.1 * noise(np.cos(angle) * 2, np.sin(angle) * 2, 79, 1.4, 2))
    around = smooth(np.column_stack([1.16 * bend * np.cos(angle) + 0.8, 0.93 * bend * np.sin(angle) - 0.6]), 1, closed=True)
    orbital = thinned(LineString([*around, around[0]]), 0.008)
    routes = [
        ("云石高速", "Yunshi Expressway", (-39.0, -17.0), np.pi * 1.1),
        ("云松高速", "Yunsong Expressway", (36.0, 27.0), 0.55),
        ("云浦高速", "Yunpu Expressway", (43.0, -14.0), -0.5),
        ("云屏高速", "Yunping Expressway", (-3.0, -33.0), np.pi * 1.46),
    ]
    found = [Road("绕城高速", "Orbital Expressway", "expressway", orbital)]
    for name, name_en, start, turn in routes:
        end = orbital.intersection(LineString([(0, 0), (30 * np.cos(turn), 30 * np.sin(turn))]))
        joint = (float(shapely.get_x(end)), float(shapely.get_y(end)))
        way = [*ground.way(start, [joint]), joint]
        found.append(Road(name, name_en, "expressway", _joined(_curve(way, land), orbital)))
    return found


def _grid(land: Land, names: Names) -> list[Road]:
    """Street grids of the towns: each with its own direction, slightly bent, cut by water and hills, with gaps."""
    rng = np.random.default_rng(41)
    found: list[Road] = []
    covered: BaseGeometry = Point(0, 0).buffer(0)
    for index, (x, y, reach, _) in enumerate(TOWNS):
        extent = reach * (1.55 if index == 0 else 1.3)
        town = _ragged_disc((x, y), extent)
        area = shapely.difference(shapely.intersection(town, land.city), covered)
        covered = shapely.union(covered, town)
        found += _town_grid((x, y), (0.24, -0.3, 0.5, 0.1, -0.15, 0.35, -0.45)[index], extent, area, land, names, rng)
    return found


def _ragged_disc(middle: Node, extent: float) -> BaseGeometry:
    def within(x: Floats, y: Floats) -> Floats:
        return np.asarray(1 - np.hypot(x - middle[0], y - middle[1]) / extent + 0.5 * noise(x, y, 97, 4.0, 3))

    box = (middle[0] - 2 * extent, middle[1] - 2 * extent, middle[0] + 2 * extent, middle[1] + 2 * extent)
    return contour(within, 0, box, 0.25)


def _town_grid(
    middle: Node, turn: float, extent: float, area: BaseGeometry, land: Land, names: Names, rng: np.random.Generator
) -> list[Road]:
    gap = 0.56
    wet = shapely.union_all([land.river.buffer(0.05), land.lakes.buffer(0.06), land.steep])
    closed = shapely.union(land.lakes.buffer(0.06), land.steep)
    count = int(extent * 1.9 / gap)
    found: list[Road] = []
    for across in (False, True):
        for number in range(-count, count + 1):
            main = number % 4 == 0
            line = _grid_line(middle, turn, number * gap, gap, count, across)
            open_ground = shapely.difference(area, closed if main else wet)
            if main:
                parts = [part for part in lines(line.intersection(open_ground)) if part.length > 1.5]
                chinese, latin = names.next("town") if parts else ("", "")
                kind, kind_en = ("大街", "Street") if across else ("路", "Road")
                found += [Road(chinese + kind, f"{latin} {kind_en}", "arterial", thinned(part, 0.006)) for part in parts]
            else:
                found += [Road("", "", "street", part) for part in _broken(line, gap, open_ground, rng)]
    return found


def _grid_line(middle: Node, turn: float, offset: float, gap: float, count: int, across: bool) -> LineString:
    along = np.arange(-count * 4, count * 4 + 1) * gap / 4
    u, v = (np.full_like(along, offset), along) if across else (along, np.full_like(along, offset))
    x = middle[0] + u * np.cos(turn) - v * np.sin(turn)
    y = middle[1] + u * np.sin(turn) + v * np.cos(turn)
    bent_x, bent_y = x + 0.75 * noise(x, y, 93, 6.5, 2), y + 0.75 * noise(x, y, 94, 6.5, 2)
    return LineString(np.column_stack([bent_x, bent_y]))


def _broken(line: LineString, gap: float, ground: BaseGeometry, rng: np.random.Generator) -> list[LineString]:
    """Pieces of a street between crossings, some left out."""
    points = shapely.get_coordinates(line)
    found, start = [], 0
    while start < len(points) - 1:
        end = min(start + 4 * int(rng.integers(2, 8)), len(points) - 1)
        if rng.random() > 0.2:
            piece = LineString(points[start : end + 1])
            found += [part for part in lines(piece.intersection(ground)) if part.length > 0.8 * gap]
        start = end
    return [thinned(part, 0.006) for part in found]


def _county(ground: Ground, seats: list[tuple[str, str, Node]], before: list[Road], land: Land) -> list[Road]:
    """A road from every rural seat to the roads that are there already; the nearest seats build first."""
    found: list[Road] = []
    network = shapely.union_all([road.line for road in before])
    for name, name_en, place in sorted(seats, key=lambda seat: float(np.hypot(*seat[2]))):
        if network.distance(Point(place)) < 0.8 or land.lakes.distance(Point(place)) < 0.1:
            continue
        way = ground.way(place)
        if len(way) < 2:
            continue
        line = _joined(_curve(way), network)
        ground.build(line)
        network = shapely.union(network, line)
        title, title_en = (f"{name}公路", f"{name_en} Road") if name else ("", "")
        found.append(Road(title, title_en, "county" if name else "lane", line))
    return found


def _joined(line: LineString, network: BaseGeometry) -> LineString:
    """The line led across the nearest road, so that the two really meet."""
    end = Point(line.coords[-1])
    meeting = np.array(shapely.ops.nearest_points(network, end)[0].coords[0])
    step = meeting - np.array(line.coords[-2])
    return LineString([*line.coords[:-1], meeting + 0.02 * step / max(float(np.hypot(*step)), 1e-6)])


def rails(land: Land) -> list[Road]:
    """Three metro lines and the railway."""
    stops: list[tuple[str, str, str, list[Node]]] = [
        ("地铁1号线", "Metro Line 1", "metro", [(-12, -7.5), (-6, -1.2), (-1, 0.4), (3, 1.9), (8, 3.5), (15.5, 4.2)]),
        ("地铁2号线", "Metro Line 2", "metro",
         [(-9.5, 9.5), (-3.8, 5.5), (-0.9, 2.6), (0.2, 0.2), (1.4, -3.4), (5.6, -7.2), (11, -9)]),
        ("地铁3号线", "Metro Line 3", "metro", [(8.5, 11), (4.8, 6.0), (2.9, 2.0), (2.2, -2.2), (-2.6, -5.2), (-8.5, -6.2)]),
        ("云州铁路", "Yunzhou Railway", "railway",
         [(-42, -15), (-25, -16.2), (-12, -10), (-4.5, -7.8), (3, -8.6), (13, -11.4),
          (20, -9.4), (30, -17), (36, -19), (50, -20)]),
    ]  # fmt: skip
    curves = [
        (name, name_en, kind, thinned(LineString(smooth(np.array(points), 4)), 0.01)) for name, name_en, kind, points in stops
    ]
    return [
        Road(name, name_en, kind, max(lines(line.intersection(land.city)), key=lambda part: part.length))
        for name, name_en, kind, line in curves
    ]


def network(found: list[Road]) -> Network:
    """The roads as a graph for buses and patrols."""
    return Network.of([(road.line, CLASSES[road.kind]) for road in found])
