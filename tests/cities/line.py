"""A whole city on real parts, all in memory, with a clock that stands still: log → pipelines → ledger → Parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from cockpit.city import City, load_city
from cockpit.panels import BUILT_IN, Panel
from cockpit.parts import Parts
from slots import Entities, Fold, Health, Ledger, MemoryLedger, Pipeline, Readings, Records, folds_by_topic
from streams.clock import ManualClock
from streams.codecs import Rejected, codec_for
from streams.dead_letters import DeadLetters, letters_of, letters_topic
from streams.embedded import EmbeddedLog
from streams.record import Batch
from streams.source import Log

CITIES = Path(__file__).parent
TINY = CITIES / "tiny"
WRONG = CITIES / "wrong"
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
"""Twelve o'clock in the tiny city's zone."""


def kinds() -> dict[str, Panel]:
    """The built-in panels by name."""
    return {panel.name: panel for panel in BUILT_IN}


class CityLine:
    """A running city without threads: `send` records, `run` to count them, then ask `parts`."""

    def __init__(self, folder: Path = TINY, log: Log | None = None, ledger: Ledger | None = None) -> None:
        self.clock = ManualClock(NOON)
        self.city: City = load_city(folder, kinds())
        self.log: Log = log or EmbeddedLog(":memory:", partitions=1, clock=self.clock)
        self.ledger: Ledger = ledger or MemoryLedger()
        self.dead_letters = DeadLetters(self.log, letters_topic(self.city.name))
        slots, regions = self.city.slots, self.city.regions
        self.parts = Parts(
            city=self.city,
            readings=Readings(slots, self.ledger, regions, self.city.zone, self.clock),
            entities=Entities(slots, self.ledger, regions, self.clock),
            records=Records(slots, self.log, regions, lambda source: codec_for(source, self.city.folder)),
            ledger=self.ledger,
            log=self.log,
            dead_letters=self.dead_letters.view,
            clock=self.clock,
            started_at=self.clock(),
        )
        folds = folds_by_topic(slots, lambda slot: Fold(slot, codec_for(slot.source, self.city.folder), regions, self.city.zone))
        self._sources = [self.log.source(topic) for topic in folds]
        self._pipelines = [
            Pipeline(source, folds[source.topic], self.ledger, self._set_aside, self.clock) for source in self._sources
        ]

    def send(self, topic: str, *records: dict[str, Any] | bytes) -> None:
        """Writes records as JSON, or bytes as they are."""
        self.log.sink(topic).emit([record if isinstance(record, bytes) else msgspec.json.encode(record) for record in records])

    def run(self) -> int:
        """Counts until every topic is drained and says so to the ledger, as a worker does; how many records that were."""
        counted = sum(_drained(pipeline) for pipeline in self._pipelines)
        for source in self._sources:
            ends = {f"{source.topic}/{partition}": end for partition, end in source.ends().items()}
            for slot in self.city.topics[source.topic]:
                self.ledger.report(slot.slot, Health(True, "", int(self.clock().timestamp() * 1e6), ends))
        return counted

    def close(self) -> None:
        """Lets go of what is open."""
        self.dead_letters.close()
        self.log.close()
        self.ledger.close()

    def _set_aside(self, slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        if rejected:
            self.dead_letters.write(letters_of(slot, batch, rejected, self.clock()))
            self.dead_letters.catch_up(slot)


def _drained(pipeline: Pipeline) -> int:
    total = 0
    while counted := pipeline.step(0.0):
        total += counted
    return total


def request(id: str, minutes_ago: float = 5, **fields: Any) -> dict[str, Any]:
    """A hotline record of the tiny city, some minutes before noon."""
    at = NOON - timedelta(minutes=minutes_ago)
    return {
        "id": id,
        "created_at": at.isoformat(),
        "district": "770101",
        "category": "noise",
        "wait_s": 10.0,
        "stars": 5,
    } | fields


def vehicle(id: str, lon: float, lat: float, seconds_ago: float = 2, **fields: Any) -> dict[str, Any]:
    """A vehicle record of the tiny city, some seconds before noon."""
    at_ms = int((NOON - timedelta(seconds=seconds_ago)).timestamp() * 1000)
    return {"id": id, "at": at_ms, "kind": "bus", "speed_kmh": 30.0, "lon": lon, "lat": lat} | fields
