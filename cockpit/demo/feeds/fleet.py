"""Buses and patrol cars: where each is at any moment, from its line, its timetable and the traffic. No state, no drift."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cockpit.demo.atlas import Atlas, Route
from cockpit.demo.rhythm import BUSES, RUSH, Rhythm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUS_COUNT = 116
REPORT_S = 2.0
"""A vehicle reports this often while somebody looks …"""
COARSE_S = 1800.0
"""… and this often in the past that is filled in."""

_EASE = np.array([0.0, 0.12, 0.25, 0.5, 0.75, 0.88, 1.0])
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Timetable:
    """A vehicle's cycle on a line: at `clock_s` (of traffic) it is `reach_m` along; after `cycle_s` it begins again."""

    route: Route
    clock_s: Floats
    reach_m: Floats
    cycle_s: float
    line: str


class Fleet:
    """`ids`, `kinds`, one timetable index and one phase per vehicle. Frozen once built; any thread."""

    slot = "vehicles"
    topic = "city.vehicles"

    def __init__(self, atlas: Atlas, rhythm: Rhythm, seed: int) -> None:
        rng = np.random.default_rng([seed, 3])
        self._rhythm = rhythm
        buses = [_timetable(route, kmh=29, between_m=640, dwell_s=18) for route in atlas.buses]
        patrols = [_timetable(route, kmh=24, between_m=1100, dwell_s=75) for route in atlas.rounds]
        self._tables = buses + patrols
        table = np.concatenate([_shared(atlas.buses), len(atlas.buses) + np.arange(len(atlas.rounds))])
        self._table = table
        self._is_bus = table < len(atlas.buses)
        order = np.array([np.sum(table[:index] == own) for index, own in enumerate(table)])
        spread = order / np.bincount(table)[table]
        cycles = np.array([self._tables[index].cycle_s for index in table])
        self._phase_s = (spread + rng.uniform(0, 0.05, len(table))) * cycles
        self._rank = np.where(self._is_bus, np.where(order == 0, 0.0, rng.random(len(table))), 0.0)
        self._offset = rng.random(len(table))
        self.ids = [f"{'B' if bus else 'P'}{number + 1:03d}" for number, bus in enumerate(self._is_bus)]
        self._pace_table = _traffic_table(rhythm)

    def __len__(self) -> int:
        return len(self.ids)

    def reports(self, from_s: float, to_s: float, every_s: float = REPORT_S) -> tuple[Ints, Floats]:
        """Vehicle and moment (Unix s) of every report due in `[from_s, to_s)`, in the order of time."""
        first = np.ceil(from_s / every_s - self._offset).astype(np.int64)
        last = np.ceil(to_s / every_s - self._offset).astype(np.int64)
        vehicle = np.repeat(np.arange(len(self)), np.maximum(last - first, 0))
        turn = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)]) if len(vehicle) else np.empty(0)
        at = (turn + self._offset[vehicle]) * every_s
        order = np.argsort(at, kind="stable")
        return vehicle[order], at[order]

    def frame(self, vehicle: Ints, at_s: Floats) -> pl.DataFrame:
        """The records of these reports with `_due` (Unix µs); buses that are not in service then are left out."""
        serving = self._rank[vehicle] < self._rhythm.level(BUSES, at_s) if len(vehicle) else np.empty(0, dtype=bool)
        vehicle, at_s = vehicle[serving], at_s[serving]
        lon, lat, speed, heading = self._places(vehicle, at_s)
        bus, moving = self._is_bus[vehicle], speed > 0.8
        load = 22 + 55 * self._rhythm.level(RUSH, at_s) + 25 * (self._offset[vehicle] - 0.5) if len(vehicle) else np.empty(0)
        return pl.DataFrame(
            {
                "_due": np.round(at_s * 1e6).astype(np.int64),
                "id": np.array(self.ids)[vehicle],
                "at": np.round(at_s * 1e3).astype(np.int64),
                "kind": np.where(bus, "bus", "patrol"),
                "line": np.array([table.line for table in self._tables])[self._table[vehicle]],
                "state": np.where(moving, "行驶", np.where(bus, "停站", "值守")),
                "speed_kmh": np.where(moving, speed, 0).round(1),
                "heading": heading.round(0),
                "load_pct": pl.Series(load.round(0)).set(pl.Series(~bus), None),
                "lon": lon.round(6),
                "lat": lat.round(6),
            }
        )

    def _places(self, vehicle: Ints, at_s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Longitude, latitude, km/h and heading (degrees clockwise from north)."""
        lon, lat, speed, heading = (np.zeros(len(vehicle)) for _ in range(4))
        clock, pace = self._traffic(at_s)
        for index in np.unique(self._table[vehicle]):
            rows = np.flatnonzero(self._table[vehicle] == index)
            table = self._tables[index]
            now = (clock[rows] + self._phase_s[vehicle[rows]]) % table.cycle_s
            reach = np.interp(now, table.clock_s, table.reach_m)
            soon = np.interp((now + 1) % table.cycle_s, table.clock_s, table.reach_m)
            step = np.where(np.abs(soon - reach) > 60, 0.0, soon - reach)
            lon[rows], lat[rows] = _at(table.route, reach)
            speed[rows] = np.abs(step) * 3.6 * pace[rows]
            heading[rows] = _heading(table.route, reach, _way(table, now))
        return lon, lat, speed, heading

    def _traffic(self, at_s: Floats) -> tuple[Floats, Floats]:
        """The clock that runs slower in dense traffic (s), and its pace now."""
        local = self._rhythm.local_s(at_s)
        day, second = np.divmod(local, _DAY_S)
        whole = self._pace_table[-1]
        clock = day * whole + np.interp(second, np.linspace(0, _DAY_S, len(self._pace_table)), self._pace_table)
        return clock, 1.08 - 0.42 * self._rhythm.level(RUSH, at_s)


def _traffic_table(rhythm: Rhythm) -> Floats:
    """Traffic seconds that have passed since local midnight, at every minute."""
    hours = np.arange(_DAY_S // 60) / 60
    pace = 1.08 - 0.42 * np.interp(hours, np.arange(25), (*RUSH, RUSH[0]))
    return np.concatenate([[0.0], np.cumsum(pace * 60)])


def _shared(routes: tuple[Route, ...]) -> Ints:
    """The line of each bus: long lines have more of them."""
    length = np.array([route.reach_m[-1] for route in routes])
    due = np.cumsum(length) / length.sum() * BUS_COUNT
    return np.searchsorted(due, np.arange(BUS_COUNT) + 0.5)


def _timetable(route: Route, kmh: float, between_m: float, dwell_s: float) -> Timetable:
    whole = float(route.reach_m[-1])
    stops = np.linspace(0, whole, max(2, round(whole / between_m) + 1))
    if not route.loop:
        stops = np.concatenate([stops, stops[::-1][1:]])
    clock, reach, now = [0.0], [float(stops[0])], 0.0
    for here, there in pairwise(stops.tolist()):
        now += dwell_s if 0 < here < whole else 4 * dwell_s
        clock.append(now)
        reach.append(here)
        travel_s = abs(there - here) / (kmh / 3.6)
        eased = _EASE * _EASE * (3 - 2 * _EASE)
        clock += list(now + travel_s * _EASE[1:])
        reach += list(here + (there - here) * eased[1:])
        now += travel_s
    return Timetable(route, np.array(clock), np.array(reach), now, route.name.split()[0])


def _at(route: Route, reach_m: Floats) -> tuple[Floats, Floats]:
    return np.interp(reach_m, route.reach_m, route.lon), np.interp(reach_m, route.reach_m, route.lat)


def _way(table: Timetable, clock_s: Floats) -> Floats:
    """+1 on the way out, -1 on the way back."""
    return np.where(table.route.loop | (clock_s < table.clock_s[np.argmax(table.reach_m)]), 1.0, -1.0)


def _heading(route: Route, reach_m: Floats, way: Floats) -> Floats:
    whole = route.reach_m[-1]
    behind, ahead = _at(route, np.clip(reach_m - 8, 0, whole)), _at(route, np.clip(reach_m + 8, 0, whole))
    east = (ahead[0] - behind[0]) * np.cos(np.radians(ahead[1])) * way
    north = (ahead[1] - behind[1]) * way
    return np.degrees(np.arctan2(east, north)) % 360
