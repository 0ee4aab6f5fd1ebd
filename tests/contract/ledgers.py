"""Every ledger there is, for the tests of what all of them promise; a new one enters the fixture `make`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from slots.bounds import RECOUNT_S, Bounds
from slots.ledger import Commit, Ledger, PageKey, shadow_of
from slots.ledger_memory import MemoryLedger
from slots.ledger_redis import RedisLedger

PAGE = PageKey("cells", "minute", 0)


def commit(start: int, stop: int, n: int = 1, *, part: str = "t/0", **changes: Any) -> Commit:
    delta = pl.DataFrame({"t": [0], "r": ["c"], "d": [""], "k": [""], "n:x": [n]}, schema_overrides={"n:x": pl.Int64})
    standard: dict[str, Any] = {
        "slot": "desk",
        "begin": {part: start or None},
        "end": {part: stop},
        "deltas": {PAGE: delta},
        "counters": {"accepted": stop - start},
        "watermarks": {part: stop * 10},
        "dimensions": {},
        "first_event_us": stop * 10,
        "last_event_us": stop * 10,
        "committed_us": 1,
    }
    return Commit(**{**standard, **changes})


@pytest.fixture(params=["memory", "file", pytest.param("redis", marks=pytest.mark.broker)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Makes ledgers over one and the same store; `bounds`: how many cells a slot may hold."""
    made: list[Ledger] = []

    def one(bounds: Bounds | None = None) -> Ledger:
        for earlier in made:
            earlier.close()
        if request.param == "redis":
            made.append(RedisLedger(request.getfixturevalue("redis_server").address, f"{request.node.name}-{tmp_path}", bounds))
        elif request.param == "file":
            made.append(MemoryLedger(tmp_path / "ledger.sqlite", bounds))
        else:
            made.append(made[0] if made else MemoryLedger(bounds=bounds))
        return made[-1]

    yield one
    made[-1].close()


def rows(ledger: Ledger) -> int:
    frame = ledger.read("desk", PAGE)[1]
    return 0 if frame is None else int(frame["n:x"].sum())


def cells(*rows: tuple[int, int], column: str = "n:x") -> pl.DataFrame:
    """Cells of region c: (bucket's start, count)."""
    frame = pl.DataFrame({"t": [t for t, _ in rows], "r": "c", "d": "", "k": "", column: [n for _, n in rows]})
    return frame.cast({"t": pl.Int64, column: pl.Int64})


def told(ledger: Ledger, slot: str, key: PageKey, column: str = "n:x") -> dict[int, int]:
    frame = ledger.read(slot, key)[1]
    return {} if frame is None else {t: n for t, n in frame.sort("t").select("t", column).rows() if n}


DAY_S = 86_400
CUT_S = 10 * DAY_S - 8 * 3600
"""The beginning of a day in a zone eight hours ahead: in the middle of a UTC day's page of hours and of the year's page."""
HOURS, DAYS, MINUTES = PageKey("cells", "hour", 9 * DAY_S), PageKey("cells", "day", 0), PageKey("cells", "minute", CUT_S)
OLD_HOURS, NEW_HOURS = PageKey("cells", "hour", 8 * DAY_S), PageKey("cells", "hour", 10 * DAY_S)
ENTITIES = PageKey("entities", "", 0)


def things(**keys: tuple[int, str]) -> pl.DataFrame:
    rows = [{"key": key, "time_us": time_us, "lon": 0.0, "lat": 0.0, "r": r} for key, (time_us, r) in keys.items()]
    return pl.DataFrame(rows)


def beside(ledger: Ledger) -> str:
    """A slot with state on both sides of the cut, and its shadow, which stands elsewhere."""
    shadow = shadow_of("desk")
    mine = {
        OLD_HOURS: cells((8 * DAY_S, 1)),
        HOURS: cells((CUT_S - 3600, 2), (CUT_S, 4)),
        NEW_HOURS: cells((10 * DAY_S, 8)),
        DAYS: cells((CUT_S - DAY_S, 16), (CUT_S, 32)),
        MINUTES: cells((CUT_S, 64)),
        ENTITIES: things(a=(5, "old"), b=(9, "old"), c=(3, "old")),
    }
    new = {
        OLD_HOURS: cells((8 * DAY_S, 100)),
        HOURS: cells((CUT_S - 3600, 200), (CUT_S, 400), column="n:y"),
        NEW_HOURS: cells((10 * DAY_S, 800)),
        DAYS: cells((CUT_S - DAY_S, 1600), (CUT_S, 3200)),
        ENTITIES: things(a=(5, "new"), b=(7, "new"), d=(1, "new")),
    }
    ledger.commit(commit(0, 50, deltas=mine, since={"x": 0}, dimensions={"kind": ["a"]}, first_event_us=10, last_event_us=900))
    changes: dict[str, Any] = {"since": {"y": 5}, "dimensions": {"kind": ["b"]}, "first_event_us": 20, "last_event_us": 800}
    ledger.commit(commit(0, 40, slot=shadow, deltas=new, counters={"accepted": 3}, **changes))
    return shadow


def hundred() -> Bounds:
    """At most a hundred cells, by a clock that has always gone on."""
    return Bounds(100, count(step=RECOUNT_S).__next__)


def explode(at: int, **changes: Any) -> Commit:
    """A commit that brings a new minute, hour and day cell, and one more of the first of each."""
    deltas = {size: cells((0, 1), (at, 1)) if at else cells((0, 1)) for size in ("minute", "hour", "day")}
    pages = {PageKey("cells", size, 0): delta for size, delta in deltas.items()}  # type: ignore[arg-type]
    bins = pl.DataFrame({"t": [0, at], "r": "c", "d": "", "k": "", "c": "q:1", "b": [at, at], "n": 1}).unique("t")
    return commit(at, at + 1, deltas=pages | {PageKey("bins", "minute", 0): bins.cast({"b": pl.Int32})}, **changes)
