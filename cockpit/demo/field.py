"""The demonstration's units in the field: they read the orders and answer them, as people with a telephone would."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
import structlog

from cockpit.demo.duty import BY_HAND
from cockpit.demo.generator import DemoCity
from cockpit.dispatch.announcing import FEEDBACK, ORDERS
from cockpit.dispatch.field_unit import FieldUnits
from streams.clock import Clock
from streams.source import Log, StreamError

LOOK_S: Final = 0.5


def answer_orders(city: DemoCity, log: Log, stop: threading.Event, clock: Clock) -> None:
    """Answers what is ordered from now on, until `stop`. For a thread of its own.

    Orders of before are not read again: their answers are in the log, or their time has run out.
    """
    units, sink, since_ms = FieldUnits(), log.sink(FEEDBACK), round(clock().timestamp() * 1000)
    while not stop.wait(LOOK_S):
        try:
            now = clock()
            now_ms = round(now.timestamp() * 1000)
            # two seconds twice, for records that came late into the log; each is taken once
            batch = log.read(ORDERS, since_ms - 2000, now_ms + 1, 1000)
            since_ms = now_ms
            if len(batch):
                units.take(batch.values, now, _places(city, now.timestamp()))
            said = [one for one in units.due(now) if one.unit not in BY_HAND]
            if said:
                sink.emit([one.record() for one in said], [one.unit.encode() for one in said], [now_ms] * len(said))
        except StreamError as error:
            structlog.get_logger("demo").info("field units wait", reason=str(error))
    sink.close()


def _places(city: DemoCity, at_s: float) -> dict[str, tuple[float, float]]:
    """Where the vehicles of the city are at a moment."""
    fleet = city.fleet
    frame = fleet.frame(np.arange(len(fleet)), np.full(len(fleet), at_s))
    return {unit: (lon, lat) for unit, lon, lat in frame.select("id", "lon", "lat").iter_rows()}
