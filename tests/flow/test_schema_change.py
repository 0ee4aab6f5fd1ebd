"""Promise 4: a schema change never yields a wrong number. Each is tolerated, or its records are set aside naming the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slots.dry_run import as_batch, dry_run
from slots.slot import Slot, parse_slot
from streams.clock import ManualClock
from tests.contract.formats import AvroRegistry, CannotSay, CloudEvents, Csv, Json, Protobuf, Written
from tests.line import NOON, ZONE, small_tree

GOOD: Mapping[str, Any] = {"id": "a1", "at": NOON - timedelta(minutes=5), "n": 2, "w": 10.0, "ok": True, "kind": "noise"}
BEFORE, AFTER = 5, 3
GONE = object()


@dataclass(frozen=True)
class Tolerated:
    """The changed records count; what they no longer say is missing, not 0."""

    total: float = 80.0
    mean: float = 10.0
    level: float = 16.0


CASES: Mapping[str, tuple[Mapping[str, Any], Tolerated | str]] = {
    "a field is added": ({"extra": "new"}, Tolerated()),
    "an optional field is dropped": ({"w": GONE}, Tolerated(total=50.0)),
    "a required field is dropped": ({"kind": GONE}, "kind"),
    "an optional field is renamed": ({"w": GONE, "extra": 10.0}, Tolerated(total=50.0)),
    "a required field is renamed": ({"kind": GONE, "extra": "noise"}, "kind"),
    "an int becomes a float": ({"n": 2.5}, "n"),
    "an int becomes a float without a fraction": ({"n": 2.0}, "n"),
    "a float becomes an int": ({"w": 10}, Tolerated()),
    "a number becomes a text": ({"w": "10.0s"}, "w"),
    "a number is put in quotes": ({"w": "10.0"}, "w"),
    "a text becomes a number": ({"kind": 7}, "kind"),
    "a required field is null": ({"kind": None}, "kind"),
    "an optional field is null": ({"w": None}, Tolerated(total=50.0)),
    "a category is new": ({"kind": "fire"}, Tolerated()),
    "the unit changes": ({"w": 10_000.0}, "w"),
    "the time loses its zone": ({"at": datetime(2026, 11, 21, 11, 55)}, "at"),
    "the time becomes a number": ({"at": 1_795_262_100}, "at"),
    "a number becomes an object": ({"n": {"a": 2}}, "n"),
    "a number becomes a list": ({"n": [2, 2]}, "n"),
    "a bool becomes a code": ({"ok": "Y"}, "ok"),
    "a number becomes a code": ({"n": "two"}, "n"),
}
TEXTUAL = {"a number is put in quotes", "a text becomes a number"}


def slot() -> Slot:
    return parse_slot(
        {
            "slot": "desk",
            "family": "operations",
            "source": {"topic": "city.desk"},
            "time": "at",
            "fields": {
                "id": "string",
                "at": "datetime",
                "n": "int?",
                "w": {"type": "float?", "min": 0, "max": 3600},
                "ok": "bool?",
                "kind": "string",
                "local": "datetime?",
            },
            "region": {"code": "id"},
            "dimensions": ["kind"],
            "indicators": [
                {"name": "requests", "measure": {"agg": "count"}},
                {"name": "total", "measure": {"agg": "sum", "of": "w"}},
                {"name": "mean", "measure": {"agg": "mean", "of": "w"}},
                {"name": "level", "measure": {"agg": "sum", "of": "n"}},
                {"name": "ok", "measure": {"agg": "count", "where": "ok"}},
            ],
        }
    )


@pytest.fixture(params=[Json, Csv, AvroRegistry, Protobuf, CloudEvents], ids=lambda one: one.__name__)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Written:
    codec: Written = request.param(tmp_path)
    return codec


@pytest.mark.parametrize("case", CASES)
def test_a_schema_change_never_yields_a_wrong_number(written: Written, case: str) -> None:
    changes, expected = CASES[case]
    if isinstance(written, Csv) and case in TEXTUAL:
        pytest.skip("a cell has neither quotes nor types")
    changed = {name: value for name, value in {**GOOD, **changes}.items() if value is not GONE}
    try:
        values = [written.write(GOOD)] * BEFORE + [written.write(changed)] * AFTER
    except CannotSay:
        pytest.skip("this format cannot make this change, or nobody can see it")
    run = dry_run(slot(), as_batch(slot(), values), written.codec, small_tree(), ZONE, ManualClock(NOON))
    got = {reading.indicator.removeprefix("desk."): reading.value for reading in run.readings}
    if isinstance(expected, str):
        assert run.counters == {"accepted": BEFORE, "rejected": AFTER}
        assert got == {"requests": BEFORE, "total": 50.0, "mean": 10.0, "level": 10, "ok": BEFORE}
        assert all(f"'{expected}'" in reason for _, _, reason in run.refused), run.refused
    else:
        assert run.refused == []
        requests = BEFORE + AFTER
        told = {"total": expected.total, "mean": expected.mean, "level": expected.level}
        assert got == {"requests": requests, **told, "ok": requests}
