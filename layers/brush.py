"""Shapes painted into a picture: transparent, hatched, with smooth edges; places are pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .colors import channels
from .drawing import Look
from .looks import GAP

_HATCH = (0x7B, 0x87, 0x94)
_SMOOTH = 2
"""Masks are drawn so many times as large: that makes the edges smooth."""

Pixels = NDArray[np.float64]
Pen = Callable[[ImageDraw.ImageDraw, float, float], None]
"""Draws in a mask whose corner lies at x, y of the (enlarged) picture."""


class Brush:
    """Paints geometries in pixel coordinates on one picture."""

    def __init__(self, canvas: Image.Image) -> None:
        self._canvas = canvas

    def shape(self, geometry: shapely.Geometry, look: Look) -> None:
        """One geometry with its look; what lies outside the picture is cut off."""
        edge = max(look.width_px, look.radius_px) + 2
        wide, high = self._canvas.size
        parts = shapely.get_parts(geometry)
        if int(shapely.get_dimensions(geometry)) > 0:
            parts = shapely.get_parts(shapely.clip_by_rect(parts, -edge, -edge, wide + edge, high + edge))
        for part in parts:
            if not part.is_empty:
                self._part(part, look)

    def _part(self, part: Any, look: Look) -> None:
        if part.geom_type == "Point":
            self._dot(part.x, part.y, look)
            return
        if part.geom_type == "Polygon":
            self._area(part, look)
            rings = [part.exterior, *part.interiors]
        else:
            rings = [part]
        if look.stroke:
            for ring in rings:
                self._line(np.asarray(ring.coords)[:, :2], look)

    def _area(self, part: Any, look: Look) -> None:
        if not look.fill and not look.hatched:
            return
        rings = [np.asarray(ring.coords)[:, :2] for ring in (part.exterior, *part.interiors)]

        def pen(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
            for number, ring in enumerate(rings):
                draw.polygon(_corners(ring, x, y), fill=0 if number else 255)

        self._stamp(part.bounds, pen, look.fill or GAP, look.fill_opacity)
        if look.hatched:
            self._stamp(part.bounds, pen, None, 0.55)

    def _line(self, corners: Pixels, look: Look) -> None:
        (west, north), (east, south) = corners.min(axis=0), corners.max(axis=0)
        half = look.width_px / 2 + 1

        def pen(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
            draw.line(_corners(corners, x, y), fill=255, width=max(round(look.width_px * _SMOOTH), 1), joint="curve")

        self._stamp((west - half, north - half, east + half, south + half), pen, look.stroke or GAP, look.stroke_opacity)

    def _dot(self, x: float, y: float, look: Look) -> None:
        for radius, color, opacity in (
            (look.radius_px + look.width_px, look.stroke, look.stroke_opacity), (look.radius_px, look.fill, look.fill_opacity),
        ):  # fmt: skip
            if color:
                box = (x - radius, y - radius, x + radius, y + radius)
                self._stamp(box, _disc(box), color, opacity)

    def _stamp(self, box: Sequence[float], pen: Pen, color: str | None, opacity: float) -> None:
        """The pen's mask in one colour (None: hatching), laid over the picture within the box."""
        wide, high = self._canvas.size
        west, north = max(floor(box[0]), 0), max(floor(box[1]), 0)
        east, south = min(ceil(box[2]) + 1, wide), min(ceil(box[3]) + 1, high)
        if west >= east or north >= south:
            return
        size = (east - west, south - north)
        mask = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH))
        pen(ImageDraw.Draw(mask), west, north)
        alpha = mask.resize(size, Image.Resampling.BOX).point(lambda value: value * opacity)
        if color is None:
            x, y = np.meshgrid(np.arange(west, east), np.arange(north, south))
            alpha = Image.fromarray((np.asarray(alpha) * ((x + y) % 8 < 1.5)).astype(np.uint8))
        paint = Image.new("RGB", size, _HATCH if color is None else channels(color))
        self._canvas.paste(paint, (west, north), alpha)


def _corners(points: Pixels, x: float, y: float) -> list[tuple[float, float]]:
    moved = (points - (x, y)) * _SMOOTH
    return [(across, down) for across, down in moved.tolist()]


def _disc(box: tuple[float, float, float, float]) -> Pen:
    def pen(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
        west, north, east, south = box
        draw.ellipse([(west - x) * _SMOOTH, (north - y) * _SMOOTH, (east - x) * _SMOOTH, (south - y) * _SMOOTH], fill=255)

    return pen
