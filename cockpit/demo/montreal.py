"""Montréal: the 58 districts and 249 car-share stations that come inside the plotly package, replayed as a day that repeats.

A row of the data set says how many car hours a station offered and at which hour it offered most. Every local day, each
station's reports add up to its car hours, most of them around its peak hour: sums per district are those of the data set.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from cockpit.demo.rhythm import Rhythm
from cockpit.demo.sending import HISTORY, fill, run
from cockpit.demo.writing import Emission, due_ms, keys_of, lines
from streams.clock import Clock
from streams.source import Log

Floats = NDArray[np.float64]

ROOT = "MTL"
ZONE = "America/Toronto"
EVERY_S = 600
"""Each station reports this often."""
_STEPS = 86_400 // EVERY_S
_DAYS = 30
"""The data set covers about a month; its car hours over this are the cars that stand there."""
_NO_DASH = re.compile(r"(?<=[a-zé])(?<!Mc)(?=[A-ZÉ])")
"""Where the data set has lost the dash between two names."""
_PARTS = ("夜间", "上午", "下午", "晚间")


def build(target: Path) -> Path:
    """Writes the whole city folder into `target` (made where missing, its files replaced) and answers it. Blocks."""
    shutil.copytree(Path(__file__).parent / "montreal", target, dirs_exist_ok=True)
    (target / "regions.geojson").write_bytes(msgspec.json.encode(_regions()))
    return target


def stations() -> pl.DataFrame:
    """The data set as it is: `centroid_lat`, `centroid_lon`, `car_hours`, `peak_hour`; 249 rows."""
    import plotly.data

    frame: pl.DataFrame = plotly.data.carshare(return_type="polars")
    return frame


def _regions() -> dict[str, object]:
    import plotly.data

    features = plotly.data.election_geojson()["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    named = [_NO_DASH.sub("–", feature["properties"]["district"]).split("-", 1) for feature in features]
    districts = [_feature(code, name, shape) for (code, name), shape in zip(named, shapes, strict=True)]
    city = _feature(ROOT, "Montréal", shapely.union_all(shapes), parent=None, level=0)
    return {"type": "FeatureCollection", "features": [city, *districts]}


def _feature(code: str, name: str, shape: BaseGeometry, parent: str | None = ROOT, level: int = 1) -> dict[str, object]:
    properties = {"code": code, "parent": parent, "name": "蒙特利尔" if parent is None else name, "name_en": name, "level": level}
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}


class MontrealStations:
    """The stations' reports by the moment they are due. Always the same; one thread at a time."""

    def __init__(self) -> None:
        rows = stations()
        self.ids = [f"S{number + 1:03d}" for number in range(len(rows))]
        self._lon, self._lat = rows["centroid_lon"].to_numpy(), rows["centroid_lat"].to_numpy()
        peak = rows["peak_hour"].to_numpy()
        self._busiest = np.array(_PARTS)[peak // 6]
        self._rhythm = Rhythm(ZONE)
        self._offset_s = np.round((np.arange(len(rows)) * 97 % len(rows)) * (EVERY_S / len(rows)), 3)
        self._shares = rows["car_hours"].to_numpy()[:, None] * _day(peak)

    @property
    def topics(self) -> dict[str, str]:
        """Slot → topic."""
        return {"carshare": "montreal.carshare"}

    def history(self, slot: str, begin: datetime, end: datetime) -> Iterator[Emission]:
        """As sending.Feeder. Raises KeyError."""
        frame = self._frame(begin.timestamp(), end.timestamp())
        topic = self.topics[slot]
        if len(frame):
            yield Emission(topic, lines(frame.drop("_due")), keys_of(frame["station"].to_list()), due_ms(frame).tolist())

    def past(self, slot: str) -> timedelta:
        """The same for its only slot."""
        return HISTORY

    def live(self, now: datetime, dt: timedelta) -> list[Emission]:
        """The reports that became due in the last `dt`."""
        return list(self.history("carshare", now - dt, now))

    def fill(self, log: Log, end: datetime, history: timedelta | None = None) -> None:
        """As sending.fill."""
        fill(self, log, end, history)

    def run(self, log: Log, stop: threading.Event, clock: Clock, history: timedelta | None = None) -> None:
        """As sending.run."""
        run(self, log, stop, clock, history)

    def _frame(self, begin_s: float, end_s: float) -> pl.DataFrame:
        turns = np.arange(begin_s // EVERY_S - 1, end_s // EVERY_S + 1)
        due = (turns[:, None] * EVERY_S + self._offset_s[None, :]).ravel()
        station = np.tile(np.arange(len(self.ids)), len(turns))
        rows = np.flatnonzero((due >= begin_s) & (due < end_s))
        rows = rows[np.argsort(due[rows], kind="stable")]
        due, station = due[rows], station[rows]
        step = (self._rhythm.local_s(due) % 86_400 // EVERY_S).astype(np.int64)
        share = self._shares[station, step]
        return pl.DataFrame(
            {
                "_due": np.round(due * 1000).astype(np.int64) * 1000,
                "station": np.array(self.ids)[station],
                "at": np.floor(due).astype(np.int64),
                "car_hours": share,
                "cars": (share * 3600 / EVERY_S / _DAYS).round(2),
                "busiest": self._busiest[station],
                "lon": self._lon[station],
                "lat": self._lat[station],
            }
        )


def _day(peak: NDArray[np.int64]) -> Floats:
    """(stations, steps of the local day): which part of its car hours falls into each step; each row adds up to 1."""
    hour = (np.arange(_STEPS) + 0.5) * EVERY_S / 3600
    apart = np.abs(hour[None, :] - (peak[:, None] + 0.5))
    weight = 1 + 2.2 * np.exp(-((np.minimum(apart, 24 - apart) / 3) ** 2) / 2)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
