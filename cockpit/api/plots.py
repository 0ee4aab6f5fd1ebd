"""`/api/v1/plots`: what people have drawn on the map, as GeoJSON."""

from __future__ import annotations

from hashlib import blake2b

from anyio import to_thread
from fastapi import Request, Response

from cockpit.api.answer import Refusal, answer, calls, check_origin
from cockpit.api.body import read_body
from cockpit.parts import Parts
from cockpit.plots import PlotsFull, PlotsLost
from layers import LayerError, Plotting

_BYTES = 1024 * 1024


class PlotList:
    """The calls on marks. Handlers block on the database and run in threads."""

    def __init__(self, parts: Parts) -> None:
        self._plots, self._clock = parts.plots, parts.clock
        self.router = calls(prefix="/api/v1/plots", tags=["plots"])
        self.router.add_api_route("", self.all, methods=["GET"])
        self.router.add_api_route("", self.add, methods=["POST"], status_code=201)
        self.router.add_api_route("/{id}", self.drop, methods=["DELETE"], status_code=204)

    def all(self, request: Request, download: bool = False) -> Response:
        """All marks with author, time, length and area, as a FeatureCollection; 304 where nothing has changed."""
        try:
            body = self._plots.all().geojson()
        except PlotsLost as error:
            raise Refusal(503, str(error)) from None
        tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = {"etag": tag, "cache-control": "no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        attached = {"content-disposition": 'attachment; filename="plots.geojson"'} if download else {}
        return Response(body, 200, headers | attached, "application/geo+json")

    async def add(self, request: Request) -> Response:
        """Keeps one mark, a Feature with `kind`, `words`, `color`, `author` or a collection of one. Answers it with its id."""
        check_origin(request)
        body = await read_body(request, _BYTES, "GeoJSON", "draw with fewer corners")
        return await to_thread.run_sync(self._add, body)

    def _add(self, feature: bytes) -> Response:
        try:
            marks = Plotting.read(feature).marks
            if len(marks) != 1:
                raise Refusal(422, f"give one mark at a time, got {len(marks)}")
            if marks[0].kind == "polygon" and (flaw := marks[0].flaw):
                raise Refusal(422, f"the polygon crosses or touches itself ({flaw})", "draw it as two polygons")
            kept = self._plots.add(marks[0], self._clock())
        except LayerError as error:
            raise Refusal(422, str(error)) from None
        except PlotsFull as error:
            raise Refusal(507, str(error)) from None
        except PlotsLost as error:
            raise Refusal(503, str(error)) from None
        return Response(Plotting((kept,)).geojson(), 201, {"cache-control": "no-store"}, "application/geo+json")

    def drop(self, id: str, request: Request) -> Response:
        """Takes a mark away."""
        check_origin(request)
        try:
            gone = self._plots.drop(id)
        except PlotsLost as error:
            raise Refusal(503, str(error)) from None
        return Response(None, 204) if gone else answer({"error": f"there is no mark {id[:64]!r}"}, 404)
