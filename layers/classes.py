"""Values put into a few classes, and the colours of the classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .mistakes import Checked

RAMP = ("#12304F", "#1E6E9C", "#35C2E8", "#D6F5FF")
"""The sequential ramp: one hue, dark for little, light for much; safe for colour-blind eyes."""

REACH = 0.72
"""Areas stop short of the ramp's white end: that is left to the small bright things that move."""

_NATURAL_MAX = 600

Method = Literal["quantile", "equal", "natural", "manual"]


@dataclass(frozen=True, slots=True)
class Classes(metaclass=Checked):
    """How a choropleth cuts its values. `breaks` (ascending, count - 1 of them) only and always with `manual`.

    A class holds its lower edge: `[break, next)`, the last one also its upper edge.
    """

    method: Method = "quantile"
    count: int = 5
    breaks: Sequence[float] = ()

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise ValueError(f"classes: method must be quantile, equal, natural or manual, got {self.method!r}")
        if not 2 <= self.count <= 9:
            raise ValueError(f"classes: count must be 2…9, got {self.count}. Hint: an eye tells five shades apart, not more")
        wanted = self.count - 1 if self.method == "manual" else 0
        if len(self.breaks) != wanted:
            raise ValueError(f"classes: {self.method} with count {self.count} takes {wanted} breaks, got {len(self.breaks)}")
        if any(high <= low for low, high in pairwise(self.breaks)):
            raise ValueError(f"classes: breaks must grow, got {list(self.breaks)}")

    def edges(self, values: Iterable[float | None]) -> list[float]:
        """The inner edges for these values: ascending, distinct, fewer where values repeat, whole where they are.
        None and NaN are left out."""
        if self.method == "manual":
            return list(self.breaks)
        known = np.array([value for value in values if value is not None and np.isfinite(value)], dtype=np.float64)
        if not len(known):
            return []
        if self.method == "natural":
            return natural_breaks(known, self.count)
        shares = np.arange(1, self.count) / self.count
        low, high = known.min(), known.max()
        cuts = np.quantile(known, shares) if self.method == "quantile" else low + (high - low) * shares
        whole = bool((known == np.rint(known)).all())  # of counts an edge is a count, and parts them as before
        return [float(cut) for cut in np.unique(np.ceil(cuts - 1e-9) if whole else cuts) if low < cut <= high]

    def entry(self, values: Iterable[float | None] = ()) -> dict[str, Any]:
        """As the browser's spec says it; natural breaks come with their edges where the values are known."""
        breaks = self.edges(values) if self.method in ("natural", "manual") else []
        return {"method": self.method, "count": self.count} | ({"breaks": breaks} if breaks else {})


@dataclass(frozen=True, slots=True)
class Scale(metaclass=Checked):
    """Values cut into classes with a colour each: what a legend shows."""

    edges: Sequence[float]
    colors: Sequence[str]

    @classmethod
    def over(cls, values: Iterable[float | None], classes: Classes, ramp: Sequence[str] = RAMP) -> Scale:
        """The scale of these values."""
        edges = classes.edges(values)
        return cls(edges, colors(len(edges) + 1, ramp, REACH))

    def color(self, value: float | None) -> str | None:
        """The colour of one value, None for no data."""
        return None if value is None or value != value else self.colors[sum(value >= edge for edge in self.edges)]


def natural_breaks(values: NDArray[np.float64], count: int) -> list[float]:
    """The edges that make the classes as even inside as can be (Fisher 1958, "On grouping for maximum homogeneity").

    Exact for up to 600 different values; of more, 600 evenly ranked ones speak for all. At most 50 ms.
    """
    points = np.unique(values)
    if len(points) > _NATURAL_MAX:
        points = np.unique(np.quantile(values, np.linspace(0, 1, _NATURAL_MAX)))
    if len(points) <= count:
        return [float(point) for point in points[1:]]
    weights = np.histogram(values, bins=np.append(points, np.inf))[0].astype(np.float64)
    spread = _spread(points, weights)
    best, starts = spread[0].copy(), []
    for _ in range(count - 1):
        whole = np.vstack([np.full(len(points), np.inf), best[:-1, None] + spread[1:]])
        starts.append(np.argmin(whole, axis=0))
        best = np.min(whole, axis=0)
    cuts, last = [], len(points) - 1
    for start in reversed(starts):
        cuts.append(float(points[start[last]]))
        last = max(int(start[last]) - 1, 0)
    return sorted(set(cuts))


def _spread(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """[i, j]: the sum of squared distances from their mean of the points i…j, infinite where j < i."""
    centred = points - points.mean()
    ahead = [np.concatenate([[0.0], np.cumsum(weights * centred**power)]) for power in (0, 1, 2)]
    n, total, squares = (sums[None, 1:] - sums[:-1, None] for sums in ahead)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.maximum(squares - total * total / n, 0.0)
    return np.where(np.tril(np.ones_like(spread), -1) > 0, np.inf, spread)


def colors(count: int, ramp: Sequence[str] = RAMP, reach: float = 1.0) -> list[str]:
    """`count` colours, evenly along the first `reach` of the ramp, as #RRGGBB."""
    stops = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in ramp], dtype=np.float64)
    at = np.linspace(0, (len(ramp) - 1) * reach, count) if count > 1 else np.array([0.0])
    mixed = np.column_stack([np.interp(at, np.arange(len(ramp)), stops[:, channel]) for channel in range(3)])
    return ["#{:02X}{:02X}{:02X}".format(*(round(channel) for channel in color)) for color in mixed.tolist()]
