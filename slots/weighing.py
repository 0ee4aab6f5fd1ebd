"""How much each of several things counts: given weights, the entropy of their scores, or pairwise judgements (AHP). Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]

CR_LIMIT = 0.1
"""The consistency ratio from which pairwise judgements contradict one another (Saaty 1980)."""

_RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.54, 1.56, 1.57, 1.59)
"""The mean consistency index of random matrices by their size (Saaty 1980)."""


def relative(weights: Sequence[float]) -> tuple[float, ...]:
    """The weights made to add up to 1; equal ones where they are all 0."""
    largest = max(weights, default=0.0)
    if not largest > 0:
        return equal(len(weights))
    scaled = [weight / largest for weight in weights]  # so that the sum of large ones stays finite
    whole = math.fsum(scaled)
    return tuple(weight / whole for weight in scaled)


def equal(size: int) -> tuple[float, ...]:
    """The same weight for each."""
    return (1 / size,) * size


def entropy(scores: Sequence[Sequence[float | None]]) -> tuple[float, ...]:
    """Weights by the entropy method (Shannon 1948): what tells the regions apart counts more. `scores[region][child]`, 0…100.

    `p = x/Σx` per child, `e = −Σ p·ln p / ln m` over the m regions, weight `(1 − e)/Σ(1 − e)`. Regions that lack one of the
    scores are left out; a child without any score has weight 0 then. Equal weights where fewer than two regions are left or no
    child tells any two apart.
    """
    width = len(scores[0]) if scores else 0
    known = [child for child in range(width) if any(row[child] is not None for row in scores)]
    rows = [row for row in ([row[child] for child in known] for row in scores) if None not in row]
    if len(rows) < 2 or not known:
        return equal(width)
    told = _redundancy(np.array(rows, dtype=float))
    if told.max() < 1e-12:
        return equal(width)
    weights = [0.0] * width
    for child, weight in zip(known, (told / told.sum()).tolist(), strict=True):
        weights[child] = weight
    return tuple(weights)


def _redundancy(full: Matrix) -> Matrix:
    """`1 − e` of each column; 0 for a column of zeros."""
    sums = full.sum(axis=0)
    shares = np.divide(full, sums, out=np.full_like(full, 1 / len(full)), where=sums > 0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    redundancy: Matrix = np.clip(1 + (shares * logs).sum(axis=0) / math.log(len(full)), 0, 1)
    return redundancy


def pairwise(judgements: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """AHP: the principal eigenvector of the reciprocal matrix, adding up to 1 (Saaty 1980).

    Raises ValueError where the judgements contradict one another (`consistency_ratio` ≥ CR_LIMIT).
    """
    matrix = np.array(judgements, dtype=float)
    if (ratio := consistency_ratio(matrix)) >= CR_LIMIT:
        raise ValueError(f"the judgements contradict one another: CR is {ratio:.2f}, less than {CR_LIMIT} is needed")
    values, vectors = np.linalg.eig(matrix)
    principal = np.abs(vectors[:, int(values.real.argmax())].real)
    return tuple((principal / principal.sum()).tolist())


def consistency_ratio(matrix: Matrix) -> float:
    """CR = (λmax − n)/(n − 1)/RI of a reciprocal matrix (Saaty 1980); 0 for up to two children."""
    size = len(matrix)
    if size < 3:
        return 0.0
    largest = float(np.linalg.eigvals(matrix).real.max())
    return (largest - size) / (size - 1) / _RANDOM_INDEX[min(size, len(_RANDOM_INDEX) - 1)]
