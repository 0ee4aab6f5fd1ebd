"""The still engine: a map container as a PNG, drawn in Python alone, for reports and messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .brush import Brush
from .container import MapContainer
from .drawing import Bounds, Key, Raster, Shape, Text, View, figure, mercator
from .fonts import font, font_file
from .looks import ACCENT, GROUND, SECOND, TEXT

_MARGIN_PX = 16
_SIDE_MAX_PX = 8192


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where on the picture a place lies: the view's bounds centred, all of them seen."""

    left: float
    top: float
    per_unit: float
    width_px: int
    height_px: int

    @classmethod
    def of(cls, view: View) -> _Frame:
        left, right, top, bottom = view.frame
        per_unit = 512 * 2**view.zoom
        aside = (view.width_px / per_unit - (right - left)) / 2, (view.height_px / per_unit - (bottom - top)) / 2
        return cls(left - aside[0], top - aside[1], per_unit, view.width_px, view.height_px)

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

    `font_path`: a font with Chinese; None: the machine's own. Raises ValueError for a side outside 64…8192 px.
    """
    if not all(64 <= side <= _SIDE_MAX_PX for side in (width_px, height_px)):
        raise ValueError(f"picture: sides must be 64…{_SIDE_MAX_PX} px, got {width_px} × {height_px}")
    view = container.view(width_px, height_px, language)
    canvas = Image.new("RGB", (width_px, height_px), GROUND)
    page = _Page(canvas, _Frame.of(view), font_path or font_file())
    for layer in container.visible:
        page.lay(layer.parts(view))
    page.lift(container)
    page.lay(container.plotting.parts())
    page.write()
    page.furnish([key for layer in container.visible if (key := layer.key())], view, title)
    body = BytesIO()
    canvas.save(body, "PNG", optimize=False)
    return body.getvalue()


class _Page:
    """One picture in the making: ground first, then words, then the furniture of a map."""

    def __init__(self, canvas: Image.Image, frame: _Frame, font_path: Path | None) -> None:
        self._canvas, self._frame, self._font_path = canvas, frame, font_path
        self._brush, self._draw = Brush(canvas), ImageDraw.Draw(canvas)
        self._texts: list[Text] = []

    def lay(self, parts: Any) -> None:
        """Shapes and pictures in their order; words wait until all else is drawn."""
        for part in parts:
            if isinstance(part, Shape):
                self._brush.shape(shapely.transform(part.geometry, self._frame.pixels), part.look)
            elif isinstance(part, Raster):
                self._raster(part)
            else:
                self._texts.append(part)

    def lift(self, container: MapContainer) -> None:
        """The selected region's edge in the accent colour."""
        from .drawing import Look

        if container.lifted:
            regions, shapes = container.regions.drawn(container.shown)
            for region, shape in zip(regions, shapes, strict=True):
                if region.code == container.lifted:
                    self._brush.shape(shapely.transform(shape, self._frame.pixels), Look(stroke=ACCENT, width_px=2))

    def write(self) -> None:
        """The words, the highest rank first, each only where there is room."""
        taken: list[tuple[float, float, float, float]] = []
        for text in sorted(self._texts, key=lambda one: -one.rank):
            (x, y), face = self._frame.pixels(np.array([[text.lon, text.lat]]))[0], font(round(text.size_px), self._font_path)
            box = self._draw.textbbox((x, y), text.words, font=face, anchor="mm", stroke_width=2)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self._frame.width_px and box[3] <= self._frame.height_px
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                self._draw.text((x, y), text.words, text.color, face, "mm", stroke_width=2, stroke_fill=GROUND)

    def furnish(self, keys: Sequence[Key], view: View, title: str) -> None:
        """Title, legends, scale, north."""
        if title:
            self._say(_MARGIN_PX, _MARGIN_PX, title, 22, TEXT, "lt")
        for number, key in enumerate(reversed(keys)):
            self._legend(key, view, self._frame.height_px - _MARGIN_PX - 26 * (number + 1))
        self._scale(view)
        right = self._frame.width_px - _MARGIN_PX - 8
        self._draw.polygon([(right - 7, _MARGIN_PX + 14), (right, _MARGIN_PX), (right + 7, _MARGIN_PX + 14)], fill=SECOND)
        self._say(right, _MARGIN_PX + 30, "北" if view.language == "zh" else "N", 14, SECOND, "mm")

    def _raster(self, raster: Raster) -> None:
        left, top, right, bottom = self._frame.box(raster.bounds)
        image = Image.fromarray(raster.pixels, "RGBA")
        seen = max(left, 0), max(top, 0), min(right, self._frame.width_px), min(bottom, self._frame.height_px)
        if seen[0] >= seen[2] or seen[1] >= seen[3]:
            return
        across, down = image.width / (right - left), image.height / (bottom - top)
        part = ((seen[0] - left) * across, (seen[1] - top) * down, (seen[2] - left) * across, (seen[3] - top) * down)
        size = seen[2] - seen[0], seen[3] - seen[1]
        fitted = image.resize(size, Image.Resampling.BILINEAR, box=part)
        alpha = fitted.getchannel("A").point(lambda value: value * raster.opacity)
        self._canvas.paste(fitted.convert("RGB"), seen[:2], alpha)

    def _legend(self, key: Key, view: View, y: int) -> None:
        x = float(_MARGIN_PX)
        if title := str(key.title.get(view.language) or key.title.get("zh") or ""):
            x += self._say(x, y + 9, title, 14, TEXT, "lm") + 8
        if key.least is not None:
            x += self._say(x, y + 9, figure(key.least), 12, SECOND, "lm") + 4
        for number, color in enumerate(key.colors):
            if number:
                x += self._say(x, y + 9, figure(key.edges[number - 1]), 12, SECOND, "lm") + 4
            self._draw.rectangle((x, y + 2, x + 24, y + 16), fill=color)
            x += 28
        if key.most is not None:
            x += self._say(x, y + 9, figure(key.most), 12, SECOND, "lm") + 8
        if key.unit:
            x += self._say(x, y + 9, key.unit, 12, SECOND, "lm") + 12
        if key.gaps:
            self._draw.rectangle((x, y + 2, x + 24, y + 16), fill="#1E2636")
            for step in range(0, 24, 6):
                self._draw.line((x + step, y + 16, min(x + step + 14, x + 24), max(y + 2, y + 16 - (24 - step))), fill="#7B8794")
            self._say(x + 30, y + 9, "无数据" if view.language == "zh" else "no data", 12, SECOND, "lm")

    def _scale(self, view: View) -> None:
        metres = view.metres_per_pixel * 140
        round_m = max(step * 10**power for power in range(7) for step in (1, 2, 5) if step * 10**power <= max(metres, 1))
        length = round_m / view.metres_per_pixel
        x, y = self._frame.width_px - _MARGIN_PX - length, self._frame.height_px - _MARGIN_PX
        self._draw.line([(x, y - 6), (x, y), (x + length, y), (x + length, y - 6)], fill=SECOND)
        said = f"{round_m // 1000} km" if round_m >= 1000 else f"{round_m} m"
        self._say(x + length / 2, y - 12, said, 12, SECOND, "mm")

    def _say(self, x: float, y: float, words: str, size_px: int, color: str, anchor: str) -> float:
        """Words at a place; answers how wide they are."""
        face = font(size_px, self._font_path)
        self._draw.text((x, y), words, color, face, anchor)
        return float(self._draw.textlength(words, face))


def _touch(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]
