"""Since when a field is bad: the first of the bad records that lie near enough to each other to be one story."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

APART: Final = 100
"""So many good records between two bad ones are no gap yet, however near to each other the others lie."""
_GAP: Final = 8
"""A gap is so many times as long as the others are on average."""
_FIRST: Final = 8
_SURE: Final = 3
"""So many records make an average."""


@dataclass(slots=True)
class Run:
    """Bad records in their order: number among all, log time (Unix ms). `restarts`: how often it began anew."""

    first: list[tuple[int, int]] = field(default_factory=list)
    last: int = 0
    count: int = 0
    restarts: int = 0

    def add(self, number: int, at_ms: int) -> None:
        """One more bad record; after a gap the run begins with it."""
        if self.count and number - self.last > max(APART, _GAP * (self.last - self.first[0][0]) / max(1, self.count - 1)):
            self.first, self.count = [], 0
            self.restarts += 1
        if len(self.first) < _FIRST:
            self.first.append((number, at_ms))
        self.last, self.count = number, self.count + 1

    @property
    def since_ms(self) -> int:
        """The log time of the first record, but for those that lie alone before the others."""
        for at in range(len(self.first) - 1, 0, -1):
            left = self.count - at
            number, at_ms = self.first[at]
            if left >= _SURE and number - self.first[at - 1][0] > _GAP * (self.last - number) / (left - 1):
                return at_ms
        return self.first[0][1]
