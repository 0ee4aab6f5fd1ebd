"""`/api/v1/nearby`: what lies around a place, along a line or within a drawn area: counted per kind, then listed."""

from __future__ import annotations

from typing import Annotated, Any

import shapely
from fastapi import Query, Response

from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.parts import Parts
from layers import LayerError
from layers.nearby import RADIUS_MAX_M, Along, Circle, Hit, Things, Within, Zone, nearby
from layers.nearby import nearest as nearest_of

_ENTITIES = 100_000
_CORNERS = 500


class Nearby:
    """The call on what lies near. It blocks on the ledger and runs in a thread; about 50 ms for 100,000 things."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._still = {layer.name: layer for layer in parts.city.layers if _countable(layer.layer.kind)}
        self._things: dict[str, Things] = {}
        self.router = calls(prefix="/api/v1/nearby", tags=["nearby"])
        self.router.add_api_route("", self.found, methods=["GET"])

    def found(
        self,
        near: Annotated[str | None, Query(description="lon,lat in degrees, WGS84")] = None,
        along: Annotated[str | None, Query(description="lon,lat;lon,lat;… of a line")] = None,
        within: Annotated[str | None, Query(description="lon,lat;lon,lat;… of a polygon, not closed")] = None,
        nearest: Annotated[int | None, Query(ge=1, le=1000, description="the nearest so many of all kinds, with `near`")] = None,
        radius_m: Annotated[float, Query(ge=1, le=200_000, allow_inf_nan=False)] = 1000.0,
        kinds: Annotated[str, Query(description="slots with entities and static layers, by comma; all of them unless told")] = "",
        seen_s: Annotated[int | None, Query(ge=1, le=2_592_000, description="of what moves: seen so lately")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """Counts per kind, titles, and the nearest things of each kind with their distance in metres (geodesic).

        With `nearest` instead one list, the nearest so many of all kinds together.
        """
        if nearest is not None:
            return self._nearest(_zone(near, along, within, RADIUS_MAX_M), nearest, self._asked(kinds), seen_s)
        zone = _zone(near, along, within, radius_m)
        asked = self._asked(kinds)
        try:
            found = nearby(zone, [self._of(kind, zone, seen_s) for kind in asked], limit)
        except LayerError as error:
            raise Refusal(422, str(error)) from None
        hits = {kind: [self._told(hit) for hit in listed] for kind, listed in found.hits.items()}
        titles = {kind: dict(self._title(kind)) for kind in asked}
        return answer({"counts": found.counts, "titles": titles, "hits": hits})

    def _nearest(self, zone: Zone, count: int, asked: list[str], seen_s: int | None) -> Response:
        """The nearest of all kinds together, nearest first, up to 200 km away."""
        if not isinstance(zone, Circle):
            raise Refusal(422, "nearest goes with near alone", "near=lon,lat&nearest=5")
        found = nearest_of(zone.lon, zone.lat, [self._of(kind, zone, seen_s) for kind in asked], count)
        titles = {kind: dict(self._title(kind)) for kind in asked}
        return answer({"titles": titles, "nearest": [self._told(hit) for hit in found]})

    def _told(self, hit: Hit) -> dict[str, Any]:
        name = self._name(hit.kind, hit.id)
        return {"kind": hit.kind, "id": hit.id, "name": name, "lon": hit.lon, "lat": hit.lat, "distance_m": hit.distance_m}

    def _asked(self, kinds: str) -> list[str]:
        city = self._parts.city
        able = [slot.slot for slot in city.slots.values() if slot.entities] + list(self._still)
        return [known(kind, able, "kind of thing") for kind in kinds.split(",")] if kinds else able

    def _of(self, kind: str, zone: Zone, seen_s: int | None) -> Things:
        if kind in self._still:
            if kind not in self._things:
                self._things[kind] = Things.of_layer(self._still[kind].layer)
            return self._things[kind]
        west, south, east, north = (float(edge) for edge in shapely.bounds(zone.outline))
        box = (west, south, max(east, west + 1e-9), max(north, south + 1e-9))
        frame = self._parts.entities.latest(kind, bbox=box, limit=_ENTITIES)
        if seen_s is not None:
            frame = frame.filter(frame["time_us"] >= int((self._parts.clock().timestamp() - seen_s) * 1e6))
        return Things(kind, frame["key"].to_list(), frame["lon"].to_numpy(), frame["lat"].to_numpy())

    def _name(self, kind: str, id: str) -> str:
        """The name of a thing of a static layer; an entity is called by its key."""
        layer = self._still.get(kind)
        if layer is None or layer.layer.features is None or not id.isdecimal() or int(id) >= len(layer.layer.features):
            return id
        return str(layer.layer.features.properties[int(id)].get(layer.layer.label or "name") or id)

    def _title(self, kind: str) -> Any:
        return self._still[kind].title if kind in self._still else self._parts.city.slots[kind].title


def _countable(kind: str) -> bool:
    return kind in ("point", "icon", "cluster")


def _zone(near: str | None, along: str | None, within: str | None, radius_m: float) -> Zone:
    if sum(given is not None for given in (near, along, within)) != 1:
        raise Refusal(422, "give one of near, along and within")
    try:
        if near is not None:
            (place,) = _places(near)
            return Circle(*place, radius_m)
        if along is not None:
            return Along(shapely.LineString(_places(along)), radius_m)
        return Within(shapely.Polygon(_corners(within or "")))
    except (LayerError, ValueError, shapely.errors.GEOSException) as error:
        raise Refusal(422, f"the zone cannot be used: {str(error)[:200]}", "lon,lat;lon,lat;… longitude first") from None


def _corners(text: str) -> list[tuple[float, float]]:
    places = _places(text)
    if len(set(places)) < 3:
        raise ValueError(f"a polygon has three corners or more, got {len(set(places))}")
    return places


def _places(text: str) -> list[tuple[float, float]]:
    pairs = [pair.split(",") for pair in text.split(";", _CORNERS)]
    places = [(float(pair[0]), float(pair[1])) for pair in pairs if len(pair) == 2]
    if len(places) != len(pairs) or len(places) > _CORNERS or not all(abs(x) <= 180 and abs(y) <= 90 for x, y in places):
        swapped = len(places) == len(pairs) <= _CORNERS and all(abs(x) <= 90 and abs(y) <= 180 for x, y in places)
        raise ValueError(f"got {text[:100]!r}" + ("; are longitude and latitude swapped?" if swapped else ""))
    return places
