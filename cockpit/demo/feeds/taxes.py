"""Tax returns of firms: how many payments and hours a year that firm has with them."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.0085


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.2)
    home = hour.homes(len(at))
    slow = hour.standing(home, 71)
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("F", len(at)),
            "filed_at": micros(at - hour.rng.uniform(1, 20, len(at))),
            "region": hour.atlas.codes[home],
            "scale": hour.pick(["小微", "一般", "大型"], [66, 28, 6], len(at)),
            "payments": np.clip(hour.rng.poisson(6.5 + 1.5 * np.clip(slow, 0, None)), 3, 40).astype(np.int64),
            "hours_year": np.clip(hour.rng.gamma(9, 12.5 * (1 + 0.35 * slow), len(at)), 20, 700).round(0),
            "online": hour.rng.random(len(at)) < 0.96 - 0.02 * slow,
        }
    )


FEED = Feed("taxes", "id", {"filed_at": "iso"}, _hour, wrong={"hours_year": "many", "region": "9"}, days=8)
