"""The clocks of an incident: how much of its limits is used, which light shows, and whom that concerns. All of it follows from
its moves and the city's calendar; nothing is kept, so that a restart changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, Protocol

from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limit_document import LADDER, LimitsDocument, Rung
from cockpit.dispatch.machine import RECEIVE
from cockpit.dispatch.working_time import WorkingTime
from slots.slot import seconds

Light = Literal["green", "yellow", "red"]
YELLOW_ABOVE: Final = 0.8
RED_ABOVE: Final = 1.0
STEP_OF: Final[Mapping[str, str]] = MappingProxyType({"SUSPEND_REQUESTED": "HANDLING", "SUSPENDED": "HANDLING"})
"""States that belong to the step of another one: asking for a suspension and having it starts no new limit."""
STOPPED: Final = frozenset({"SUSPENDED"})
ENDED: Final = frozenset({"CLOSED", "REVIEWED", "ARCHIVED", "REJECTED", "CANCELLED"})


class Move(Protocol):
    """An incident came into a state (its name) at a moment. In order of time; the first one is where it began."""

    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Moved:
    """The plainest Move."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that hold for one incident; None or absent: no limit. `steps` by state. `work` is the time they count in."""

    work: WorkingTime
    overall: timedelta | None
    steps: Mapping[str, timedelta]
    ladder: tuple[Rung, ...] = LADDER


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit and what is used of it, seconds of working time. `due`: when it will be used up, `yellow`: when so much of it
    that its light turns; None where the clock stands before that."""

    step: str
    limit_s: float
    used_s: float
    due: datetime | None
    running: bool
    yellow: datetime | None = None

    @property
    def share(self) -> float:
        """Used of the limit; 1 is all of it."""
        return self.used_s / self.limit_s

    @property
    def light(self) -> Light:
        """Up to 80 % green, up to 100 % yellow, over it red."""
        return "green" if self.share <= YELLOW_ABOVE else "yellow" if self.share <= RED_ABOVE else "red"


@dataclass(frozen=True, slots=True)
class Escalation:
    """A rung of the ladder that was reached: of which clock, when, and who is to be told."""

    step: str
    role: str
    share: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks of an incident and every rung reached, the earliest first."""

    step: Clock | None
    overall: Clock | None
    escalations: tuple[Escalation, ...]

    @property
    def light(self) -> Light | None:
        """The worse one of both; None without any limit."""
        lights = [clock.light for clock in (self.step, self.overall) if clock]
        return max(lights, key=("green", "yellow", "red").index, default=None)


def limits_for(document: LimitsDocument, category: str, priority: str, work: WorkingTime) -> Limits:
    """What the city's file says of such an incident; `work`: its working time."""
    rules = [rule for rule in document.rules if rule.fits(category, priority)] + [document]
    natural = next(rule.clock for rule in rules if rule.clock) == "natural"
    time = WorkingTime.around_the_clock(work.zone) if natural else work
    overall = next((rule.overall for rule in rules if rule.overall), None)
    steps: dict[str, str] = {step: limit for rule in reversed(rules) for step, limit in rule.steps.items()}
    spans = {step: _span(limit, time) for step, limit in steps.items()}
    return Limits(time, _span(overall, time) if overall else None, spans, document.ladder)


def _span(limit: str, time: WorkingTime) -> timedelta:
    """`2d` is two days' work."""
    return int(limit[:-1]) * time.day if limit.endswith("d") else timedelta(seconds=seconds(limit))


def moves_of(number: str, entries: Iterable[Entry]) -> list[Moved]:
    """An incident's moves, of its journal in order; what changed no state, and what its orders did, is left out."""
    own = (entry for entry in entries if entry.subject == number)
    states = ((entry, "REPORTED" if entry.verb == RECEIVE else str(entry.body.get("to") or "")) for entry in own)
    return [Moved(state, entry.at) for entry, state in states if state]


def clocks(moves: Sequence[Move], limits: Limits, now: datetime) -> Clocks:
    """The clocks at a moment; for a past one give it as `now`: later moves are left out."""
    known = [move for move in moves if move.at <= now]
    if not known:
        return Clocks(None, None, ())
    visits = [(step, runs) for step, runs, _ in _visits(known, now)]
    step, runs = visits[-1]
    one = runs.clock(step, limit, limits.work) if (limit := limits.steps.get(step)) else None
    life = _Runs(known, now)
    whole = life.clock("overall", limits.overall, limits.work) if limits.overall else None
    reached = [rung for step, runs in visits for rung in _rungs(step, runs, limits.steps.get(step), limits)]
    reached += _rungs("overall", life, limits.overall, limits)
    return Clocks(one, whole, tuple(sorted(reached, key=lambda found: (found.at, found.share))))


def in_time(moves: Sequence[Move], limits: Limits, step: str | None = None) -> bool | None:
    """Whether the last visit of a step (None: the whole) kept its limit; None where there is no limit or it is not over."""
    limit = limits.steps.get(step) if step else limits.overall
    if limit is None or not moves:
        return None
    if step is None:
        return _Runs(moves, moves[-1].at).used(limits.work) <= limit if moves[-1].state in ENDED else None
    over = [runs for name, runs, ended in _visits(moves, moves[-1].at) if name == step and ended]
    return over[-1].used(limits.work) <= limit if over else None


class _Runs:
    """The spans in which a clock ran, of the moves of one visit or of a whole life."""

    def __init__(self, moves: Sequence[Move], end: datetime) -> None:
        ends = [*[move.at for move in moves[1:]], end]
        self._spans = [(move.at, end) for move, end in zip(moves, ends, strict=True) if move.state not in STOPPED | ENDED]
        self.running = bool(moves) and moves[-1].state not in STOPPED | ENDED

    def used(self, work: WorkingTime) -> timedelta:
        return sum((work.worked(begin, end) for begin, end in self._spans), timedelta())

    def reaches(self, amount: timedelta, work: WorkingTime) -> datetime | None:
        """When so much is used: in the past, or in the future while the clock runs; else None."""
        left = amount
        for number, (begin, end) in enumerate(self._spans):
            here = work.worked(begin, end)
            if here >= left or (self.running and number == len(self._spans) - 1):
                return work.deadline(begin, left)
            left -= here
        return None

    def clock(self, step: str, limit: timedelta, work: WorkingTime) -> Clock:
        used = self.used(work)
        due, yellow = self.reaches(limit, work), self.reaches(limit * YELLOW_ABOVE, work)
        return Clock(step, limit.total_seconds(), used.total_seconds(), due, self.running, yellow)


def _visits(moves: Sequence[Move], now: datetime) -> Iterator[tuple[str, _Runs, bool]]:
    """Every visit of a step, the present one last: its name, the spans it ran in, and whether it is over."""
    begin = 0
    for number, (one, other) in enumerate(pairwise(moves), 1):
        if _step(one) != _step(other):
            yield _step(one), _Runs(moves[begin:number], other.at), True
            begin = number
    yield _step(moves[-1]), _Runs(moves[begin:], now), False


def _step(move: Move) -> str:
    return STEP_OF.get(move.state, move.state)


def _rungs(step: str, runs: _Runs, limit: timedelta | None, limits: Limits) -> Iterator[Escalation]:
    """The rungs of one clock that were gone past: told as soon as more than their share is used."""
    if limit is None:
        return
    used = runs.used(limits.work)
    for rung in limits.ladder:
        if used > limit * rung.at and (at := runs.reaches(limit * rung.at, limits.work)):
            yield Escalation(step, rung.role, rung.at, at)
