"""The still engine: a map container as a PNG, drawn in Python alone, for reports and messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from io import BytesIO
from math import log2
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .brush import Brush
from .container import MapContainer
from .drawing import Bounds, Look, Part, Raster, Shape, Text, View, degrees, mercator
from .focus import inside, lifted, veil
from .fonts import font, font_file
from .furniture import MARGIN_PX, ROW_PX, TITLE_PX, Furniture, Legend, Mark
from .layer import Layer
from .lettering import Marks, Sheet
from .looks import GROUND
from .point import LIVE_STYLES, happened_last

_SIDE_MAX_PX = 8192
_LARGE_PX: Final = 6.0
"""A mark of this radius or more is not written over."""
_PLATE: Final = Look(fill=GROUND, fill_opacity=0.82)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where on the picture a place lies."""

    left: float
    top: float
    per_unit: float

    @classmethod
    def of(cls, view: View) -> _Frame:
        left, _, top, _ = view.frame
        return cls(left, top, 512 * 2**view.zoom)

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = mercator(points[:, 0], points[:, 1])
        return np.column_stack([(x - self.left) * self.per_unit, (y - self.top) * self.per_unit])

    def box(self, bounds: Bounds) -> tuple[int, int, int, int]:
        west, south, east, north = bounds
        (left, top), (right, bottom) = self.pixels(np.array([[west, north], [east, south]])).tolist()
        return round(left), round(top), round(right), round(bottom)


def picture(
    container: MapContainer, *, width_px: int = 1280, height_px: int = 720, language: str = "zh", title: str = "",
    font_path: Path | None = None,
) -> bytes:  # fmt: skip
    """The container as a PNG: layers, plotting, labels that do not touch, legend, scale, north. Blocks, no browser.

    Names are drawn over the ground and the things that move, never over incidents; all that lies outside the region drilled
    to is dimmed and not named. `font_path`: a font with Chinese; None: the machine's own. Raises ValueError for a side
    outside 64…8192 px.
    """
    if not all(64 <= side <= _SIDE_MAX_PX for side in (width_px, height_px)):
        raise ValueError(f"picture: sides must be 64…{_SIDE_MAX_PX} px, got {width_px} × {height_px}")
    legend = _legend(container)
    view = _fitted(container, container.view(width_px, height_px, language), bool(title), legend.rows)
    page = _Page(Image.new("RGB", (width_px, height_px), GROUND), view, font_path or font_file())
    page.draw(container)
    page.write(title, legend)
    body = BytesIO()
    page.canvas.save(body, "PNG", optimize=False)
    return body.getvalue()


def _legend(container: MapContainer) -> Legend:
    marks = [(layer.title, look) for layer in container.visible if layer.title and (look := layer.sign()) is not None]
    return Legend(container.keys, marks)


def _fitted(container: MapContainer, view: View, titled: bool, rows: int) -> View:
    """The view grown to the whole picture; where nobody has moved it, the region stands between title and legend."""
    left, right, top, bottom = view.frame
    above = below = 0.0
    if container.viewport is None and view.height_px >= 400:
        above, below = (TITLE_PX + MARGIN_PX * 1.5 if titled else 0), rows * ROW_PX + MARGIN_PX / 2
    scale = min(view.width_px / max(right - left, 1e-9), (view.height_px - above - below) / max(bottom - top, 1e-9))
    scale = min(scale, 512 * 2**22.0)
    west, north = (left + right - view.width_px / scale) / 2, (top + bottom - (view.height_px + above - below) / scale) / 2
    lon, lat = degrees(np.array([west, west + view.width_px / scale]), np.array([north + view.height_px / scale, north]))
    return replace(view, bounds=(float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])), at_zoom=log2(scale / 512))


