"""Where a map looks, chosen by somebody, instead of at its region."""

from __future__ import annotations

from dataclasses import dataclass

from .mistakes import Checked


@dataclass(frozen=True, slots=True)
class Viewport(metaclass=Checked):
    """The middle of the picture (degrees, WGS84) and the web map zoom (of 512-pixel tiles, as deck.gl counts)."""

    lon: float
    lat: float
    zoom: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -85.06 <= self.lat <= 85.06):
            given = f"{self.lon:.6g} {self.lat:.6g}"
            raise ValueError(f"viewport: lon must be -180…180, lat -85…85, got {given}. Hint: is the order lon, lat?")
        if not 0 <= self.zoom <= 22:
            raise ValueError(f"viewport: zoom must be 0…22, got {self.zoom}")
