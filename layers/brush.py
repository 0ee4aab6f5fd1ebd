"""Shapes painted into a picture: transparent, hatched, with smooth edges; places are pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .colors import channels
from .drawing import Look
from .looks import GAP, GAP_STROKE
from .signs import outlines

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

    def sample(self, x: float, y: float, look: Look) -> None:
        """A look as a legend shows it: the sign in its middle, a short line where it is a line's."""
        if look.fill is None and look.sign != "ring":
            self._line(np.array([(x - 9.0, y), (x + 9.0, y)]), look)
        else:
            self._dot(x, y, replace(look, radius_px=min(look.radius_px, 7.0)))

    def _dot(self, x: float, y: float, look: Look) -> None:
        rim = look.radius_px + look.width_px
        box = (x - rim, y - rim, x + rim, y + rim)
        if look.stroke:
            self._stamp(box, _sign((x, y), look, look.width_px), look.stroke, look.stroke_opacity)
        if look.fill:
            self._stamp(box, _sign((x, y), look, 0), look.fill, look.fill_opacity)

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
        paint = Image.new("RGB", size, channels(color or GAP_STROKE))
        self._canvas.paste(paint, (west, north), alpha)


def _corners(points: Pixels, x: float, y: float) -> list[tuple[float, float]]:
    moved = (points - (x, y)) * _SMOOTH
    return [(across, down) for across, down in moved.tolist()]


def _sign(at: tuple[float, float], look: Look, rim_px: float) -> Pen:
    """The sign of a look around a place, as much larger as its rim is wide; without a fill only the rim."""
    rings = [np.asarray(ring) * look.radius_px + at for ring in outlines(look.sign)]

    def circle(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: int) -> None:
        box = (at[0] - radius - x, at[1] - radius - y, at[0] + radius - x, at[1] + radius - y)
        draw.ellipse([edge * _SMOOTH for edge in box], fill=ink)

    def pen(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
        if not rings:
            circle(draw, x, y, look.radius_px + rim_px, 255)
            if not look.fill:
                circle(draw, x, y, look.radius_px, 0)
        for ring in rings:
            corners = _corners(ring, x, y)
            draw.polygon(corners, fill=255)
            if rim_px:
                draw.line([*corners, corners[0]], fill=255, width=round(2 * rim_px * _SMOOTH), joint="curve")

    return pen
