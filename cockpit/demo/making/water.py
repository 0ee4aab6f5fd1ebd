"""Lakes and hills: outlines of fields of numbers, drawn as contours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from cockpit.demo.making.ground import River, height, noise

Floats = NDArray[np.float64]
Field = Callable[[Floats, Floats], Floats]
HILLS = (0.24, 0.42, 0.62)
"""Heights of the three steps drawn; 1 is the highest ground."""


def contour(field: Field, level: float, box: tuple[float, float, float, float], step: float) -> BaseGeometry:
    """Where `field` is above `level` inside the box (km), from squares of `step` km cut along straight lines."""
    xs, ys = np.arange(box[0], box[2] + step, step), np.arange(box[1], box[3] + step, step)
    values = field(*np.meshgrid(xs, ys)) - level
    pieces: list[Polygon] = []
    for row in range(len(ys) - 1):
        run: float | None = None
        for column in range(len(xs) - 1):
            square = values[row : row + 2, column : column + 2]
            if np.all(square > 0):
                run = xs[column] if run is None else run
                continue
            if run is not None:
                pieces.append(shapely.box(run, ys[row], xs[column], ys[row + 1]))
                run = None
            if np.any(square > 0):
                pieces.append(_part(square, xs[column], ys[row], step))
        if run is not None:
            pieces.append(shapely.box(run, ys[row], xs[-1], ys[row + 1]))
    return shapely.make_valid(shapely.union_all(shapely.set_precision(pieces, 1e-6)))


def _part(square: Floats, x: float, y: float, step: float) -> Polygon:
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    around: list[tuple[float, float]] = []
    for (c0, r0), (c1, r1) in zip(corners, corners[1:] + corners[:1], strict=True):
        here, there = square[r0, c0], square[r1, c1]
        if here > 0:
            around.append((x + c0 * step, y + r0 * step))
        if here * there < 0:
            part = here / (here - there)
            around.append((x + (c0 + (c1 - c0) * part) * step, y + (r0 + (r1 - r0) * part) * step))
    return Polygon(around) if len(around) > 2 else Polygon()


def lakes(streams: list[River]) -> list[tuple[str, str, BaseGeometry]]:
    """The lake beside the old town and a reservoir in the northern hills, each with its two names."""

    def lake(x: Floats, y: Floats) -> Floats:
        return 1 - np.hypot((x + 4.9) / 1.2, (y - 6.0) / 1.7) + 0.5 * noise(x, y, 61, 2.3, 4)

    brook = streams[4].line

    def reservoir(x: Floats, y: Floats) -> Floats:
        points = shapely.points(x, y)
        along = shapely.line_locate_point(brook, points)
        reach = np.clip((along - 3.0) / 4.0, 0, 1) * (along < 8.6)
        return reach * (1.0 + 1.5 * noise(x, y, 66, 2.4, 4)) - shapely.distance(points, brook) / 0.75

    main = max(_parts(contour(lake, 0, (-10, 1, 0, 12), 0.08)), key=lambda part: part.area)
    dam = max(_parts(contour(reservoir, 0, (4, 14, 22, 34), 0.1)), key=lambda part: part.area)
    return [("明月湖", "Mingyue Lake", rounded(main, 0.05)), ("松岭水库", "Songling Reservoir", rounded(dam, 0.05))]


def hills(streams: list[River], city: BaseGeometry, dry: BaseGeometry) -> list[tuple[int, BaseGeometry]]:
    """(step 1…3, outline) of the hills within the city, lowest step first; `dry` is where none may be."""
    west, south, east, north = city.bounds
    field: Field = lambda x, y: height(x, y, streams)  # noqa: E731
    found: list[tuple[int, BaseGeometry]] = []
    for index, level in enumerate(HILLS):
        whole = contour(field, level, (west - 1, south - 1, east + 1, north + 1), 0.4)
        parts = [rounded(part, 0.12) for part in _parts(whole) if part.area > 1.2 - 0.35 * index]
        inside = shapely.difference(shapely.intersection(shapely.union_all(parts), city), dry)
        found += [(index + 1, part) for part in _parts(inside) if part.area > 0.3]
    return found


def rounded(shape: BaseGeometry, reach: float) -> BaseGeometry:
    """The shape without the small corners of its squares."""
    return shape.buffer(reach).buffer(-2 * reach).buffer(reach).simplify(reach / 8)


def _parts(shape: BaseGeometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
