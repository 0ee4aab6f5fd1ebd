"""What of a slot's entities a map shows: which of them, how many, and how they are drawn."""

from __future__ import annotations

from typing import Final, Literal

import polars as pl
from pydantic import Field

from slots import Model
from slots.slot import Duration

from .panel import Context

POINTS: Final = 20_000
"""Live points per layer at most; a wall shows no more, and a frame stays under half a megabyte."""


class Moving(Model):
    """How the entities of a slot are drawn, at most the `limit` newest of them.

    `kind` is the attribute that tells colours apart, `only` keeps some values, `within` those heard of that lately.
    `every`: how often a thing usually says where it is; it takes that long to glide there. As `heat` they are a cloud, as
    `grid` (squares of `cell_m`) or `hexagon` (H3 cells of a `resolution`) they are counted.
    """

    style: Literal["vehicle", "incident", "station", "heat", "grid", "hexagon"] = "vehicle"
    kind: str | None = None
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    within: Duration | None = None
    limit: int = Field(default=POINTS, ge=1, le=POINTS)
    trail_s: float = Field(default=6.0, ge=0, le=60)
    every: Duration = Field(default=2, ge=1, le=600)
    cell_m: float = Field(default=1000.0, ge=50, le=100_000)
    resolution: int = Field(default=8, ge=4, le=11)


def seen_now(slot: str, moving: Moving, context: Context, most: int = POINTS) -> pl.DataFrame:
    """The entities of a slot in the region in scope that are to be shown, the newest first, at most `most`."""
    frame = context.entities(slot, context.region, POINTS)
    for attribute, values in moving.only.items():
        frame = frame.filter(pl.col(attribute).cast(pl.String).is_in(values))
    if moving.within is not None:
        oldest_us = int((context.now.timestamp() - moving.within) * 1e6)
        frame = frame.filter(pl.col("time_us") >= oldest_us)
    return frame.head(min(moving.limit, most))
