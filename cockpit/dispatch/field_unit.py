"""Simulated units in the field, for demonstrations: they answer orders after delays like those of people, and go where
they are sent.

All of it follows from the order and a seed: the same order is answered alike, whenever and however often it is asked.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Final, Literal, TypeVar

import msgspec
import numpy as np

from layers.geodesic import distance_m, geod
from streams.unreadable import UNREADABLE

Record = TypeVar("Record", "Ordered", "Recalled")

SPEED_MS: Final = 9.0
"""About 32 km/h through a city, as the crow flies rather less."""
_ASSIST: Final = 0.05
_REFUSE: Final = 0.06
_WHY: Final = ("车辆故障", "正在处置其他任务", "道路中断无法到达")


class Ordered(msgspec.Struct, frozen=True):
    """A record of `dispatch.orders`, as far as a unit reads it."""

    order: str
    unit: str
    expires_at: datetime
    lon: float | None = None
    lat: float | None = None


class Recalled(msgspec.Struct, frozen=True):
    """A record of `dispatch.orders` that takes one back."""

    order: str
    state: Literal["CANCELLED"]


@dataclass(frozen=True, slots=True, order=True)
class Answer:
    """What a unit says on `dispatch.feedback`: when, of which order, and the verb. Where it is then: WGS84 degrees."""

    at: datetime
    order: str
    unit: str
    verb: str
    reason: str = ""
    lon: float | None = None
    lat: float | None = None

    def record(self) -> bytes:
        """The record as JSON, without what is empty."""
        said: dict[str, Any] = {"order": self.order, "unit": self.unit, "verb": self.verb, "at": self.at.isoformat()}
        more = {"reason": self.reason or None, "lon": self.lon, "lat": self.lat}
        return msgspec.json.encode(said | {name: value for name, value in more.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Journey:
    """A straight way at an even pace; before `begin` it stands at the first place, after `end` at the last."""

    unit: str
    begin: datetime
    end: datetime
    start: tuple[float, float]
    goal: tuple[float, float]

    def at(self, now: datetime) -> tuple[float, float]:
        """lon, lat along the geodesic."""
        whole = (self.end - self.begin).total_seconds()
        share = min(max((now - self.begin).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0
        azimuth, _, metres = geod().inv(*self.start, *self.goal)
        lon, lat, _ = geod().fwd(*self.start, azimuth, metres * share)
        return (float(lon), float(lat)) if share < 1 else self.goal


def answers(order: Ordered, received: datetime, place: tuple[float, float] | None, seed: int = 7) -> list[Answer]:
    """What a unit at `place` will answer to an order it got at `received`, in the order of time.

    One in sixteen is refused; one that runs out before it would be signed gets no more answers.
    """
    chance = random.Random(f"{seed}:{order.order}")
    said: list[Answer] = []

    def say(after_s: float, verb: str, reason: str = "", there: bool = False) -> datetime:
        at = (said[-1].at if said else received) + timedelta(seconds=after_s)
        where = _goal(order) if there else place
        said.append(Answer(at, order.order, order.unit, verb, reason, *(where or (None, None))))
        return at

    say(chance.uniform(1, 4), "deliver")
    if chance.random() < _REFUSE:
        say(chance.uniform(10, 40), "refuse", chance.choice(_WHY))
        return _in_time(said, order)
    say(chance.uniform(8, 45), "sign")
    say(chance.uniform(15, 60), "depart")
    say(_travel_s(place, _goal(order)) * chance.uniform(0.9, 1.4), "arrive", there=True)
    if chance.random() < _ASSIST:
        say(chance.uniform(60, 200), "assist", "需要增援", there=True)
    say(chance.uniform(240, 1200), "complete", there=True)
    return _in_time(said, order)


def journey(said: Iterable[Answer]) -> Journey | None:
    """The way between departing and arriving; None where it does not go."""
    found = {answer.verb: answer for answer in said}
    depart, arrive = found.get("depart"), found.get("arrive")
    if not depart or not arrive or None in (depart.lon, depart.lat, arrive.lon, arrive.lat):
        return None
    start, goal = (depart.lon or 0.0, depart.lat or 0.0), (arrive.lon or 0.0, arrive.lat or 0.0)
    return Journey(depart.unit, depart.at, arrive.at, start, goal)


class FieldUnits:
    """All simulated units of a city. One thread. An order that comes twice is answered once; what is no order is passed over."""

    def __init__(self, seed: int = 7) -> None:
        self._seed = seed
        self._seen: dict[str, None] = {}
        self._due: list[tuple[datetime, int, Answer]] = []
        self._ways: dict[str, Journey] = {}
        self._number = count()

    def take(self, values: Collection[bytes], now: datetime, places: Mapping[str, tuple[float, float]]) -> int:
        """How many new orders there were. `places`: where each unit is; whom it does not name is no unit and answers nothing."""
        read = {order.order: order for order in _read(values, Ordered) if order.unit in places}
        found = [order for number, order in read.items() if number not in self._seen]
        for order in found:
            self._seen[order.order] = None
            way = self._ways.get(order.unit)
            said = answers(order, now, way.at(now) if way else places[order.unit], self._seed)
            for answer in said:
                heappush(self._due, (answer.at, next(self._number), answer))
            if new := journey(said):
                self._ways[order.unit] = new
        self._drop({one.order for one in _read(values, Recalled)})
        while len(self._seen) > 20_000:
            del self._seen[next(iter(self._seen))]
        return len(found)

    def _drop(self, orders: Set[str]) -> None:
        """What is taken back is answered no more, and nobody goes there: the unit is on its round again."""
        over = [one for one in self._due if one[2].order in orders]
        if over:
            self._due = [one for one in self._due if one[2].order not in orders]
            heapify(self._due)
            for *_, answer in over:
                self._ways.pop(answer.unit, None)

    def due(self, now: datetime) -> Iterator[Answer]:
        """What is to be said by now, in the order of time; each answer once."""
        while self._due and self._due[0][0] <= now:
            yield heappop(self._due)[2]

    def places(self, now: datetime) -> dict[str, tuple[float, float]]:
        """Where those are that were sent somewhere; a unit goes back to its round half an hour after it arrived."""
        over = [unit for unit, way in self._ways.items() if now > way.end + timedelta(minutes=30)]
        for unit in over:
            del self._ways[unit]
        return {unit: way.at(now) for unit, way in self._ways.items()}


def _read(values: Iterable[bytes], shape: type[Record]) -> Iterator[Record]:
    """Those that are such records."""
    for value in values:
        with suppress(*UNREADABLE):
            yield msgspec.json.decode(value, type=shape)


def _in_time(said: list[Answer], order: Ordered) -> list[Answer]:
    """Without what would come after the order has run out unsigned."""
    signed = next((answer.at for answer in said if answer.verb == "sign"), said[-1].at)
    return said if signed <= order.expires_at else [answer for answer in said if answer.at <= order.expires_at]


def _goal(order: Ordered) -> tuple[float, float] | None:
    return (order.lon, order.lat) if order.lon is not None and order.lat is not None else None


def _travel_s(place: tuple[float, float] | None, goal: tuple[float, float] | None) -> float:
    if place is None or goal is None:
        return 300.0
    metres = distance_m(*(np.array([degrees]) for degrees in (*place, *goal)))
    return max(float(metres[0]) / SPEED_MS, 20.0)
