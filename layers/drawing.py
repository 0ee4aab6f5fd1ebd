"""What any engine can draw: shapes, texts and pictures on the ground. A layer says in these what it looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, log2, pi, radians
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from .mistakes import Named

if TYPE_CHECKING:
    from .regions import Regions
    from .viewport import Viewport

Bounds = tuple[float, float, float, float]
"""west, south, east, north in degrees, WGS84."""

EARTH_M = 40_075_016.686
"""The equator's length as web maps have it."""


@dataclass(frozen=True, slots=True)
class Look(metaclass=Named):
    """Colours as #RRGGBB, None = not there; opacities 0…1; sizes in pixels of the picture.

    `radius_px` is a point's, `sign` its shape (layers.signs); `hatched` strikes the fill through, as "no data" and "old"
    are shown.
    """

    fill: str | None = None
    fill_opacity: float = 1.0
    stroke: str | None = None
    stroke_opacity: float = 1.0
    width_px: float = 1.0
    radius_px: float = 4.0
    hatched: bool = False
    sign: str = "disc"


@dataclass(frozen=True, slots=True)
class Shape(metaclass=Named):
    """A geometry (WGS84) with its look; `name` and `value` are told when one points at it."""

    geometry: shapely.Geometry
    look: Look
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Text(metaclass=Named):
    """Words at a place; of texts that would lie over each other, or over a large mark, the one with the higher `rank` stays.

    `beside_px`: they name a mark of that radius and stand beside it instead of on it. A rank of 0 or more may step up or
    down by a line where its place is taken: the name of an area does, that of a road would name another one there.
    `from_zoom`: the web map zoom from which they are written.
    """

    lon: float
    lat: float
    words: str
    size_px: float = 14.0
    color: str = "#E8EEF7"
    rank: float = 0.0
    beside_px: float = 0.0
    from_zoom: float = 0.0


@dataclass(frozen=True, slots=True)
class Raster(metaclass=Named):
    """A picture laid on the ground: RGBA, u1[rows, columns, 4], the north row first, evenly spaced in web Mercator."""

    bounds: Bounds
    pixels: NDArray[np.uint8]
    opacity: float = 1.0


Part = Shape | Text | Raster


@dataclass(frozen=True, slots=True)
class Key(metaclass=Named):
    """The legend of one layer: its colours from least to most, as they are seen on the ground, and the edges between them
    (one fewer); the `least` and `most` value there is."""

    title: Mapping[str, str]
    colors: Sequence[str]
    edges: Sequence[float]
    unit: str = ""
    gaps: bool = False
    """Whether something is drawn as "no data"."""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class View(metaclass=Named):
    """What is looked at: the regions and the drawn one, the bounds that must fit, the picture's size and language."""

    regions: Regions
    shown: str
    bounds: Bounds
    width_px: int = 1280
    height_px: int = 720
    language: str = "zh"
    at_zoom: float | None = None
    """Overrides the zoom at which the bounds just fit."""

    @classmethod
    def around(cls, regions: Regions, shown: str, at: Viewport, width_px: int, height_px: int, language: str) -> View:
        """What a picture of this size shows of a viewport: bounds that fill it exactly."""
        (x,), (y,) = mercator(np.array([at.lon]), np.array([at.lat]))
        wide, high = (side / (512 * 2**at.zoom) / 2 for side in (width_px, height_px))
        (west, east), (north, south) = degrees(np.array([x - wide, x + wide]), np.array([y - high, y + high]))
        return cls(regions, shown, (float(west), float(south), float(east), float(north)), width_px, height_px, language)

    @property
    def zoom(self) -> float:
        """The web map zoom (of 512-pixel tiles, as deck.gl counts) at which the bounds just fit."""
        if self.at_zoom is not None:
            return self.at_zoom
        left, right, top, bottom = self.frame
        wide, high = max(right - left, 1e-9), max(bottom - top, 1e-9)
        return float(min(log2(self.width_px / 512 / wide), log2(self.height_px / 512 / high), 22.0))

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """The bounds in web Mercator 0…1: left, right, top, bottom."""
        west, south, east, north = self.bounds
        (left, right), (top, bottom) = mercator(np.array([west, east]), np.array([north, south]))
        return float(left), float(right), float(top), float(bottom)

    @property
    def metres_per_pixel(self) -> float:
        """On the ground, in the middle of the view."""
        return EARTH_M * cos(radians((self.bounds[1] + self.bounds[3]) / 2)) / (512 * 2**self.zoom)


def figure(value: float) -> str:
    """A number as a legend writes it: three digits that count, large ones whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def mercator(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Web Mercator, the world from 0 to 1: x to the east, y to the south. Latitudes are cut at ±85.0511."""
    phi = np.radians(np.clip(lat, -85.0511287798, 85.0511287798))
    return lon / 360.0 + 0.5, 0.5 - np.log(np.tan(pi / 4 + phi / 2)) / (2 * pi)


def degrees(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """lon, lat of web Mercator 0…1: the inverse of `mercator`."""
    return (x - 0.5) * 360.0, np.degrees(np.arctan(np.sinh(pi * (1 - 2 * y))))
