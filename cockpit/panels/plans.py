"""The panel `plans`: the response plans that are being carried out: each step done, due or waiting."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.dispatch.plan_run import PlanRun, StepRun, StepState
from cockpit.dispatch.standing import Standing
from slots import Model

from .panel import Context, Props
from .place import place_of


class PlansOptions(Model):
    """`slot`: the one that counts what the toolbox does; its news are the panel's. `limit`: plans, those of the gravest first."""

    slot: str
    limit: int = Field(default=3, ge=1, le=20)


class PlansPanel:
    """One block per plan: of which incident, its steps in their order, and the next one with the time it still has."""

    name = "plans"
    Options = PlansOptions

    def layout(self, options: PlansOptions, context: Context) -> Component:
        return html.Div(className="plans")

    def props(self, options: PlansOptions, context: Context) -> Props:
        there = () if context.scope.at else context.incidents()
        running = [(one, run) for one in there for run in one.plans]
        return {
            "plans": [_plan(one, run, context) for one, run in running[: options.limit]],
            "more": max(0, len(running) - options.limit),
            "why": "only_now" if context.scope.at else None if running else "no_plans",
        }

    def slots(self, options: PlansOptions) -> set[str]:
        return {options.slot}


def _plan(one: Standing, run: PlanRun, context: Context) -> dict[str, Any]:
    return {
        "key": f"{one.incident.number}/{run.plan.plan}",
        "number": one.incident.number,
        "title": context.text(run.plan.title, run.plan.plan),
        "level": run.plan.level,
        "incident": one.incident.title,
        "place": place_of(one.incident.region, context)[0],
        "exercise": one.incident.exercise,
        "steps": [_step(step, context) for step in run.steps],
    }


def _step(run: StepRun, context: Context) -> dict[str, Any]:
    due = run.due_at()
    return {
        "name": context.text(run.step.title, run.step.name),
        "state": run.state.value,
        "due_ms": round(due.timestamp() * 1000) if due and run.state is StepState.OPEN else None,
        "late": bool(due and run.ended_at and run.ended_at > due),
    }
