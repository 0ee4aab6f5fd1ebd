"""Contracts of government procurement: who got them, how soon they were published, what was paid ahead and held back."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.0026


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.15)
    home = hour.homes(len(at))
    slow = hour.standing(home, 59)
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("C", len(at)),
            "signed_at": micros(at - hour.rng.uniform(5, 120, len(at))),
            "region": hour.atlas.codes[home],
            "kind": hour.pick(["货物", "工程", "服务"], [46, 17, 37], len(at)),
            "paperless": hour.rng.random(len(at)) < 0.94 - 0.06 * slow,
            "small_business": hour.rng.random(len(at)) < 0.72 - 0.14 * slow,
            "notice_days": np.clip(hour.rng.gamma(5, 4.1 * (1 + 0.4 * slow), len(at)), 1, 90).round(1),
            "bond_pct": np.clip(hour.rng.normal(1.1 + 0.6 * slow, 0.5, len(at)), 0, 5).round(2),
            "prepaid_pct": np.clip(hour.rng.normal(27 - 6 * slow, 6, len(at)), 0, 50).round(0),
            "amount_wan": hour.rng.lognormal(4.2, 1.2, len(at)).round(1),
        }
    )


FEED = Feed("procurement", "id", {"signed_at": "iso"}, _hour, wrong={"bond_pct": "1 %", "region": "x"}, days=8)
