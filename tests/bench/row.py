"""One line of the table of `make bench`: what was measured, against what, and whether the aim was met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Aim:
    """A limit for the ratio, or, where a row has none, for its value."""

    side: Literal["at least", "at most"]
    limit: float

    def met(self, figure: float) -> bool:
        return figure >= self.limit if self.side == "at least" else figure <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.side == 'at least' else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """`ratio` is value over the value of `against`, both from the same run; `spread` is (max - min) / median of the rounds."""

    bench: str
    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    aim: Aim | None = None
    spread: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim was met; None where there is none."""
        return None if self.aim is None else self.aim.met(self.value if self.ratio is None else self.ratio)


def spread(rounds: Sequence[float]) -> float:
    """How far the rounds lie apart, as a share of their median."""
    return (max(rounds) - min(rounds)) / median(rounds)
