"""Counting a slot again from the log: what comes out equals a batch recomputation, whatever runs, ends or changes meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from slots.fold import Anew, Fold
from slots.ledger import Ledger, shadow_of
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.reading import Question, Reading
from slots.readings import Readings
from slots.recompute import Overtaken, Recompute
from slots.slot import Slot
from streams.codecs import Rejected
from streams.embedded import EmbeddedLog
from streams.json_codec import JsonCodec
from streams.record import Batch
from tests.line import NOON, ZONE, Line, small_slot

TODAY = datetime(2026, 11, 21, tzinfo=ZoneInfo(ZONE))
YESTERDAY = TODAY - timedelta(days=1)


class Recomputing(Line):
    """A line whose slot may be changed and counted again."""

    def __init__(self, ledger: Ledger | None = None, log: EmbeddedLog | None = None) -> None:
        self.letters: list[tuple[str, str]] = []
        self.slots: dict[str, Slot] = {}
        super().__init__(ledger=ledger, log=log)
        self.log.clock = self.clock
        self.change(self.slot)

    def change(self, slot: Slot) -> None:
        """The slot's file says something else from now on."""
        self.slot = slot
        self.slots[slot.slot] = slot
        self.readings = Readings(self.slots, self.ledger, self.regions, ZONE, self.clock)
        self.pipeline = self.new_pipeline()

    def recompute(self) -> Recompute:
        return Recompute(self.slots, self.refold, self.log, self.ledger, None, self.told, ZONE, self.clock)

    def refold(self, slot: Slot, anew: Anew | None = None) -> Fold:
        return Fold(slot, JsonCodec(), self.regions, ZONE, anew=anew)

    def told(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        self.letters += [(slot, batch.address(one.row)) for one in rejected]

    def again(self, since: datetime) -> str:
        recompute = self.recompute()
        return recompute.run(recompute.plan("desk", since))

    def send_at(self, at: datetime, **fields: Any) -> None:
        """A record of a moment, in the log since then."""
        record = {"at": at.isoformat(), "region": "a1", "wait_s": 2.0, "kind": "x", **fields}
        self.log.sink("city.desk").emit([msgspec.json.encode(record)], timestamps_ms=[int(at.timestamp() * 1000)])

    def read(self, indicator: str, begin: datetime, end: datetime = NOON) -> Reading:
        return self.readings.ask(Question(f"desk.{indicator}", "c", begin, end))[0]

    def truth(self, begin: datetime, end: datetime = NOON) -> dict[str, Any]:
        """All indicators of the slot as a line of its own counts them from the whole log."""
        other = Recomputing(log=self.log)
        other.clock = self.clock
        other.change(self.slot)
        other.run()
        return {one.name: other.read(one.name, begin, end).value for one in self.slot.indicators}

    def shown(self, begin: datetime, end: datetime = NOON) -> dict[str, Any]:
        return {one.name: self.read(one.name, begin, end).value for one in self.slot.indicators}


def doubled() -> Slot:
    """The slot with another measure behind `total`."""
    indicators = small_slot().model_dump(mode="json", exclude_defaults=True)["indicators"]
    indicators[1] = {"name": "total", "measure": {"agg": "sum", "of": "wait_s * 2"}}
    return small_slot(indicators=indicators)


def three_days() -> Recomputing:
    line = Recomputing()
    for hours in (60, 40, 30, 20, 10, 5, 1):
        line.send_at(NOON - timedelta(hours=hours), wait_s=float(hours))
    line.run()
    return line


def test_a_changed_measure_is_what_it_would_always_have_been_from_the_day_on() -> None:
    line = three_days()
    old = line.read("total", NOON - timedelta(days=4)).value
    line.change(doubled())
    assert line.read("total", YESTERDAY).value is None
    said = line.again(YESTERDAY + timedelta(hours=9))
    assert said == "6 records counted anew from 2026-11-20T00:00+08:00 on"
    assert line.shown(YESTERDAY) == line.truth(YESTERDAY)
    total = line.read("total", YESTERDAY)
    assert (total.value, total.coverage) == (2 * 106.0, 1.0) and old == 166.0
    earlier = line.read("total", YESTERDAY - timedelta(days=3), YESTERDAY)
    assert (earlier.value, earlier.coverage) == (None, 0.0)
    assert line.read("requests", YESTERDAY - timedelta(days=3), YESTERDAY).value == 1
    since = line.readings.counts_since("desk.total")
    assert since == YESTERDAY and line.readings.counts_since("desk.requests") is None


def test_the_line_goes_on_behind_what_was_recomputed() -> None:
    line = three_days()
    line.change(doubled())
    line.again(YESTERDAY)
    for _ in range(2):
        line.send_at(NOON - timedelta(minutes=5))
        line.run()  # finds that the slot is another one now, and opens the log where that stands
        line.run()
        assert line.shown(YESTERDAY) == line.truth(YESTERDAY)
        line.again(YESTERDAY)
        assert line.shown(YESTERDAY) == line.truth(YESTERDAY)
    assert line.ledger.state(shadow_of("desk")).sequence == 0


def test_under_load_each_record_counts_once() -> None:
    line = three_days()
    line.change(doubled())
    stop, sent = threading.Event(), threading.Event()

    def load() -> None:
        while not stop.is_set():
            line.send_at(NOON - timedelta(minutes=5))
            sent.set()
            stop.wait(0.001)

    live = Pipeline(line.log.source("city.desk"), {"desk": line.refold(line.slot)}, line.ledger, line.told, line.clock)
    threads = [threading.Thread(target=load), threading.Thread(target=live.run, args=(stop,))]
    for thread in threads:
        thread.start()
    try:
        assert sent.wait(10)
        for _ in range(3):
            line.again(YESTERDAY)
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
    line.run()
    assert line.shown(YESTERDAY) == line.truth(YESTERDAY)
    assert line.read("requests", NOON - timedelta(days=4)).value == sum(line.ledger.state("desk").offsets.values())


class Ended(Exception):
    """As a power cut in the middle."""


def test_one_that_is_ended_changes_nothing() -> None:
    line = three_days()
    before = line.shown(YESTERDAY)
    recompute = line.recompute()

    def end(done: int, total: int) -> None:
        raise Ended

    with pytest.raises(Ended):
        recompute.run(recompute.plan("desk", YESTERDAY), end)
    assert line.shown(YESTERDAY) == before and line.letters == []
    assert line.ledger.state(shadow_of("desk")).sequence == 0


def test_what_a_killed_one_has_left_does_not_count(tmp_path: Any) -> None:
    """A kill leaves the shadow where it stood; the next one begins from nothing."""
    line = three_days()
    plan = line.recompute().plan("desk", YESTERDAY)
    fold = line.refold(line.slot, Anew(shadow_of("desk"), int(plan.start.timestamp()) * 1_000_000, {}))
    Pipeline(line.log.source("city.desk"), {shadow_of("desk"): fold}, line.ledger, line.told, line.clock).step(0.1)
    assert line.ledger.state(shadow_of("desk")).sequence == 1
    assert line.read("requests", YESTERDAY).value == 6
    line.again(YESTERDAY)
    assert line.shown(YESTERDAY) == line.truth(YESTERDAY)


def test_of_two_at_once_the_later_one_is_taken() -> None:
    """Two processes may share a ledger: the second clears what the first has counted beside the slot, and the first notices."""
    line = three_days()
    line.change(doubled())
    first = line.recompute()

    def overtaken(done: int, total: int) -> None:
        line.again(YESTERDAY)

    with pytest.raises(Overtaken, match="another recomputation"):
        first.run(first.plan("desk", YESTERDAY), overtaken)
    assert line.shown(YESTERDAY) == line.truth(YESTERDAY)


def test_a_slot_that_changes_meanwhile_is_not_swapped() -> None:
    line = three_days()
    before = line.shown(YESTERDAY)
    recompute = line.recompute()
    plan = recompute.plan("desk", YESTERDAY)
    line.slots["desk"] = doubled()
    with pytest.raises(ValueError, match="changed meanwhile"):
        recompute.run(plan)
    line.slots["desk"] = small_slot()
    assert line.shown(YESTERDAY) == before


def test_a_log_that_does_not_reach_back_is_refused_with_what_it_reaches() -> None:
    line = Recomputing(log=EmbeddedLog(":memory:", partitions=1, max_records_per_topic=5))
    for hours in (60, 40, 30, 20, 10, 5, 1):
        line.send_at(NOON - timedelta(hours=hours))
    line.run()
    with pytest.raises(ValueError, match=r"does not reach back to 2026-11-20T00:00: it begins at .* Hint: --from 2026-11-21"):
        line.recompute().plan("desk", YESTERDAY)
    line.again(TODAY)
    assert line.shown(TODAY) == line.truth(TODAY)


def test_a_day_that_lies_ahead_is_refused() -> None:
    with pytest.raises(ValueError, match="lies ahead"):
        Recomputing().recompute().plan("desk", NOON + timedelta(days=2))


def test_what_the_slot_refuses_now_is_told_after_the_swap_under_its_own_name() -> None:
    line = three_days()
    line.send_at(NOON - timedelta(minutes=3), region="nowhere")
    line.run()
    line.again(YESTERDAY)
    assert [slot for slot, _ in line.letters] == ["desk"]
    assert line.ledger.state("desk").counters["rejected"] == 1


def test_what_is_late_for_the_day_before_stays_there() -> None:
    """A record of the day before that came later belongs to what is kept, not to what is counted anew."""
    line = three_days()
    record = {"at": (YESTERDAY - timedelta(minutes=1)).isoformat(), "region": "a1", "wait_s": 1.0}
    line.send(record)
    line.run()
    before = line.read("requests", YESTERDAY - timedelta(days=1), YESTERDAY).value
    line.again(YESTERDAY)
    assert line.read("requests", YESTERDAY - timedelta(days=1), YESTERDAY).value == before
    assert line.read("requests", YESTERDAY).value == 6


def test_the_snapshot_holds_what_was_swapped_in(tmp_path: Any) -> None:
    ledger = MemoryLedger(tmp_path / "ledger.sqlite")
    line = Recomputing(ledger=ledger)
    line.send_at(NOON - timedelta(hours=1))
    line.run()
    line.change(doubled())
    line.again(TODAY)
    ledger.close()
    line.ledger = MemoryLedger(tmp_path / "ledger.sqlite")
    line.change(line.slot)
    assert line.shown(TODAY) == line.truth(TODAY)
