"""The departments of the invented city, all at once: the same seed and the same clock always send the same records.

Every record has a moment at which it is due. The past is what was due until now, the present what has become due since the
last look; so a fill, a live run and a restart meet without gap or double. There is no state but the position.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from cockpit.demo.atlas import Atlas
from cockpit.demo.feeds import FEEDS, Feed, Fleet, Hour
from cockpit.demo.feeds.fleet import COARSE_S, REPORT_S
from cockpit.demo.incidents import Incident, incidents
from cockpit.demo.rhythm import Rhythm
from cockpit.demo.sending import HISTORY, fill, run
from cockpit.demo.writing import Emission, due_ms, keys_of, late, lines, written
from streams.clock import Clock
from streams.source import Log

_LIVE_S = 60.0
_KEPT_HOURS = 6
_HOUR_US = 3_600_000_000


Made = TypeVar("Made")


class DemoCity:
    """Makes the records of a city folder such as `yunzhou`. One thread at a time.

    `pace` multiplies how much is reported (not the vehicles); at 1 the past 48 hours are about 65,000 records.
    """

    def __init__(self, folder: Path, seed: int = 7, pace: float = 1.0, zone: str = "Asia/Shanghai") -> None:
        self.atlas = Atlas.load(folder, seed)
        self.fleet = Fleet(self.atlas, Rhythm(zone), seed)
        self._seed, self._pace, self._zone = seed, pace, zone
        self._rhythm = Rhythm(zone)
        self._made: dict[tuple[str, int], pl.DataFrame] = {}
        self._ready: dict[tuple[str, int], Emission] = {}

    @property
    def slots(self) -> list[str]:
        """The slots that are fed; first the vehicles, so that a map lives while the past of the others is still on its way."""
        return [self.fleet.slot, *(feed.slot for feed in FEEDS)]

    @property
    def topics(self) -> dict[str, str]:
        """Slot → topic."""
        return {self.fleet.slot: self.fleet.topic} | {feed.slot: feed.topic for feed in FEEDS}

    def history(self, slot: str, begin: datetime, end: datetime) -> Iterator[Emission]:
        """The records due in `[begin, end)`, in order, an hour at most at once; vehicles report half-hourly in the past.

        The last positions before `end` close a vehicles' history, so that a map is full at once. Raises KeyError.
        """
        if slot == self.fleet.slot:
            yield from self._drives(begin.timestamp(), end.timestamp())
            return
        feed = next((feed for feed in FEEDS if feed.slot == slot), None)
        if feed is None:
            raise KeyError(f"there is no feed for the slot {slot!r}; there are: {', '.join(self.slots)}")
        yield from self._records(feed, begin, end)

    def past(self, slot: str) -> timedelta:
        """How much of the past a new demonstration begins with: days where few records are sent, else HISTORY."""
        return next((timedelta(days=feed.days) for feed in FEEDS if feed.slot == slot), HISTORY)

    def live(self, now: datetime, dt: timedelta) -> list[Emission]:
        """The records of all slots that became due in the last `dt`."""
        return [emission for slot in self.slots for emission in self.history(slot, now - dt, now)]

    def incidents(self, now: datetime) -> list[Incident]:
        """What is going on at this moment."""
        at = now.timestamp()
        near = incidents(self.atlas, self._seed, int(at // 3600))
        return [incident for incident in near if incident.start_s <= at < incident.end_s]

    def fill(self, log: Log, end: datetime, history: timedelta | None = None) -> None:
        """As sending.fill."""
        fill(self, log, end, history)

    def run(self, log: Log, stop: threading.Event, clock: Clock, history: timedelta | None = None) -> None:
        """As sending.run."""
        run(self, log, stop, clock, history)

    def _records(self, feed: Feed, begin: datetime, end: datetime) -> Iterator[Emission]:
        begin_ms, end_ms = _ms(begin), _ms(end)
        for hour in range(begin_ms // 3_600_000, (end_ms - 1) // 3_600_000 + 1):
            whole = self._hour(feed, hour)
            first, last = np.searchsorted(whole.timestamps_ms, (begin_ms, end_ms))
            if last > first:
                yield _part(whole, int(first), int(last))

    def _hour(self, feed: Feed, hour: int) -> Emission:
        """Everything a feed sends in one hour, as bytes."""
        if (feed.slot, hour) not in self._ready:
            frames = [self._frame(feed, earlier) for earlier in range(hour - feed.before, hour + 1)]
            within = pl.col("_due").is_between(hour * _HOUR_US, (hour + 1) * _HOUR_US, closed="left")
            frame = pl.concat(frames).filter(within).sort("_due", maintain_order=True)
            rng = np.random.default_rng([self._seed, 5, _number(feed.slot), hour])
            values = written(feed, late(feed, frame, rng), rng, self._zone)
            keys = keys_of(frame[feed.key].to_list())
            self._ready[feed.slot, hour] = Emission(feed.topic, values, keys, due_ms(frame).tolist())
            _forget(self._ready, feed.slot, hour - _KEPT_HOURS)
        return self._ready[feed.slot, hour]

    def _frame(self, feed: Feed, hour: int) -> pl.DataFrame:
        if (feed.slot, hour) not in self._made:
            rng = np.random.default_rng([self._seed, 4, _number(feed.slot), hour])
            going_on = incidents(self.atlas, self._seed, hour)
            self._made[feed.slot, hour] = feed.make(Hour(hour, self.atlas, self._rhythm, going_on, rng, self._pace))
            _forget(self._made, feed.slot, hour - feed.before - _KEPT_HOURS)
        return self._made[feed.slot, hour]

    def _drives(self, begin_s: float, end_s: float) -> Iterator[Emission]:
        if end_s - begin_s <= _LIVE_S:
            yield from self._positions(begin_s, end_s, REPORT_S)
            return
        yield from self._positions(begin_s, end_s - REPORT_S, COARSE_S)
        yield from self._positions(end_s - REPORT_S, end_s, REPORT_S)

    def _positions(self, begin_s: float, end_s: float, every_s: float) -> Iterator[Emission]:
        frame = self.fleet.frame(*self.fleet.reports(begin_s, end_s, every_s))
        if len(frame):
            keys = keys_of(frame["id"].to_list())
            yield Emission(self.fleet.topic, lines(frame.drop("_due")), keys, due_ms(frame).tolist())


def _part(whole: Emission, first: int, last: int) -> Emission:
    rows = slice(first, last)
    return Emission(whole.topic, whole.values[rows], whole.keys[rows], whole.timestamps_ms[rows])


def _forget(kept: dict[tuple[str, int], Made], slot: str, before: int) -> None:
    for key in [key for key in kept if key[0] == slot and key[1] < before]:
        del kept[key]


def _number(name: str) -> int:
    """A stable number for a name, to seed with."""
    return int.from_bytes(name.encode()[:8], "big")


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


__all__ = ["HISTORY", "DemoCity", "Emission"]
