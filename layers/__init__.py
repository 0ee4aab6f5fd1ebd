"""Where things are and how they are drawn: the region tree, datums, layers and the map that holds them."""

from .datum import DATUMS, DatumError, convert
from .region import Region, RegionsError, UnknownRegion
from .regions import Regions

__all__ = ["DATUMS", "DatumError", "Region", "Regions", "RegionsError", "UnknownRegion", "convert"]
