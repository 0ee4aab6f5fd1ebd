"""Incidents as marks, the only large ones: those that would lie over each other become one with a count, the worst on top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from .drawing import Look, Part, Shape, Text, View, mercator
from .looks import GROUND, LIGHTS, TEXT, light_look

APART_PX = 24
"""Marks nearer than this to each other are one."""
MERGED_MAX = 400
"""Of more marks than this all pairs are not compared, and each stands for itself."""
_HALO = Look(fill=GROUND, fill_opacity=0.75, stroke_opacity=0.6, width_px=1.5, radius_px=11)
_RANK: Final = MappingProxyType({light: number for number, light in enumerate(LIGHTS)})


def incident_parts(places: NDArray[np.float64], lights: Sequence[str], names: Sequence[str], view: View) -> Iterable[Part]:
    """A mark for each incident (f8[n, 2], WGS84) by its light, the mildest drawn first; ×n where one stands for several."""
    order = sorted(range(len(places)), key=lambda at: _RANK.get(lights[at], 0))
    for at, count in reversed(_merged(places, order, view)):
        look, place = light_look(lights[at]), shapely.Point(places[at])
        yield Shape(place, replace(_HALO, stroke=look.fill or look.stroke))
        yield Shape(place, look, names[at], f"×{count}" if count > 1 else "")
        if count > 1:
            yield Text(float(place.x), float(place.y), f"×{count}", 13, TEXT, 1e8, _HALO.radius_px)


def _merged(places: NDArray[np.float64], order: Sequence[int], view: View) -> list[tuple[int, int]]:
    """The marks that are drawn, the worst first, and how many each stands for."""
    if len(order) > MERGED_MAX:
        return [(at, 1) for at in order]
    pixels = np.column_stack(mercator(places[:, 0], places[:, 1])) * 512 * 2**view.zoom
    kept: list[tuple[int, int]] = []
    for at in order:
        near = (i for i, (other, _) in enumerate(kept) if np.hypot(*(pixels[other] - pixels[at])) < APART_PX)
        found = next(near, None)
        if found is None:
            kept.append((at, 1))
        else:
            kept[found] = kept[found][0], kept[found][1] + 1
    return kept
