"""The few signs of marks, as outlines that any engine can fill; assets/map/marks.js has the same for the live one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

Outline = Sequence[tuple[float, float]]
"""Corners, x to the right and y down; 1 is the radius of a disc of the same size."""

SIGNS: Final = ("disc", "square", "triangle", "diamond", "cross", "shield", "flame", "house", "hall", "ring")
"""By name; disc and ring are circles and have no corners."""

_GRID: Final[Mapping[str, Sequence[Outline]]] = MappingProxyType(
    {
        "square": [[(12, 12), (52, 12), (52, 52), (12, 52)]],
        "triangle": [[(32, 8), (57, 52), (7, 52)]],
        "diamond": [[(32, 6), (58, 32), (32, 58), (6, 32)]],
        "cross": [
            [(24, 8), (40, 8), (40, 24), (56, 24), (56, 40), (40, 40), (40, 56), (24, 56), (24, 40), (8, 40), (8, 24), (24, 24)],
        ],
        "shield": [[(32, 6), (54, 14), (52, 36), (32, 58), (12, 36), (10, 14)]],
        "flame": [[(34, 4), (52, 34), (44, 56), (20, 56), (12, 36), (24, 26)]],
        "house": [[(32, 8), (58, 32), (50, 32), (50, 56), (14, 56), (14, 32), (6, 32)]],
        "hall": [
            [(32, 6), (58, 22), (6, 22)], [(10, 26), (20, 26), (20, 48), (10, 48)], [(27, 26), (37, 26), (37, 48), (27, 48)],
            [(44, 26), (54, 26), (54, 48), (44, 48)], [(6, 51), (58, 51), (58, 58), (6, 58)],
        ],
    }
)  # fmt: skip
_MIDDLE, _RADIUS = 32, 24


def outlines(sign: str) -> Sequence[Outline]:
    """The polygons of a sign; none for disc and ring, which are circles."""
    return [[((x - _MIDDLE) / _RADIUS, (y - _MIDDLE) / _RADIUS) for x, y in ring] for ring in _GRID.get(sign, ())]
