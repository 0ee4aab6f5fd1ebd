"""A composite: scores put together by weights, with what is missing treated as the scheme says, and how much of it is fresh."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from slots.weighing import relative

Missing = Literal["skip", "zero", "none"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A score 0…100 or None, and its coverage 0…1: the share of its weight whose data is there and fresh."""

    score: float | None
    coverage: float


def composed(children: Sequence[Judged], weights: Sequence[float], missing: Missing) -> Judged:
    """The weighted mean of the children's scores. Where one has none: `skip` leaves it out and the others' weights add up to 1
    again, `zero` counts it as 0, `none` gives no score at all.

    The coverage is the weighted mean of the children's, over all of them: what is left out lowers it.
    """
    shares = relative(weights)
    coverage = math.fsum(share * child.coverage for share, child in zip(shares, children, strict=True))
    return Judged(_score(children, counted(children, shares, missing), missing), min(1.0, max(0.0, coverage)))


def counted(children: Sequence[Judged], weights: Sequence[float], missing: Missing) -> tuple[float, ...]:
    """The weights with which the children make the score: adding up to 1, or all 0 where nothing is left."""
    if missing != "skip":
        return relative(weights)
    left = [weight if child.score is not None else 0.0 for weight, child in zip(weights, children, strict=True)]
    return relative(left) if any(left) else (0.0,) * len(left)


def _score(children: Sequence[Judged], shares: Sequence[float], missing: Missing) -> float | None:
    unknown = sum(child.score is None for child in children)
    if (missing == "none" and unknown) or (missing == "skip" and not any(shares)):
        return None
    score = math.fsum(share * (child.score or 0.0) for share, child in zip(shares, children, strict=True))
    return min(100.0, max(0.0, score))
