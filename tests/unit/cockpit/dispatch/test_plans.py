"""Response plans: what a file may say, which plan fits, and how it is carried out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.dispatch.plan_run import (
    OVER,
    SKIP,
    START,
    STOP,
    TICK,
    VERBS,
    PlanEvent,
    PlanRefusal,
    PlanRun,
    StepState,
    after,
    fold,
    gantt,
    started,
)
from cockpit.dispatch.plans import Plan, PlanReferences, filled, parse_plan, plans_for
from slots.problem import DocumentError

BEGIN = datetime(2026, 11, 20, 8, tzinfo=UTC)
KNOWN = PlanReferences(["99", "9901"], ["hospitals"], ["experts"])


def step(name: str, *before: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "title": {"zh": name}, "role": "dispatcher", "after": list(before), **more}


def plan(*steps: dict[str, Any], name: str = "flood", **match: Any) -> Plan:
    return parse_plan({"plan": name, "title": {"zh": "防汛"}, "version": "1", "match": match, "steps": list(steps)}, KNOWN)


FLOOD = plan(step("look", within="10m"), step("close", "look", within="20m"), step("tell"), step("end", "close", "tell"))


def event(verb: str, name: str = "", minutes: float = 0, reason: str = "") -> PlanEvent:
    return PlanEvent(verb, "flood", name, "王", BEGIN + timedelta(minutes=minutes), reason)


def test_every_mistake_is_listed() -> None:
    wrong = {
        "plan": "flood", "title": {"zh": "防汛"}, "version": "1", "match": {"region": ["98"]},
        "steps": [
            step("a"), step("b", "a"), step("b"), step("c", "d"),
            step("e", resources=[{"kind": "hospital"}], messages=[{"to": "expert", "text": {"zh": "来"}}]),
        ],
    }  # fmt: skip
    with pytest.raises(DocumentError) as raised:
        parse_plan(wrong, KNOWN)
    assert [str(problem) for problem in raised.value.problems] == [
        "match.region.0: there is no region '98' in the tree.",
        "steps.2.name: 'b' is there twice",
        "steps.3.after.0: there is no step 'd'; there are: a, b, b, c, e.",
        "steps.4.resources.0.kind: there is no layer or slot 'hospital'; there are: hospitals. Hint: did you mean 'hospitals'?",
        "steps.4.messages.0.to: there is no role or group 'expert'; there are: administrator, chief, collector, department, "
        "dispatcher, experts, inspector, leader, registrar, unit. Hint: did you mean 'experts'?",
    ]


def test_steps_that_wait_for_one_another() -> None:
    with pytest.raises(DocumentError, match="a → b → a wait for one another"):
        plan(step("a", "b"), step("b", "a"), step("c", "a"))


def test_unknown_keys_are_refused_with_the_nearest() -> None:
    with pytest.raises(DocumentError, match="did you mean 'within'"):
        plan(step("a", withn="10m"))


def test_the_most_special_plan_comes_first() -> None:
    plans = [
        plan(step("a"), name="any"), plan(step("a"), name="district", region=["9901"]), 
        plan(step("a"), name="city", region=["99"]),
        plan(step("a"), name="water", category=["供水"], priority=["URGENT"]), plan(step("a"), name="pipe", category=["供水"]),
    ]  # fmt: skip
    fitting = plans_for(plans, "供水/爆管", "URGENT", ["990101", "9901", "99"])
    assert [one.plan for one in fitting] == ["water", "pipe", "district", "city", "any"]
    assert [one.plan for one in plans_for(plans, "路灯", "LOW", ["9902", "99"])] == ["city", "any"]


def test_a_plan_is_carried_out() -> None:
    run = fold({"flood": FLOOD}, [event(START), event(TICK, "look", 5), event(SKIP, "tell", 6, "没有信号")])["flood"]
    assert [one.state for one in run.steps] == ["DONE", "OPEN", "SKIPPED", "WAITING"]
    run = after(run, event(TICK, "close", 31))
    assert run.step("end").state is StepState.OPEN and not run.over
    assert after(run, event(TICK, "end", 40)).over


def test_the_gantt_rows_show_what_happened() -> None:
    run = fold({"flood": FLOOD}, [event(START), event(TICK, "look", 9), event(TICK, "tell", 10, "")])["flood"]
    rows = gantt(run, BEGIN + timedelta(minutes=30))
    assert [(row.state.value, row.light) for row in rows] == [
        ("DONE", "yellow"), ("OPEN", "red"), ("DONE", "none"), ("WAITING", "none"),
    ]  # fmt: skip
    assert (rows[1].begin, rows[1].due, rows[1].end) == (BEGIN + timedelta(minutes=9), BEGIN + timedelta(minutes=29), None)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([event(TICK, "look")], "was not started"),
        ([event(START), event(START)], "runs already"),
        ([event(START), event(TICK, "close")], "waits for look"),
        ([event(START), event(TICK, "look"), event(TICK, "look")], "is done already"),
        ([event(START), event(SKIP, "look")], "needs a reason"),
        ([event(START), event(STOP)], "needs a reason"),
        ([event(START), event(TICK, "lok")], "has no step 'lok'"),
        ([event(START), event("fly", "look")], "no verb"),
        ([event(START), event(STOP, reason="误报"), event(TICK, "look")], "is over"),
    ],
)
def test_what_the_plan_does_not_allow(events: list[PlanEvent], reason: str) -> None:
    with pytest.raises(PlanRefusal, match=reason):
        fold({"flood": FLOOD}, events)


tries = st.tuples(st.sampled_from(VERBS), st.sampled_from(["", "look", "close", "tell", "end"]), st.sampled_from(["", "x"]))


@settings(deadline=None)
@given(st.lists(tries))
def test_no_step_is_over_before_those_it_waits_for(tried: list[tuple[str, str, str]]) -> None:
    run: PlanRun = started(FLOOD, event(START))
    for minute, (verb, name, reason) in enumerate(tried):
        try:
            run = after(run, event(verb, name, minute, reason))
        except PlanRefusal:
            continue
    for one in run.steps:
        before = [run.step(name) for name in one.step.after]
        if one.state in OVER:
            assert all(other.state in OVER and other.ended_at <= one.begun_at for other in before)  # type: ignore[operator]
        assert one.state is not StepState.SKIPPED or one.reason


def test_words_are_filled_in_once() -> None:
    said = filled({"zh": "{title}：{address}，{what}"}, "en", {"title": "{address}", "address": "北街"})
    assert said == "{address}：北街，{what}"
