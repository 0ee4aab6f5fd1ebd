"""Where 100,000 things are now, asked while 2,000 of them move each second; beside a pandas filter and a spatial index."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from slots.entities import Entities
from slots.ledger import Commit
from slots.ledger_memory import MemoryLedger
from slots.pages import ENTITIES
from slots.slot import Slot, parse_slot
from streams.clock import ManualClock
from tests.bench.row import Aim, Row, spread
from tests.line import NOON, small_tree

THINGS = 100_000
MOVING = 2_000
COMMITS = 5  # per second
SECONDS = 6
WITHIN_MS = 20.0
REGIONS = np.array(["a1", "a2", "b"])


def measure(rounds: int) -> list[Row]:
    """The 95th percentile of each question, in milliseconds, what the changes cost included."""
    names = ("region", "box", "nearest 20", "within 500 m")
    told: dict[str, list[float]] = {name: [] for name in names}
    others: dict[str, list[float]] = {}
    for number in range(max(1, rounds)):
        city = _City(number)
        for name, took in city.asked_while_moving(SECONDS).items():
            told[name].append(took)
        for name, took in city.naively().items():
            others.setdefault(name, []).append(took)
    note = f"{THINGS:,} things, {MOVING:,} move each second in {COMMITS} commits; the first question after each is among them"
    aim = Aim("at most", WITHIN_MS)
    rows = [
        Row("entities", f"{name}, p95", float(np.median(told[name])), "ms", aim=aim, spread=spread(told[name]), note=note)
        for name in names
    ]
    ours = float(np.median(told["box"]))  # the 95th percentile, against their medians
    for name, rounds_ms in others.items():
        value = float(np.median(rounds_ms))
        rows.append(Row("entities", name, value, "ms", "ours, box", value / ours if ours else None, spread=spread(rounds_ms)))
    return rows


class _City:
    """A ledger full of things that move, and questions about them."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._clock = ManualClock(NOON)
        self._ledger = MemoryLedger()
        self._entities = Entities({"desk": _slot()}, self._ledger, small_tree(), self._clock)
        self._offset = 0
        self._move(np.arange(THINGS))
        self._entities.latest("desk")

    def asked_while_moving(self, seconds: int) -> dict[str, float]:
        """Question → 95th percentile in ms."""
        took: dict[str, list[float]] = {}
        for _ in range(seconds * COMMITS):
            self._clock.advance(timedelta(seconds=1 / COMMITS))
            self._move(self._rng.choice(THINGS, MOVING // COMMITS, replace=False))
            asked = list(self._questions().items())
            self._rng.shuffle(asked)  # so that each is the first after a change as often as the others
            for name, ask in asked:
                took.setdefault(name, []).append(_ms(ask))
        return {name: float(np.percentile(values, 95)) for name, values in took.items()}

    def naively(self) -> dict[str, float]:
        """A box asked after the same changes: of a pandas frame brought up to date, and of a spatial index made anew."""
        import geopandas
        import pandas

        frame: Any = pandas.DataFrame(self._states(np.arange(THINGS)).to_dict(as_series=False)).set_index("key")
        filtered, indexed = [], []
        for _ in range(5):
            states = self._states(self._rng.choice(THINGS, MOVING // COMMITS, replace=False))
            moved = pandas.DataFrame(states.to_dict(as_series=False)).set_index("key")
            filtered.append(_ms(partial(_filtered, frame, moved)))
            indexed.append(_ms(lambda: geopandas.GeoSeries.from_xy(frame["lon"], frame["lat"]).cx[120.0:120.05, 30.0:30.05]))
        return {
            "pandas: update, then filter a box": float(np.median(filtered)),
            "geopandas: sindex of all": float(np.median(indexed)),
        }

    def _questions(self) -> dict[str, Callable[[], object]]:
        lon, lat = self._rng.uniform(119.6, 120.4), self._rng.uniform(29.6, 30.4)
        ask = self._entities.latest
        return {
            "region": lambda: ask("desk", region="a1"),
            "box": lambda: ask("desk", bbox=(lon, lat, lon + 0.05, lat + 0.05)),
            "nearest 20": lambda: ask("desk", near=(lon, lat), limit=20),
            "within 500 m": lambda: ask("desk", near=(lon, lat), radius_m=500.0),
        }

    def _states(self, things: np.ndarray) -> pl.DataFrame:
        count = len(things)
        return pl.DataFrame(
            {
                "key": [f"v{thing}" for thing in things],
                "time_us": int(self._clock().timestamp() * 1e6) - self._rng.integers(0, 1_000_000, count),
                "lon": self._rng.uniform(119.5, 120.5, count),
                "lat": self._rng.uniform(29.5, 30.5, count),
                "r": REGIONS[things % 3],
                "a:state": ["moving"] * count,
            }
        )

    def _move(self, things: np.ndarray) -> None:
        now_us, begin = int(self._clock().timestamp() * 1e6), self._offset
        self._offset += len(things)
        self._ledger.commit(
            Commit(
                slot="desk", begin={"t/0": begin or None}, end={"t/0": self._offset}, deltas={ENTITIES: self._states(things)},
                counters={}, watermarks={}, dimensions={}, first_event_us=now_us, last_event_us=now_us, committed_us=now_us,
            )
        )  # fmt: skip


def _filtered(frame: Any, moved: Any) -> Any:
    frame.update(moved)
    return frame[frame["lon"].between(120.0, 120.05) & frame["lat"].between(30.0, 30.05)]


def _ms(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _slot() -> Slot:
    return parse_slot(
        {
            "slot": "desk", "family": "operations", "source": {"topic": "t"}, "time": "at", "region": {"point": ["lon", "lat"]},
            "fields": {"at": "datetime", "id": "string", "lon": "float", "lat": "float", "state": "string?"},
            "indicators": [{"name": "fixes", "measure": {"agg": "count"}}],
            "entities": {"key": "id", "attributes": ["state"], "expires": "24h"},
        }
    )  # fmt: skip
