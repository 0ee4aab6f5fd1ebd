"""Cases that collectors, cameras and citizens report, each sent again when it is closed; they follow an incident."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Floats, Hour, micros
from cockpit.demo.incidents import KINDS
from cockpit.demo.rhythm import STREETS

RATE = 0.045
SURGE = 0.006
LONGEST_H = 12
_CATEGORIES = ("机动车违停", "暴露垃圾", "占道经营", "道路破损", "井盖缺损", "路灯故障", "绿化损坏", "供水管网")
_WEIGHTS = (26.0, 22, 18, 11, 6, 7, 7, 3)


def _hour(hour: Hour) -> pl.DataFrame:
    """The cases reported in the hour, and their closings whenever they come."""
    at = hour.arrivals(RATE, STREETS, weekend=0.9)
    homes, category = hour.homes(len(at)), hour.pick(_CATEGORIES, _WEIGHTS, len(at))
    caused = np.zeros(len(at), dtype=bool)
    for incident in hour.incidents:
        more = hour.surge(incident, SURGE, STREETS, after_s=300)
        at = np.concatenate([at, more])
        homes = np.concatenate([homes, hour.homes_in(incident.street, len(more))])
        category = np.concatenate([category, np.full(len(more), KINDS[incident.kind][1])])
        caused = np.concatenate([caused, np.ones(len(more), dtype=bool)])
    lon, lat = hour.spots(homes)
    priority = np.where(caused, "紧急", hour.pick(["一般", "较急", "紧急"], [80, 18.6, 1.4], len(at)))
    hours = _hours(hour, priority)
    reported = pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("C", len(at)),
            "at": micros(at - hour.rng.uniform(1, 8, len(at))),
            "event": np.full(len(at), "上报"),
            "category": category,
            "priority": priority,
            "source": hour.pick(["巡查", "视频", "热线", "公众"], [52, 20, 16, 12], len(at)),
            "hours": pl.Series(hours.round(2)),
            "in_time": hour.rng.random(len(at))
            < np.where(hours > 6, 0.86, 0.972) - 0.02 * hour.atlas.burden[hour.atlas.street[homes]],
            "lon": lon.round(6),
            "lat": lat.round(6),
        }
    )
    moved = [(pl.col(name) + pl.col("hours") * 3.6e9).cast(pl.Int64).alias(name) for name in ("_due", "at")]
    closed = reported.with_columns(pl.lit("结案").alias("event"), *moved)
    unknown = (pl.lit(None, dtype=pl.Float64).alias("hours"), pl.lit(None, dtype=pl.Boolean).alias("in_time"))
    return pl.concat([reported.with_columns(*unknown), closed]).sort("_due")


def _hours(hour: Hour, priority: np.ndarray[tuple[int, ...], np.dtype[np.str_]]) -> Floats:
    usual = np.select([priority == "紧急", priority == "较急"], [1.4, 2.4], 3.6)
    return np.clip(usual * hour.rng.lognormal(0, 0.5, len(priority)), 0.3, LONGEST_H - 1)


FEED = Feed("urban_cases", "id", {"at": "s"}, _hour, before=LONGEST_H, wrong={"lon": "118°37'", "event": 3})
