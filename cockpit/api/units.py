"""`/api/v1/units`: who can be sent, and the nearest suitable one with the reasons, for it and against all others."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, calls
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.exercise import counted
from cockpit.dispatch.field import OPEN, units_now
from cockpit.dispatch.nearest import STALE_S, Judged, Need, choose
from cockpit.dispatch.unit import Unit
from cockpit.parts import Parts

_AT_MOST: Final = 10_000


class _Place(NamedTuple):
    """Where somebody is needed. `played`: of no incident it is while an exercise runs."""

    lon: float
    lat: float
    region: str
    played: bool
    category: str = ""


class Units:
    """The calls on units. They block on the ledger and the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/units", tags=["units"])
        self.router.add_api_route("", self.all, methods=["GET"])
        self.router.add_api_route("/nearest", self.nearest, methods=["GET"])

    async def all(self) -> Response:
        """Every unit of the roster: where it was last seen, whether it is on duty, and the order it is out for; what is played
        takes nobody away."""
        return await self._acting.get(lambda: {"units": [_shown(unit) for unit in self._units(False)]})

    async def nearest(
        self,
        request: Request,
        incident: Annotated[str | None, Query(description="the number of an incident: its place and region")] = None,
        lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
        lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
        skill: Annotated[
            list[str] | None,
            Query(description="may be given several times: all are needed; default: what the incident's category needs"),
        ] = None,
        kind: Annotated[list[str] | None, Query(description="may be given several times: any will do")] = None,
        within_m: Annotated[float, Query(gt=0, le=200_000, allow_inf_nan=False)] = 200_000,
        stale_s: Annotated[float, Query(gt=0, le=86_400, allow_inf_nan=False)] = STALE_S,
        anywhere: Annotated[bool, Query(description="units of other regions too")] = False,
        lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh",
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Response:
        """The suitable units, the nearest first, and the excluded ones with every reason. Distances are straight lines. Units
        that are out in an exercise only are free for what is real. `needed`: the skills, and the category they are needed for; an
        empty `skill=` needs none."""
        if (incident is None) == (lon is None) or (lon is None) != (lat is None):
            raise Refusal(422, "give either incident or lon and lat")
        actor = self._acting.actor(request)

        def found() -> dict[str, Any]:
            place = self._place(incident, lon, lat, actor)
            above = () if anywhere else self._acting.toolbox.ground.above(place.region)
            skills = self._acting.toolbox.rules.skills_for(place.category) if skill is None else frozenset(skill) - {""}
            because = place.category if skill is None and skills else ""
            now, kinds = self._parts.clock(), frozenset(kind or ())
            need = Need(place.lon, place.lat, now, skills, kinds, above, within_m, stale_s, because)
            choice = choose(self._units(place.played), need)
            return {
                "suitable": [_judged(one, lang) for one in choice.suitable[:limit]], "distance": "straight",
                "needed": {"skills": sorted(skills), "category": because or None},
                "excluded": [_judged(one, lang) for one in choice.excluded[:limit]],
                "counts": {"suitable": len(choice.suitable), "excluded": len(choice.excluded)},
            }  # fmt: skip

        return await self._acting.get(found)

    def _place(self, number: str | None, lon: float | None, lat: float | None, actor: Actor) -> _Place:
        toolbox = self._acting.toolbox
        if number is None:
            spot = toolbox.ground.spot(lon, lat, "wgs84", None)
            return _Place(lon or 0.0, lat or 0.0, spot.region, toolbox.store.exercise().running)
        incident = toolbox.incident(number, actor)
        if incident.lon is None or incident.lat is None:
            raise Refusal(422, f"{number} has no place on the map", "give lon and lat")
        return _Place(incident.lon, incident.lat, incident.region, incident.exercise, incident.category)

    def _units(self, played: bool) -> list[Unit]:
        """`played`: those that are out in an exercise are out too."""
        city = self._parts.city
        slot = city.unit_positions
        positions = self._parts.entities.latest(slot, None, None, None, None, _AT_MOST) if slot in city.slots and slot else None
        orders = self._acting.toolbox.store.orders(None, None, OPEN, _AT_MOST)
        return units_now(city.roster, positions, orders if played else counted(orders), self._parts.clock())


def _shown(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id, "name": unit.name, "kind": unit.kind, "skills": sorted(unit.skills), "region": unit.region,
        "status": unit.status.value, "on_duty": unit.on_duty, "lon": unit.lon, "lat": unit.lat, "seen_at": unit.seen_at,
        "order": unit.order or None,
    }  # fmt: skip


def _judged(one: Judged, language: str) -> dict[str, Any]:
    reasons = [{"why": reason.why.value, "detail": reason.detail, "said": reason.said(language)} for reason in one.reasons]
    return _shown(one.unit) | {"straight_m": one.straight_m, "reasons": reasons}
