"""The map container: layers, drill level, selection and view of one map, and no idea of the screen that draws it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from .layer import Layer, LayerError
from .regions import Bounds, Regions


@dataclass(frozen=True, slots=True)
class MapContainer:
    """The state of one map as a value; moving returns a new one. WGS84 throughout.

    `layers` stand in the order they are drawn, the first at the bottom. `region` is where the map has drilled to,
    `selected` the one region that is lifted above the others.
    """

    regions: Regions
    layers: tuple[Layer, ...]
    region: str
    selected: str | None = None

    def __post_init__(self) -> None:
        counts = Counter(layer.id for layer in self.layers)
        doubles = [f"layer {id!r} stands on the map twice" for id, count in counts.items() if count > 1]
        if doubles:
            raise LayerError(doubles)
        self.regions.region(self.region)
        if self.selected is not None:
            self.regions.region(self.selected)

    @property
    def datum(self) -> str:
        """The datum of everything in it."""
        return "wgs84"

    @property
    def shown(self) -> str:
        """The region whose children are drawn: `region`, or where it has none to draw the nearest above that has."""
        at = self.regions.region(self.region)
        while at.parent and not any(child.has_geometry for child in self.regions.children(at.code)):
            at = self.regions.region(at.parent)
        return at.code

    @property
    def lifted(self) -> str | None:
        """The region drawn as selected: the chosen one, or the map's own where nothing can be drawn below it."""
        return self.selected or (self.region if self.region != self.shown else None)

    @property
    def bounds(self) -> Bounds:
        """What the view must hold; the world where nothing is drawn at all."""
        return self.regions.bounds(self.region) or self.regions.bounds(self.shown) or (-180.0, -60.0, 180.0, 75.0)

    def drill(self, region: str) -> MapContainer:
        """The same map at another region, nothing selected. Raises UnknownRegion."""
        return replace(self, region=region, selected=None)

    def select(self, region: str | None) -> MapContainer:
        """The same map with another region lifted. Raises UnknownRegion."""
        return replace(self, selected=region)
