"""Trips: recorded ways of moving things, replayed with a fading trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely

from .colors import color_problems
from .drawing import Look, Part, Shape, View
from .features import Features
from .layer import Layer
from .looks import ACCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class TripsLayer(Layer):
    """Lines with a time at every corner: the property `times`, a list of seconds that never falls, one per corner.

    Replayed from the smallest to the largest time, `speed` times as fast as it was, again and again; `trail_s` is the
    trail's length in seconds of the record.
    """

    kind: ClassVar[str] = "trips"
    geometry_types: ClassVar[tuple[str, ...]] = ("LineString",)
    styles: ClassVar[tuple[str, ...]] = ("trips",)

    style: str = "trips"
    times: str = "times"
    trail_s: float = 120.0
    speed: float = 60.0
    color: str = ACCENT
    width_px: float = 2.0

    def span_s(self) -> tuple[float, float]:
        """The first and the last time of all."""
        assert self.features is not None
        ends = [(row[self.times][0], row[self.times][-1]) for row in self.features.properties]
        return float(min(first for first, _ in ends)), float(max(last for _, last in ends))

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with the span of time, trail, speed, colour and width. Features carry `times`."""
        first, last = self.span_s()
        look = {"color": self.color, "width_px": self.width_px}
        return Layer.entry(self) | {"from_s": 0.0, "to_s": last - first, "trail_s": self.trail_s, "speed": self.speed} | look

    def sign(self) -> Look | None:
        """A line in its colour."""
        return Look(stroke=self.color, stroke_opacity=0.7, width_px=max(self.width_px, 2))

    def parts(self, view: View) -> Iterable[Part]:
        """The whole ways: a still picture shows where, not when."""
        assert self.features is not None
        look = Look(stroke=self.color, stroke_opacity=0.5, width_px=self.width_px)
        for row, shape in zip(self.features.properties, self.features.geometries, strict=True):
            yield Shape(shape, look, self._name(row, view.language))

    def _properties(self, row: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
        """Times from the first of all, so that they are exact in the 32 bits of a graphics card."""
        first, _ = self.span_s()
        return Layer._properties(self, row, shape) | {"times": [round(float(time) - first, 3) for time in row[self.times]]}

    def _problems(self) -> list[str]:
        problems = Layer._problems(self) + color_problems("color", self.color)
        for name, value, low, high in (
            ("trail_s", self.trail_s, 0, 86_400), ("speed", self.speed, 0.1, 10_000), ("width_px", self.width_px, 0.5, 32),
        ):  # fmt: skip
            if not low <= value <= high:
                problems.append(f"{name} must be {low}…{high}, got {value}")
        if self.features is None:
            return [*problems, "a trips layer needs a file of lines with times"]
        return problems + _time_problems(self.features, self.times)


def _time_problems(features: Features, column: str) -> list[str]:
    for number, (row, shape) in enumerate(zip(features.properties, features.geometries, strict=True)):
        times = row.get(column)
        corners = int(shapely.get_num_coordinates(shape)) if shape is not None else 0
        if not isinstance(times, Sequence) or isinstance(times, str) or len(times) != corners:
            given = f"{len(times)} of them" if isinstance(times, list) else repr(times)[:40]
            return [f"feature {number}: {column!r} must be a list of {corners} seconds, one per corner, got {given}"]
        try:
            steps = np.diff(np.asarray(times, dtype=np.float64))
        except (TypeError, ValueError):
            return [f"feature {number}: {column!r} must hold numbers. Hint: seconds, not texts of times"]
        if not bool(np.all(steps >= 0)):  # NaN is not either
            return [f"feature {number}: {column!r} must never fall. Hint: are the corners sorted by time?"]
    return []
