"""What frames a still picture: title, legend of steps and of marks, scale, north."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from .brush import Brush
from .drawing import Key, Look, View, figure
from .fonts import font
from .lettering import Box
from .looks import GAP, GAP_STROKE, SECOND, TEXT

MARGIN_PX: Final = 16
TITLE_PX: Final = 22
ROW_PX: Final = 26
MARKS_MAX: Final = 8
"""A legend that explains more marks explains none: the upper layers' are kept."""
_AIR_PX = 6
Mark = tuple[Mapping[str, str], Look]
"""What a mark means (zh, en) and what it looks like."""
_NO_DATA: Final = {"zh": "无数据", "en": "no data"}
_NORTH: Final = {"zh": "北", "en": "N"}


@dataclass(frozen=True, slots=True)
class Legend:
    """What is explained: the steps of layers, and title and look of the marks that are on the picture."""

    keys: Sequence[Key] = ()
    marks: Sequence[Mark] = ()

    @property
    def rows(self) -> int:
        """How many lines it takes."""
        return len(self.keys) + bool(self.marks)


@dataclass(slots=True)
class Furniture:
    """Draws on one picture and remembers in `boxes` what it covered."""

    canvas: Image.Image
    view: View
    font_path: Path | None
    boxes: list[Box] = field(default_factory=list)

    def place(self, title: str, legend: Legend) -> None:
        """All of it."""
        wide, high = self.view.width_px, self.view.height_px
        if title:
            self._cover(MARGIN_PX, MARGIN_PX, self._say(MARGIN_PX, MARGIN_PX, title, TITLE_PX, TEXT, "lt"), TITLE_PX + 4)
        y = high - MARGIN_PX - ROW_PX * legend.rows
        if legend.marks:
            self._cover(MARGIN_PX, y, self._marks(legend.marks[-MARKS_MAX:], y), ROW_PX)
            y += ROW_PX
        for key in reversed(legend.keys):
            self._cover(MARGIN_PX, y, self._steps(key, y), ROW_PX)
            y += ROW_PX
        self._scale()
        right = wide - MARGIN_PX - 8
        self._pen.polygon([(right - 7, MARGIN_PX + 14), (right, MARGIN_PX), (right + 7, MARGIN_PX + 14)], fill=SECOND)
        self._say(right, MARGIN_PX + 30, self._word(_NORTH), 14, SECOND, "mm")
        self._cover(right - 8, MARGIN_PX, 16, 40)

    def _marks(self, marks: Sequence[Mark], y: float) -> float:
        """Signs with their words in one line; answers how wide it is. What has no room any more is left out."""
        x, brush = float(MARGIN_PX), Brush(self.canvas)
        for title, look in marks:
            words, face = self._word(title), font(14, self.font_path)
            if x + 26 + self._pen.textlength(words, face) > self.view.width_px * 0.75:
                break
            brush.sample(x + 9, y + ROW_PX / 2, look)
            x += 24 + self._say(x + 22, y + ROW_PX / 2, words, 14, TEXT, "lm") + 14
        return x - MARGIN_PX - 14

    def _steps(self, key: Key, y: float) -> float:
        """Title, least, the classes with the edges between them, most, unit, no data; answers how wide it is."""
        x, middle = float(MARGIN_PX), y + ROW_PX / 2
        if title := self._word(key.title):
            x += self._say(x, middle, title, 14, TEXT, "lm") + 8
        if key.least is not None:
            x += self._say(x, middle, figure(key.least), 13, SECOND, "lm") + 4
        for number, color in enumerate(key.colors if key.least is not None or not key.gaps else ()):
            if number:
                x += self._say(x, middle, figure(key.edges[number - 1]), 13, SECOND, "lm") + 4
            self._pen.rectangle((x, middle - 7, x + 24, middle + 7), fill=color)
            x += 28
        if key.most is not None:
            x += self._say(x, middle, figure(key.most), 13, SECOND, "lm") + 8
        if key.unit:
            x += self._say(x, middle, key.unit, 13, SECOND, "lm") + 12
        if key.gaps:
            self._pen.rectangle((x, middle - 7, x + 24, middle + 7), fill=GAP)
            for step in range(0, 24, 6):
                end = min(step + 14, 24)
                self._pen.line((x + step, middle + 7, x + end, middle + 7 - (end - step)), fill=GAP_STROKE)
            x += 30 + self._say(x + 30, middle, self._word(_NO_DATA), 13, SECOND, "lm")
        return x - MARGIN_PX

    def _scale(self) -> None:
        metres = self.view.metres_per_pixel * 140
        round_m = max(step * 10**power for power in range(7) for step in (1, 2, 5) if step * 10**power <= max(metres, 1))
        length = round_m / self.view.metres_per_pixel
        x, y = self.view.width_px - MARGIN_PX - length, self.view.height_px - MARGIN_PX
        self._pen.line([(x, y - 6), (x, y), (x + length, y), (x + length, y - 6)], fill=SECOND)
        said = f"{round_m // 1000} km" if round_m >= 1000 else f"{round_m} m"
        self._say(x + length / 2, y - 13, said, 13, SECOND, "mm")
        self._cover(x, y - 22, length, 22)

    def _say(self, x: float, y: float, words: str, size_px: int, color: str, anchor: str) -> float:
        """Words at a place; answers how wide they are."""
        face = font(size_px, self.font_path)
        self._pen.text((x, y), words, color, face, anchor)
        return float(self._pen.textlength(words, face))

    def _word(self, words: Mapping[str, str]) -> str:
        return str(words.get(self.view.language) or words.get("zh") or words.get("en") or "")

    def _cover(self, x: float, y: float, wide: float, high: float) -> None:
        self.boxes.append((x - _AIR_PX, y - _AIR_PX / 2, x + wide + _AIR_PX, y + high + _AIR_PX / 2))

    @property
    def _pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.canvas)
