"""The demonstration's units in the field: they read the orders and answer them, as people with a telephone would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import structlog

from cockpit.demo.duty import BY_HAND
from cockpit.demo.generator import DemoCity
from cockpit.dispatch.announcing import COMMANDS, FEEDBACK
from cockpit.dispatch.field_unit import FieldUnits
from streams.clock import Clock
from streams.source import Log, StreamError

LOOK_S: Final = 0.5
_TWICE_MS: Final = 2000
"""The last so much is read again each time, for records that came late into the log; each is taken once."""
Places = Callable[[float], Mapping[str, tuple[float, float]]]
"""Where the units are (lon, lat, WGS84) at a moment, Unix seconds."""


class Field:
    """All units in the field. One thread. What is played is answered as what is real: an exercise is no fun alone.

    Orders of before are not read again: their answers are in the log, or their time has run out.
    """

    def __init__(self, log: Log, places: Places, clock: Clock) -> None:
        self._log = log
        self._places = places
        self._clock = clock
        self._units = FieldUnits()
        self._sink = log.sink(FEEDBACK)
        self._since_ms = round(clock().timestamp() * 1000)

    def look(self) -> int:
        """How many answers were given. Raises StreamError."""
        now = self._clock()
        now_ms = round(now.timestamp() * 1000)
        for topic in sorted(COMMANDS):
            batch = self._log.read(topic, self._since_ms - _TWICE_MS, now_ms + 1, 1000)
            if len(batch):
                self._units.take(batch.values, now, self._places(now.timestamp()))
        self._since_ms = now_ms
        said = [one for one in self._units.due(now) if one.unit not in BY_HAND]
        if said:
            self._sink.emit([one.record() for one in said], [one.unit.encode() for one in said], [now_ms] * len(said))
        return len(said)

    def close(self) -> None:
        self._sink.close()


def answer_orders(city: DemoCity, log: Log, stop: threading.Event, clock: Clock) -> None:
    """Answers what is ordered from now on, until `stop`. For a thread of its own."""
    field = Field(log, lambda at_s: _places(city, at_s), clock)
    while not stop.wait(LOOK_S):
        try:
            field.look()
        except StreamError as error:
            structlog.get_logger("demo").info("field units wait", reason=str(error))
    field.close()


def _places(city: DemoCity, at_s: float) -> dict[str, tuple[float, float]]:
    """Where the vehicles of the city are at a moment."""
    fleet = city.fleet
    frame = fleet.frame(np.arange(len(fleet)), np.full(len(fleet), at_s))
    return {unit: (lon, lat) for unit, lon, lat in frame.select("id", "lon", "lat").iter_rows()}
