"""A small whole line for tests: a tree of regions, a slot, an embedded log and a ledger, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from layers import Regions
from layers.feature_file import Features
from slots.fold import Fold
from slots.ledger import Ledger
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.readings import Readings
from slots.slot import Slot, parse_slot
from streams.clock import ManualClock
from streams.codecs import Rejected
from streams.embedded import EmbeddedLog
from streams.json_codec import JsonCodec
from streams.record import Batch

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def small_tree() -> Regions:
    """A city c with the districts a and b, a with the streets a1 and a2; none is drawn."""
    rows = [("c", None), ("a", "c"), ("b", "c"), ("a1", "a"), ("a2", "a")]
    properties = [{"code": code, "parent": parent, "name": code.upper(), "level": 0} for code, parent in rows]
    return Regions(Features(np.array([None] * len(rows), dtype=object), properties))


def small_slot(**changes: Any) -> Slot:
    """Requests with a wait and stars, by code, in two dimensions; `changes` replace keys of the document."""
    document: dict[str, Any] = {
        "slot": "desk",
        "family": "operations",
        "source": {"topic": "city.desk"},
        "time": "at",
        "fields": {
            "at": "datetime",
            "region": "string?",
            "kind": "string?",
            "channel": "string?",
            "wait_s": "float?",
            "stars": "int?",
        },
        "region": {"code": "region"},
        "dimensions": ["kind", "channel"],
        "indicators": [
            {"name": "requests", "measure": {"agg": "count"}},
            {"name": "total", "measure": {"agg": "sum", "of": "wait_s"}},
            {"name": "mean", "measure": {"agg": "mean", "of": "wait_s"}},
            {"name": "least", "measure": {"agg": "min", "of": "wait_s"}},
            {"name": "most", "measure": {"agg": "max", "of": "wait_s"}},
            {"name": "newest", "measure": {"agg": "last", "of": "wait_s"}},
            {"name": "median", "measure": {"agg": "quantile", "of": "wait_s", "q": 0.5}},
            {"name": "kinds", "measure": {"agg": "distinct", "of": "kind"}},
            {
                "name": "good",
                "unit": "%",
                "measure": {"ratio": [{"agg": "count", "where": "stars >= 4"}, {"agg": "count", "of": "stars"}], "scale": 100},
            },
        ],
    }
    return parse_slot({**document, **changes})


class Line:
    """log → pipeline → ledger → readings for one slot; `run` drains the log."""

    def __init__(self, slot: Slot | None = None, ledger: Ledger | None = None, log: EmbeddedLog | None = None) -> None:
        self.clock = ManualClock(NOON)
        self.regions = small_tree()
        self.slot = slot or small_slot()
        self.log = log or EmbeddedLog(":memory:", partitions=2)
        self.ledger: Ledger = ledger or MemoryLedger()
        self.set_aside: list[tuple[str, str]] = []
        self.readings = Readings({self.slot.slot: self.slot}, self.ledger, self.regions, ZONE, self.clock)
        self.pipeline = self.new_pipeline()

    def new_pipeline(self) -> Pipeline:
        """Another worker, which knows only what the ledger knows."""
        fold = Fold(self.slot, JsonCodec(), self.regions, ZONE)
        source = self.log.source(self.slot.source.topic)
        return Pipeline(source, {self.slot.slot: fold}, self.ledger, self._note, self.clock)

    def send(self, *records: dict[str, Any] | bytes, keys: Sequence[bytes] | None = None) -> None:
        values = [record if isinstance(record, bytes) else msgspec.json.encode(record) for record in records]
        self.log.sink(self.slot.source.topic).emit(values, keys)

    def run(self) -> int:
        """Counts until the log is drained; how many records that were."""
        total = 0
        while counted := self.pipeline.step(0.01):
            total += counted
        return total

    def _note(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        self.set_aside += [(batch.address(one.row), one.reason) for one in rejected]


def ago(**parts: float) -> str:
    """A moment before NOON, as a record says it."""
    return (NOON - timedelta(**parts)).isoformat()
