"""`/api/v1/regions` and `/api/v1/layers`: the tree, its shapes, and the static shapes of the map."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.api.shapes import Shapes
from cockpit.parts import Parts
from layers import ImageLayer, RasterTileLayer, Region


class RegionTree:
    """The calls on regions and static layers. Nothing here changes while the city runs."""

    def __init__(self, parts: Parts) -> None:
        self._regions = parts.city.regions
        self._layers = {layer.name: layer for layer in parts.city.layers}
        self._geometry = Shapes(self._regions.geojson)
        self._outline = Shapes(self._regions.outline)
        self._static = Shapes(lambda name: self._layers[name].layer.geojson())
        self.router = calls(prefix="/api/v1", tags=["regions"])
        self.router.add_api_route("/regions/{code}", self.region, methods=["GET"])
        self.router.add_api_route("/regions/{code}/children", self.children, methods=["GET"])
        self.router.add_api_route("/regions/{code}/geometry", self.geometry, methods=["GET"])
        self.router.add_api_route("/regions/{code}/outline", self.outline, methods=["GET"])
        self.router.add_api_route("/layers", self.layers, methods=["GET"])
        self.router.add_api_route("/layers/{name}/geometry", self.layer_geometry, methods=["GET"])

    def region(self, code: str) -> Response:
        """One region with its ancestors, the root first; placeholder nodes are left out."""
        found = self._regions.region(self._known(code))
        ancestors = [_shown(region) for region in self._regions.ancestors(code)]
        bounds = self._regions.bounds(code)
        return answer(_shown(found) | {"parent": found.parent or None, "ancestors": ancestors, "bounds": bounds})

    def children(self, code: str) -> Response:
        """The regions directly below."""
        return answer({"children": [_shown(region) for region in self._regions.children(self._known(code))]})

    def geometry(self, code: str, request: Request) -> Response:
        """The shapes of the children that can be drawn, as GeoJSON in WGS84."""
        return self._geometry.answer(self._known(code), request)

    def outline(self, code: str, request: Request) -> Response:
        """The edge of the region itself, as GeoJSON in WGS84."""
        return self._outline.answer(self._known(code), request)

    def layers(self) -> Response:
        """The static layers of the map."""
        return answer({"layers": [layer.layer.entry() for layer in self._layers.values()]})

    def layer_geometry(self, name: str, request: Request) -> Response:
        """The shapes of a static layer, as GeoJSON in WGS84; 404 where it is a picture."""
        layer = self._layers[known(name, self._layers, "layer")].layer
        if isinstance(layer, ImageLayer | RasterTileLayer):
            at = "image" if isinstance(layer, ImageLayer) else "tiles/{z}/{x}/{y}"
            raise Refusal(404, f"layer {name!r} has no shapes; it is at /api/v1/layers/{name}/{at}")
        return self._static.answer(name, request)

    def _known(self, code: str) -> str:
        return code if code in self._regions else known(code, self._regions.codes, "region")


def _shown(region: Region) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": region.name,
        "name_en": region.name_en,
        "level": region.level,
        "has_geometry": region.has_geometry,
    }
