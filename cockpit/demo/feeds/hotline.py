"""Calls to the hotline: more by day, many more from a street where something has happened, and those callers are less pleased."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cockpit.demo.feeds.feed import Bools, Feed, Floats, Hour, micros
from cockpit.demo.incidents import KINDS, Incident
from cockpit.demo.rhythm import CALLS
from layers.datum import convert

RATE = 0.17
SURGE = 0.035
_CATEGORIES = ("交通出行", "噪音扰民", "环境卫生", "物业管理", "消费维权", "社保医保", "供水", "供电", "教育", "其他")
_WEIGHTS = (19.0, 16, 13, 14, 11, 9, 5, 5, 4, 4)
_PLEASED = np.cumsum([0.012, 0.018, 0.05, 0.30, 0.62])
GRAVE = 1.05
"""Incidents stronger than this are reported in words: they are the toolbox's business."""
_SAID = (
    ("供水主管爆裂，路面积水", "整条街停水，水压骤降", "阀门井漏水，积水漫入地下车库"),
    ("小区整片停电，电梯困人", "变压器冒烟，有焦糊味", "架空线断落在人行道上"),
    ("多车追尾，车道阻断", "路面塌陷，车辆无法通行", "路口信号灯全灭，严重拥堵"),
    ("渣土车侧翻，撒满路面", "化粪池外溢，污水横流", "垃圾房起火冒烟"),
)
_CROSS = np.cumsum([0.13, 0.15, 0.22, 0.28, 0.22])


def _hour(hour: Hour) -> pl.DataFrame:
    at = hour.arrivals(RATE, CALLS, weekend=0.85)
    homes, category = hour.homes(len(at)), hour.pick(_CATEGORIES, _WEIGHTS, len(at))
    summary = np.full(len(at), None, dtype=object)
    for incident in hour.incidents:
        more = hour.surge(incident, SURGE, CALLS)
        at = np.concatenate([at, more])
        summary = np.concatenate([summary, _summaries(hour, incident, len(more))])
        homes = np.concatenate([homes, hour.homes_in(incident.street, len(more))])
        category = np.concatenate([category, np.full(len(more), KINDS[incident.kind][0])])
    order = np.argsort(at, kind="stable")
    at, homes, category, summary = at[order], homes[order], category[order], summary[order]
    street = hour.atlas.street[homes]
    felt, burden = hour.trouble(at, street), hour.atlas.burden[street]
    cross = hour.cross(hour.trouble(at, street, after_s=360), burden)
    channel = hour.pick(["电话", "小程序", "网站"], [62, 28, 10], len(at))
    lon, lat = convert(*hour.spots(homes), "wgs84", "gcj02")
    return pl.DataFrame(
        {
            "_due": micros(at),
            "id": hour.ids("R", len(at)),
            "created_at": micros(at - hour.rng.uniform(0.5, 3, len(at))),
            "category": category,
            "channel": channel,
            "wait_s": pl.Series(np.round(_wait(hour, at, felt, burden), 1)).set(pl.Series(channel != "电话"), None),
            "solved": hour.rng.random(len(at)) < 0.74 - 0.3 * felt - 0.03 * burden,
            "stars": _stars(hour, cross),
            "lon": lon.round(6),
            "lat": lat.round(6),
            "summary": pl.Series(summary.tolist(), dtype=pl.String),
        }
    )


def _summaries(hour: Hour, incident: Incident, calls: int) -> NDArray[np.object_]:
    """What the first caller says of something grave that begins in this hour; nobody else's words are kept."""
    said = np.full(calls, None, dtype=object)
    if calls and incident.strength > GRAVE and int(incident.start_s // 3600) == hour.index:
        words = _SAID[incident.kind]
        said[0] = words[int(incident.start_s) % len(words)]
    return said


def _wait(hour: Hour, at: Floats, felt: Floats, burden: Floats) -> Floats:
    """Seconds until somebody answers: longer when all call, much longer from where it burns."""
    busy = hour.rhythm.level(CALLS, at)
    return hour.rng.gamma(2.2, 2.4 + 1.4 * busy) * (1 + 2.3 * felt + 0.16 * np.clip(burden, -1.5, 1.5))


def _stars(hour: Hour, cross: Bools) -> pl.Series:
    """1…5, or null for the six of ten who leave none."""
    draw = hour.rng.random(len(cross))[:, None]
    stars = 1 + np.where(cross[:, None], draw > _CROSS[:-1], draw > _PLEASED[:-1]).sum(axis=1)
    return pl.Series(stars).set(pl.Series(hour.rng.random(len(cross)) > 0.4), None)


FEED = Feed("hotline", "id", {"created_at": "iso"}, _hour, wrong={"stars": "五星", "wait_s": "n/a"}, days=8)
