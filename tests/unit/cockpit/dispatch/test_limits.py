"""The clocks of an incident: lights, suspension, escalation; all from its moves."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.dispatch.limit_document import LimitsDocument
from cockpit.dispatch.limits import Limits, Moved, clocks, in_time, limits_for
from cockpit.dispatch.working_time import WorkingTime

DAY = WorkingTime.around_the_clock("UTC")
WEEK = WorkingTime("Asia/Shanghai", range(5), ((time(8, 30), time(12)), (time(13, 30), time(17, 30))))
BEGIN = datetime(2026, 11, 16, tzinfo=UTC)
LIMITS = Limits(DAY, timedelta(hours=10), {"HANDLING": timedelta(hours=5), "REPORTED": timedelta(hours=1)})


def after(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def lived(*moves: tuple[str, float]) -> list[Moved]:
    return [Moved(state, after(hours)) for state, hours in moves]


@pytest.mark.parametrize(
    ("used", "light"), [(0, "green"), (0.8, "green"), (0.80001, "yellow"), (1.0, "yellow"), (1.00001, "red"), (9, "red")]
)
def test_lights(used: float, light: str) -> None:
    step = clocks(lived(("REPORTED", 0)), LIMITS, after(used)).step
    assert step is not None and step.light == light and step.due == after(1)


def test_suspension_stops_both_clocks_and_resuming_goes_on() -> None:
    moves = lived(("HANDLING", 0), ("SUSPEND_REQUESTED", 1), ("SUSPENDED", 2), ("HANDLING", 50))
    asleep, awake = clocks(moves, LIMITS, after(49)), clocks(moves, LIMITS, after(51))
    assert asleep.step and asleep.overall and awake.step
    assert (asleep.step.used_s, asleep.step.running, asleep.step.due) == (7200, False, None)
    assert (asleep.overall.used_s, asleep.overall.due) == (7200, None)
    assert (awake.step.used_s, awake.step.due) == (10800, after(53))


def test_rework_begins_the_step_anew_but_not_the_whole() -> None:
    moves = lived(("HANDLING", 0), ("REPORTED_BACK", 4), ("VERIFYING", 4), ("DISPATCHED", 5), ("HANDLING", 5))
    found = clocks(moves, LIMITS, after(6))
    assert found.step and found.overall
    assert (found.step.used_s, found.overall.used_s, found.light) == (3600, 6 * 3600, "green")


def test_a_closed_incident_stands_still() -> None:
    moves = lived(("REPORTED", 0), ("HANDLING", 1), ("CLOSED", 9))
    found = clocks(moves, LIMITS, after(1000))
    assert found.step is None and found.overall and (found.overall.used_s, found.overall.light) == (9 * 3600, "yellow")
    assert (in_time(moves, LIMITS), in_time(moves, LIMITS, "HANDLING"), in_time(moves[:2], LIMITS)) == (True, False, None)


def test_what_was_then_known() -> None:
    moves = lived(("REPORTED", 0), ("HANDLING", 2), ("CLOSED", 9))
    then = clocks(moves, LIMITS, after(0.5))
    assert then.step and (then.step.step, then.step.used_s) == ("REPORTED", 1800)
    assert clocks(moves, LIMITS, after(-1)).light is None


def test_escalation_names_each_rung_once_it_is_passed() -> None:
    moves = lived(("REPORTED", 0), ("HANDLING", 1.6))
    found = clocks(moves, LIMITS, after(30)).escalations
    told = [(rung.step, rung.role, (rung.at - BEGIN).total_seconds() / 3600) for rung in found]
    assert told[:3] == [("REPORTED", "grid_worker", 0.8), ("REPORTED", "grid_leader", 1), ("REPORTED", "supervisor", 1.5)]
    assert ("overall", "administrator", 20) in told and ("HANDLING", "administrator", 11.6) in told
    assert all(at <= 30 for *_, at in told)


def test_limits_of_a_city_in_its_working_days() -> None:
    document = LimitsDocument.model_validate(
        {
            "overall": "3d", "steps": {"REPORTED": "30m", "HANDLING": "2d"},
            "rules": [
                {"category": ["供水"], "priority": ["URGENT"], "clock": "natural", "overall": "1d"},
                {"priority": ["URGENT"], "steps": {"HANDLING": "4h"}},
            ],
        }
    )  # fmt: skip
    plain, urgent = limits_for(document, "路灯", "NORMAL", WEEK), limits_for(document, "供水/爆管", "URGENT", WEEK)
    assert (plain.overall, plain.steps["HANDLING"]) == (timedelta(hours=22.5), timedelta(hours=15))
    assert (urgent.overall, urgent.steps["HANDLING"], urgent.steps["REPORTED"]) == (
        timedelta(days=1), timedelta(hours=4), timedelta(minutes=30),
    )  # fmt: skip
    friday = datetime(2026, 11, 20, 17, tzinfo=ZoneInfo("Asia/Shanghai"))
    step = clocks([Moved("REPORTED", friday)], plain, friday).step
    assert step and step.due == friday + timedelta(minutes=30)
    assert clocks([Moved("HANDLING", friday)], plain, friday + timedelta(days=2)).step.used_s == 1800  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "wrong",
    [{"overall": "3 days"}, {"steps": {"HANDLED": "1d"}}, {"ladder": [{"at": 1, "role": "a"}, {"at": 1, "role": "b"}]},
     {"category": ["x"]}, {"rules": [{"priority": ["HUGE"]}]}],
)  # fmt: skip
def test_wrong_limits_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        LimitsDocument.model_validate(wrong)


STATES = ("REPORTED", "FILED", "DISPATCHED", "HANDLING", "SUSPEND_REQUESTED", "SUSPENDED", "CLOSED")
lives = st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 3000)), min_size=1, max_size=8).map(
    lambda steps: lived(*((state, float(hour)) for (state, _), hour in zip(steps, sorted(h for _, h in steps), strict=True)))
)


@settings(deadline=None)
@given(lives, st.integers(0, 4000), st.sampled_from((DAY, WEEK)))
def test_the_whole_is_the_time_outside_suspension_and_after_the_end(moves: list[Moved], hour: int, work: WorkingTime) -> None:
    limits, now = Limits(work, timedelta(hours=40), {state: timedelta(hours=8) for state in STATES}), after(hour)
    found = clocks(moves, limits, now)
    known = [move for move in moves if move.at <= now]
    if known:
        ends = [*[move.at for move in known[1:]], now]
        spans = [(m.at, end) for m, end in zip(known, ends, strict=True) if m.state not in ("SUSPENDED", "CLOSED")]
        assert found.overall and found.overall.used_s == sum(work.worked(*span).total_seconds() for span in spans)
        over = found.overall.due is not None and work.worked(found.overall.due, now) > timedelta()
        assert over or found.overall.light != "red"
    later = clocks(moves, limits, now + timedelta(hours=100)).escalations
    assert [rung for rung in found.escalations if rung not in later] == []
    assert all(rung.at <= now for rung in found.escalations)
