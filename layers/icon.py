"""Signs: places of a file drawn as one of a few shapes, in a colour and a size of one's choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from .colors import color_problems
from .drawing import Look, Part, Shape, View
from .layer import Layer
from .looks import GROUND, SECOND
from .signs import SIGNS


@dataclass(frozen=True, slots=True, kw_only=True)
class IconLayer(Layer):
    """Points as signs; the style is the sign. `color` #RRGGBB, `size_px` the sign's width on a 1080 p screen."""

    kind: ClassVar[str] = "icon"
    geometry_types: ClassVar[tuple[str, ...]] = ("Point",)
    styles: ClassVar[tuple[str, ...]] = SIGNS

    style: str = "disc"
    color: str = SECOND
    size_px: float = 13.0

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with colour and size."""
        return Layer.entry(self) | {"color": self.color, "size_px": self.size_px}

    def parts(self, view: View) -> Iterable[Part]:
        """Its sign at every place, and names beside them."""
        look = self.sign()
        return (replace(part, look=look) if isinstance(part, Shape) else part for part in Layer.parts(self, view))

    def sign(self) -> Look:
        """Its sign in its colour and size."""
        if self.style == "ring":
            return Look(None, 0.9, self.color, 1.0, width_px=2, radius_px=self.size_px / 2, sign="ring")
        return Look(self.color, 0.9, GROUND, 1.0, radius_px=self.size_px / 2, sign=self.style)

    def _problems(self) -> list[str]:
        problems = Layer._problems(self) + color_problems("color", self.color)
        if self.features is None:
            problems.append("an icon layer needs a file")
        if not 2 <= self.size_px <= 128:
            problems.append(f"size_px must be 2…128, got {self.size_px}")
        return problems