@dataclass(slots=True)
class _Page:
    """One picture in the making: the ground and what stands on it first, then words, then what frames a map."""

    canvas: Image.Image
    view: View
    font_path: Path | None
    texts: list[Text] = field(default_factory=list)
    large: list[tuple[float, float, float]] = field(default_factory=list)
    small: list[NDArray[np.float64]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    seen: bool = False

    def draw(self, container: MapContainer) -> None:
        """What stands still, the veil over what is not meant, what moves or happens, what was drawn by hand. Words wait."""
        moving = [layer for layer in happened_last(container.visible) if layer.style in LIVE_STYLES]
        for layer in container.visible:
            if layer not in moving:
                self._mark(layer)
        self._lay(shape for shape in (veil(container), lifted(container)) if shape is not None)
        for layer in moving:
            self._mark(layer)
        meant = inside(container)
        if meant is not None:
            self.texts = [text for text in self.texts if shapely.intersects_xy(meant, text.lon, text.lat)]
        self._lay(container.plotting.parts())

    def write(self, title: str, legend: Legend) -> None:
        """The words, where neither marks nor the frame of the map stand; then that frame."""
        legend = replace(legend, marks=[mark for mark in legend.marks if mark in self.marks])
        tried = Furniture(self.canvas.copy(), self.view, self.font_path)
        tried.place(title, legend)
        small = np.vstack(self.small) if self.small else np.zeros((0, 2))
        sheet = Sheet(self.view.width_px, self.view.height_px, Marks(self.large, small), tried.boxes)
        pen, frame = ImageDraw.Draw(self.canvas), _Frame.of(self.view)
        seen = [text for text in self.texts if self.view.zoom >= text.from_zoom]
        places = frame.pixels(np.array([(text.lon, text.lat) for text in seen], dtype=np.float64).reshape(-1, 2)).tolist()
        for text, x, y in sheet.written(((text, *at) for text, at in zip(seen, places, strict=True)), self._size):
            face = font(round(text.size_px), self.font_path)
            pen.text((x, y), text.words, text.color, face, "mm", stroke_width=2, stroke_fill=GROUND)
        for box in tried.boxes:
            Brush(self.canvas).shape(shapely.box(*box), _PLATE)
        Furniture(self.canvas, self.view, self.font_path).place(title, legend)

    def _size(self, text: Text) -> tuple[float, float]:
        left, top, right, bottom = font(round(text.size_px), self.font_path).getbbox(text.words)
        return right - left, max(bottom - top, text.size_px)

    def _mark(self, layer: Layer) -> None:
        """A layer, and whether its marks are on the picture."""
        self.seen = False
        self._lay(layer.parts(self.view))
        if self.seen and (look := layer.sign()) is not None:
            self.marks.append((layer.title, look))

    def _lay(self, parts: Iterable[Part]) -> None:
        """Shapes and pictures in their order; words wait until all else is drawn."""
        brush, frame = Brush(self.canvas), _Frame.of(self.view)
        for part in parts:
            if isinstance(part, Shape):
                shape = shapely.transform(part.geometry, frame.pixels)
                brush.shape(shape, part.look)
                self.seen = self.seen or bool(shapely.intersects(shape, self._edge))
                if int(shapely.get_dimensions(shape)) == 0:
                    self._stands(shapely.get_coordinates(shape), part.look.radius_px)
            elif isinstance(part, Raster):
                self.seen = True
                self._raster(part, frame)
            else:
                self.texts.append(part)

    @property
    def _edge(self) -> shapely.Geometry:
        return shapely.box(0, 0, self.view.width_px, self.view.height_px)

    def _stands(self, places: NDArray[np.float64], radius_px: float) -> None:
        if radius_px < _LARGE_PX:
            self.small.append(places)
        else:
            self.large += [(x, y, radius_px) for x, y in places.tolist()]

    def _raster(self, raster: Raster, frame: _Frame) -> None:
        left, top, right, bottom = frame.box(raster.bounds)
        image = Image.fromarray(raster.pixels, "RGBA")
        seen = max(left, 0), max(top, 0), min(right, self.view.width_px), min(bottom, self.view.height_px)
        if seen[0] >= seen[2] or seen[1] >= seen[3]:
            return
        across, down = image.width / (right - left), image.height / (bottom - top)
        part = ((seen[0] - left) * across, (seen[1] - top) * down, (seen[2] - left) * across, (seen[3] - top) * down)
        size = seen[2] - seen[0], seen[3] - seen[1]
        fitted = image.resize(size, Image.Resampling.BILINEAR, box=part)
        alpha = fitted.getchannel("A").point(lambda value: value * raster.opacity)
        self.canvas.paste(fitted.convert("RGB"), seen[:2], alpha)
