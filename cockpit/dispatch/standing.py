"""The open incidents as a screen shows them: where each stands, its light, until when, and who is on it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any, Final

from cockpit.dispatch.field import OPEN
from cockpit.dispatch.incident import SETTLED, Incident, State
from cockpit.dispatch.limits import Clock, Clocks, Light, Moved, moves_of
from cockpit.dispatch.order import Order
from cockpit.dispatch.plan_run import PlanRun
from cockpit.dispatch.planning import runs_of
from cockpit.dispatch.plans import Plan
from cockpit.dispatch.toolbox import Toolbox

AT_MOST: Final = 500
"""Open incidents that are looked at: the newest."""
_REMEMBERED: Final = 2 * AT_MOST
_OPEN_STATES: Final = tuple(state.value for state in State if state not in SETTLED)
_GRAVITY: Final = {"red": 0, "yellow": 1, "green": 2, None: 3}
_PRIORITY: Final = {"URGENT": 0, "HIGH": 1, "NORMAL": 2, "LOW": 3}


@dataclass(frozen=True, slots=True)
class Standing:
    """One open incident. `clocks`: of its step and of the whole.

    `unit`: the name of the unit that leads, of the one with the newest order while nobody does, "" while nobody is on it.
    `order`: that unit's newest one that is under way. `help`: one of those on it asks for help. `plans`: those not over.
    """

    incident: Incident
    clocks: Clocks
    unit: str
    order: Order | None
    help: bool
    plans: tuple[PlanRun, ...]

    @property
    def light(self) -> Light | None:
        """The worse one of both clocks; None: no limit holds."""
        return self.clocks.light

    @property
    def clock(self) -> Clock | None:
        """The one that presses."""
        return pressing(self.clocks.step, self.clocks.overall)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the journal of an incident says, as long as it gets no more rows."""

    moves: Sequence[Moved]
    plans: tuple[PlanRun, ...]


class OpenIncidents:
    """Asked from any thread; blocks on the database. Of each incident the journal is read once per change."""

    def __init__(self, toolbox: Toolbox, plans: Mapping[str, Plan]) -> None:
        self._toolbox = toolbox
        self._plans = plans
        self._told: dict[tuple[str, int], _Told] = {}
        self._lock = threading.Lock()

    def __call__(self, region: str | None, now: datetime) -> list[Standing]:
        """Those in a region and below it, the gravest first. Raises StoreLost."""
        store = self._toolbox.store
        under_way: dict[str, list[Order]] = {}
        for order in store.orders(None, None, OPEN, AT_MOST):
            under_way.setdefault(order.incident, []).append(order)
        names = {unit.id: unit.name for unit in self._toolbox.rules.roster.units}
        there = store.incidents(_OPEN_STATES, region, None, AT_MOST)
        return ordered(self._standing(one, under_way.get(one.number, ()), names, now) for one in there)

    def _standing(self, incident: Incident, orders: Sequence[Order], names: Mapping[str, str], now: datetime) -> Standing:
        told = self._read(incident)
        found = self._toolbox.rules.clocks(incident, told.moves, now)
        unit = incident.lead_unit or (orders[0].unit if orders else "")
        order = next((one for one in orders if one.unit == unit), None)
        helping = any(one.needs_assistance for one in orders)
        return Standing(incident, found, names.get(unit) or unit, order, helping, told.plans)

    def _read(self, incident: Incident) -> _Told:
        key = (incident.number, incident.version)
        with self._lock:
            known = self._told.get(key)
        if known is not None:
            return known
        entries = self._toolbox.store.journal(incident.number)
        runs = runs_of(self._plans, entries)
        told = _Told(moves_of(incident.number, entries), tuple(run for run in runs.values() if not run.over))
        with self._lock:
            self._told[key] = told
            while len(self._told) > _REMEMBERED:
                del self._told[next(iter(self._told))]
        return told


def pressing(*given: Clock | None) -> Clock | None:
    """The clock a screen tells: the one with the worst light, of equals the one due first, one that stands last; None without
    any. assets/clocks.js has the same rule, for screens on which lights turn between two answers."""
    found = [clock for clock in given if clock is not None]
    return min(found, key=lambda clock: (_GRAVITY[clock.light], _due_s(clock)), default=None)


def moments(clock: Clock | None) -> dict[str, Any] | None:
    """A clock as moments, ready for JSON: with them assets/clocks.js tells its light at any time. One that stands tells its light
    for good."""
    if clock is None:
        return None
    return {
        "step": clock.step, "limit_s": clock.limit_s, "due": _said(clock.due), "running": clock.running,
        "yellow": _said(clock.yellow) if clock.running else None, "light": clock.light,
    }  # fmt: skip


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _due_s(clock: Clock | None) -> float:
    return clock.due.timestamp() if clock and clock.running and clock.due else inf


def ordered(found: Iterable[Standing]) -> list[Standing]:
    """The worst light first, then the highest priority, then what is due first."""
    return sorted(found, key=_grave)


def _grave(one: Standing) -> tuple[int, int, float, str]:
    return _GRAVITY[one.light], _PRIORITY[one.incident.priority], _due_s(one.clock), one.incident.number
