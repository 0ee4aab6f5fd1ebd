"""A city's toolbox with incidents in every step, some late and some in time: for screens that show them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cockpit.city import City
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.incident import Priority
from cockpit.dispatch.journal import Sealer
from cockpit.dispatch.plan_run import START, TICK, PlanEvent
from cockpit.dispatch.planning import Planning
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.store import Store
from cockpit.dispatch.toolbox import Toolbox
from streams.clock import ManualClock

CHIEF: Final = Actor("值班长", Role.CHIEF)
_STORIES: Final[tuple[tuple[str, str, Priority, int, tuple[str, ...]], ...]] = (
    ("供水主管爆裂，路面积水", "供水", "URGENT", 900, ()),
    ("小区整片停电，电梯困人", "供电", "HIGH", 10, ()),
    ("架空线断落在人行道上", "供电", "HIGH", 55, ("accept", "file", "send")),
    ("阀门井漏水，积水漫入地下车库", "供水", "HIGH", 55, ("accept", "file", "send", START, TICK)),
    ("多车追尾，车道阻断", "交通出行", "HIGH", 40, ("accept", "file")),
    ("渣土车侧翻，撒满路面", "环境卫生", "NORMAL", 200, ("accept", "file", "send", "suspend")),
    ("垃圾房起火冒烟", "环境卫生", "HIGH", 30, ("accept",)),
    ("化粪池外溢，污水横流", "环境卫生", "NORMAL", 20, ("accept", "file", "send", "report")),
)
"""Title, category, priority, minutes since it was reported, and what has been done."""


def played(city: City, folder: Path, now: datetime) -> Toolbox:
    """A toolbox on an SQLite file in the folder; whoever asks for it closes it. Its clock stands at `now` in the end."""
    clock = ManualClock(now - timedelta(days=2))
    store = Store(f"sqlite:///{folder / 'dispatch.sqlite'}", city.name, Sealer(b"a secret of the tests, long enough"), clock)
    toolbox = Toolbox(store, city.regions, city.zone, rules_of(city))
    regions = [code for code in city.regions.codes if city.regions.region(code).depth >= 3]
    units = [unit.id for unit in city.roster.units] or ["U1"]
    for place, (title, category, priority, minutes, done) in enumerate(sorted(_STORIES, key=lambda story: -story[3])):
        clock.advance(now - timedelta(minutes=minutes) - clock())
        region = regions[(place * 41) % len(regions)]
        with store.writing() as writing:
            report = Report(title=title, category=category, priority=priority, region=region)
            number = toolbox.incidents.receive(writing, report, CHIEF)[0].number
        for step in done:
            _do(city, toolbox, number, step, units[place % len(units)], clock())
    clock.advance(now - clock())
    return toolbox


def _do(city: City, toolbox: Toolbox, number: str, step: str, unit: str, now: datetime) -> None:
    with toolbox.store.writing() as writing:
        department = Actor(unit, Role.DEPARTMENT)
        match step:
            case "send":
                toolbox.incidents.act(writing, number, "dispatch", {"unit": unit}, CHIEF)
                order = toolbox.orders.draft(writing, Draft(unit=unit, text="立即前往处置", incident=number, ttl_s=86400), CHIEF)
                toolbox.orders.act(writing, order.number, "issue", {}, CHIEF)
            case "start-plan" | "tick-step":
                event = PlanEvent(step, "burst_main", "confirm" if step == TICK else "", CHIEF.name, now)
                entries, incident = toolbox.store.journal(number), writing.incident(number)
                Planning(city.plans, toolbox.ground).act(writing, incident, entries, event, CHIEF)
            case "suspend" | "report":
                for verb in ("sign", "start"):
                    toolbox.incidents.act(writing, number, verb, {}, department)
                said = {"reason": "等待配件"} if step == "suspend" else {}
                toolbox.incidents.act(writing, number, step, said, department)
            case verb:
                toolbox.incidents.act(writing, number, verb, {}, CHIEF)
