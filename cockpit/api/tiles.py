"""`/api/v1/layers/{name}/tiles` and `/image`: pictures and vector tiles of the map's layers, from disk or by our proxy."""

from __future__ import annotations

import gzip
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Final

from fastapi import Path, Request, Response

from cockpit.api.answer import Refusal, calls, known
from cockpit.parts import Parts
from cockpit.tile_lost import ServiceLost
from layers import ImageLayer, RasterTileLayer, Tile, TileError, VectorTileLayer, WebTiles

_KEPT: Final = 512
"""Vector tiles kept ready: a few screens' worth."""

Zoom = Annotated[int, Path(ge=0, le=30)]
Place = Annotated[int, Path(ge=0, lt=2**30)]


class LayerTiles:
    """The calls on tiles. The handlers block on files, on simplifying shapes, or on a tile service: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._proxy = parts.tiles
        self._layers = {static.name: static.layer for static in parts.city.layers}
        self._vector = lru_cache(_KEPT)(self._made)
        self.router = calls(prefix="/api/v1/layers", tags=["layers"])
        self.router.add_api_route("/{name}/tiles/{z}/{x}/{y}", self.tile, methods=["GET"])
        self.router.add_api_route("/{name}/image", self.image, methods=["GET"])

    def tile(self, name: str, z: Zoom, x: Place, y: Place, request: Request) -> Response:
        """One tile in the web Mercator scheme, x from the west, y from the north, lying under WGS84 data.

        204 where there is nothing in it: a hole in a map is no mistake, and no line in a browser's console.
        """
        layer = self._layers[known(name, self._layers, "layer")]
        if isinstance(layer, VectorTileLayer):
            low, high = 0, layer.max_zoom
            if not (low <= z <= high and x < 2**z and y < 2**z):
                raise Refusal(404, f"layer {name!r} has tiles from zoom {low} to {high}")
            return _sent(self._vector(name, z, x, y), request)
        if isinstance(layer, RasterTileLayer):
            return _sent(self._picture(layer, z, x, y), request)
        raise Refusal(404, f"layer {name!r} has no tiles; its shapes are at /api/v1/layers/{name}/geometry")

    def image(self, name: str, request: Request) -> Response:
        """The picture of an image layer."""
        layer = self._layers[known(name, self._layers, "layer")]
        if not isinstance(layer, ImageLayer):
            raise Refusal(404, f"layer {name!r} is no image")
        return _sent(Tile(layer.content, layer.media_type), request)

    def _made(self, name: str, z: int, x: int, y: int) -> Tile | None:
        layer = self._layers[name]
        assert isinstance(layer, VectorTileLayer)
        return layer.tile(z, x, y)

    def _picture(self, layer: RasterTileLayer, z: int, x: int, y: int) -> Tile | None:
        if isinstance(layer.source, WebTiles) and self._proxy is None:
            raise Refusal(503, "this process asks no tile services")
        try:
            return (self._proxy.under_wgs84(layer) if self._proxy else layer).tile(z, x, y)
        except ServiceLost as error:
            text, _, hint = str(error).partition(". Hint: ")
            raise Refusal(503, text, hint) from None
        except TileError as error:
            raise Refusal(503, f"the tiles of layer {layer.id!r} cannot be read: {error}") from None


def _sent(tile: Tile | None, request: Request) -> Response:
    if tile is None:
        return Response(None, 204, {"cache-control": "no-cache"})
    tag = f'W/"{blake2b(tile.body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache", "vary": "accept-encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    if not tile.gzipped:
        return Response(tile.body, 200, headers, tile.media_type)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(tile.body), 200, headers, tile.media_type)
    return Response(tile.body, 200, headers | {"content-encoding": "gzip"}, tile.media_type)
