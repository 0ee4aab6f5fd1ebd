"""The ground the city stands on: noise, heights, the river, the density of settlement. Kilometres around the centre."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

FRAME = (-52.0, -44.0, 62.0, 42.0)
TOWNS = (
    # x, y, reach in km, weight: the urban core, three near sub-centres, three county seats
    (0.0, 0.0, 6.0, 2.4),
    (9.5, -6.5, 2.6, 0.9),
    (-9.0, 6.0, 2.4, 0.8),
    (7.5, 9.5, 2.4, 0.7),
    (-25.0, -13.0, 2.1, 0.75),
    (30.0, 15.0, 2.2, 0.75),
    (27.0, -19.0, 2.2, 0.75),
)


def noise(x: Floats, y: Floats, seed: int, scale: float, octaves: int = 4) -> Floats:
    """Smooth noise of about -1…1 at each point: gradient noise (Perlin) summed over halving scales."""
    total = np.zeros(np.broadcast(x, y).shape)
    for octave in range(octaves):
        total += _gradient_noise(x * 2**octave / scale, y * 2**octave / scale, seed + octave) * 0.5**octave
    return total * 1.15


def _gradient_noise(x: Floats, y: Floats, seed: int) -> Floats:
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, (64, 64))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    dx, dy = x - column, y - row

    def corner(right: int, up: int) -> Floats:
        angle = angles[(row + up) % 64, (column + right) % 64]
        return np.asarray(np.cos(angle) * (dx - right) + np.sin(angle) * (dy - up))

    fade_x, fade_y = dx**3 * (dx * (dx * 6 - 15) + 10), dy**3 * (dy * (dy * 6 - 15) + 10)
    low = corner(0, 0) + fade_x * (corner(1, 0) - corner(0, 0))
    high = corner(0, 1) + fade_x * (corner(1, 1) - corner(0, 1))
    return np.asarray(low + fade_y * (high - low))


def density(x: Floats, y: Floats) -> Floats:
    """Communities per square kilometre: a core, sub-centres, county seats, and a thin rural rest."""
    total = np.full(np.broadcast(x, y).shape, 0.08)
    for town_x, town_y, reach, weight in TOWNS:
        far = np.hypot(x - town_x, y - town_y) / reach
        total = total + weight / (1 + far**3.2)
    return np.asarray(0.84 * total * (1 + 0.25 * noise(x, y, 5, 9.0, 2)))


def spacing(x: Floats, y: Floats) -> Floats:
    """The usual distance between neighbouring communities, km."""
    return 1 / np.sqrt(density(x, y))


def outline() -> Polygon:
    """The rough outline of the city: an ellipse of some 80 × 65 km with bays and noses; the real border follows cells."""
    angle = np.linspace(0, 2 * np.pi, 361)[:-1]
    rng = np.random.default_rng(77)
    stretch = np.ones_like(angle)
    for wave in range(2, 9):
        stretch += 0.16 / wave**0.8 * rng.normal() * np.cos(wave * angle + rng.uniform(0, 6.3))
    x, y = 3.5 + 38 * stretch * np.cos(angle), -1.5 + 29 * stretch * np.sin(angle)
    x, y = x + 1.6 * noise(x, y, 88, 7.0), y + 1.6 * noise(x, y, 89, 7.0)
    return Polygon(np.column_stack([x, y]))


@dataclass(frozen=True, slots=True)
class River:
    """A centre line with a width (km) at each vertex; it runs from spring to mouth."""

    name: str
    name_en: str
    line: LineString
    widths: Floats

    def surface(self) -> BaseGeometry:
        """The water itself: the banks lie half the width to each side of the centre line."""
        points = shapely.get_coordinates(self.line)
        discs = [shapely.Point(p).buffer(w / 2, quad_segs=6) for p, w in zip(points, self.widths, strict=True)]
        links = [shapely.convex_hull(shapely.union(a, b)) for a, b in pairwise(discs)]
        return shapely.union_all(links).simplify(0.012)


def rivers() -> list[River]:
    """The Yun river through the whole city and its four tributaries."""
    main = _meander(
        (-49.0, -21.0), [(-49, -21), (-30, -17.5), (-13, -6.5), (0.3, -1.6), (9, 2.2), (22, 4.0), (36, 13), (60, 19)], 31, 6.4
    )
    steps = np.linspace(0, 1, len(main.coords))
    ripple = 1 + 0.35 * noise(steps * 60, steps * 0, 13, 1.0, 2)
    found = [River("云江", "Yun River", main, (0.13 + 0.36 * steps**1.2) * ripple)]
    sources: list[tuple[str, str, list[tuple[float, float]]]] = [
        ("白浦溪", "Baipu Brook", [(34, -34), (28, -20.5), (22, -12), (15, -6), (10.5, 2.6)]),
        ("松溪", "Song Brook", [(-22, 30), (-17, 18), (-11.5, 8), (-7.5, 1), (-7.0, -3.2)]),
        ("澜溪", "Lan Brook", [(-20, -32), (-25.5, -22), (-25.2, -14), (-24.0, -14.6)]),
        ("枫溪", "Feng Brook", [(12, 32), (12.8, 22), (9, 12.5), (13.5, 6.5), (16.0, 3.0)]),
    ]
    for index, (name, name_en, stops) in enumerate(sources):
        line = _meander(stops[0], stops, 50 + index, 2.7)
        line = _until_water(line, main)
        grow = np.linspace(0, 1, len(line.coords))
        found.append(River(name, name_en, line, 0.03 + 0.09 * grow))
    return found


def _meander(start: tuple[float, float], stops: list[tuple[float, float]], seed: int, wave: float) -> LineString:
    """A river-like curve through the stops: a smooth valley axis with swings of slowly changing length and reach across it."""
    axis = LineString(smooth(np.array(stops, dtype=float), 4))
    along = np.arange(0, axis.length, 0.12)
    points = shapely.get_coordinates(shapely.line_interpolate_point(axis, along))
    tangent = np.gradient(points, axis=0)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.hypot(*tangent.T)[:, None]
    phase = 2 * np.pi * along / wave + 4.2 * noise(along, along * 0, seed, 2.6 * wave, 2)
    reach = wave * np.clip(0.13 + 0.3 * noise(along, along * 0 + 5, seed + 7, 2.2 * wave, 2), 0.01, 0.3)
    calm = np.clip(np.hypot(points[:, 0], points[:, 1]) / 9, 0.4, 1)
    swing = (np.sin(phase) * reach + 0.3 * wave * noise(along, along * 0 + 9, seed + 9, 1.7 * wave, 4)) * calm
    skew = np.sin(2 * phase) * reach * -0.42 * calm
    moved = points + normal * swing[:, None] + tangent / np.hypot(*tangent.T)[:, None] * skew[:, None]
    return LineString(moved)


def _until_water(line: LineString, main: LineString) -> LineString:
    """The tributary cut where it first meets the main river, or led there by its last vertex."""
    points = shapely.get_coordinates(line)
    meeting = line.intersection(main)
    if meeting.is_empty:
        end = main.interpolate(main.project(shapely.Point(points[-1])))
        return LineString([*points, (end.x, end.y)])
    reach = min(line.project(shapely.Point(p)) for p in shapely.get_coordinates(meeting))
    return LineString(
        [*points[shapely.line_locate_point(line, shapely.points(points)) < reach], line.interpolate(reach).coords[0]]
    )


def smooth(points: Floats, rounds: int, closed: bool = False) -> Floats:
    """Chaikin's corner cutting: a curve that follows the points without their corners."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        before = points if closed else points[:-1]
        cut = np.empty((2 * len(before), 2))
        cut[0::2], cut[1::2] = 0.75 * before + 0.25 * following, 0.25 * before + 0.75 * following
        points = cut if closed else np.vstack([points[:1], cut, points[-1:]])
    return points


def height(x: Floats, y: Floats, streams: list[River]) -> Floats:
    """Height of the ground, about 0…1: ridges in the rim, flat along the rivers and around the towns."""
    ridges = 1 - np.abs(noise(x, y, 21, 15.0, 5)) * 1.5
    broad = 0.5 + 0.7 * noise(x + 40, y, 22, 26.0, 3)
    points = shapely.points(x, y)
    flat = np.ones(np.shape(x))
    for stream in streams:
        reach = 5.0 if stream is streams[0] else 2.2
        flat *= 1 - np.exp(-((shapely.distance(points, stream.line) / reach) ** 2))
    for town_x, town_y, town_reach, weight in TOWNS:
        flat *= 1 - np.exp(-((np.hypot(x - town_x, y - town_y) / (town_reach * (1.7 + 0.1 * weight))) ** 2))
    rim = np.clip(np.hypot((x - 2) / 30, (y + 1) / 25), 0, 1.15)
    return np.asarray(ridges * (0.35 + 0.65 * broad) * flat * (0.25 + 0.75 * rim))
