"""The region tree as numbers: each region's descendants form one range, so that rolling up is a comparison."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.places import Places
from slots.reading import QuestionError

FEW = 500  # so many codes are looked up one by one sooner than in a join


class Tree:
    """Pre-order numbers of a region tree: region i holds exactly the numbers `[enter[i], leave[i])`. Frozen."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._index = {code: i for i, code in enumerate(places.codes)}
        self._children = _children(places)
        self.enter, self.leave = _preorder(places.parents)

    def index(self, code: str) -> int:
        """The region's index; raises QuestionError for an unknown code."""
        if (found := self._index.get(code)) is None:
            raise QuestionError(f"region {code!r} is not in the city's regions")
        return found

    def numbers(self, codes: pl.Series) -> pl.Series:
        """The pre-order number (Int32) of each code, -1 for a code the tree does not know."""
        if len(codes) <= FEW:
            found = np.array([self._index.get(code, -1) for code in codes], dtype=np.int32)
        else:
            found = self._places.find(codes)
        return pl.Series("p", np.where(found >= 0, self.enter[found], -1), dtype=pl.Int32)

    def range(self, code: str) -> tuple[int, int]:
        """The numbers `[from, to)` of a region and all its descendants."""
        i = self.index(code)
        return int(self.enter[i]), int(self.leave[i])

    def within(self, codes: pl.Series, region: str) -> pl.Series:
        """Which codes are the region or lie in it."""
        low, high = self.range(region)
        numbers = self.numbers(codes)
        return (numbers >= low) & (numbers < high)

    def children(self, code: str) -> list[str]:
        """The codes of the region's children, in the tree's order."""
        return list(self._children[self.index(code)])

    def child_of(self, code: str, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
        """The position, in `children(code)`, of the child each number lies in, -1 for none."""
        children = [self.index(child) for child in self.children(code)]
        if not children:
            return np.full(len(numbers), -1, dtype=np.int32)
        order = np.argsort(self.enter[children])
        enters, leaves = self.enter[children][order], self.leave[children][order]
        at = np.searchsorted(enters, numbers, side="right") - 1
        inside = (at >= 0) & (numbers < leaves[at])
        return np.where(inside, order[at], -1).astype(np.int32)


def _children(places: Places) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in places.codes]
    for code, parent in zip(places.codes, places.parents.tolist(), strict=True):
        if parent >= 0:
            found[parent].append(code)
    return found


def _preorder(parents: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    sizes = np.ones(len(parents), dtype=np.int32)
    for i in range(len(parents) - 1, 0, -1):
        sizes[parents[i]] += sizes[i]
    enter = np.zeros(len(parents), dtype=np.int32)
    free = enter + 1
    for i in range(1, len(parents)):
        parent = parents[i]
        enter[i] = free[parent]
        free[parent] += sizes[i]
        free[i] = enter[i] + 1
    return enter, enter + sizes
