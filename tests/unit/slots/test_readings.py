"""Readings against a recomputation of the same records in one go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slots.dimensions import MAX_VALUES
from slots.ledger import PageKey
from slots.ledger_memory import MemoryLedger
from slots.reading import Question, QuestionError, Reading
from slots.readings import Readings
from tests.forms import form
from tests.line import NOON, ZONE, Line, ago, small_slot

records = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(0, 3 * 86400).map(lambda s: ago(seconds=s)),
            "region": st.sampled_from(["c", "a", "b", "a1", "a2"]),
            "kind": st.sampled_from(["water", "road", None]),
            "wait_s": st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))),
            "stars": st.one_of(st.none(), st.integers(1, 5)),
        }
    ),
    min_size=1,
    max_size=60,
)


def line_with(rows: list[dict[str, Any]], cut: int) -> Line:
    """All rows counted in two batches; lateness so large that none is late."""
    line = Line(small_slot(lateness="9d"))
    for part in (rows[:cut], rows[cut:]):
        if part:
            line.send(*part)
            line.run()
    return line


def ask(line: Line, name: str, hours: float = 96, **changes: Any) -> list[Reading]:
    question = Question(f"desk.{name}", "c", NOON - timedelta(hours=hours), NOON + timedelta(minutes=1), **changes)
    return line.readings.ask(question)


def batch(rows: list[dict[str, Any]], name: str) -> float | None:
    frame = pl.DataFrame(
        rows, schema={"at": pl.String, "region": pl.String, "kind": pl.String, "wait_s": pl.Float64, "stars": pl.Int64}
    )
    waits = frame["wait_s"].drop_nulls()
    if name == "requests":
        return float(frame.height)
    if name == "good":
        stars = frame["stars"].drop_nulls()
        return None if stars.is_empty() else 100 * float((stars >= 4).sum()) / stars.len()
    if name == "total" and not rows:
        return 0.0  # nothing came in; records that came without a value are another matter
    if waits.is_empty():
        return None
    of: dict[str, Callable[[], Any]] = {"total": waits.sum, "mean": waits.mean, "least": waits.min, "most": waits.max}
    return float(of[name]())


def day_start(hours: float) -> datetime:
    return (NOON - timedelta(hours=hours)).astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0)


@settings(max_examples=form(3, 12), deadline=None)
@given(records, st.integers(0, 60))
def test_every_measure_equals_the_batch(rows: list[dict[str, Any]], cut: int) -> None:
    line = line_with(rows, cut)
    window = (day_start(96), day_start(-24))
    for name in ("requests", "total", "mean", "least", "most", "good"):
        (whole,) = line.readings.ask(Question(f"desk.{name}", "c", *window))
        expected = batch(rows, name)
        assert whole.value == (expected if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-6))
        for child in line.readings.ask(Question(f"desk.{name}", "c", *window, by="region")):
            inside = [row for row in rows if row["region"].startswith(child.region)]
            expected = batch(inside, name)
            assert child.value == (expected if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-6))


@settings(max_examples=form(3, 12), deadline=None)
@given(records, st.integers(0, 60))
def test_steps_add_up_to_the_whole(rows: list[dict[str, Any]], cut: int) -> None:
    line = line_with(rows, cut)
    recent = [row for row in rows if datetime.fromisoformat(row["at"]) >= NOON - timedelta(hours=24)]
    minutes = ask(line, "requests", 24, by="time", step_s=600)
    assert sum(reading.value or 0 for reading in minutes) == len(recent)
    (whole,) = ask(line, "requests", 24)
    assert whole.count == len(recent)
    by_kind = {reading.key: reading.count for reading in ask(line, "requests", 24, by="kind")}
    assert by_kind == {kind or "": n for kind in ("water", "road", None) if (n := sum(row["kind"] == kind for row in recent))}


@settings(max_examples=form(3, 12), deadline=None)
@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=200))
def test_a_quantile_is_within_one_percent(waits: list[float]) -> None:
    line = Line()
    line.send(*[{"at": ago(minutes=5), "region": "a1", "wait_s": wait} for wait in waits])
    line.run()
    (median,) = ask(line, "median", 1)
    true = pl.Series(waits).quantile(0.5, interpolation="lower")
    assert median.value == pytest.approx(true, rel=0.0101)


@settings(max_examples=form(1, 4), deadline=None)
@given(records, st.integers(2, 3))
def test_what_is_kept_never_tells_from_what_is_read_anew(rows: list[dict[str, Any]], parts: int) -> None:
    line = Line(small_slot(lateness="9d"))
    for part in range(parts):
        line.send(*rows[part::parts])
        line.run()
        anew = Readings({"desk": line.slot}, line.ledger, line.regions, ZONE, line.clock)
        for question in every_question():
            assert line.readings.ask(question) == anew.ask(question)
        line.clock.advance(timedelta(minutes=7))


def every_question() -> list[Question]:
    """Each measure, split in each way, over whole days, a day up to now, and hours that end with a minute."""
    windows = [(day_start(24), day_start(-24)), (day_start(0), NOON), (NOON - timedelta(hours=5, minutes=3), NOON)]
    ways: list[dict[str, Any]] = [{}, {"by": "region"}, {"by": "time", "step_s": 3600}, {"by": "kind"}]
    ways += [{"by": "time", "step_s": 600, "dimension": "kind", "key": "water"}]
    names = ("requests", "mean", "newest", "median", "kinds", "good")  # of each kind of state one
    return [Question(f"desk.{name}", "c", *window, **way) for name in names for window in windows for way in ways]


def test_only_pages_that_changed_are_read_again() -> None:
    ledger = CountingLedger()
    line = Line(ledger=ledger)
    line.send(*[{"at": ago(hours=hour), "region": "a1", "wait_s": 1.0} for hour in range(20)])
    line.run()
    asked: list[dict[str, Any]] = [{}, {"by": "time", "step_s": 600}, {"by": "region"}]
    for way in asked:
        ask(line, "total", 24, **way)
    first = ledger.taken()
    for way in asked:
        ask(line, "total", 24, **way)
    assert (len(first), ledger.taken()) == (len(set(first)), [])
    line.send({"at": ago(minutes=1), "region": "a1", "wait_s": 1.0})
    line.run()
    ledger.taken()
    for way in asked:
        ask(line, "total", 24, **way)
    again = ledger.taken()
    assert 0 < len(again) == len(set(again)) <= 2


class CountingLedger(MemoryLedger):
    """Notes which pages are read."""

    def __init__(self) -> None:
        super().__init__()
        self._read: list[PageKey] = []

    def read(self, slot: str, key: PageKey) -> tuple[int, pl.DataFrame | None]:
        self._read.append(key)
        return super().read(slot, key)

    def taken(self) -> list[PageKey]:
        """The pages read since the last time."""
        taken, self._read = self._read, []
        return taken


def test_distinct_counts_over_regions_and_batches() -> None:
    line = Line()
    for part in range(3):
        line.send(*[{"at": ago(minutes=part), "region": "ab"[i % 2], "kind": f"k{i % 150}"} for i in range(600)])
        line.run()
    (kinds,) = ask(line, "kinds", 1)
    assert kinds.value == pytest.approx(150, rel=0.02)


def test_the_newest_value_wins_whatever_came_last() -> None:
    line = Line()
    line.send({"at": ago(minutes=1), "region": "a1", "wait_s": 7.0})
    line.run()
    line.send({"at": ago(minutes=3), "region": "b", "wait_s": 9.0})
    line.run()
    (newest,) = ask(line, "newest", 1)
    assert newest.value == 7.0


def test_nothing_counted_is_zero_and_nothing_measured_is_missing() -> None:
    line = Line()
    line.send({"at": ago(hours=3), "region": "a1"})
    line.run()
    (requests,), (mean,) = ask(line, "requests", 1), ask(line, "mean", 3)
    assert (requests.value, requests.count) == (0.0, 0)
    assert (mean.value, mean.status) == (None, "missing")


def test_a_value_that_found_no_room_is_missing_and_not_zero() -> None:
    line = Line()
    line.send(*({"at": ago(minutes=2), "region": "a1", "kind": f"kind {n}", "channel": "desk"} for n in range(MAX_VALUES + 1)))
    line.run()
    question = Question("desk.requests", "c", NOON - timedelta(hours=1), NOON)

    def told(dimension: str, key: str) -> tuple[float | None, str]:
        (reading,) = line.readings.ask(replace(question, dimension=dimension, key=key))
        return reading.value, reading.status

    assert told("kind", f"kind {MAX_VALUES}") == told("kind", "never seen") == (None, "missing")
    assert told("kind", "kind 0") == told("kind", "other") == (1.0, "late")
    assert told("channel", "never seen") == (0.0, "late")


def test_before_the_first_record_everything_is_missing() -> None:
    (requests,) = ask(Line(), "requests", 1)
    assert (requests.value, requests.status, requests.coverage) == (None, "missing", 0.0)


def test_coverage_is_the_share_of_the_window_since_the_first_event() -> None:
    line = Line()
    line.send({"at": ago(hours=6), "region": "a1"})
    line.run()
    (requests,) = line.readings.ask(Question("desk.requests", "c", NOON - timedelta(hours=24), NOON))
    assert requests.coverage == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"indicator": "desk.request"}, "did you mean 'requests'"),
        ({"indicator": "dsk.requests"}, "did you mean 'desk'"),
        ({"region": "zz"}, "region 'zz'"),
        ({"by": "colour"}, "allowed: region, time, kind, channel"),
        ({"by": "kind", "dimension": "channel", "key": "x"}, "one by one"),
        ({"window_to": datetime(2020, 1, 1, tzinfo=UTC)}, "the window is empty"),
        ({"by": "time", "step_s": 60, "window_from": NOON - timedelta(days=2)}, "too many"),
        ({"by": "time", "step_s": 90}, "whole minutes"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(changes: dict[str, Any], said: str) -> None:
    question = {
        "indicator": "desk.requests",
        "region": "c",
        "window_from": NOON - timedelta(hours=1),
        "window_to": NOON,
        **changes,
    }
    with pytest.raises(QuestionError, match=said):
        Line().readings.ask(Question(**question))


def test_finer_buckets_than_are_kept_is_an_error_that_says_so() -> None:
    line = Line()
    line.send({"at": ago(minutes=1), "region": "a1"})
    line.run()
    old = Question("desk.requests", "c", NOON - timedelta(hours=72, minutes=30), NOON - timedelta(hours=70))
    with pytest.raises(QuestionError, match="no longer kept"):
        line.readings.ask(old)
