"""Property that was registered: within a day or two, in some districts at once."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.0052


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.3)
    home = hour.homes(len(at))
    slow = hour.standing(home, 47)
    registered = at - hour.rng.uniform(1, 40, len(at))
    days = np.clip(hour.rng.gamma(1.6, 9 * (1 + 0.6 * slow), len(at)), 0.05, 200)
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("B", len(at)),
            "registered_at": micros(registered),
            "applied_at": micros(registered - days * 86_400),
            "region": hour.atlas.codes[home],
            "kind": hour.pick(["首次登记", "转移登记", "抵押登记", "变更登记"], [18, 41, 29, 12], len(at)),
            "steps": np.clip(hour.rng.normal(2.6 + 1.1 * slow, 0.7, len(at)), 1, 9).round(0).astype(np.int64),
            "online": hour.rng.random(len(at)) < 0.78 - 0.12 * slow,
        }
    )


FEED = Feed(
    "property", "id", {"registered_at": "iso", "applied_at": "iso"}, _hour, wrong={"steps": "两步", "region": "0"}, days=8
)
