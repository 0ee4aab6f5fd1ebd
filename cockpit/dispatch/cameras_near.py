"""The cameras around a place, with the address of their picture where their layer's file says one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from cockpit.panels.video import checked_address
from cockpit.static_layers import StaticLayer
from layers.nearby import Things, nearest

STYLE: Final = "camera"
"""The style of the layers whose features are cameras."""
_KINDS: Final = ("hls", "webrtc", "page", "file")


@dataclass(frozen=True, slots=True)
class Camera:
    """`address` None: the file says none, or one that no screen may be given; `kind`: hls, webrtc, page or file."""

    layer: str
    id: str
    name: str
    lon: float
    lat: float
    distance_m: float
    address: str | None
    kind: str | None


class Cameras:
    """The cameras of a city's layers; what they say is read once. Any thread. Property `video`: the address, `video_kind`."""

    def __init__(self, layers: Iterable[StaticLayer]) -> None:
        self._layers = {one.name: one.layer for one in layers if one.layer.style == STYLE and one.layer.features is not None}
        self._things = [Things.of_layer(layer) for layer in self._layers.values()]

    def near(self, lon: float, lat: float, within_m: float, count: int) -> list[Camera]:
        """The nearest first; distances along the geodesic. Raises LayerError."""
        found = nearest(lon, lat, self._things, count, within_m) if self._things else []
        return [self._camera(hit.kind, hit.id, hit.lon, hit.lat, hit.distance_m) for hit in found if hit.distance_m <= within_m]

    def _camera(self, layer: str, id: str, lon: float, lat: float, metres: float) -> Camera:
        said = self._said(layer, id)
        address = _address(said.get("video"))
        kind = str(said.get("video_kind") or "hls")
        name = str(said.get(self._layers[layer].label or "name") or id)
        return Camera(layer, id, name, lon, lat, metres, address, kind if address and kind in _KINDS else None)

    def _said(self, layer: str, id: str) -> dict[str, Any]:
        features = self._layers[layer].features
        rows = features.properties if features else []
        own = next((row for row in rows if "id" in row and str(row["id"]) == id), None)
        if own is None and id.isdecimal() and int(id) < len(rows):
            own = rows[int(id)]
        return dict(own or {})


def _address(given: Any) -> str | None:
    if not isinstance(given, str) or not given:
        return None
    try:
        return checked_address(given)
    except ValueError:
        return None
