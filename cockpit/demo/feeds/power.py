"""Firms that got their electricity connection: so many days and steps after they asked for it, more in some districts."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.0034


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.4)
    home = hour.homes(len(at))
    kind = hour.pick(["低压小微", "低压一般", "高压"], [58, 27, 15], len(at))
    slow = hour.standing(home, 31) + 0.35 * (kind == "高压")
    connected = at - hour.rng.uniform(2, 90, len(at))
    days = np.clip(25 * (1 + 0.5 * slow) * hour.rng.lognormal(0, 0.25, len(at)), 3, 300)
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("W", len(at)),
            "connected_at": micros(connected),
            "applied_at": micros(connected - days * 86_400),
            "region": hour.atlas.codes[home],
            "kind": kind,
            "steps": np.clip(hour.rng.normal(3.7 + 1.2 * slow, 0.8, len(at)), 2, 9).round(0).astype(np.int64),
        }
    )


FEED = Feed("power", "id", {"connected_at": "iso", "applied_at": "iso"}, _hour, wrong={"steps": "three", "region": "99"}, days=8)
