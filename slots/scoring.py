"""Points 0…100 of a value: distance to frontier, min–max, ladder, full marks, deduction, or the value as it is. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Cut = Literal["", "best", "worst", "equal", "alone", "undirected", "missing"]
"""Why points are not what the formula alone says: beyond the best or the worst end (cut to it), all peers equal, no peers to be
held against, an indicator without a wanted direction, no value."""


@dataclass(frozen=True, slots=True)
class Points:
    """What a value is worth, 0…100, or None; `cut` tells what was special about it."""

    value: float | None
    cut: Cut = ""


def frontier(value: float | None, best: float, worst: float) -> Points:
    """Distance to frontier, `100·(worst − y)/(worst − best)` (World Bank, Doing Business: 100 is the best practice ever seen).

    Holds for both directions; beyond an end it is that end. `best` and `worst` must differ.
    """
    return _between(value, best, worst)


def full_marks(value: float | None, at: float, zero: float) -> Points:
    """100 from the full-marks line `at` on, 0 at `zero` and beyond, straight between (Zhejiang procurement lines)."""
    return _between(value, at, zero)


def minmax(value: float | None, peers: Sequence[float | None], direction: str, target: float | None = None) -> Points:
    """`100·(y − min)/(max − min)` over the peers that have a value, turned round where less is better.

    With direction `target` the distance `|y − target|` is scored, less being better (orientation "middle"). Where all peers are
    equal nobody is behind: 100, marked `equal`. One who has no peer cannot be compared: None, marked `alone`.
    """
    if value is None or not math.isfinite(value):
        return Points(None, "missing")
    known = [peer for peer in peers if peer is not None and math.isfinite(peer)]
    if direction == "target" and target is not None:
        value, known, direction = abs(value - target), [abs(peer - target) for peer in known], "lower"
    if direction not in ("higher", "lower"):
        return Points(None, "undirected")
    if len(known) < 2:
        return Points(None, "alone")
    low, high = min(known), max(known)
    if low == high:
        return Points(100.0, "equal")
    best, worst = (high, low) if direction == "higher" else (low, high)
    return _between(value, best, worst)


def ladder(value: float | None, rungs: Sequence[tuple[float, float]]) -> Points:
    """The points of the best rung `(limit, points)` that is reached; limits rise, nothing lies between two rungs.

    Where the points rise with the limits a rung is reached from its limit on (`y ≥ limit`), else up to it (`y ≤ limit`). Who
    reaches none has 0, marked `worst`. Points outside 0…100 are cut.
    """
    if value is None or not math.isfinite(value):
        return Points(None, "missing")
    rising = len(rungs) > 1 and all(one[1] <= other[1] for one, other in itertools.pairwise(rungs))
    if rising:
        reached = next((points for limit, points in reversed(rungs) if value >= limit), None)
    else:
        reached = next((points for limit, points in rungs if value <= limit), None)
    return Points(0.0, "worst") if reached is None else _within(reached)


def deduct(value: float | None, start: float, per: float) -> Points:
    """`start − per·y`, not under 0 and not over 100: so many points less for each case, day or fault."""
    return Points(None, "missing") if value is None or not math.isfinite(value) else _within(start - per * value)


def plain(value: float | None) -> Points:
    """The value itself, which is 0…100 already (a rate, a mark); cut to it where it is not."""
    return Points(None, "missing") if value is None or not math.isfinite(value) else _within(value)


def _between(value: float | None, best: float, worst: float) -> Points:
    """Straight from 0 at `worst` to 100 at `best`."""
    if value is None or not math.isfinite(value):
        return Points(None, "missing")
    if best == worst:
        return Points(None, "equal")
    share = (value - worst) / (best - worst)  # each side first: the product of two large numbers would overflow
    return _within(100 * share)


def _within(points: float) -> Points:
    if points > 100:
        return Points(100.0, "best")
    return Points(0.0, "worst") if points < 0 else Points(points)
