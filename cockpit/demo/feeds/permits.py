"""Construction permits: few, in office hours, about a month after they were asked for."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.0022
_KINDS = ("施工许可", "规划许可", "用地许可", "竣工验收")
_WEIGHTS = (38.0, 26, 14, 22)


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.35)
    lon, lat = hour.spots(hour.homes(len(at)))
    corrections = hour.rng.poisson(0.19, len(at))
    days = 24 * hour.rng.lognormal(0, 0.33, len(at)) + 6 * corrections
    issued = at - hour.rng.uniform(2, 60, len(at))
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("P", len(at)),
            "issued_at": micros(issued),
            "applied_at": micros(issued - days * 86_400),
            "kind": hour.pick(_KINDS, _WEIGHTS, len(at)),
            "procedures": np.clip(hour.rng.normal(8.2, 1.6, len(at)), 5, 16).round(0).astype(np.int64),
            "corrections": corrections,
            "lon": lon.round(6),
            "lat": lat.round(6),
        }
    )


FEED = Feed("permits", "id", {"issued_at": "iso", "applied_at": "iso"}, _hour, wrong={"procedures": "eight", "lat": None}, days=8)
