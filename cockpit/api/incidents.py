"""`/api/v1/incidents`: what happened, and the verbs that bring it from reported to judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Request, Response

from cockpit.api.acting import Acting, described, said_in
from cockpit.api.answer import Refusal, calls, known
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.evidence import check_attached
from cockpit.dispatch.incident import Incident, State
from cockpit.dispatch.incidents import masked, stated
from cockpit.dispatch.machine import STEPS, within
from cockpit.dispatch.said import Report, read
from cockpit.dispatch.similar import HOURS, LOOKED_AT, WITHIN_M, Similar, case_of, open_still, similar
from cockpit.dispatch.step import Step
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts

_SUGGESTED: Final = 5
TOLD: Final = frozenset({Role.REGISTRAR, Role.CHIEF, Role.DISPATCHER, Role.DEPARTMENT, Role.ADMINISTRATOR})
"""Those who may need to call back see who reported it."""


class IncidentList:
    """The calls on incidents. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/incidents", tags=["incidents"])
        text = {"type": "string"}
        report = {"type": "object", "required": ["title", "category"], "properties": {"title": text, "category": text}}
        self.router.add_api_route("", self.receive, methods=["POST"], status_code=201, openapi_extra=described(report))
        self.router.add_api_route("", self.latest, methods=["GET"])
        self.router.add_api_route("/{number}", self.one, methods=["GET"])
        self.router.add_api_route("/{number}/similar", self.similar, methods=["GET"])
        self.router.add_api_route("/{number}/{verb}", self.act, methods=["POST"], openapi_extra=described({"type": "object"}))

    async def receive(self, request: Request) -> Response:
        """Reports an incident: 201; 200 with the one there is already under the same `client_id`."""

        def work(body: bytes, actor: Actor) -> Work:
            report = read(body, Report, "incident")
            toolbox = self._acting.toolbox
            check_attached(toolbox.files, report.media)
            since = self._parts.clock() - timedelta(hours=HOURS)
            recent = toolbox.store.reported_since(since, LOOKED_AT, actor.bound)  # before the transaction, which others wait for

            def do(writing: Writing) -> tuple[int, bytes]:
                incident, new = toolbox.incidents.receive(writing, report, actor)
                near = [_similar(one, "zh") for one in self._alike(incident, recent, actor)[:_SUGGESTED]]
                return 201 if new else 200, msgspec.json.encode(self._shown(incident, actor) | {"similar": near})

            return do

        return await self._acting.post(request, work)

    async def latest(
        self,
        request: Request,
        state: Annotated[str | None, Query(description="one or several, with commas")] = None,
        region: str | None = None,
        category: str | None = None,
        before: Annotated[str | None, Query(description="the number of the last one of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """The incidents in a region and below it, the newest first; of a department those that are its business."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox
        states = states_in(state, [one.value for one in State])
        if region is not None:
            known(region, self._parts.city.regions.codes, "region")
        seen = [region] if region else []
        if actor.region is not None and (not seen or actor.region not in toolbox.ground.above(seen[0])):
            if seen and seen[0] not in toolbox.ground.above(actor.region):
                raise Refusal(403, f"{region!r} lies outside of {actor.region!r}, your region")
            region = actor.region

        def found() -> dict[str, Any]:
            incidents = toolbox.store.incidents(states, region, category, limit, before, actor.bound)
            return {"incidents": [self._shown(one, actor) for one in incidents]}

        return await self._acting.get(found)

    async def one(self, number: str, request: Request) -> Response:
        """An incident as it stands, and what this actor may do with it. `put_away`: when a reset put away what was played."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox

        def found() -> dict[str, Any]:
            one = toolbox.incident(number, actor)
            at = toolbox.put_away(one)
            return self._shown(one, actor) | ({"put_away": at, "verbs": (), "needs": {}} if at else {})

        return await self._acting.get(found)

    async def similar(
        self,
        number: str,
        request: Request,
        within_m: Annotated[float, Query(gt=0, le=50_000, allow_inf_nan=False)] = WITHIN_M,
        hours: Annotated[float, Query(gt=0, le=24 * 90, allow_inf_nan=False)] = HOURS,
        lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh",
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> Response:
        """Incidents that may be the same thing, by place, time and words, with the reasons; the likest first."""
        actor, toolbox = self._acting.actor(request), self._acting.toolbox

        def found() -> dict[str, Any]:
            one = toolbox.incident(number, actor)
            recent = toolbox.store.reported_since(one.reported_at - timedelta(hours=hours), LOOKED_AT, actor.bound)
            alike = self._alike(one, recent, actor, within_m, hours)
            return {"similar": [_similar(each, lang) for each in alike[:limit]]}

        return await self._acting.get(found)

    async def act(self, number: str, verb: str, request: Request) -> Response:
        """Does a verb: the incident after it; 409 with `verbs` where it is not legal now for this actor."""

        def work(body: bytes, actor: Actor) -> Work:
            said = said_in(body)
            check_attached(self._acting.toolbox.files, said.get("attachments"))

            def do(writing: Writing) -> tuple[int, bytes]:
                incident = self._acting.toolbox.incidents.act(writing, number, verb, said, actor)
                return 200, msgspec.json.encode(self._shown(incident, actor))

            return do

        return await self._acting.post(request, work)

    def _alike(
        self, one: Incident, others: Sequence[Incident], actor: Actor, within_m: float = WITHIN_M, hours: float = HOURS
    ) -> list[Similar]:
        above = self._acting.toolbox.ground.above
        return [each for each in similar(case_of(one), others, within_m, hours) if within(actor, each.incident.region, above)]

    def _shown(self, incident: Incident, actor: Actor) -> dict[str, Any]:
        verbs = self._acting.toolbox.incidents.legal(incident, actor)
        shown: dict[str, Any] = msgspec.to_builtins(told_to(actor, incident))
        return shown | {"verbs": verbs, "needs": needs(verbs, STEPS)}


def told_to(actor: Actor, incident: Incident) -> Incident:
    """What is answered to somebody about an incident."""
    return stated(incident if actor.role in TOLD else masked(incident))


def _similar(one: Similar, language: str) -> dict[str, Any]:
    other = one.incident
    return {
        "number": other.number, "title": other.title, "category": other.category, "state": other.state.value,
        "region": other.region, "lon": other.lon, "lat": other.lat, "reported_at": other.reported_at,
        "exercise": other.exercise, "open": open_still(other), "score": one.score, "metres": one.metres,
        "minutes": one.minutes, "text": one.text, "reasons": one.said(language),
    }  # fmt: skip


def needs(verbs: Sequence[str], steps: Any) -> dict[str, Any]:
    """What must and may be said with each verb. `orders`: what may become of open ones, where it settles the incident."""
    found: dict[str, Step] = {verb: steps[verb] for verb in verbs}
    return {
        verb: {"reason": step.reason, "needs": step.needs, "takes": (*step.takes, "opinion", "attachments")}
        | ({"orders": ("cancel",)} if step.settles else {})
        for verb, step in found.items()
    }


def states_in(text: str | None, allowed: Sequence[str]) -> list[str]:
    """The states a question names. Raises Refusal 422."""
    names = [name.strip() for name in text.split(",") if name.strip()] if text else []
    for name in names:
        if name not in allowed:
            raise Refusal(422, f"there is no state {name!r:.40}; there are: {', '.join(allowed)}")
    return names
