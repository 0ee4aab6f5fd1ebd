"""New enterprises: registered in office hours, most of them within half a day and online."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.007
_INDUSTRIES = ("批发零售", "信息技术", "商务服务", "制造业", "建筑业", "住宿餐饮", "科学研究", "文化体育")
_WEIGHTS = (27.0, 18, 16, 12, 9, 8, 6, 4)


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.55)
    online = hour.rng.random(len(at)) < 0.945
    days = np.where(online, 0.40, 0.95) * hour.rng.lognormal(0, 0.45, len(at))
    registered = at - hour.rng.uniform(2, 30, len(at))
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("E", len(at)),
            "registered_at": micros(registered),
            "applied_at": micros(registered - days * 86_400),
            "region": hour.atlas.codes[hour.homes(len(at))],
            "industry": hour.pick(_INDUSTRIES, _WEIGHTS, len(at)),
            "online": online,
            "capital_wan": np.round(hour.rng.lognormal(4.6, 1.1, len(at)), 0),
        }
    )


FEED = Feed(
    "enterprises", "id", {"registered_at": "iso", "applied_at": "iso"}, _hour,
    wrong={"capital_wan": "一百万", "region": "99"}, days=8,
)  # fmt: skip
