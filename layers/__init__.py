"""Where things are and how they are drawn: the region tree, datums, layers, the map that holds them, and its engines."""

from .addresses import Addresses
from .area import AreaLayer
from .binned import BinnedLayer
from .classes import RAMP, Classes, Scale
from .cluster import ClusterLayer
from .container import Engine, MapContainer
from .datum import DATUMS, DatumError, Guess, StatedPoints, convert, guess
from .deck import SCRIPTS, deck_spec, script_path
from .drawing import Key, Look, Part, Raster, Shape, Text, View
from .feature_file import FeatureFileError, read_features
from .features import Features
from .flow import FlowLayer
from .geojson import GeoJsonError, read_geojson
from .grid import GridLayer
from .heat import HeatLayer
from .hexagon import HexagonLayer
from .icon import IconLayer
from .image import ImageLayer
from .kinds import KINDS
from .labels import LabelLayer
from .layer import Layer
from .line import LineLayer
from .mbtiles import MbTiles
from .mistakes import ArgumentError, LayerError
from .plotting import Mark, Plotting
from .pmtiles import PmTiles
from .point import PointLayer, encode_points, point_ids
from .raster_tiles import RasterTileLayer
from .region import Region, RegionsError, UnknownRegion
from .regions import Regions
from .tile_source import Tile, TileError, TileSource, WebTiles
from .trips import TripsLayer
from .vector_tiles import VectorTileLayer
from .viewport import Viewport

__all__ = [
    "DATUMS", "KINDS", "RAMP", "SCRIPTS", "Addresses", "AreaLayer", "ArgumentError", "BinnedLayer", "Classes",
    "ClusterLayer", "DatumError", "Engine", "FeatureFileError", "Features", "FlowLayer", "GeoJsonError", "GridLayer",
    "Guess", "HeatLayer", "HexagonLayer", "IconLayer", "ImageLayer", "Key", "LabelLayer", "Layer", "LayerError", "LineLayer",
    "Look", "MapContainer", "Mark", "MbTiles", "Part", "Plotting", "PmTiles", "PointLayer", "Raster", "RasterTileLayer",
    "Region", "Regions", "RegionsError", "Scale", "Shape", "StatedPoints", "Text", "Tile", "TileError", "TileSource",
    "TripsLayer", "UnknownRegion", "VectorTileLayer", "View", "Viewport", "WebTiles", "convert", "deck_spec",
    "encode_points", "guess", "point_ids", "read_features", "read_geojson", "script_path",
]  # fmt: skip
