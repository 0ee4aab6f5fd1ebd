"""Tiles of a basemap in GCJ-02 or BD-09 cut anew so that they lie right under WGS84 data."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from .datum import convert
from .drawing import degrees, mercator
from .tile_source import Tile, TileSource


def shifted(source: TileSource, datum: str, z: int, x: int, y: int, tile_px: int = 256) -> Tile | None:
    """The WGS84 tile z/x/y put together from up to four tiles of a source in `datum`, as PNG; None where there is none.

    One offset serves a whole tile: within a tile it changes by less than half a pixel at every zoom. Blocks, about 3 ms.
    """
    from PIL import Image

    left, top = offset_px(datum, z, x, y, tile_px)
    column, row = left // tile_px, top // tile_px
    canvas, found = Image.new("RGBA", (2 * tile_px, 2 * tile_px)), False
    for down in (0, 1):
        for across in (0, 1):
            tile = source.tile(z, x + column + across, y + row + down)
            if tile is not None:
                with Image.open(BytesIO(tile.body), formats=("PNG", "JPEG", "WEBP")) as image:
                    canvas.paste(image.convert("RGBA").resize((tile_px, tile_px)), (across * tile_px, down * tile_px))
                found = True
    if not found:
        return None
    left, top = left - column * tile_px, top - row * tile_px
    body = BytesIO()
    canvas.crop((left, top, left + tile_px, top + tile_px)).save(body, "PNG")
    return Tile(body.getvalue(), "image/png")


def offset_px(datum: str, z: int, x: int, y: int, tile_px: int = 256) -> tuple[int, int]:
    """How many pixels further east and south the middle of a WGS84 tile lies in a source of `datum`."""
    middle = np.array([(x + 0.5) / 2**z]), np.array([(y + 0.5) / 2**z])
    there = mercator(*convert(*degrees(*middle), "wgs84", datum))
    right, down = ((float(goal[0]) - float(start[0])) * 2**z * tile_px for start, goal in zip(middle, there, strict=True))
    return round(right), round(down)
