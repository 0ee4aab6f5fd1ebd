from datetime import timedelta
from typing import Any

import msgspec
import polars as pl
import polars.selectors as cs
import pytest

from slots.dimensions import MAX_VALUES
from slots.ledger import PageKey
from slots.reading import Question
from tests.line import NOON, Line, ago, small_slot


def value(line: Line, name: str, hours: float = 1, **changes: Any) -> float | None:
    window = (NOON - timedelta(hours=hours), NOON + timedelta(minutes=5))
    return line.readings.ask(Question(f"desk.{name}", changes.pop("region", "c"), *window, **changes))[0].value


def test_a_bad_record_is_set_aside_with_its_address_and_the_rest_counts() -> None:
    line = Line()
    good = {"at": ago(minutes=1), "region": "a1", "wait_s": 2}
    line.send(good, b'{"at": "2026', {**good, "wait_s": "12"}, {**good, "region": "zz"}, {**good, "at": ago(minutes=-30)}, good)
    line.run()
    assert value(line, "requests") == 2
    counters = line.ledger.state("desk").counters
    assert (counters["accepted"], counters["rejected"]) == (2, 4)
    reasons = sorted(reason for _, reason in line.set_aside)
    assert len(reasons) == 4
    assert any("wait_s" in reason for reason in reasons)
    assert any("'zz' is not in the city's regions" in reason for reason in reasons)
    assert "field 'at' is 2026-11-21T12:30:00Z, more than 300 s ahead of 2026-11-21T12:00:00Z" in reasons
    assert all(address.startswith("city.desk[") and "]@" in address for address, _ in line.set_aside)


def test_without_a_code_a_record_is_counted_at_the_fallback_as_unplaced() -> None:
    line = Line(small_slot(region={"code": "region", "fallback": "b"}))
    line.send({"at": ago(minutes=1)}, {"at": ago(minutes=1), "region": "a1"})
    line.run()
    assert line.ledger.state("desk").counters["unplaced"] == 1
    assert (value(line, "requests", region="b"), value(line, "requests", region="c")) == (1, 2)


def test_where_filters_records() -> None:
    line = Line(small_slot(where="kind <> 'test'"))
    line.send(*[{"at": ago(minutes=1), "region": "a1", "kind": kind} for kind in ("test", "water", None)])
    line.run()
    assert value(line, "requests") == 1
    assert line.ledger.state("desk").counters["filtered"] == 2


def test_a_late_record_is_counted_as_late_and_reaches_the_day_only() -> None:
    line = Line(small_slot(lateness="10m"))
    line.send({"at": ago(minutes=1), "region": "a1"}, keys=[b"k"])
    line.run()
    line.send({"at": ago(minutes=30), "region": "a1"}, {"at": ago(minutes=5), "region": "a1"}, keys=[b"k", b"k"])
    line.run()
    assert line.ledger.state("desk").counters["late"] == 1
    assert value(line, "requests") == 2
    day = Question("desk.requests", "c", NOON - timedelta(hours=20), NOON + timedelta(hours=4))
    assert line.readings.ask(day)[0].value == 3


def test_dimension_values_beyond_the_bound_are_counted_under_other() -> None:
    line = Line()
    for start in (0, 150):
        line.send(*[{"at": ago(minutes=1), "region": "a", "kind": f"k{i}"} for i in range(start, start + 150)])
        line.run()
    state = line.ledger.state("desk")
    assert len(state.dimensions["kind"]) == MAX_VALUES
    assert state.counters["other"] == 100
    kinds = line.readings.ask(Question("desk.requests", "c", NOON - timedelta(hours=1), NOON, by="kind"))
    assert {reading.key: reading.value for reading in kinds}["other"] == 100
    assert sum(reading.value or 0 for reading in kinds) == 300


def test_old_minutes_are_not_even_made() -> None:
    line = Line(small_slot(lateness="9d"))
    line.send({"at": ago(minutes=1), "region": "a"}, {"at": ago(days=5), "region": "a"})
    line.run()
    starts = [key.start for key in line.ledger.pages("desk", "cells", "minute")]
    assert starts == [int(NOON.timestamp()) - 3600]
    assert len(line.ledger.pages("desk", "cells", "hour")) == 2


def test_the_position_moves_over_bad_batches_too() -> None:
    line = Line()
    line.send(b"nothing", b"{}", b"[]")
    line.run()
    assert sum(line.ledger.state("desk").offsets.values()) == 3
    assert line.ledger.state("desk").last_event_us is None
    assert line.run() == 0


@pytest.mark.parametrize("size", ["minute", "hour", "day"])
def test_every_record_is_in_every_size(size: Any) -> None:
    line = Line()
    line.send(*[{"at": ago(minutes=i % 9), "region": "a1"} for i in range(90)])
    line.run()
    keys: list[PageKey] = line.ledger.pages("desk", "cells", size)
    frames = [line.ledger.read("desk", key)[1] for key in keys]
    totals = [
        frame.filter(frame["d"] == "").select(pl.max_horizontal(cs.starts_with("n:")).sum())
        for frame in frames
        if frame is not None
    ]
    assert sum(int(total.item()) for total in totals) == 90


def test_pretty_printed_json_is_json() -> None:
    line = Line()
    line.send(msgspec.json.format(msgspec.json.encode({"at": ago(minutes=1), "region": "a1"}), indent=2))
    line.run()
    assert value(line, "requests") == 1
