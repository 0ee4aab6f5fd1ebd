"""How busy a city is: by the hour of its own day and the day of its week. Times are Unix seconds, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CALLS = (
    0.48, 0.42, 0.38, 0.37, 0.40, 0.50, 0.68, 0.98, 1.40, 1.60, 1.56, 1.36,
    1.10, 1.18, 1.42, 1.48, 1.44, 1.32, 1.18, 1.12, 1.02, 0.86, 0.68, 0.56,
)  # fmt: skip
OFFICE = (
    0.14, 0.12, 0.11, 0.11, 0.11, 0.13, 0.20, 0.45, 1.50, 2.80, 2.90, 2.30,
    0.75, 1.40, 2.60, 2.70, 2.20, 1.10, 0.55, 0.45, 0.40, 0.34, 0.26, 0.18,
)  # fmt: skip
STREETS = (
    0.50, 0.44, 0.42, 0.42, 0.46, 0.65, 0.98, 1.36, 1.52, 1.48, 1.40, 1.22,
    1.05, 1.18, 1.40, 1.44, 1.40, 1.32, 1.22, 1.16, 1.04, 0.88, 0.72, 0.58,
)  # fmt: skip
BUSES = (
    0.30, 0.28, 0.28, 0.28, 0.32, 0.55, 0.90, 1.00, 1.00, 0.95, 0.90, 0.90,
    0.90, 0.90, 0.90, 0.92, 0.98, 1.00, 1.00, 0.92, 0.85, 0.75, 0.60, 0.42,
)  # fmt: skip
RUSH = (
    0.00, 0.00, 0.00, 0.00, 0.00, 0.08, 0.35, 0.90, 1.00, 0.55, 0.30, 0.32,
    0.35, 0.28, 0.25, 0.32, 0.55, 0.95, 1.00, 0.60, 0.35, 0.22, 0.10, 0.03,
)  # fmt: skip

_DAY_S = 86_400


class Rhythm:
    """Profiles over the local day; between two full hours they run straight."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def local_s(self, at_s: Floats) -> Floats:
        """Seconds since the local epoch: UTC plus the offset of the zone at the first moment."""
        first = datetime.fromtimestamp(float(np.min(at_s)) if np.size(at_s) else 0.0, UTC)
        offset = self._zone.utcoffset(first)
        return np.asarray(at_s + (offset.total_seconds() if offset else 0.0))

    def level(self, profile: tuple[float, ...], at_s: Floats) -> Floats:
        """The profile's value at each moment."""
        hours = self.local_s(at_s) % _DAY_S / 3600
        return np.interp(hours, np.arange(25), (*profile, profile[0]))

    def week(self, at_s: Floats, weekend: float) -> Floats:
        """1 on working days, `weekend` on Saturday and Sunday."""
        weekday = (self.local_s(at_s) // _DAY_S + 3) % 7
        return np.where(weekday >= 5, weekend, 1.0)
