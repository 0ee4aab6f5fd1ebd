"""`/api/v1/entities`: where things are now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query, Response

from cockpit.api.answer import Refusal, answer, calls, known
from cockpit.parts import Parts

_OWN = ("key", "time_us", "lon", "lat", "region", "distance_m")


class EntityStates:
    """The call on the latest states. The handler blocks on the ledger and runs in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.router = calls(prefix="/api/v1/entities", tags=["entities"])
        self.router.add_api_route("/{slot}", self.latest, methods=["GET"])

    def latest(
        self,
        slot: str,
        region: str | None = None,
        bbox: Annotated[str | None, Query(description="west,south,east,north in degrees, WGS84")] = None,
        near: Annotated[str | None, Query(description="lon,lat in degrees, WGS84")] = None,
        radius_m: Annotated[float | None, Query(gt=0, le=200_000, allow_inf_nan=False)] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> Response:
        """The latest state of each thing of a slot: in a region, in a box, or around a point (1 km), then with its distance."""
        city = self._parts.city
        known(slot, [each.slot for each in city.slots.values() if each.entities], "slot with entities")
        if sum(asked is not None for asked in (region, bbox, near)) > 1:
            raise Refusal(422, "give one of region, bbox and near")
        if radius_m is not None and near is None:
            raise Refusal(422, "radius_m goes with near only")
        if region is not None:
            known(region, city.regions.codes, "region")
        box, point = _box(bbox), _point(near)
        radius = (radius_m or 1000.0) if point else None
        found = self._parts.entities.latest(slot, region, box, point, radius, limit)
        return answer({"entities": [_shown(row) for row in found.fill_nan(None).to_dicts()]})


def _numbers(name: str, text: str, wanted: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    inside = all(abs(number) <= (180, 90)[position % 2] for position, number in enumerate(numbers))  # False for NaN
    if len(numbers) != wanted.count(",") + 1 or not inside:
        raise Refusal(422, f"{name} must be {wanted} in degrees, got {text!r:.100}", "longitude first")
    return numbers


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    west, south, east, north = _numbers("bbox", text, "west,south,east,north")
    if west >= east or south >= north:
        raise Refusal(422, f"bbox must go from south-west to north-east, got {text!r:.100}")
    return west, south, east, north


def _point(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    lon, lat = _numbers("near", text, "lon,lat")
    return lon, lat


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in _OWN if name in row and name != "time_us"}
    shown["time"] = datetime.fromtimestamp(row["time_us"] / 1e6, UTC)
    shown["attributes"] = {name: value for name, value in row.items() if name not in _OWN}
    return shown
