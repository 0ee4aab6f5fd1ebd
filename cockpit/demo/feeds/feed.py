"""A feed: how one hour of records of one slot comes about, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cockpit.demo.atlas import SPOTS, Atlas, Strings
from cockpit.demo.incidents import Incident
from cockpit.demo.rhythm import Rhythm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
TimeForm = Literal["iso", "local", "s", "ms"]


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour (`index` in Unix hours) of one feed, with its own random numbers; equal seeds, equal hours."""

    index: int
    atlas: Atlas
    rhythm: Rhythm
    incidents: list[Incident]
    rng: np.random.Generator
    pace: float = 1.0

    def arrivals(self, rate: float, profile: tuple[float, ...], weekend: float = 1.0) -> Floats:
        """Sorted Unix seconds: `rate` a second on average, as busy as the profile says, a little better or worse each hour."""
        minutes = self._minutes()
        busy = self.rhythm.level(profile, minutes) * self.rhythm.week(minutes, weekend) * self.rng.lognormal(0, 0.05)
        return self._scattered(minutes, 60 * rate * self.pace * busy)

    def surge(self, incident: Incident, rate: float, profile: tuple[float, ...], after_s: float = 0.0) -> Floats:
        """What an incident adds: `rate` a second at its worst, `after_s` later than the incident, less while people sleep."""
        minutes = self._minutes()
        awake = np.clip(self.rhythm.level(profile, minutes), 0.2, 1.2)
        return self._scattered(minutes, 60 * rate * self.pace * awake * incident.strength * incident.shape(minutes, after_s))

    def _minutes(self) -> Floats:
        return np.arange(60, dtype=np.float64) * 60 + self.index * 3600

    def _scattered(self, minutes: Floats, expected: Floats) -> Floats:
        count = self.rng.poisson(expected)
        return np.sort(np.repeat(minutes, count) + self.rng.uniform(0, 60, int(count.sum())))

    def homes(self, count: int) -> Ints:
        """Communities, the populous ones more often."""
        return self.rng.choice(len(self.atlas.codes), count, p=self.atlas.people / self.atlas.people.sum())

    def homes_in(self, street: int, count: int) -> Ints:
        """Communities of one street."""
        return self.rng.choice(np.flatnonzero(self.atlas.street == street), count)

    def spots(self, homes: Ints) -> tuple[Floats, Floats]:
        """A place in each community: longitude and latitude, WGS84."""
        chosen = self.atlas.spots[homes, self.rng.integers(SPOTS, size=len(homes))]
        return chosen[:, 0], chosen[:, 1]

    def trouble(self, at_s: Floats, streets: Ints, after_s: float = 0.0) -> Floats:
        """How strongly an incident is felt at each moment in each street, 0…1.4."""
        felt = np.zeros(len(at_s))
        for incident in self.incidents:
            here = incident.strength * incident.shape(at_s, after_s)
            felt = np.maximum(felt, np.where(streets == incident.street, here, 0))
        return felt

    def standing(self, homes: Ints, field: int) -> Floats:
        """How far behind the district of each home is in a field (a prime number): −1 ahead … 1 behind, always the same."""
        district = self.atlas.codes[homes].astype("U6").astype(np.int64) % 100
        behind: Floats = (district * field % 11 - 5) / 5
        return behind

    def cross(self, trouble: Floats, burden: Floats) -> Bools:
        """Who is displeased: nearly all where something goes wrong, a few everywhere, more where the burden is heavy."""
        return (trouble > 0.2) | (self.rng.random(len(trouble)) < 0.03 + 0.05 * burden)

    def pick(self, values: Sequence[str], weights: Sequence[float], count: int) -> Strings:
        """`count` of the values, each as often as its weight says."""
        return self.rng.choice(np.array(values), count, p=np.array(weights) / sum(weights))

    def ids(self, prefix: str, count: int) -> list[str]:
        """Unique names of this hour's records."""
        return [f"{prefix}{self.index}{number:05d}" for number in range(count)]


@dataclass(frozen=True, slots=True)
class Feed:
    """One slot's feed. `make` answers an hour's frame: `_due` (Unix µs, when the record is sent) and the fields in their order.

    Columns named in `times` hold Unix µs and are written in their form; the first of them is the event time. `before`: how
    many earlier hours still send something in this one. `days`: how much of the past a new demonstration begins with.
    """

    slot: str
    key: str
    times: Mapping[str, TimeForm]
    make: Callable[[Hour], pl.DataFrame]
    format: Literal["json", "csv"] = "json"
    before: int = 0
    wrong: Mapping[str, object] = field(default_factory=dict)
    days: int = 2

    @property
    def topic(self) -> str:
        """Where the records go."""
        return f"city.{self.slot}"


def micros(at_s: Floats) -> Ints:
    """Unix seconds → Unix microseconds."""
    return np.round(at_s * 1e6).astype(np.int64)
