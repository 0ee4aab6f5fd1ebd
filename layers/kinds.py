"""The kinds of layers there are, by the name a layer file gives them; an outsider's stands beside them as an equal."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .area import AreaLayer
from .cluster import ClusterLayer
from .flow import FlowLayer
from .grid import GridLayer
from .heat import HeatLayer
from .hexagon import HexagonLayer
from .icon import IconLayer
from .image import ImageLayer
from .labels import LabelLayer
from .layer import Layer
from .line import LineLayer
from .point import PointLayer
from .raster_tiles import RasterTileLayer
from .trips import TripsLayer
from .vector_tiles import VectorTileLayer

KINDS: Final[Mapping[str, type[Layer]]] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            AreaLayer, LineLayer, PointLayer, IconLayer, ClusterLayer, HeatLayer, GridLayer, HexagonLayer, FlowLayer,
            TripsLayer, LabelLayer, RasterTileLayer, VectorTileLayer, ImageLayer,
        )
    }
)  # fmt: skip
"""All loaded by `KIND.load(path, datum=…, id=…, **options)`; the options are the fields of the class."""
