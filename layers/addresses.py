"""Where a browser fetches what a map is made of: always from the host that served the page."""

from __future__ import annotations

from dataclasses import dataclass

from .mistakes import Checked


@dataclass(frozen=True, slots=True)
class Addresses(metaclass=Checked):
    """Templates of addresses on our own host; `{z}/{x}/{y}` are filled in by the browser."""

    geometry: str = "/api/v1/regions/{code}/geometry"
    outline: str = "/api/v1/regions/{code}/outline"
    layer: str = "/api/v1/layers/{id}/geometry"
    image: str = "/api/v1/layers/{id}/image"
    tile: str = "/api/v1/layers/{id}/tiles/{z}/{x}/{y}"

    def tiles(self, id: str) -> str:
        """The tile address of one layer, with {z}, {x} and {y} still open."""
        return self.tile.replace("{id}", id)
