"""The panel `incidents`: the toolbox's open incidents: how many show which light, in which step they are, and which they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.dispatch.incident import State
from cockpit.dispatch.standing import Standing, moments
from slots import Model

from .light import Light
from .panel import Context, Props
from .place import place_of

Part = Literal["lights", "stages", "list"]

STAGES: Final[Mapping[str, tuple[State, ...]]] = MappingProxyType({
    "accept": (State.REPORTED, State.ACCEPTED), "send": (State.FILED,), "sent": (State.DISPATCHED, State.SIGNED),
    "handle": (State.HANDLING, State.SUSPEND_REQUESTED, State.SUSPENDED), "check": (State.REPORTED_BACK, State.VERIFYING),
})  # fmt: skip
"""The steps as a wall tells them apart, and the states in each."""

LIGHTS: Final[Mapping[str | None, Light | None]] = MappingProxyType(
    {"red": "alarm", "yellow": "watch", "green": "fine", None: None}
)


class IncidentsOptions(Model):
    """`slot`: the one that counts what the toolbox does (the pack operations/dispatch); its news are the panel's.

    `show`: which parts, in this order.
    """

    slot: str
    show: tuple[Part, ...] = ("lights", "stages", "list")
    limit: int = Field(default=24, ge=1, le=100)


class IncidentsPanel:
    """Only what is real is counted; what is played is listed and says so."""

    name = "incidents"
    Options = IncidentsOptions

    def layout(self, options: IncidentsOptions, context: Context) -> Component:
        return html.Div(className="incidents")

    def props(self, options: IncidentsOptions, context: Context) -> Props:
        there = () if context.scope.at else context.incidents()
        real = [one for one in there if not one.incident.exercise]
        found = Counter(one.incident.state for one in real)
        return {
            "show": list(options.show),
            "total": len(real),
            "listed": len(there),
            "lights": {light: sum(LIGHTS[one.light] == light for one in real) for light in ("alarm", "watch", "fine")},
            "stages": [[name, sum(found[state] for state in states)] for name, states in STAGES.items()],
            "rows": [_row(one, context) for one in there[: options.limit]],
            "zone": context.zone,
            "why": "only_now" if context.scope.at else None if there else "no_incidents",
        }

    def slots(self, options: IncidentsOptions) -> set[str]:
        return {options.slot}


def _row(one: Standing, context: Context) -> dict[str, Any]:
    incident = one.incident
    area, spot = place_of(incident.region, context)
    return {
        "number": incident.number,
        "title": incident.title,
        "category": incident.category,
        "priority": incident.priority,
        "state": incident.state.value,
        "order": one.order.state.value if one.order else None,
        "help": one.help,
        "unit": one.unit,
        "step": moments(one.clocks.step),
        "overall": moments(one.clocks.overall),
        "at_ms": round(incident.reported_at.timestamp() * 1000),
        "region": incident.region,
        "place": area,
        "spot": spot,
        "outside": incident.outside,
        "exercise": incident.exercise,
    }
