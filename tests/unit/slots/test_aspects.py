"""From when on a changed measure counts, and that it never mixes with what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from slots.aspects import MAX_TURNS, counts_since, turns
from slots.ledger import SlotState
from slots.measures import distinct_parts, parts_of
from slots.pipeline import Pipeline
from slots.reading import Question, Reading
from slots.readings import Readings
from slots.slot import Slot
from tests.line import NOON, ZONE, Line, ago, small_slot

NOTHING = SlotState()


def after(state: SlotState, aspects: tuple[str, ...], last_us: int) -> SlotState:
    """The state once a batch up to `last_us` was counted with these aspects."""
    return replace(state, since={**turns(aspects, state), **state.since}, offsets={"t/0": 1}, last_event_us=last_us)


def test_what_counts_from_the_slots_beginning_says_so() -> None:
    assert turns(("a", "b"), NOTHING) == {"a": 0, "b": 0}
    state = after(NOTHING, ("a", "b"), 100)
    assert turns(("a", "b"), state) == {} and counts_since(["a", "b"], state) == 0


def test_what_is_new_counts_after_the_latest_event_seen() -> None:
    state = after(NOTHING, ("a",), 100)
    assert counts_since(["a", "b"], state) is None
    assert turns(("a", "b"), state) == {"b": 101}
    assert counts_since(["a", "b"], after(state, ("a", "b"), 200)) == 101


def test_what_was_dropped_and_comes_back_counts_from_its_return() -> None:
    state = after(after(NOTHING, ("a", "b"), 100), ("a",), 200)
    assert counts_since(["b"], state) is None and counts_since(["a"], state) == 0
    state = after(state, ("a", "b"), 300)
    assert counts_since(["b"], state) == 201
    state = after(after(state, ("a",), 400), ("a", "b"), 500)
    assert counts_since(["b"], state) == 401


def test_the_moments_kept_are_bounded() -> None:
    state = NOTHING
    for n in range(MAX_TURNS + 100):
        state = after(state, ("a",) if n % 2 else ("b",), n)
    assert len(state.since) <= MAX_TURNS


def ids(slot: Slot) -> set[str]:
    return {part.id for part in distinct_parts(slot)}


def test_everything_that_decides_what_is_counted_begins_a_part_anew() -> None:
    fields = small_slot().model_dump(mode="json")["fields"]
    assert ids(small_slot()) == ids(small_slot(owner="somebody", lateness="1h", dimensions=["kind"]))
    changes: list[dict[str, Any]] = [
        {"where": "stars > 1"},
        {"region": {"code": "kind"}},
        {"region": {"code": "region", "fallback": "b"}},
        {"fields": {**fields, "at": {"type": "datetime", "zone": "Asia/Tokyo"}}},
    ]
    for change in changes:
        assert ids(small_slot()).isdisjoint(ids(small_slot(**change))), change
    retyped = ids(small_slot(fields={**fields, "stars": {"type": "float", "optional": True}}))
    assert len(ids(small_slot()) - retyped) == 2  # the two sides of the one ratio that reads stars


def test_what_decides_nothing_of_a_part_leaves_it_as_it_is() -> None:
    fields = {**small_slot().model_dump(mode="json")["fields"], "done_at": {"type": "datetime", "optional": True}}
    before = small_slot(fields=fields, where="kind <> 'done_at'")
    widened = {**fields, "wait_s": {"type": "float", "max": 9000}, "stars": {"type": "int", "max": 99, "optional": True}}
    zoned = {**fields, "done_at": {"type": "datetime", "zone": "Asia/Tokyo"}, "kind": {"type": "string"}}
    for changed in (widened, zoned):
        assert ids(before) == ids(small_slot(fields=changed, where="kind <> 'done_at'"))


def test_a_wider_range_goes_on_counting() -> None:
    fields = small_slot().model_dump(mode="json")["fields"]
    waits = ({"type": "float", "optional": True, "max": most} for most in (50, 500))
    narrow, wide = (small_slot(fields={**fields, "wait_s": wait_s}) for wait_s in waits)
    line = Changing(narrow)
    line.send(*({"at": ago(minutes=minutes), "region": "a1", "wait_s": wait_s} for minutes, wait_s in ((30, 10.0), (29, 100.0))))
    line.run()
    line.change(wide)
    line.send({"at": ago(minutes=10), "region": "a1", "wait_s": 100.0})
    line.run()
    for indicator, value in (("requests", 2.0), ("total", 110.0)):
        reading = line.read(indicator, 30)
        assert (reading.value, reading.coverage) == (value, 1.0), indicator


def test_columns_are_shared_only_by_what_begins_together() -> None:
    slot = small_slot()
    by_name = {indicator.name: parts_of(indicator.measure, slot) for indicator in slot.indicators}
    assert by_name["total"][0].id == by_name["mean"][0].id
    assert len({by_name[name][0].id for name in ("mean", "least", "most", "newest", "median")}) == 5
    assert by_name["requests"][0].id not in {part.id for part in by_name["good"]}


class Changing(Line):
    """A line whose slot is changed while it runs, as a changed file does."""

    def change(self, slot: Slot) -> None:
        self.slot = slot
        self.readings = Readings({slot.slot: slot}, self.ledger, self.regions, ZONE, self.clock)
        self.pipeline: Pipeline = self.new_pipeline()

    def read(self, indicator: str, minutes: int, **more: Any) -> Reading:
        window = NOON - timedelta(minutes=minutes), NOON
        return self.readings.ask(Question(f"desk.{indicator}", "c", *window, **more))[0]


def test_a_changed_measure_says_how_much_of_a_window_it_has_counted() -> None:
    line = Changing()
    for minutes in (60, 45, 30):
        line.send({"at": ago(minutes=minutes), "region": "a1", "wait_s": 10.0, "kind": "x"})
    line.run()
    document = small_slot().model_dump(mode="json", exclude_defaults=True)
    document["indicators"][2] = {"name": "mean", "measure": {"agg": "mean", "of": "wait_s * 2"}}
    line.change(small_slot(indicators=document["indicators"]))
    assert (line.read("mean", 60).coverage, line.read("mean", 60).value) == (0.0, None)
    for minutes in (20, 10):
        line.send({"at": ago(minutes=minutes), "region": "a1", "wait_s": 10.0, "kind": "x"})
    line.run()
    mean, total = line.read("mean", 60), line.read("total", 60)
    assert (mean.value, mean.count) == (20.0, 2) and abs(mean.coverage - 29 / 60) < 1e-9
    assert (total.value, total.coverage) == (50.0, 1.0)
    assert line.read("mean", 29).coverage == 1.0
    since = line.readings.counts_since("desk.mean")
    assert since is not None and since.timestamp() == (NOON - timedelta(minutes=30)).timestamp() + 1e-6
    assert line.readings.counts_since("desk.total") is None


def test_a_new_dimension_says_from_when_it_was_kept_apart() -> None:
    line = Changing(small_slot(dimensions=["kind"]))
    line.send({"at": ago(minutes=30), "region": "a1", "kind": "x", "channel": "phone"})
    line.run()
    line.change(small_slot(dimensions=["kind", "channel"]))
    line.send({"at": ago(minutes=10), "region": "a1", "kind": "x", "channel": "phone"})
    line.run()
    by_channel, by_kind = line.read("requests", 30, by="channel"), line.read("requests", 30, by="kind")
    assert (by_channel.value, by_kind.value) == (1.0, 2.0)
    assert by_channel.coverage < 1.0 == by_kind.coverage
