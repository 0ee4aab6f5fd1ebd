"""From when on buckets are kept, where, and how far event time has come."""

from __future__ import annotations

import polars as pl
import pytest

from slots.ledger import Commit, Health, PageKey, SlotState
from slots.ledger_memory import MemoryLedger
from slots.retention import ALWAYS, Retention, behind_s, expired

DAY_S = 86400
NOW_S = 1795219200  # 2026-11-21
HOT = Retention(hours_hot_s=15 * DAY_S, days_hot_s=400 * DAY_S)


def state(**marks_s: int) -> SlotState:
    """Partition `tN` stands at offset 5, its event time at the second given."""
    marks = {f"t/{name[1:]}": second * 1_000_000 for name, second in marks_s.items()}
    return SlotState(offsets=dict.fromkeys(marks, 5), watermarks=marks, last_event_us=max(marks.values(), default=None))


@pytest.mark.parametrize(
    ("marks", "ends", "expected"),
    [
        ({"t0": 100, "t1": 70}, {"t/0": 9, "t/1": 9}, 70),
        ({"t0": 100, "t1": 70}, {"t/0": 9, "t/1": 5}, 100),  # read to its end: it may be silent for years
        ({"t0": 100, "t1": 70}, {"t/0": 9}, 70),  # of the other nobody says how long it is
        ({"t0": 100}, {"t/0": 5, "t/1": 3}, None),  # of the other nothing was read
        ({"t0": 100}, {"t/0": 5, "t/1": 0}, 100),
        ({}, {}, None),
    ],
)
def test_how_far_event_time_has_come(marks: dict[str, int], ends: dict[str, int], expected: int | None) -> None:
    assert behind_s(state(**marks), Health(ends=ends)) == expected


def test_what_is_kept_and_what_the_ledger_takes() -> None:
    assert HOT.horizons(NOW_S * 1_000_000) == {"minute": NOW_S - 2 * DAY_S, "hour": NOW_S - 90 * DAY_S, "day": ALWAYS}
    floors = {"hour": NOW_S - 20 * DAY_S, "day": NOW_S - 500 * DAY_S}
    assert HOT.horizons(NOW_S * 1_000_000, floors) == {"minute": NOW_S - 2 * DAY_S, **floors}


def test_a_page_may_have_left_before_the_hot_range_or_the_floor() -> None:
    assert HOT.below(state(t0=NOW_S + 3600)) == {"hour": NOW_S - 15 * DAY_S, "day": 1759276800}
    assert Retention().below(state(t0=NOW_S)) == {}


@pytest.mark.parametrize(("retention", "sizes"), [(Retention(), {"minute", "hour"}), (HOT, {"minute"})])
def test_hours_expire_only_where_there_is_no_history(retention: Retention, sizes: set[str]) -> None:
    ledger, old = MemoryLedger(), NOW_S - 100 * DAY_S
    frame = pl.DataFrame({"t": [0], "r": ["c"], "d": [""], "k": [""], "n:x": [1]})
    pages = {PageKey("cells", size, start): frame for size in ("minute", "hour", "day") for start in (old, NOW_S)}
    after = ledger.commit(Commit("desk", {"t/0": None}, {"t/0": 1}, pages, {}, {}, {}, 1, NOW_S * 1_000_000, 1))
    found = expired(ledger, "desk", after, retention)
    assert {(key.size, key.start) for key in found} == {(size, old) for size in sizes}
    assert found == {key: version for key, version in ledger.versions("desk").items() if key in found}
