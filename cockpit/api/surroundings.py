"""`/api/v1/incidents/{number}/context` and `/replay`: what is known around an incident now, and what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Request, Response

from cockpit.api.acting import Acting
from cockpit.api.answer import Refusal, calls
from cockpit.api.incidents import told_to
from cockpit.api.window import moment
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.cameras_near import Cameras
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limits import moves_of
from cockpit.dispatch.past import Past, as_of, span
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.surroundings import WINDOW, Known, Surroundings
from cockpit.dispatch.trails import Trail, Trails
from cockpit.dispatch.words import word
from cockpit.parts import Parts
from cockpit.scope import Lang
from layers import LayerError
from streams.codecs import codec_for

_ROWS: Final = 5000
_CAMERAS: Final = 5


class SurroundingsOf:
    """The calls on what is around an incident. They block on the ledger, the database and the log: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self._known = Surroundings(parts)
        self._cameras = Cameras(parts.city.layers)
        self.router = calls(prefix="/api/v1/incidents", tags=["incidents"])
        self.router.add_api_route("/{number}/context", self.context, methods=["GET"])
        self.router.add_api_route("/{number}/replay", self.replay, methods=["GET"])

    async def context(
        self,
        number: str,
        request: Request,
        window: Annotated[str, Query(max_length=60, description="today, 24h, …; of the indicators, not of the weather")] = WINDOW,
        radius_m: Annotated[float, Query(ge=1, le=200_000, allow_inf_nan=False, description="of the cameras")] = 1000.0,
        lang: Annotated[Lang, Query()] = "zh",
    ) -> Response:
        """The indicators of the smallest region around the incident that has values, the weather, and the nearest cameras."""
        actor = self._acting.actor(request)

        def found() -> dict[str, Any]:
            incident = self._acting.toolbox.incident(number, actor)
            known = self._known.at(self._way(incident), lang, None, window)
            where = {"number": number, "region": incident.region, "name": self._name(incident.region, lang)}
            return where | _shown(known) | {"cameras": self._seen(incident, radius_m)}

        return await self._acting.get(found)

    async def replay(
        self,
        number: str,
        request: Request,
        at: Annotated[str, Query(max_length=60, description="ISO 8601 with a zone; the end where it is left out")] = "",
        lang: Annotated[Lang, Query()] = "zh",
    ) -> Response:
        """The incident and its light, its orders, the units with the way they came and the place's indicators, as then known.

        `moments`: everything that was done, for a slider. Indicators are cut at what is kept: whole minutes, later hours, days.
        """
        actor = self._acting.actor(request)
        asked = moment("at", at, self._parts.city.zone) if at else None
        return await self._acting.get(lambda: self._then(number, actor, asked, lang))

    def _then(self, number: str, actor: Actor, asked: datetime | None, lang: Lang) -> dict[str, Any]:
        incident = self._acting.toolbox.incident(number, actor)
        entries = self._acting.toolbox.store.journal(number, 0, _ROWS)
        begin, end = span(incident, entries, self._parts.clock())
        at = asked or end
        if not begin <= at <= self._parts.clock():
            raise Refusal(422, f"at must lie between {begin.isoformat()} and now, got {at.isoformat()}")
        past = as_of(number, entries, at)
        stood = past.incident
        units, reach = self._units(at, past.out)
        known = self._known.at(self._way(stood or incident), lang, at)
        shown = None if stood is None else told_to(actor, stood)
        return {
            "number": number, "at": at, "begin": begin, "end": end, "moments": [_moment(entry, lang) for entry in entries],
            "incident": msgspec.to_builtins(shown), "light": self._light(past, at), "orders": msgspec.to_builtins(past.orders),
            "rows": [_row(entry) for entry in past.rows], "units": units, "units_reach": reach,
        } | _shown(known)  # fmt: skip

    def _light(self, past: Past, at: datetime) -> str | None:
        """The worst of its clocks at that moment; None where no limit held."""
        stood = past.incident
        return None if stood is None else self._acting.toolbox.rules.clocks(stood, moves_of(stood.number, past.rows), at).light

    def _units(self, at: datetime, out: dict[str, str]) -> tuple[list[dict[str, Any]], bool]:
        """The units of the roster with their trails, and whether the log still has positions of then."""
        city = self._parts.city
        slot = city.slots.get(city.unit_positions) if city.unit_positions else None
        if slot is None:
            return [], False
        trails = Trails(slot, self._parts.log, city.regions, lambda source: codec_for(source, city.folder))
        found = trails.before(at, [unit.id for unit in city.roster.units])
        return [_unit(trail, city.roster, out) for trail in found or ()], found is not None

    def _seen(self, incident: Incident, radius_m: float) -> list[Any]:
        if incident.lon is None or incident.lat is None:
            return []
        try:
            return [msgspec.to_builtins(one) for one in self._cameras.near(incident.lon, incident.lat, radius_m, _CAMERAS)]
        except LayerError as error:
            raise Refusal(422, str(error)) from None

    def _way(self, incident: Incident) -> Sequence[str]:
        """The place and all above it, as far as the tree knows them."""
        codes = [code for code in self._acting.toolbox.ground.above(incident.region) if code in self._parts.city.regions]
        return codes or [self._parts.city.regions.root.code]

    def _name(self, code: str, lang: Lang) -> str:
        regions = self._parts.city.regions
        return regions.region(code).title(lang) if code in regions else code


def _shown(known: Known) -> dict[str, Any]:
    """`from` and `to` as everywhere else."""

    def told(one: Any) -> dict[str, Any]:
        said: dict[str, Any] = msgspec.to_builtins(one)
        return said | {"from": said.pop("window_from"), "to": said.pop("window_to")}

    return {
        "moment": known.moment, "window": known.window,
        "indicators": [told(one) for one in known.indicators], "weather": [told(one) for one in known.weather],
    }  # fmt: skip


def _moment(entry: Entry, lang: Lang) -> dict[str, Any]:
    said = word("verb", entry.verb, lang)
    return {"at": entry.at, "subject": entry.subject, "verb": entry.verb, "said": said, "actor": entry.actor}


def _row(entry: Entry) -> dict[str, Any]:
    named = {"seq": entry.seq, "at": entry.at, "actor": entry.actor, "role": entry.role}
    return named | {"subject": entry.subject, "verb": entry.verb, "body": _told(entry)}


def _told(entry: Entry) -> dict[str, Any]:
    """What was said with the verb, but for who reported it."""
    return {name: value for name, value in entry.body.items() if name != "reporter"}


def _unit(trail: Trail, roster: Roster, out: dict[str, str]) -> dict[str, Any]:
    lon, lat, at = trail.places[-1]
    name = next((unit.name for unit in roster.units if unit.id == trail.unit), "") or trail.unit
    return {
        "id": trail.unit, "name": name, "lon": lon, "lat": lat, "seen_at": at, "order": out.get(trail.unit), "trail": trail.places
    }  # fmt: skip
