"""Vector tiles made ready before somebody asks: the first tile of a zoom has to simplify every polygon."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log2
from threading import Thread
from typing import Final

import numpy as np

from cockpit.static_layers import StaticLayer
from layers import VectorTileLayer
from layers.drawing import mercator

_ZOOMS: Final = 4
"""From the zoom that shows the whole layer on, so many are made ready; a finer one waits until somebody looks that close."""


def warm(layers: Iterable[StaticLayer]) -> Thread | None:
    """The thread that makes them, already running; None where no layer is of vector tiles. Ends with the process."""
    found = [static.layer for static in layers if isinstance(static.layer, VectorTileLayer)]
    if not found:
        return None
    thread = Thread(target=_warmed, args=(found,), name="warm tiles", daemon=True)
    thread.start()
    return thread


def first_tiles(layer: VectorTileLayer) -> list[tuple[int, int, int]]:
    """One tile of each zoom that a map of the whole layer and a little closer shows: z, x, y in its middle."""
    west, south, east, north = layer.entry()["bounds"]
    first = max(0, floor(log2(360 / max(east - west, 1e-6))) - 1)
    (x,), (y,) = mercator(np.array([(west + east) / 2]), np.array([(south + north) / 2]))
    zooms = range(min(first, layer.max_zoom), min(first + _ZOOMS, layer.max_zoom + 1))
    return [(z, int(x * 2**z), int(y * 2**z)) for z in zooms]


def _warmed(layers: list[VectorTileLayer]) -> None:
    for layer in layers:
        for z, x, y in first_tiles(layer):
            layer.tile(z, x, y)
