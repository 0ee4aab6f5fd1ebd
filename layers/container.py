"""The map container: layers, drill level, selection, view and plotting of one map, and no idea of what draws it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from .area import AreaLayer
from .drawing import Bounds, Key, View
from .layer import Layer
from .mistakes import Checked, LayerError
from .plotting import Plotting
from .raster_tiles import RasterTileLayer
from .regions import Regions
from .viewport import Viewport

Drawn = TypeVar("Drawn", covariant=True)


class Engine(Protocol[Drawn]):
    """What draws a container: `deck_spec` (live), `leaflet_page` (one HTML file), `picture` (PNG), or an outsider's."""

    def __call__(self, container: MapContainer, /) -> Drawn:
        """The container as this engine shows it."""
        ...


@dataclass(frozen=True, slots=True)
class MapContainer(metaclass=Checked):
    """The state of one map as a value; every change returns a new one. WGS84 throughout.

    `layers` stand in the order they are drawn, the first at the bottom, above the `basemap`. `region` is where the map
    has drilled to, `selected` the one region that is lifted above the others, `viewport` where somebody has moved the
    view (None: the region fills it), `hidden` the layers switched off, `plotting` what was drawn on it by hand.
    """

    regions: Regions
    layers: tuple[Layer, ...]
    region: str
    selected: str | None = None
    basemap: RasterTileLayer | None = None
    viewport: Viewport | None = None
    hidden: frozenset[str] = frozenset()
    plotting: Plotting = field(default_factory=Plotting)

    def __post_init__(self) -> None:
        counts = Counter(layer.id for layer in self.stack)
        problems = [f"layer {id!r} stands on the map twice" for id, count in counts.items() if count > 1]
        problems += [f"layer {id!r} is hidden but not on the map" for id in sorted(self.hidden - set(counts))]
        if problems:
            raise LayerError(problems)
        self.regions.region(self.region)
        if self.selected is not None:
            self.regions.region(self.selected)

    @property
    def datum(self) -> str:
        """The datum of everything in it; what comes in another one is converted at its edge."""
        return "wgs84"

    @property
    def stack(self) -> tuple[Layer, ...]:
        """The basemap and all layers, the first at the bottom."""
        return (self.basemap, *self.layers) if self.basemap is not None else self.layers

    @property
    def visible(self) -> tuple[Layer, ...]:
        """Of the stack what is switched on."""
        return tuple(layer for layer in self.stack if layer.id not in self.hidden)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The legends of what is switched on; with "no data" also where a region that is drawn is not among the values."""
        found = ((layer, layer.key()) for layer in self.visible)
        return tuple(replace(key, gaps=key.gaps or self._lacks(layer)) for layer, key in found if key is not None)

    def _lacks(self, layer: Layer) -> bool:
        if not isinstance(layer, AreaLayer) or layer.features is not None:
            return False
        numbers = (layer.values.get(one.code) for one in self.regions.children(self.shown) if one.has_geometry)
        return any(number is None or number != number for number in numbers)

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
        """The same map at another region, nothing selected, its view on it. Raises UnknownRegion."""
        return replace(self, region=region, selected=None, viewport=None)

    def select(self, region: str | None) -> MapContainer:
        """The same map with another region lifted. Raises UnknownRegion."""
        return replace(self, selected=region)

    def look(self, viewport: Viewport | None) -> MapContainer:
        """The same map seen from elsewhere; None: its region fills the view again."""
        return replace(self, viewport=viewport)

    def layer(self, id: str) -> Layer:
        """The layer of this id. Raises LayerError."""
        for layer in self.stack:
            if layer.id == id:
                return layer
        raise LayerError([f"layer {id!r} is not on the map; there are: {', '.join(layer.id for layer in self.stack)}"])

    def show(self, id: str, on: bool = True) -> MapContainer:
        """The same map with one layer switched on or off. Raises LayerError."""
        self.layer(id)
        return replace(self, hidden=self.hidden - {id} if on else self.hidden | {id})

    def put(self, layer: Layer, below: str | None = None) -> MapContainer:
        """The same map with one more layer on top, below another one, or in the place of the one with its id."""
        if any(one.id == layer.id for one in self.layers):
            return replace(self, layers=tuple(layer if one.id == layer.id else one for one in self.layers))
        ids = [one.id for one in self.layers]
        at = ids.index(self.layer(below).id) if below is not None else len(ids)
        return replace(self, layers=(*self.layers[:at], layer, *self.layers[at:]))

    def plot(self, plotting: Plotting) -> MapContainer:
        """The same map with other things drawn on it by hand."""
        return replace(self, plotting=plotting)

    def view(self, width_px: int = 1280, height_px: int = 720, language: str = "zh") -> View:
        """What a picture of this size shows: around the viewport, or all of the region with a little air."""
        if self.viewport is None:
            return View(self.regions, self.shown, _airy(self.bounds), width_px, height_px, language)
        return View.around(self.regions, self.shown, self.viewport, width_px, height_px, language)

    def draw(self, engine: Engine[Drawn]) -> Drawn:
        """The container as an engine shows it."""
        return engine(self)


def _airy(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    wide, high = max(east - west, 1e-4) * 0.04, max(north - south, 1e-4) * 0.04
    return west - wide, south - high, east + wide, north + high
