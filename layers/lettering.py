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
                if self._free(_box(at, wide, high), taken, (x, y) if text.rank >= OWN else None)
            ]
            if free:
                at = min(free, key=lambda one: self.marks.covered(_box(one, wide, high)))
                taken.append(_box(at, wide, high))
                said.add(text.words)
                yield text, *at

    def _free(self, box: Box, taken: Sequence[Box], own: tuple[float, float] | None) -> bool:
        """Whether a box lies in the picture and touches nothing; the mark in whose middle the text belongs is no hindrance."""
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self.width_px or bottom > self.height_px:
            return False
        if any(_touch(box, other) for other in taken):
            return False
        others = (one for one in self.marks.large if own is None or abs(one[0] - own[0]) + abs(one[1] - own[1]) > 1)
        return not any(_touch(box, (x - radius, y - radius, x + radius, y + radius)) for x, y, radius in others)


def _places(text: Text, x: float, y: float, wide: float, high: float) -> list[tuple[float, float]]:
    """The middles a text may have, the best first."""
    if text.beside_px:
        across, down = text.beside_px + GAP_PX + wide / 2, text.beside_px + GAP_PX + high / 2
        return [(x + across, y), (x - across, y), (x, y - down), (x, y + down)]
    return [(x, y + step * high) for step in (_STEPS if text.rank >= 0 else (0.0,))]


def _box(middle: tuple[float, float], wide: float, high: float) -> Box:
    x, y = middle
    return x - wide / 2 - GAP_PX, y - high / 2 - GAP_PX / 2, x + wide / 2 + GAP_PX, y + high / 2 + GAP_PX / 2


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]
