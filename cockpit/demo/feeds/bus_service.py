"""Bus trips that have arrived: late in the rush hours and when the roads are blocked."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.incidents import KINDS
from cockpit.demo.rhythm import BUSES, RUSH

RATE = 0.034


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, BUSES)
    line = hour.rng.integers(len(hour.atlas.buses), size=len(at))
    rush = hour.rhythm.level(RUSH, at)
    blocked = sum(
        (incident.strength * incident.shape(at, 300) for incident in hour.incidents if KINDS[incident.kind][0] == "交通出行"),
        np.zeros(len(at)),
    )
    delay = hour.rng.normal(12 + 60 * rush + 90 * blocked, 40 + 40 * rush) + hour.rng.exponential(25 + 45 * rush)
    load = hour.rng.normal(26 + 50 * rush * hour.rhythm.week(at, 0.6), 11)
    return pl.DataFrame(
        {
            "_due": micros(at),
            "trip": hour.ids("T", len(at)),
            "arrived_at": micros(at - hour.rng.uniform(1, 6, len(at))),
            "line": np.array([route.name.split()[0] for route in hour.atlas.buses])[line],
            "delay_s": delay.round(0),
            "load_pct": np.clip(load, 2, 115).round(0),
            "region": hour.atlas.terminals[line, hour.rng.integers(2, size=len(at))],
        }
    )


FEED = Feed("bus_service", "trip", {"arrived_at": "ms"}, _hour, wrong={"delay_s": "late", "region": "990199999999"})
