"""Where things are and how they are drawn: the region tree, datums, layers and the map that holds them."""

from .area import AreaLayer
from .classes import RAMP, Classes
from .container import MapContainer
from .datum import DATUMS, DatumError, convert
from .deck import SCRIPTS, Addresses, deck_spec, script_path
from .layer import Layer, LayerError
from .line import LineLayer
from .point import PointLayer, encode_points, point_ids
from .region import Region, RegionsError, UnknownRegion
from .regions import Regions

__all__ = [
    "DATUMS", "RAMP", "SCRIPTS", "Addresses", "AreaLayer", "Classes", "DatumError", "Layer", "LayerError", "LineLayer",
    "MapContainer", "PointLayer", "Region", "Regions", "RegionsError", "UnknownRegion", "convert", "deck_spec",
    "encode_points", "point_ids", "script_path",
]  # fmt: skip
