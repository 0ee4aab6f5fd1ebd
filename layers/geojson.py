"""GeoJSON read from bytes nobody vouches for: bounded in size, depth and number, refused within a second."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import shapely

from .features import Features, not_finite

CONTENT_MAX = 16 * 2**20
"""Bytes of a GeoJSON that a person sends; files of the city's own folder may be larger."""
CORNERS_MAX = 20_000_000
_DEPTH_MAX: Final = 16
_STRING: Final = re.compile(rb'"[^"]*"')


class GeoJsonError(ValueError):
    """Bytes that are no GeoJSON we read."""


class _Feature(msgspec.Struct):
    geometry: msgspec.Raw
    properties: dict[str, Any] | None = None


class _Collection(msgspec.Struct):
    features: list[_Feature]


@dataclass(frozen=True, slots=True)
class _Unread:
    name: str

    def error(self, text: str) -> GeoJsonError:
        return GeoJsonError(f"{self.name}: {text}")


def read_geojson(content: bytes, *, name: str, content_max: int = CONTENT_MAX) -> Features:
    """The features of a FeatureCollection, coordinates as they are. `name` stands before what is said. Raises GeoJsonError.

    Geometries are looked over before GEOS reads them, because GEOS follows any depth until the process dies.
    """
    unread = _Unread(name)
    if len(content) > content_max:
        raise unread.error(f"{len(content):,} bytes, at most {content_max:,} are read. Hint: simplify the shapes")
    try:
        collection = msgspec.json.decode(content, type=_Collection)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise unread.error(f"not a GeoJSON FeatureCollection ({error}). Hint: was the file cut off?") from error
    except RecursionError:
        raise unread.error("nested too deep to be GeoJSON") from None
    raw = [bytes(feature.geometry) for feature in collection.features]
    _look_over(raw, unread)
    return Features(_geometries(raw, unread), [_row(feature.properties) for feature in collection.features])


def _row(properties: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return properties or {}


def _look_over(raw: list[bytes], unread: _Unread) -> None:
    """Raises when a geometry is nested deeper than any sensible one, or holds escaped strings that hide brackets."""
    text = b"\n".join(raw)
    if b"\\" in text:
        raise unread.error("a geometry holds escaped characters; types and coordinates need none")
    plain = np.frombuffer(_STRING.sub(b"", text), dtype=np.uint8)
    brackets = plain[(plain == 0x5B) | (plain == 0x5D) | (plain == 0x7B) | (plain == 0x7D)]
    steps = np.where((brackets == 0x5B) | (brackets == 0x7B), 1, -1).astype(np.int32)
    depth = int(np.cumsum(steps, dtype=np.int64).max(initial=0))
    if depth > _DEPTH_MAX:
        raise unread.error(f"a geometry is nested {depth} deep, at most {_DEPTH_MAX}. Hint: take collections apart")


def _geometries(raw: list[bytes], unread: _Unread) -> Any:
    texts = [None if one == b"null" else one.decode() for one in raw]
    try:
        geometries = np.atleast_1d(shapely.from_geojson(np.array(texts, dtype=object)))
    except shapely.GEOSException as error:
        reason = str(error).split("\n", 1)[0][:120]
        raise unread.error(f"not a GeoJSON FeatureCollection ({reason}). Hint: was the file cut off?") from error
    corners = int(np.sum(shapely.get_num_coordinates(geometries)))
    if corners > CORNERS_MAX:
        raise unread.error(f"{corners:,} corners, at most {CORNERS_MAX:,} are read. Hint: simplify the shapes")
    if lost := not_finite(geometries):
        raise unread.error(f"feature {lost[0]} has coordinates that are no finite numbers (as have {len(lost) - 1} more)")
    return geometries
