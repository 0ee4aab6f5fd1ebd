"""The hours before a demonstration began: incidents its invented people have dealt with, written by the toolbox itself.

Each step is done as it is later, only that the clock of its row is the past's; nothing of it is sent to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from cockpit.demo.duty import BY_HAND, CHIEF, DISPATCHER, INSPECTOR, REGISTRAR
from cockpit.dispatch.actor import SYSTEM, Actor, Role
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.tables import StoreError
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.unit import Unit
from cockpit.dispatch.writing import Writing
from cockpit.parts import Parts


@dataclass(frozen=True, slots=True)
class _Story:
    """`minutes`: how long ago it was reported. `slow`: how long its steps take, 1 is as most do."""

    minutes: int
    title: str
    category: str
    slow: float
    stars: int


STORIES: Final = (
    _Story(560, "路灯成片不亮", "路灯故障", 1.4, 5),
    _Story(410, "消防栓漏水", "供水管网", 1.1, 3),
    _Story(265, "信号灯故障，路口拥堵", "交通出行", 1.0, 4),
    _Story(150, "变电箱冒烟", "供电", 0.8, 5),
)
"""What happened, the oldest first; few, as a demonstration begins with them."""

_TTL_S: Final = 900
_STRIDE: Final = 7
"""Neighbours in the roster work in one district; what happens does not."""
_WHO: Final = {"accept": REGISTRAR, "file": CHIEF, "verify": INSPECTOR, "pass": INSPECTOR, "archive": REGISTRAR}
_WAY: Final[tuple[tuple[float, str], ...]] = (
    (0, "receive"), (2.5, "accept"), (4, "file"), (6.5, "order"), (6.6, "send"), (7.3, "sign"), (7.5, "signed"), (17, "arrive"),
    (17.5, "start"), (41, "complete"), (42, "report"), (50, "verify"), (56, "pass"), (70, "review"), (84, "archive"),
)  # fmt: skip
"""Minutes since the report at which each step is done."""


def begin_past(parts: Parts) -> int:
    """How many steps were written: all of them where the journal is new, else none. Blocks, some tenths of a second."""
    try:
        return _written(parts, parts.toolbox) if parts.toolbox else 0
    except (Refused, StoreLost, StoreError) as error:
        structlog.get_logger("demo").info("the desk begins without a past", reason=str(error))
        return 0


def _written(parts: Parts, toolbox: Toolbox) -> int:
    if toolbox.store.head() is not None:
        return 0
    now, steps = parts.clock(), sorted(_steps(), key=lambda step: step[0])
    with toolbox.store.writing() as writing:
        past = _Past(parts, toolbox, writing)
        for minutes, story, step in steps:
            writing.now = now + timedelta(minutes=minutes)
            past.do(story, step)
    toolbox.stirred.set()
    return len(steps)


def _steps() -> Iterator[tuple[float, int, str]]:
    """Minutes from now (below 0), the story's place, and what was done."""
    for place, story in enumerate(STORIES):
        yield from ((minutes * story.slow - story.minutes, place, step) for minutes, step in _WAY)


class _Past:
    """Does one step after another inside one transaction."""

    def __init__(self, parts: Parts, toolbox: Toolbox, writing: Writing) -> None:
        self._regions = parts.city.regions
        self._units = [one for one in parts.city.roster.units if one.id not in BY_HAND]
        self._toolbox = toolbox
        self._writing = writing
        self._numbers: dict[int, str] = {}
        self._orders: dict[int, str] = {}

    def do(self, place: int, step: str) -> None:
        """One step of the story at this place."""
        unit = self._unit(place)
        match step:
            case "receive":
                self._receive(place, unit)
            case "order":
                self._order(place, unit)
            case "send" | "sign" | "arrive" | "complete":
                actor = SYSTEM if step == "send" else Actor(unit.id, Role.UNIT)
                self._toolbox.orders.act(self._writing, self._orders[place], step, {}, actor)
            case "signed":
                self._act(place, "sign", Actor(unit.id, Role.DEPARTMENT))
            case "report":
                reply = {"solved": True, "done": "现场处置完毕，恢复正常"}
                self._act(place, step, Actor(unit.id, Role.DEPARTMENT), reply=reply)
            case "review":
                self._act(place, step, REGISTRAR, stars=STORIES[place].stars)
            case _:
                self._act(place, step, _WHO.get(step) or Actor(unit.id, Role.DEPARTMENT))

    def _receive(self, place: int, unit: Unit) -> None:
        story, below = STORIES[place], [one.code for one in self._regions.children(unit.region or self._regions.root.code)]
        region = below[place % len(below)] if below else unit.region
        report = Report(title=story.title, category=story.category, channel="hotline", region=region)
        self._numbers[place] = self._toolbox.incidents.receive(self._writing, report, REGISTRAR)[0].number

    def _order(self, place: int, unit: Unit) -> None:
        story, number = STORIES[place], self._numbers[place]
        self._act(place, "dispatch", DISPATCHER, unit=unit.id)
        draft = Draft(unit=unit.id, text=f"立即前往处置：{story.title}", incident=number, ttl_s=_TTL_S)
        self._orders[place] = self._toolbox.orders.draft(self._writing, draft, DISPATCHER).number
        self._toolbox.orders.act(self._writing, self._orders[place], "issue", {}, DISPATCHER)

    def _act(self, place: int, verb: str, actor: Actor, **said: Any) -> None:
        self._toolbox.incidents.act(self._writing, self._numbers[place], verb, said, actor)

    def _unit(self, place: int) -> Unit:
        """One that can do it; somebody is better than nobody."""
        needed = self._toolbox.rules.skills_for(STORIES[place].category)
        able = [one for one in self._units if needed <= one.skills] or self._units
        return able[place * _STRIDE % len(able)]
