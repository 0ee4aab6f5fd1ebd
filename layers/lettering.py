"""Where names stand on a still picture: few, never one over another, never over a large mark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .drawing import Text

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels."""

GAP_PX: Final = 4.0
OWN: Final = 1e6
"""From this rank on a text belongs to the mark in its middle, as the count of a cluster does."""
HAND: Final = 1e9
"""The rank of what was written by hand: it may step aside, a count may not."""
_HIDING: Final = 0.5
"""A count is left out where another mark lies on it with so much of its radius; at its edge it does no harm."""
_STEPS: Final = (0.0, -1.5, 1.5)
"""A name of rank 0 or more may step up or down by so many of its own heights."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands on the picture: middles and radii of the large marks, middles of the small ones; pixels."""

    large: Sequence[tuple[float, float, float]]
    small: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))

    def covered(self, box: Box) -> int:
        """How many small marks lie under a box."""
        x, y = self.small[:, 0], self.small[:, 1]
        return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


@dataclass(frozen=True, slots=True)
class Sheet:
    """The picture names are written on: its size, what stands on it, and the boxes that are taken from the start."""

    width_px: int
    height_px: int
    marks: Marks
    taken: Sequence[Box] = ()

    def written(
        self, texts: Iterable[tuple[Text, float, float]], size: Callable[[Text], tuple[float, float]]
    ) -> Iterator[tuple[Text, float, float]]:
        """Of texts and the pixels of their places those that have room, with the middle of each; the highest rank first.

        A place that hides no small mark is taken before one that does. The same words stand once, except at marks.
        """
        taken, said = list(self.taken), set[str]()
        for text, x, y in sorted(texts, key=lambda one: -one[0].rank):
            if text.words in said and text.rank < 0:
                continue
            wide, high = size(text)
            free = [
                at
                for at in _places(text, x, y, wide, high)
                if self._free(_box(at, wide, high), taken, self._hindrances(text, x, y))
            ]
            if free:
                at = min(free, key=lambda one: self.marks.covered(_box(one, wide, high)))
                taken.append(_box(at, wide, high))
                said.add(text.words)
                yield text, *at

    def _hindrances(self, text: Text, x: float, y: float) -> list[Box]:
        """The large marks it may not lie on: all but the one in whose middle it belongs; a count minds only what lies on it."""
        others = (one for one in self.marks.large if text.rank < OWN or abs(one[0] - x) + abs(one[1] - y) > 1)
        share, gap = (_HIDING, GAP_PX) if _counts(text) else (1.0, 0.0)
        reaches = ((a, b, r * share - gap, r * share - gap / 2) for a, b, r in others)
        return [(a - across, b - down, a + across, b + down) for a, b, across, down in reaches]

    def _free(self, box: Box, taken: Sequence[Box], marks: Sequence[Box]) -> bool:
        """Whether a box lies in the picture and touches nothing."""
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.width_px or bottom > self.height_px:
            return False
        return not any(_touch(box, other) for other in (*taken, *marks))


def _counts(text: Text) -> bool:
    return OWN <= text.rank < HAND


def _places(text: Text, x: float, y: float, wide: float, high: float) -> list[tuple[float, float]]:
    """The middles a text may have, the best first."""
    if text.beside_px:
        across, down = text.beside_px + GAP_PX + wide / 2, text.beside_px + GAP_PX + high / 2
        return [(x + across, y), (x - across, y), (x, y - down), (x, y + down)]
    stays = text.rank < 0 or _counts(text)
    return [(x, y + step * high) for step in ((0.0,) if stays else _STEPS)]


def _box(middle: tuple[float, float], wide: float, high: float) -> Box:
    x, y = middle
    return x - wide / 2 - GAP_PX, y - high / 2 - GAP_PX / 2, x + wide / 2 + GAP_PX, y + high / 2 + GAP_PX / 2


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]
