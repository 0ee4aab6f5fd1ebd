"""Carrying out plans on an incident, each thing inside one transaction: a row of the incident's journal and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.applying import apply_to_incident
from cockpit.dispatch.concern import check_incident
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.incident import ENDED, Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.plan_run import (
    START,
    STOP,
    VERBS,
    PlanEvent,
    PlanMistake,
    PlanRefusal,
    PlanRun,
    after,
    events_of,
    fold,
    start,
    stopped,
)
from cockpit.dispatch.plans import Plan
from cockpit.dispatch.refusal import Forbidden, Illegal, Unknown, Wrong
from cockpit.dispatch.writing import Writing

COMMAND: Final = frozenset({Role.CHIEF, Role.DISPATCHER, Role.LEADER, Role.ADMINISTRATOR})
"""Who may start and stop plans, and do any step; everybody else does the steps of the own role."""


def runs_of(plans: Mapping[str, Plan], entries: Sequence[Entry]) -> dict[str, PlanRun]:
    """The plans of an incident as its journal leaves them; with the incident they end. Of a plan that is no longer there
    nothing is told; where a plan's file has changed so that its journal makes no sense any more, it neither."""
    events: dict[str, list[PlanEvent]] = {}
    for event in events_of(entries):
        events.setdefault(event.plan, []).append(event)
    found: dict[str, PlanRun] = {}
    for name in events.keys() & plans.keys():
        try:
            found |= fold(plans, events[name])
        except PlanRefusal:
            continue
    end = next((entry for entry in entries if not entry.about and entry.body.get("to") in ENDED), None)
    return {name: stopped(run, end.at, str(end.body.get("reason") or "")) if end else run for name, run in found.items()}


class Planning:
    """The verbs of plans. Any thread."""

    def __init__(self, plans: Mapping[str, Plan], ground: Ground) -> None:
        self._plans = plans
        self._ground = ground

    def act(
        self, writing: Writing, incident: Incident | None, entries: Sequence[Entry], event: PlanEvent, actor: Actor
    ) -> PlanRun:
        """The run after one of plan_run.VERBS on the incident (`entries`: its journal). Raises Refused."""
        if incident is None:
            raise Unknown("there is no such incident")
        check_incident(writing, incident, actor, self._ground.above)
        plan = self._plans.get(event.plan)
        if plan is None or event.verb not in VERBS:
            raise Unknown(f"there is no plan {event.plan!r:.60} with {event.verb!r:.40}; verbs: {', '.join(VERBS)}")
        self._check_actor(plan, event, actor)
        if incident.state in ENDED:
            raise Illegal(f"{incident.number} is {incident.state.value}: its plans are closed", ())
        runs = runs_of(self._plans, entries)
        try:
            run = start(self._plans, runs, event) if event.verb == START else self._after(runs, event)
        except PlanMistake as error:
            raise Wrong(str(error)) from None
        except PlanRefusal as error:
            raise Illegal(str(error), (START,) if event.plan not in runs else VERBS[1:]) from None
        state = incident.state.value
        said = {"plan": event.plan, "step": event.step, "reason": event.reason, "from": state, "to": state}
        entry = writing.append(actor, incident.number, "", event.verb, said)
        apply_to_incident(writing, self._ground, entry, incident)
        return run

    def _after(self, runs: Mapping[str, PlanRun], event: PlanEvent) -> PlanRun:
        if event.plan not in runs:
            raise PlanRefusal(f"plan {event.plan!r} was not started")
        return after(runs[event.plan], event)

    def _check_actor(self, plan: Plan, event: PlanEvent, actor: Actor) -> None:
        if actor.role in COMMAND:
            return
        step = plan.step(event.step)
        if event.verb in (START, STOP) or step is None or step.role is not actor.role:
            raise Forbidden(
                f"{event.verb} is not for {actor.role.value}; for: {step.role.value if step else 'chief, dispatcher'}"
            )
