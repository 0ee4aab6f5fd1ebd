"""From a city's records to the log: first what is missing of the past, then what becomes due, for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cockpit.demo.writing import Emission
from streams.clock import Clock
from streams.source import Log, Sink, StreamError

HISTORY = timedelta(hours=48)
"""Long enough that today and yesterday can be compared at any time of day; what little is sent may begin earlier."""
TICK_S = 0.25
_AT_ONCE = 20_000


class Feeder(Protocol):
    """Knows all records of a city by the moment they are due; asked by one thread at a time."""

    @property
    def topics(self) -> Mapping[str, str]:
        """Slot → topic."""

    def history(self, slot: str, begin: datetime, end: datetime) -> Iterator[Emission]:
        """The records due in `[begin, end)`, in order; adjoining spans leave nothing out and double nothing."""

    def past(self, slot: str) -> timedelta:
        """How long ago the records of an empty log begin."""


def fill(feeder: Feeder, log: Log, end: datetime, history: timedelta | None = None) -> None:
    """Writes everything due until `end` that the log does not hold yet: all of `history` (each slot's own) into an empty log.

    Blocks. Where the log was left, at most so long ago, it goes on. Raises StreamError.
    """
    for slot, topic in feeder.topics.items():
        sink = log.sink(topic)
        try:
            _send(sink, feeder.history(slot, _standing(log, topic, end, history or feeder.past(slot)), end))
        finally:
            sink.close()


def run(feeder: Feeder, log: Log, stop: threading.Event, clock: Clock, history: timedelta | None = None) -> None:
    """Fills the past, then sends what becomes due four times a second until `stop`. For a thread of its own.

    A log that cannot be reached now is tried again at the next tick: what is due stays due.
    """
    sinks = {slot: log.sink(topic) for slot, topic in feeder.topics.items()}
    stands: dict[str, datetime] = {}
    while not stop.is_set():
        for slot, sink in sinks.items():
            now = clock()
            try:
                begin = stands.get(slot) or _standing(log, feeder.topics[slot], now, history or feeder.past(slot))
                _send(sink, feeder.history(slot, begin, now))
                stands[slot] = max(begin, now)
            except StreamError:
                stands.pop(slot, None)  # some of it may be in the log: ask it where it stands
            if stop.is_set():
                break
        stop.wait(TICK_S)
    for sink in sinks.values():
        sink.close()


def _standing(log: Log, topic: str, now: datetime, history: timedelta) -> datetime:
    """The moment after the newest record of the topic; `history` ago where there is none since."""
    earliest = now - history
    newest = log.read(topic, _ms(earliest), _ms(now) + 1, 1)
    return datetime.fromtimestamp((int(newest.timestamps_ms[-1]) + 1) / 1000, UTC) if len(newest) else earliest


def _send(sink: Sink, emissions: Iterable[Emission]) -> None:
    """Few large pieces instead of many small ones: each is one commit of the log."""
    values: list[bytes] = []
    keys: list[bytes | None] = []
    moments: list[int] = []
    for emission in emissions:
        values += emission.values
        keys += emission.keys
        moments += emission.timestamps_ms
        if len(values) >= _AT_ONCE:
            sink.emit(values, keys, moments)
            values, keys, moments = [], [], []
    if values:
        sink.emit(values, keys, moments)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
