"""Features read from a file: geometry and properties side by side, as region trees and layers need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from .datum import convert, known

Geometries = NDArray[np.object_]
"""Shapely geometries, None where a feature has none."""

FORMATS = (".geojson", ".json", ".gpkg", ".parquet")


class FeatureFileError(ValueError):
    """A file that cannot be read as features."""


@dataclass(frozen=True, slots=True)
class Features:
    """Equally long columns: `geometries` in WGS84 lon/lat degrees, `properties` one mapping per feature."""

    geometries: Geometries
    properties: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.properties)


class _Feature(msgspec.Struct):
    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = msgspec.Raw(b"null")


class _Collection(msgspec.Struct):
    features: list[_Feature]


def read_features(path: Path, datum: str = "wgs84") -> Features:
    """The features of a GeoJSON, GeoPackage or GeoParquet file, moved from `datum` to WGS84. Blocks.

    GeoJSON is read without geopandas (which takes a second to import). Raises FeatureFileError and DatumError.
    """
    known(datum)
    if path.suffix not in FORMATS:
        raise FeatureFileError(f"{path.name}: format {path.suffix!r} is not read; allowed: {', '.join(FORMATS)}")
    if not path.is_file():
        raise FeatureFileError(f"{path.name}: there is no such file in {path.parent.name}/")
    read = _read_geojson if path.suffix in (".geojson", ".json") else _read_table
    features = read(path)
    return features if known(datum) == "wgs84" else Features(_moved(features.geometries, datum), features.properties)


def _read_geojson(path: Path) -> Features:
    try:
        collection = msgspec.json.decode(path.read_bytes(), type=_Collection)
        texts = [None if bytes(f.geometry) == b"null" else bytes(f.geometry).decode() for f in collection.features]
        geometries = shapely.from_geojson(np.array(texts, dtype=object))
    except (msgspec.MsgspecError, shapely.GEOSException, UnicodeDecodeError) as error:
        raise FeatureFileError(f"{path.name}: not a GeoJSON FeatureCollection ({error}). Hint: was the file cut off?") from error
    return Features(np.atleast_1d(geometries), [f.properties or {} for f in collection.features])


def _read_table(path: Path) -> Features:
    import geopandas

    try:
        frame = geopandas.read_parquet(path) if path.suffix == ".parquet" else geopandas.read_file(path)
    except (OSError, ValueError) as error:
        raise FeatureFileError(f"{path.name}: cannot be read ({error})") from error
    if frame.crs is not None and frame.crs.is_projected:
        frame = frame.to_crs(4326)
    geometries = np.array(frame.geometry.to_numpy(), dtype=object)
    columns = frame.drop(columns=frame.geometry.name).astype(object)
    rows: list[dict[str, Any]] = columns.where(columns.notna(), None).to_dict("records")  # type: ignore[assignment]
    return Features(geometries, rows)


def _moved(geometries: Geometries, datum: str) -> Geometries:
    def to_wgs84(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(convert(points[:, 0], points[:, 1], datum, "wgs84"))

    return np.asarray(shapely.transform(geometries, to_wgs84), dtype=object)
