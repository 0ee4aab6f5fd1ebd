"""Ranks by score, and how much a rank owes to the weights: the share of small changes of the weights that it survives. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from slots.composite import Judged, Missing, composed

DRAWS = 200
SWAY = 0.1
"""By how much each weight is changed up or down, as a share of itself."""


def ranks(scores: Sequence[float | None]) -> list[int | None]:
    """1 for the best; equal scores share a rank and the next one is skipped; None for who has no score."""
    known = [score for score in scores if score is not None]
    return [None if score is None else 1 + sum(other > score for other in known) for score in scores]


def robustness(rows: Sequence[Sequence[Judged]], weights: Sequence[float], missing: Missing) -> list[float | None]:
    """For each row (a region's judged children) the share of DRAWS in which its rank stays what it is while every weight is
    changed by up to ±SWAY; the draws are the same each time. None for a row without a score.
    """
    first = _ranks(rows, weights, missing)
    sways = np.random.default_rng(7).uniform(1 - SWAY, 1 + SWAY, (DRAWS, len(weights)))
    held = np.zeros(len(rows))
    for swayed in sways * np.array(weights):
        held += [one == other for one, other in zip(first, _ranks(rows, swayed.tolist(), missing), strict=True)]
    return [None if rank is None else float(kept) / DRAWS for rank, kept in zip(first, held, strict=True)]


def _ranks(rows: Sequence[Sequence[Judged]], weights: Sequence[float], missing: Missing) -> list[int | None]:
    return ranks([composed(row, weights, missing).score for row in rows])
