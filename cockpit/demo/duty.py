"""The demonstration's duty desk: invented people who bring incidents from reported to archived, slowly enough to be watched.

Whatever somebody else has touched is left to them.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import structlog

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.field import OPEN, units_now
from cockpit.dispatch.incident import ENDED, Incident, State
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.nearest import Need, choose
from cockpit.dispatch.order import Order, OrderState
from cockpit.dispatch.plan_run import START, TICK, PlanEvent, PlanRun, StepState
from cockpit.dispatch.planning import Planning, runs_of
from cockpit.dispatch.plans import plans_for
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.said import Draft
from cockpit.dispatch.tables import StoreError
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts

LOOK_S: Final = 2.0
BY_HAND: Final = frozenset({"P117"})
"""Units that are left to whoever opens the field page; nobody invented answers for them, and nobody invented sends them."""
REGISTRAR = Actor("周敏", Role.REGISTRAR)
CHIEF = Actor("陈志远", Role.CHIEF)
DISPATCHER = Actor("李晓东", Role.DISPATCHER)
INSPECTOR = Actor("王静", Role.INSPECTOR)
_PEOPLE: Final = frozenset(one.name for one in (REGISTRAR, CHIEF, DISPATCHER, INSPECTOR))
_OPEN: Final = tuple(state.value for state in State if state not in ENDED)
_AT_ONCE: Final = 500
_TTL_S: Final = 900
_WORK = OrderState.DONE, OrderState.ON_SCENE, OrderState.EN_ROUTE, OrderState.SIGNED

PAUSES_S: Final[Mapping[State, tuple[float, float]]] = MappingProxyType({
    State.REPORTED: (60, 600), State.ACCEPTED: (20, 120), State.FILED: (30, 240), State.DISPATCHED: (5, 20),
    State.SIGNED: (5, 20), State.HANDLING: (10, 60), State.REPORTED_BACK: (90, 600), State.VERIFYING: (60, 300),
    State.CLOSED: (300, 1500), State.REVIEWED: (600, 1200),
})  # fmt: skip
"""How long each step waits for its people."""


@dataclass(frozen=True, slots=True)
class _Case:
    """An incident with what is known of it when it is looked at."""

    incident: Incident
    entries: Sequence[Entry]
    orders: Sequence[Order]
    now: datetime

    @property
    def number(self) -> str:
        return self.incident.number

    def chance(self, what: str) -> random.Random:
        """The same for the same step of the same incident."""
        return random.Random(f"{self.number}:{len(self.entries)}:{what}")

    @property
    def own(self) -> bool:
        """Whether only a slot, invented people and units have had to do with it."""
        known = {*_PEOPLE, self.incident.lead_unit, self.incident.wrong_unit}
        return all(entry.actor in known or entry.role in (Role.SYSTEM, Role.UNIT) for entry in self.entries)


def keep_desk(parts: Parts, stop: threading.Event) -> None:
    """Does what is due every two seconds, until `stop`. For a thread of its own."""
    if parts.toolbox is None:
        return
    desk = DemoDesk(parts, parts.toolbox)
    while not stop.wait(LOOK_S):
        try:
            desk.look()
        except (StoreLost, StoreError) as error:
            structlog.get_logger("demo").info("the duty desk waits", reason=str(error))


class DemoDesk:
    """One look does at most one step of each incident. One thread."""

    def __init__(self, parts: Parts, toolbox: Toolbox) -> None:
        self._parts = parts
        self._toolbox = toolbox
        self._planning = Planning(parts.city.plans, toolbox.ground)

    def look(self) -> int:
        """How many steps were done."""
        store, now = self._toolbox.store, self._parts.clock()
        there = store.incidents(_OPEN, None, None, _AT_ONCE)
        return sum(self._step(one, now) for one in there if self._due(one, now))

    def _due(self, one: Incident, now: datetime) -> bool:
        pause = PAUSES_S.get(one.state)
        if pause is None or one.exercise:
            return False
        wait_s = random.Random(f"{one.number}:{one.version}").uniform(*pause)
        return now - one.changed_at >= timedelta(seconds=wait_s)

    def _step(self, one: Incident, now: datetime) -> bool:
        store = self._toolbox.store
        case = _Case(one, store.journal(one.number), store.orders(one.number, None, (), 50), now)
        if not case.own:
            return False
        try:
            with store.writing() as writing:
                done = self._do(writing, case)
        except Refused:
            return False  # somebody was faster
        self._toolbox.stirred.set()
        return done

    def _do(self, writing: Writing, case: _Case) -> bool:
        match case.incident.state:
            case State.REPORTED:
                return self._act(writing, case, "accept", REGISTRAR)
            case State.ACCEPTED:
                return self._act(writing, case, "file", CHIEF)
            case State.FILED:
                return self._send(writing, case)
            case State.DISPATCHED | State.SIGNED | State.HANDLING:
                return self._follow(writing, case)
            case State.REPORTED_BACK:
                return self._act(writing, case, "verify", INSPECTOR)
            case State.VERIFYING:
                return self._judge(writing, case)
            case State.CLOSED:
                return self._act(writing, case, "review", REGISTRAR, stars=case.chance("stars").choice((5, 5, 5, 4, 4, 3, 2)))
            case State.REVIEWED:
                return self._act(writing, case, "archive", REGISTRAR)
        return False

    def _act(self, writing: Writing, case: _Case, verb: str, actor: Actor, **said: Any) -> bool:
        self._toolbox.incidents.act(writing, case.number, verb, said, actor)
        return True

    def _judge(self, writing: Writing, case: _Case) -> bool:
        if case.incident.reworks == 0 and case.chance("judge").random() < 0.07:
            return self._act(writing, case, "fail", INSPECTOR, reason="现场仍有积水，需继续处置")
        return self._act(writing, case, "pass", INSPECTOR)

    def _send(self, writing: Writing, case: _Case) -> bool:
        """Dispatches it to the nearest suitable unit, orders that there, and starts the plan that fits best."""
        unit = self._nearest(case)
        if unit is None:
            return False
        self._act(writing, case, "dispatch", DISPATCHER, unit=unit)
        self._order(writing, case, unit)
        self._start_plan(writing, case)
        return True

    def _order(self, writing: Writing, case: _Case, unit: str) -> None:
        place = self._parts.city.regions.region(case.incident.region).name
        draft = Draft(unit=unit, text=f"立即前往{place}处置：{case.incident.title}", incident=case.number, ttl_s=_TTL_S)
        order = self._toolbox.orders.draft(writing, draft, DISPATCHER)
        self._toolbox.orders.act(writing, order.number, "issue", {}, DISPATCHER)

    def _nearest(self, case: _Case) -> str | None:
        incident, city = case.incident, self._parts.city
        if incident.lon is None or incident.lat is None or city.unit_positions not in city.slots:
            return None
        positions = self._parts.entities.latest(city.unit_positions or "", None, None, None, None, 10_000)
        busy = self._toolbox.store.orders(None, None, OPEN, 10_000)
        units = units_now(city.roster, positions, busy, case.now)
        for skills in (self._toolbox.rules.skills_for(incident.category), frozenset[str]()):  # somebody is better than nobody
            suitable = choose(units, Need(incident.lon, incident.lat, case.now, skills)).suitable
            free = [one.unit.id for one in suitable if one.unit.id not in BY_HAND]
            if free:
                return free[0]
        return None

    def _follow(self, writing: Writing, case: _Case) -> bool:
        """What the unit has said of its order is said of the incident; where the unit will not come another one is sent."""
        order = next(iter(case.orders), None)
        if order is None or order.state in (OrderState.REFUSED, OrderState.EXPIRED, OrderState.CANCELLED):
            unit = self._nearest(case)
            if unit is not None:
                self._order(writing, case, unit)
            return unit is not None
        if order.state not in _WORK:
            return False
        actor = Actor(case.incident.lead_unit, Role.DEPARTMENT)
        match case.incident.state:
            case State.DISPATCHED:
                return self._act(writing, case, "sign", actor)
            case State.SIGNED if order.state in (OrderState.ON_SCENE, OrderState.DONE):
                return self._act(writing, case, "start", actor)
            case State.HANDLING if order.state is OrderState.DONE:
                return self._act(writing, case, "report", actor, reply={"solved": True, "done": "现场处置完毕，恢复正常"})
        return self._tick(writing, case)

    def _start_plan(self, writing: Writing, case: _Case) -> None:
        one = case.incident
        fit = plans_for(self._parts.city.plans.values(), one.category, one.priority, self._toolbox.ground.above(one.region))
        for plan in list(fit)[:1]:
            event = PlanEvent(START, plan.plan, "", DISPATCHER.name, case.now)
            self._planning.act(writing, writing.incident(case.number), case.entries, event, DISPATCHER)

    def _tick(self, writing: Writing, case: _Case) -> bool:
        """Ticks the next step of a running plan after some minutes of work."""
        for run in runs_of(self._parts.city.plans, case.entries).values():
            step = self._next(run, case)
            if step is not None:
                event = PlanEvent(TICK, run.plan.plan, step, DISPATCHER.name, case.now)
                self._planning.act(writing, case.incident, case.entries, event, DISPATCHER)
                return True
        return False

    def _next(self, run: PlanRun, case: _Case) -> str | None:
        """The first open step that has been worked at for long enough."""
        for one in () if run.over else run.steps:
            if one.state is StepState.OPEN and one.begun_at is not None:
                needed = case.chance(one.step.name).uniform(0.3, 0.9) * (one.step.within or 600)
                return one.step.name if (case.now - one.begun_at).total_seconds() >= needed else None
        return None
