"""Values put into a few classes, and the colours of the classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

RAMP = ("#12304F", "#1E6E9C", "#35C2E8", "#D6F5FF")
"""The sequential ramp: one hue, dark for little, light for much; safe for colour-blind eyes."""

Method = Literal["quantile", "equal", "manual"]


@dataclass(frozen=True, slots=True)
class Classes:
    """How a choropleth cuts its values. `breaks` (ascending, count - 1 of them) only and always with `manual`.

    A class holds its lower edge: `[break, next)`, the last one also its upper edge.
    """

    method: Method = "quantile"
    count: int = 5
    breaks: Sequence[float] = ()

    def __post_init__(self) -> None:
        if self.method not in ("quantile", "equal", "manual"):
            raise ValueError(f"classes: method must be quantile, equal or manual, got {self.method!r}")
        if not 2 <= self.count <= 9:
            raise ValueError(f"classes: count must be 2…9, got {self.count}. Hint: an eye tells five shades apart, not more")
        wanted = self.count - 1 if self.method == "manual" else 0
        if len(self.breaks) != wanted:
            raise ValueError(f"classes: {self.method} with count {self.count} takes {wanted} breaks, got {len(self.breaks)}")
        if any(high <= low for low, high in pairwise(self.breaks)):
            raise ValueError(f"classes: breaks must grow, got {list(self.breaks)}")

    def edges(self, values: Iterable[float | None]) -> list[float]:
        """The inner edges for these values: ascending, distinct, fewer where values repeat; None and NaN are left out."""
        if self.method == "manual":
            return list(self.breaks)
        known = np.array([value for value in values if value is not None and np.isfinite(value)], dtype=np.float64)
        if not len(known):
            return []
        shares = np.arange(1, self.count) / self.count
        low, high = known.min(), known.max()
        cuts = np.quantile(known, shares) if self.method == "quantile" else low + (high - low) * shares
        return [float(cut) for cut in np.unique(cuts) if low < cut <= high]


def colors(count: int) -> list[str]:
    """`count` colours, evenly along the ramp, as #RRGGBB."""
    stops = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in RAMP], dtype=np.float64)
    at = np.linspace(0, len(RAMP) - 1, count) if count > 1 else np.array([0.0])
    mixed = np.column_stack([np.interp(at, np.arange(len(RAMP)), stops[:, channel]) for channel in range(3)])
    return ["#{:02X}{:02X}{:02X}".format(*(round(channel) for channel in color)) for color in mixed.tolist()]
