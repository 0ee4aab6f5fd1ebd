"""Plans on an incident: rows of its journal, who may, and the fold of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.journal import Sealer
from cockpit.dispatch.plan_run import PlanEvent, gantt
from cockpit.dispatch.planning import Planning, runs_of
from cockpit.dispatch.plans import Plan
from cockpit.dispatch.refusal import Forbidden, Illegal, Refused, Unknown, Wrong
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.store import Store
from cockpit.dispatch.toolbox import Toolbox
from layers import Regions
from tests.cities.line import TINY

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CHIEF = Actor("王", Role.CHIEF)
PLAN = Plan.model_validate(
    {
        "plan": "flood", "title": {"zh": "防汛"}, "version": "1",
        "steps": [
            {"name": "look", "title": {"zh": "看"}, "role": "dispatcher", "within": "10m"},
            {"name": "close", "title": {"zh": "封"}, "role": "department", "after": ["look"], "within": "1h"},
        ],
    }
)  # fmt: skip


@pytest.fixture
def toolbox(tmp_path: Path) -> Iterator[Toolbox]:
    store = Store(f"sqlite:///{tmp_path / 'd.sqlite'}", "tiny", Sealer(b"x" * 32), lambda: NOW)
    found = Toolbox(store, Regions.load(TINY / "regions.geojson", "wgs84"), "Asia/Shanghai")
    yield found
    found.close()


@pytest.fixture
def number(toolbox: Toolbox) -> str:
    with toolbox.store.writing() as writing:
        return toolbox.incidents.receive(writing, Report(title="积水", category="排水"), CHIEF)[0].number


def act(toolbox: Toolbox, number: str, verb: str, step: str = "", reason: str = "", actor: Actor = CHIEF) -> None:
    planning = Planning({"flood": PLAN}, toolbox.ground)
    entries = toolbox.store.journal(number)
    with toolbox.store.writing() as writing:
        event = PlanEvent(verb, "flood", step, actor.name, writing.now, reason)
        planning.act(writing, writing.incident(number), entries, event, actor)


def states(toolbox: Toolbox, number: str) -> list[str]:
    runs = runs_of({"flood": PLAN}, toolbox.store.journal(number))
    return [step.state.value for step in runs["flood"].steps] if runs else []


def test_a_plan_is_carried_out_in_the_journal(toolbox: Toolbox, number: str) -> None:
    assert states(toolbox, number) == []
    act(toolbox, number, "start-plan")
    act(toolbox, number, "tick-step", "look", actor=Actor("李", Role.DISPATCHER))
    assert states(toolbox, number) == ["DONE", "OPEN"]
    act(toolbox, number, "skip-step", "close", "无积水")
    assert states(toolbox, number) == ["DONE", "SKIPPED"]
    incident = toolbox.incident(number, CHIEF)
    assert (incident.state, incident.version) == ("REPORTED", 4)
    assert [entry.verb for entry in toolbox.store.journal(number)] == ["receive", "start-plan", "tick-step", "skip-step"]


def test_what_makes_no_sense_is_wrong_and_what_is_too_early_is_illegal(toolbox: Toolbox, number: str) -> None:
    act(toolbox, number, "start-plan")
    for verb, step, said in (
        ("tick-step", "lok", "has no step 'lok'"),
        ("skip-step", "look", "needs a reason"),
        ("stop-plan", "", "reason"),
    ):
        with pytest.raises(Wrong, match=said):
            act(toolbox, number, verb, step)
    with pytest.raises(Illegal, match="waits for look"):
        act(toolbox, number, "tick-step", "close")
    assert len(toolbox.store.journal(number)) == 2


def test_with_the_incident_its_plans_end_and_no_light_turns_red_any_more(toolbox: Toolbox, number: str) -> None:
    act(toolbox, number, "start-plan")
    act(toolbox, number, "tick-step", "look")
    with toolbox.store.writing() as writing:
        toolbox.incidents.act(writing, number, "reject", {"reason": "误报"}, CHIEF)
    assert states(toolbox, number) == ["DONE", "DROPPED"]
    run = runs_of({"flood": PLAN}, toolbox.store.journal(number))["flood"]
    assert (run.over, run.reason, run.stopped_at) == (True, "误报", NOW)
    assert [bar.light for bar in gantt(run, NOW + timedelta(days=9))] == ["green", "none"]


def test_plans_go_on_while_the_incident_may(toolbox: Toolbox, number: str) -> None:
    """What is closed or judged may still be looked back on, or come back; an order that is cancelled ends no plan."""
    act(toolbox, number, "start-plan")
    needed: dict[str, dict[str, Any]] = {"dispatch": {"unit": "u1"}, "review": {"stars": 5}}
    with toolbox.store.writing() as writing:
        order = toolbox.orders.draft(writing, Draft(unit="u1", text="去看看", incident=number), CHIEF).number
        toolbox.orders.act(writing, order, "cancel", {"reason": "不用了"}, CHIEF)
        for verb in ("accept", "file", "dispatch", "sign", "start", "report", "verify", "pass", "review"):
            toolbox.incidents.act(writing, number, verb, needed.get(verb, {}), Actor("管", Role.ADMINISTRATOR))
    assert states(toolbox, number) == ["OPEN", "WAITING"]


@pytest.mark.parametrize(
    ("verb", "step", "actor", "refusal"),
    [
        ("tick-step", "look", CHIEF, Illegal),
        ("fly", "", CHIEF, Unknown),
        ("start-plan", "", Actor("赵", Role.DEPARTMENT), Forbidden),
        ("start-plan", "", Actor("赵", Role.CHIEF, "elsewhere"), Forbidden),
    ],
)
def test_what_is_refused_leaves_no_trace(
    toolbox: Toolbox, number: str, verb: str, step: str, actor: Actor, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        act(toolbox, number, verb, step, actor=actor)
    assert len(toolbox.store.journal(number)) == 1


def test_a_department_does_its_own_steps_only(toolbox: Toolbox, number: str) -> None:
    worker = Actor("赵", Role.DEPARTMENT)
    act(toolbox, number, "start-plan")
    with pytest.raises(Forbidden, match="nothing that '赵' leads, helps with or is ordered to"):
        act(toolbox, number, "tick-step", "look", actor=worker)
    with toolbox.store.writing() as writing:
        toolbox.orders.draft(writing, Draft(unit="赵", text="封", incident=number), CHIEF)
    with pytest.raises(Forbidden, match="dispatcher"):
        act(toolbox, number, "tick-step", "look", actor=worker)
    act(toolbox, number, "tick-step", "look")
    act(toolbox, number, "tick-step", "close", actor=worker)
    assert states(toolbox, number) == ["DONE", "DONE"]


def test_a_plan_whose_file_has_changed_is_left_out(toolbox: Toolbox, number: str) -> None:
    act(toolbox, number, "start-plan")
    act(toolbox, number, "tick-step", "look")
    other = PLAN.model_copy(update={"steps": PLAN.steps[1:]})
    assert runs_of({"flood": other}, toolbox.store.journal(number)) == {} and runs_of({}, toolbox.store.journal(number)) == {}
