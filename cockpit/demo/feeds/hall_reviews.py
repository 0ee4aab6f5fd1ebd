"""Reviews people leave in the service halls and online; the halls' system writes CSV in local time."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros
from cockpit.demo.rhythm import OFFICE

RATE = 0.035
_SERVICES = ("社保办理", "不动产登记", "企业登记", "户籍办理", "税务办理", "公积金", "医保办理")
_WEIGHTS = (24.0, 16, 12, 17, 12, 9, 10)
_PLEASED = np.cumsum([0.006, 0.010, 0.03, 0.14, 0.814])
_CROSS = np.cumsum([0.06, 0.09, 0.15, 0.3, 0.4])


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, OFFICE, weekend=0.6)
    hall = _halls(hour, len(at))
    street = hour.atlas.hall_streets[hall]
    trouble = hour.trouble(at, street, after_s=600)
    burden = np.where(street < 0, 0.0, hour.atlas.burden[street])
    cross = hour.cross(trouble, burden)
    draw = hour.rng.random(len(at))[:, None]
    stars = 1 + np.where(cross[:, None], draw > _CROSS[:-1], draw > _PLEASED[:-1]).sum(axis=1)
    channel = hour.pick(["窗口", "小程序", "自助终端"], [61, 27, 12], len(at))
    minutes = np.round(hour.rng.gamma(4, 2.4, len(at)) * (1 + 0.7 * trouble + 0.1 * np.clip(burden, -1.5, 1.5)), 1)
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("V", len(at)),
            "reviewed_at": micros(at - hour.rng.uniform(1, 20, len(at))),
            "region": hour.atlas.hall_codes[hall],
            "hall": hour.atlas.hall_names[hall],
            "service": hour.pick(_SERVICES, _WEIGHTS, len(at)),
            "channel": channel,
            "stars": stars,
            "minutes": pl.Series(minutes).set(pl.Series(channel == "小程序"), None),
        }
    )


def _halls(hour: Hour, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Halls, the larger ones more often: that of the city, those of the districts, those of the streets."""
    lengths = np.char.str_len(hour.atlas.hall_codes)
    weights = np.select([lengths <= 4, lengths <= 6], [14.0, 6.0], 1.0)
    return hour.rng.choice(len(weights), count, p=weights / weights.sum())


FEED = Feed(
    "hall_reviews", "id", {"reviewed_at": "local"}, _hour, format="csv", wrong={"stars": "很好", "region": "000000"}, days=8
)
