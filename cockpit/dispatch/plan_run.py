"""A plan being carried out: the fold of what was started, ticked and skipped, and the rows of its Gantt chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limits import RED_ABOVE, YELLOW_ABOVE, Light
from cockpit.dispatch.plans import Plan, PlanStep

START: Final = "start-plan"
TICK: Final = "tick-step"
SKIP: Final = "skip-step"
STOP: Final = "stop-plan"
VERBS: Final = (START, TICK, SKIP, STOP)


class StepState(StrEnum):
    """WAITING for another step, OPEN to be done, DONE, SKIPPED, or DROPPED: the plan was stopped before."""

    WAITING = "WAITING"
    OPEN = "OPEN"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    DROPPED = "DROPPED"


OVER: Final = frozenset({StepState.DONE, StepState.SKIPPED})


class PlanRefusal(ValueError):
    """It cannot be done as the plan stands now; says why and what can."""


class PlanMistake(PlanRefusal):
    """It can never be done in these words: no such step, or no reason where one is needed."""


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """What was done: one of VERBS, to a step ("" for the plan), by whom, when (UTC). `reason`: why it was skipped or stopped."""

    verb: str
    plan: str
    step: str
    actor: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepRun:
    """How a step stands. `begun_at`: when the last of those it waits for was over."""

    step: PlanStep
    state: StepState
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    actor: str = ""
    reason: str = ""

    def due_at(self) -> datetime | None:
        """Until when it was to be done, by the natural clock."""
        within = self.step.within
        return self.begun_at + timedelta(seconds=within) if self.begun_at and within else None


@dataclass(frozen=True, slots=True)
class PlanRun:
    """A plan from its start to now."""

    plan: Plan
    started_at: datetime
    started_by: str
    steps: tuple[StepRun, ...]
    stopped_at: datetime | None = None
    reason: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done."""
        return self.stopped_at is not None or all(run.state in OVER for run in self.steps)

    def step(self, name: str) -> StepRun:
        """How a step stands. Raises PlanRefusal."""
        for run in self.steps:
            if run.step.name == name:
                return run
        raise PlanMistake(f"plan {self.plan.plan!r} has no step {name!r}; it has: {', '.join(s.step.name for s in self.steps)}")


def started(plan: Plan, event: PlanEvent) -> PlanRun:
    """The run a start makes: what waits for nothing is open."""
    runs = tuple(StepRun(step, StepState.WAITING) for step in plan.steps)
    return PlanRun(plan, event.at, event.actor, tuple(_opened(runs, event.at)))


def after(run: PlanRun, event: PlanEvent) -> PlanRun:
    """The run after one more event. Raises PlanRefusal where the plan does not allow it now."""
    if run.over:
        raise PlanRefusal(f"plan {run.plan.plan!r} is over; start it again")
    if event.verb == STOP:
        _need_reason(event)
        return stopped(run, event.at, event.reason)
    if event.verb not in (TICK, SKIP):
        raise PlanRefusal(f"there is no verb {event.verb!r} for a running plan; there are: {', '.join((TICK, SKIP, STOP))}")
    ended = _ended(run, event)
    return replace(run, steps=tuple(_opened([ended if one.step.name == event.step else one for one in run.steps], event.at)))


def stopped(run: PlanRun, at: datetime, reason: str) -> PlanRun:
    """The run where what is not over by then never will be."""
    dropped = (one if one.state in OVER else replace(one, state=StepState.DROPPED) for one in run.steps)
    return run if run.over else replace(run, steps=tuple(dropped), stopped_at=at, reason=reason)


def fold(plans: Mapping[str, Plan], events: Iterable[PlanEvent]) -> dict[str, PlanRun]:
    """Every plan that was started, as it stands after all events. A plan started again begins anew. Raises PlanRefusal."""
    runs: dict[str, PlanRun] = {}
    for event in events:
        if event.verb == START:
            runs[event.plan] = start(plans, runs, event)
        elif event.plan not in runs:
            raise PlanRefusal(f"plan {event.plan!r} was not started")
        else:
            runs[event.plan] = after(runs[event.plan], event)
    return runs


def start(plans: Mapping[str, Plan], runs: Mapping[str, PlanRun], event: PlanEvent) -> PlanRun:
    """The run of a plan that is started now. Raises PlanRefusal for an unknown one and for one that runs already."""
    if event.plan not in plans:
        raise PlanRefusal(f"there is no plan {event.plan!r}; there are: {', '.join(plans) or 'none'}")
    if event.plan in runs and not runs[event.plan].over:
        raise PlanRefusal(f"plan {event.plan!r} runs already, since {runs[event.plan].started_at.isoformat()}")
    return started(plans[event.plan], event)


def events_of(entries: Iterable[Entry]) -> Iterator[PlanEvent]:
    """What an incident's journal says about plans."""
    for entry in entries:
        if entry.verb in VERBS:
            plan, step, reason = (str(entry.body.get(name) or "") for name in ("plan", "step", "reason"))
            yield PlanEvent(entry.verb, plan, step, entry.actor, entry.at, reason)


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the Gantt chart: from when to when it took; `end` None: it is not over. `due`: until when it was to be done."""

    step: PlanStep
    state: StepState
    begin: datetime | None
    end: datetime | None
    due: datetime | None
    light: Light | Literal["none"]
    actor: str
    reason: str


def gantt(run: PlanRun, now: datetime) -> tuple[Bar, ...]:
    """What happened, a row per step in the order of the plan."""
    return tuple(
        Bar(one.step, one.state, one.begun_at, one.ended_at, one.due_at(), _light(one, now), one.actor, one.reason)
        for one in run.steps
    )


def _light(run: StepRun, now: datetime) -> Light | Literal["none"]:
    if run.begun_at is None or not run.step.within or run.state in (StepState.SKIPPED, StepState.DROPPED):
        return "none"
    share = ((run.ended_at or now) - run.begun_at).total_seconds() / run.step.within
    return "green" if share <= YELLOW_ABOVE else "yellow" if share <= RED_ABOVE else "red"


def _ended(run: PlanRun, event: PlanEvent) -> StepRun:
    one = run.step(event.step)
    if one.state is not StepState.OPEN:
        waits = [name for name in one.step.after if run.step(name).state not in OVER]
        reason = f"waits for {', '.join(waits)}" if waits else f"is {one.state.lower()} already"
        raise PlanRefusal(f"step {event.step!r} {reason}")
    if event.verb == SKIP:
        _need_reason(event)
    state = StepState.SKIPPED if event.verb == SKIP else StepState.DONE
    return replace(one, state=state, ended_at=event.at, actor=event.actor, reason=event.reason)


def _need_reason(event: PlanEvent) -> None:
    if not event.reason.strip():
        raise PlanMistake(f"{event.verb} needs a reason")


def _opened(runs: Sequence[StepRun], at: datetime) -> Iterator[StepRun]:
    """Those that wait for nothing more are open from now on."""
    over = {run.step.name for run in runs if run.state in OVER}
    for run in runs:
        ready = run.state is StepState.WAITING and set(run.step.after) <= over
        yield replace(run, state=StepState.OPEN, begun_at=at) if ready else run
