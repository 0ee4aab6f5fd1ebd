"""One weather station in each district, every ten minutes: warm by day and in summer, now and then a shower."""

from __future__ import annotations

import numpy as np
import polars as pl

from cockpit.demo.feeds.feed import Feed, Hour, micros

EVERY_S = 600
_YEAR_S = 365.25 * 86_400
_WARMEST_S = 205 * 86_400  # late in July
_WARMEST_HOUR = 15


def _hour(hour: Hour) -> pl.DataFrame:
    districts = np.unique(hour.atlas.codes.astype("U6"))
    slots_s = hour.index * 3600.0 + np.arange(0, 3600, EVERY_S)
    at = np.sort((slots_s[:, None] + 3.0 * np.arange(len(districts))[None, :]).ravel())
    station = np.tile(np.arange(len(districts)), len(slots_s))
    local = hour.rhythm.local_s(at)
    season = np.cos(2 * np.pi * (local - _WARMEST_S) / _YEAR_S)
    daily = np.cos(2 * np.pi * (local % 86_400 / 3600 - _WARMEST_HOUR) / 24)
    wet = np.clip(np.sin(2 * np.pi * at / 151_000) * np.sin(2 * np.pi * at / 37_000 + station / 9) - 0.45, 0, None)
    rain = np.where(wet > 0, wet * hour.rng.gamma(2.0, 3.0, len(at)), 0.0)
    wind = np.clip(2.4 + 1.2 * daily + 6 * wet + hour.rng.normal(0, 0.7, len(at)), 0.1, None)
    celsius = 17 + 11 * season + 4.5 * daily - 5 * wet - 0.4 * (station % 5) + hour.rng.normal(0, 0.3, len(at))
    sight = np.clip(14 - 22 * wet + hour.rng.normal(0, 1.2, len(at)), 0.3, 25)
    return pl.DataFrame(
        {
            "_due": micros(at + 2),
            "station": np.char.add("WS", districts)[station],
            "at": micros(at),
            "region": districts[station],
            "celsius": celsius.round(1),
            "humidity_pct": np.clip(68 + 90 * wet - 8 * daily + hour.rng.normal(0, 3, len(at)), 15, 100).round(0),
            "wind_ms": wind.round(1),
            "rain_mm": rain.round(1),
            "visibility_km": sight.round(1),
        }
    )


FEED = Feed("weather_stations", "station", {"at": "iso"}, _hour, wrong={"celsius": "cold", "region": "99"})
