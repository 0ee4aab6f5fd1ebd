"""When a field is said to drift, since when, in how many records, and when no longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from slots.drift import EMPTY_RECORDS, NEW_S, SAMPLED, WINDOW_S, Drift, DriftWatch, sight
from streams.columns import Column
from streams.json_codec import JsonCodec
from streams.record import Batch, Span

COLUMNS = (Column("id", "string"), Column("wait_s", "float", optional=True, most=3600), Column("stars", "int", optional=True))
START_S = 1_700_000_000


class Feed:
    """Batches of records, each a second after the other in the log, and counted as they come."""

    def __init__(self) -> None:
        self.watch = DriftWatch(frozenset(column.name for column in COLUMNS))
        self.now_s = float(START_S)

    def send(self, *records: dict[str, Any]) -> None:
        batch = _batch(
            [msgspec.json.encode({"id": "a", "wait_s": 1.0, "stars": 3} | one) for one in records], int(self.now_s * 1000)
        )
        self.watch.add(sight(JsonCodec(), COLUMNS, batch, JsonCodec().decode(batch.values, COLUMNS)), self.now_s)

    def told(self) -> list[Drift]:
        return self.watch.told(self.now_s)


def _batch(values: Sequence[bytes], at_ms: int) -> Batch:
    n = len(values)
    offsets = np.arange(n, dtype=np.int64)
    return Batch("desk", list(values), [None] * n, np.zeros(n, dtype=np.int32), offsets, at_ms + offsets * 1000, {0: Span(0, n)})


def test_good_records_are_no_drift() -> None:
    feed = Feed()
    feed.send({}, {"stars": None}, {"other": 1})
    assert feed.told() == []


def test_another_type_is_told_with_its_first_moment_and_share() -> None:
    feed = Feed()
    feed.send(*[{}] * 5, *[{"wait_s": "1"}] * 5)
    assert feed.told() == [Drift("wait_s", "type", (START_S + 5) * 1_000_000, 0.5)]
    feed.now_s += 60
    feed.send(*[{}] * 10)
    assert feed.told() == [Drift("wait_s", "type", (START_S + 5) * 1_000_000, 0.25)]


def test_missing_and_out_of_range_are_kinds_of_their_own() -> None:
    feed = Feed()
    feed.send(*[{"id": None}] * 4, *[{"wait_s": 7200}] * 4)
    assert [(one.field, one.kind, one.share) for one in feed.told()] == [("id", "missing", 0.5), ("wait_s", "range", 0.5)]


def test_a_few_bad_records_are_no_drift() -> None:
    feed = Feed()
    feed.send({"wait_s": "1"}, {"wait_s": "1"}, *[{}] * 8)
    assert feed.told() == []
    feed.send(*[{}] * 400, {"wait_s": "1"})
    assert feed.told() == []


def test_what_has_not_been_seen_for_ten_minutes_has_ended_and_begins_anew() -> None:
    feed = Feed()
    feed.send(*[{"wait_s": "1"}] * 5)
    feed.now_s += WINDOW_S - 60
    assert feed.told()
    feed.now_s += 120
    assert feed.told() == []
    feed.send(*[{"wait_s": "1"}] * 5)
    assert feed.told() == [Drift("wait_s", "type", int(feed.now_s) * 1_000_000, 1.0)]


def test_a_new_name_is_told_for_a_day_but_not_what_was_always_there() -> None:
    feed = Feed()
    feed.send({"always": 1})
    feed.now_s += 60
    feed.send(*[{"always": 1, "wait_ms": 5}] * SAMPLED)
    assert [(one.field, one.kind, one.since_us) for one in feed.told()] == [("wait_ms", "new", int(feed.now_s) * 1_000_000)]
    for _ in range(int(NEW_S / 300) + 1):
        feed.now_s += 300
        feed.send(*[{"wait_ms": 5}] * SAMPLED)
        feed.told()
    assert feed.told() == []


def test_an_optional_field_that_most_had_and_none_has_is_missing() -> None:
    feed = Feed()
    feed.send(*[{}] * 50, *[{"stars": None}] * 50)
    feed.now_s += 60
    feed.send(*[{"stars": None}] * (EMPTY_RECORDS - 1))
    assert feed.told() == []
    feed.send({"stars": None})
    assert feed.told() == [Drift("stars", "missing", (START_S + 60) * 1_000_000, 0.5)]
    feed.send({})
    assert feed.told() == []


def test_a_field_that_few_ever_had_may_be_missing() -> None:
    feed = Feed()
    feed.send({}, *[{"stars": None}] * 9)
    feed.send(*[{"stars": None}] * 500)
    assert feed.told() == []


def test_hostile_names_are_bounded() -> None:
    feed = Feed()
    feed.send({})
    for batch in range(300):
        feed.send(*[{f"x{batch}_{name}": 1 for name in range(50)}] * SAMPLED)
    assert len(feed.told()) <= 20


def test_a_stray_bad_record_long_before_is_not_when_it_began() -> None:
    feed = Feed()
    feed.send(*[{}] * 3, {"wait_s": "1"}, *[{}] * 150)
    feed.now_s += 400
    feed.send(*[{"wait_s": "1"}] * 40)
    assert [(one.since_us, one.share > 0.2) for one in feed.told()] == [(int(feed.now_s) * 1_000_000, True)]


def test_stray_bad_records_shortly_before_are_not_when_it_began_either() -> None:
    feed = Feed()
    feed.send(*[{"wait_s": "1"}] * 2, *[{}] * 60, *[{"wait_s": "1"}] * 20)
    assert [one.since_us for one in feed.told()] == [(START_S + 62) * 1_000_000]


def test_strays_that_come_again_and_again_do_not_date_a_drift_back() -> None:
    feed = Feed()
    for _ in range(20):
        feed.send({"wait_s": "1"}, *[{}] * 299)
        feed.now_s += 300
        assert feed.told() == []
    feed.send(*[{"wait_s": "1"}] * 50)
    assert [one.since_us for one in feed.told()] == [int(feed.now_s) * 1_000_000]


def test_a_drift_that_lasts_keeps_its_beginning() -> None:
    feed = Feed()
    for minute in range(60):
        gap = 150 if minute % 7 == 3 else 3
        feed.send(*[{"wait_s": "1"}] * 10, *[{}] * gap)
        feed.now_s += 60
        assert [one.since_us for one in feed.told()] == [START_S * 1_000_000]


def test_a_new_name_is_told_from_the_second_batch_on() -> None:
    feed = Feed()
    feed.send({})
    feed.now_s += 1
    feed.send(*[{"wait_ms": 5}] * 5)
    assert [(one.field, one.kind, one.since_us, one.share > 0.5) for one in feed.told()] == [
        ("wait_ms", "new", (START_S + 1) * 1_000_000, True)
    ]


def test_names_are_learnt_of_the_first_batch_that_can_be_read() -> None:
    feed = Feed()
    unreadable = _batch([b"{"] * 4, START_S * 1000)
    feed.watch.add(sight(JsonCodec(), COLUMNS, unreadable, JsonCodec().decode(unreadable.values, COLUMNS)), feed.now_s)
    feed.send({"always": 1}, {"sometimes": 1})
    feed.send(*[{"always": 1, "sometimes": 1}] * 10)
    assert feed.told() == []
