"""Features read from a file of the city's folder: the one door through which all of them come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from .datum import known
from .features import Features, Geometries
from .geojson import GeoJsonError, read_geojson
from .table_file import TableFileError, read_geopackage, read_geoparquet, read_shapefile

__all__ = ["FORMATS", "FeatureFileError", "Features", "Geometries", "read_features"]

FORMATS: Final = (".geojson", ".json", ".gpkg", ".parquet", ".shp")
FILE_MAX: Final = 512 * 2**20
"""Bytes of one file at most."""

_MAGIC: Final = MappingProxyType({".gpkg": b"SQLite format 3\x00", ".parquet": b"PAR1", ".shp": b"\x00\x00\x27\x0a"})

_HINTS: Final = MappingProxyType(
    {".csv": ". Hint: Features.at(lon, lat, rows) makes points of columns", ".zip": ". Hint: unpack it",
     ".gz": ". Hint: unpack it", ".dbf": ". Hint: name the .shp beside it"}
)  # fmt: skip


class FeatureFileError(ValueError):
    """A file that cannot be read as features."""


def read_features(path: Path | str, datum: str = "wgs84") -> Features:
    """The features of a GeoJSON, GeoPackage, GeoParquet or Shapefile, moved from `datum` to WGS84. Blocks.

    `datum` is believed about degrees; a projected reference system that the file names is undone. One that contradicts a
    `datum` that names one itself (`epsg:4549`) is refused, and so are degrees on another ellipsoid (Beijing 1954). Only a
    regular file whose first bytes are what its ending says is opened, and only Shapefiles by GDAL. Raises FeatureFileError
    and DatumError.
    """
    path = Path(path)
    declared = known(datum)
    _check(path)
    try:
        if path.suffix in (".geojson", ".json"):
            return read_geojson(path.read_bytes(), name=path.name, content_max=FILE_MAX, declared=declared).moved(datum)
        return _TABLES[path.suffix](path, declared).moved(datum)
    except OSError as error:
        raise FeatureFileError(f"{path.name}: cannot be read ({error.strerror or error})") from None
    except TableFileError as error:
        raise FeatureFileError(f"{path.name}: {error}") from None
    except GeoJsonError as error:
        raise FeatureFileError(str(error)) from error


_TABLES: Final[Mapping[str, Callable[[Path, str], Features]]] = MappingProxyType(
    {".gpkg": read_geopackage, ".parquet": read_geoparquet, ".shp": read_shapefile}
)


def _check(path: Path) -> None:
    """Raises FeatureFileError unless it is a plain file of a form we read."""
    if path.suffix not in FORMATS:
        hint = _HINTS.get(path.suffix, "")
        raise FeatureFileError(f"{path.name}: format {path.suffix!r} is not read; allowed: {', '.join(FORMATS)}{hint}")
    if not path.is_file():
        raise FeatureFileError(f"{path.name}: there is no such file in {path.resolve().parent.name}/")
    if (size := path.stat().st_size) > FILE_MAX:
        raise FeatureFileError(f"{path.name}: {size:,} bytes, at most {FILE_MAX:,} are read. Hint: simplify the shapes")
    magic = _MAGIC.get(path.suffix, b"")
    with path.open("rb") as file:
        begin = file.read(len(magic))
    if begin != magic:
        raise FeatureFileError(f"{path.name}: its content is no {path.suffix[1:]} file. Hint: was it packed or renamed?")
