"""The tiny city put together from real parts in this process: embedded log, memory ledger, pipelines stepped by the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

from cockpit.city import load_city
from cockpit.live import bounds
from cockpit.panels.installed import kinds
from cockpit.parts import Parts
from cockpit.server import CockpitApp, create_app
from slots import Entities, Fold, MemoryLedger, Pipeline, Readings, Records, folds_by_topic
from streams import Batch, EmbeddedLog, Rejected, codec_for
from streams.clock import Clock
from streams.dead_letters import DeadLetters, letters_of, letters_topic

FOLDER = Path(__file__).parent / "cities" / "tiny"


@dataclass(frozen=True)
class TinyCity:
    """The running parts; `emit` writes records and counts them at once."""

    parts: Parts
    log: EmbeddedLog
    pipelines: Mapping[str, Pipeline]

    def emit(self, topic: str, *records: Mapping[str, Any]) -> None:
        """Writes JSON records to a topic and has them counted."""
        sink = self.log.sink(topic)
        sink.emit([json.dumps(record).encode() for record in records])
        self.count(topic)

    def close(self) -> None:
        """Ends what holds a file or a socket."""
        self.log.close()
        self.parts.ledger.close()

    def count(self, topic: str) -> None:
        """One round of the topic's pipeline."""
        self.pipelines[topic].step(1.0)

    def hotline(self, at: datetime, district: str = "770101", count: int = 1, wait_s: float = 10.0, stars: int = 5) -> None:
        """Some hotline requests of one moment."""
        record = {"created_at": at.isoformat(), "district": district, "category": "noise", "wait_s": wait_s, "stars": stars}
        self.emit("city.hotline", *({"id": f"{at.timestamp()}-{n}", **record} for n in range(count)))


def tiny_city(clock: Clock, on_commit: Any = lambda slot: None, *, bad: bool = False, folder: Path = FOLDER) -> TinyCity:
    """All parts of tests/cities/tiny (or another city), nothing kept on disk. `bad`: refused records become dead letters."""
    city = load_city(folder, kinds())
    log = EmbeddedLog(":memory:", clock=clock)
    ledger = MemoryLedger()
    dead = DeadLetters(log, letters_topic(city.name))
    readings = Readings(city.slots, ledger, city.regions, city.zone, clock)
    entities = Entities(city.slots, ledger, city.regions, clock)
    records = Records(city.slots, log, city.regions, lambda source: codec_for(source, city.folder))
    folds = folds_by_topic(city.slots, lambda slot: Fold(slot, codec_for(slot.source, city.folder), city.regions, city.zone))

    def keep(slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
        dead.write(letters_of(slot, batch, rejected, clock()))
        dead.catch_up(slot)

    aside = keep if bad else _none_expected
    pipelines = {topic: Pipeline(log.source(topic), its, ledger, aside, clock, on_commit) for topic, its in folds.items()}
    return TinyCity(Parts(city, readings, entities, records, ledger, log, dead.view, clock, clock()), log, pipelines)


def _none_expected(slot: str, batch: Batch, rejected: Sequence[Rejected]) -> None:
    assert not rejected, f"{slot} rejected {rejected}"


@contextmanager
def served(app: CockpitApp, port: int = 0, **settings: Any) -> Iterator[str]:
    """The app behind a real uvicorn in a thread, with our settings or others; gives `host:port`."""
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error", **{**bounds(), **settings}))
    started = threading.Event()
    startup = server.startup

    async def noting(sockets: Any = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = noting  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert started.wait(10)
        yield "{}:{}".format(*server.servers[0].sockets[0].getsockname())
    finally:
        server.should_exit = True
        thread.join(10)


def tiny_app(city: TinyCity) -> CockpitApp:
    """The web application over the tiny city."""
    return create_app(city.parts)
