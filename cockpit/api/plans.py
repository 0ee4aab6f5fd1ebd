"""`/api/v1/plans`: which plans fit an incident, and carrying them out."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Query, Request, Response
from msgspec import Meta

from cockpit.api.acting import Acting, described
from cockpit.api.answer import calls
from cockpit.dispatch.actor import Actor
from cockpit.dispatch.exercise import marked
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.plan_run import Bar, PlanEvent, PlanRun, gantt
from cockpit.dispatch.planning import Planning, runs_of
from cockpit.dispatch.plans import Plan, PlanStep, filled, plans_for
from cockpit.dispatch.said import read
from cockpit.dispatch.toolbox import Work
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said with a verb: the step it is about, and why it is skipped or stopped."""

    step: Annotated[str, Meta(max_length=63)] = ""
    reason: Annotated[str, Meta(max_length=2000)] = ""


class PlanList:
    """The calls on plans. They block on the database: in threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._acting = Acting(parts)
        self.router = calls(prefix="/api/v1/plans", tags=["plans"])
        self.router.add_api_route("", self.fitting, methods=["GET"])
        shape = {"type": "object", "properties": {"step": {"type": "string"}, "reason": {"type": "string"}}}
        self.router.add_api_route("/{incident}/{plan}/{verb}", self.act, methods=["POST"], openapi_extra=described(shape))

    async def fitting(self, request: Request, incident: str, lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh") -> Response:
        """The plans that fit an incident and those that were started on it, each with its steps; the most special first."""
        actor = self._acting.actor(request)

        def found() -> dict[str, Any]:
            toolbox = self._acting.toolbox
            one = toolbox.incident(incident, actor)
            runs = runs_of(self._parts.city.plans, toolbox.store.journal(incident))
            fit = plans_for(self._parts.city.plans.values(), one.category, one.priority, toolbox.ground.above(one.region))
            more = [run.plan for name, run in runs.items() if name not in {plan.plan for plan in fit}]
            return {"plans": [self._shown(plan, one, runs.get(plan.plan), lang) for plan in (*fit, *more)]}

        return await self._acting.get(found)

    async def act(self, incident: str, plan: str, verb: str, request: Request) -> Response:
        """start-plan, tick-step, skip-step (with a reason), stop-plan (with a reason): the plan as it then stands."""

        def work(body: bytes, actor: Actor) -> Work:
            said: Said = read(body or b"{}", Said, "step of a plan")
            toolbox, city = self._acting.toolbox, self._parts.city

            def do(writing: Writing) -> tuple[int, bytes]:
                event = PlanEvent(verb, plan, said.step, actor.name, writing.now, said.reason)
                entries = toolbox.store.journal(incident)
                run = Planning(city.plans, toolbox.ground).act(writing, writing.incident(incident), entries, event, actor)
                one = toolbox.incident(incident, actor)
                return 200, msgspec.json.encode(self._shown(run.plan, one, run, "zh"))

            return do

        return await self._acting.post(request, work)

    def _shown(self, plan: Plan, incident: Incident, run: PlanRun | None, language: str) -> dict[str, Any]:
        bars = {bar.step.name: bar for bar in gantt(run, self._parts.clock())} if run else {}
        regions = self._parts.city.regions
        name = regions.region(incident.region).name if incident.region in regions else incident.region
        about = {"title": incident.title, "number": incident.number, "region": name, "address": incident.address or name}
        return {
            "plan": plan.plan, "title": plan.title, "version": plan.version, "level": plan.level,
            "started_at": run.started_at if run else None, "started_by": run.started_by if run else None,
            "over": run.over if run else False,
            "steps": [_step(step, bars.get(step.name), about, incident.exercise, language) for step in plan.steps],
        }  # fmt: skip


def _step(step: PlanStep, bar: Bar | None, about: dict[str, str], exercise: bool, language: str) -> dict[str, Any]:
    def say(words: Any) -> str:
        return marked(filled(words, language, about), exercise, language)

    order = step.order
    return {
        "step": step.name, "title": step.title, "role": step.role.value, "within_s": step.within, "after": step.after,
        "state": bar.state.value if bar else None, "begin": bar.begin if bar else None, "end": bar.end if bar else None,
        "due": bar.due if bar else None, "light": bar.light if bar else "none", "actor": bar.actor if bar else None,
        "reason": bar.reason if bar else None,
        "resources": [one.model_dump() for one in step.resources],
        "messages": [{"to": one.to, "text": say(one.text)} for one in step.messages],
        "order": {"text": say(order.text), "kind": order.kind, "skills": order.skills, "units": order.units} if order else None,
    }  # fmt: skip
