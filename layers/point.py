"""Points: places that stand still, and things that move and arrive in binary frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from zlib import crc32

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from .columns import column_problems
from .drawing import Part, Shape, View
from .incident_marks import incident_parts
from .layer import Layer
from .looks import SHADES, look_of
from .mistakes import LayerError

MAGIC = 0x43435032
"""The first four bytes of a frame, little endian: "2PCC" in the file, CCP2 as a number."""
_STEPS = 2**24 - 1
"""A place is told in so many steps over the box of all points: 24 bits, 1 cm in a box of 170 km."""

PLACE_STYLES = ("place_hospital", "place_police", "place_fire", "place_shelter", "hall", "camera", "place")
LIVE_STYLES = ("vehicle", "incident", "station")


def happened_last(layers: Iterable[Layer]) -> list[Layer]:
    """The layers in the order they are drawn: nothing that moves drives over what has happened."""
    return sorted(layers, key=lambda layer: layer.style == "incident")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLayer(Layer):
    """Points of a file (styles of places) or of a live slot (`vehicle`, `incident`, `station`).

    `trail_s`: how long a moving thing leaves a trail behind it; 0 = none. `told_by`: the property by which kinds of
    moving things are told apart by colour, incidents by the light they show (alarm_new, alarm, watch, fine, old), in the
    engines that draw features; the live one is told by its frames.
    """

    kind: ClassVar[str] = "point"
    geometry_types: ClassVar[tuple[str, ...]] = ("Point",)
    styles: ClassVar[tuple[str, ...]] = PLACE_STYLES + LIVE_STYLES

    trail_s: float = 0.0
    told_by: str = ""

    @property
    def by_zoom(self) -> bool:
        """Incidents are: those that lie close together become one."""
        return self.style == "incident"

    def parts(self, view: View) -> Iterable[Part]:
        """As `Layer.parts`; incidents that would touch as one, moving things in the colours of their kinds."""
        features = self.features
        if features is None or not (self.style == "incident" or self.told_by) or view.zoom < (self.min_zoom or 0):
            return Layer.parts(self, view)
        kinds = [str(row.get(self.told_by) or "") for row in features.properties]
        if self.style == "incident":
            names = [self._name(row, view.language) for row in features.properties]
            return incident_parts(shapely.get_coordinates(features.geometries), kinds, names, view)
        shades = {kind: SHADES[number % len(SHADES)] for number, kind in enumerate(sorted(set(kinds)))}
        looks = iter([replace(look_of(self.style), fill=shades[kind]) for kind in kinds])
        return (replace(part, look=next(looks)) if isinstance(part, Shape) else part for part in Layer.parts(self, view))

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with the trail."""
        return Layer.entry(self) | ({"trail_s": self.trail_s} if self.live else {})

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        if self.features is None and self.style in PLACE_STYLES:
            problems.append(f"style {self.style!r} needs a file; live styles are {', '.join(LIVE_STYLES)}")
        if not 0 <= self.trail_s <= 60:
            problems.append(f"trail_s must be 0…60, got {self.trail_s}")
        if self.told_by and self.features is not None and len(self.features):
            problems += column_problems(self.features, "told_by", self.told_by)
        return problems


def point_ids(keys: Iterable[str]) -> NDArray[np.uint32]:
    """A stable number per key (CRC-32 of its UTF-8), by which the screen recognises a thing from frame to frame."""
    return np.fromiter((crc32(key.encode()) for key in keys), dtype=np.uint32)


def encode_points(
    panel: str,
    layer: str,
    seq: int,
    at_ms: int,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    ids: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    kind_names: Sequence[str] = (),
    dt_ms: int = 1000,
) -> bytes:
    """One binary frame with the place of every live point of a layer; all values little endian.

    u32 magic · u32 header length · header (JSON, UTF-8, padded with spaces to a multiple of 4): panel, layer, seq,
    at_ms, n, origin [lon, lat] (the south-west corner), step [lon, lat] (degrees), kinds (the names that `kinds` indexes),
    dt_ms (usual time between frames) · u32 id[n] · u16 x[n] · u16 y[n] · u8 x[n] · u8 y[n] · u8 kind[n]. A place is origin +
    step × (65,536 × the u8 + the u16). Points without a place (NaN) are left out. WGS84. 11 bytes per point, to 1 cm in a city.

    Raises LayerError where the four columns are no arrays of one length.
    """
    _same_length(layer, lon=lon, lat=lat, ids=ids, kinds=kinds)
    here = np.isfinite(lon) & np.isfinite(lat)
    lon, lat, ids, kinds = lon[here], lat[here], ids[here], kinds[here]
    origin = [float(axis.min()) if len(axis) else 0.0 for axis in (lon, lat)]
    step = [float(np.ptp(axis)) / _STEPS if len(axis) else 0.0 for axis in (lon, lat)]
    header = msgspec.json.encode(
        {"panel": panel, "layer": layer, "seq": seq, "at_ms": at_ms, "n": len(lon),
         "origin": origin, "step": step, "kinds": list(kind_names), "dt_ms": dt_ms}
    )  # fmt: skip
    header += b" " * (-len(header) % 4)
    x, y = (np.rint((axis - low) / (size or 1.0)).astype("<u4") for axis, low, size in zip((lon, lat), origin, step, strict=True))
    low = [(axis & 0xFFFF).astype("<u2") for axis in (x, y)]
    high = [(axis >> 16).astype("u1") for axis in (x, y)]
    columns = [ids.astype("<u4"), *low, *high, kinds.astype("u1")]
    return b"".join([np.array([MAGIC, len(header)], dtype="<u4").tobytes(), header, *(column.tobytes() for column in columns)])


def _same_length(layer: str, **columns: object) -> None:
    shapes = {name: column.shape if isinstance(column, np.ndarray) else type(column).__name__ for name, column in columns.items()}
    if len(set(shapes.values())) > 1 or not all(isinstance(shape, tuple) and len(shape) == 1 for shape in shapes.values()):
        given = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        wanted = "lon, lat, ids and kinds must be numpy columns of one length"
        raise LayerError([f"live layer {layer!r}: {wanted}, got {given}. Hint: one row per thing"])
