"""Tiles of an MBTiles file: one SQLite database, read without GDAL."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Final

from .drawing import Bounds
from .mistakes import Checked
from .tile_source import WORLD, Tile, TileError

_TYPES: Final = MappingProxyType(
    {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp",
     "pbf": "application/vnd.mapbox-vector-tile"}
)  # fmt: skip
_TILE_BYTES_MAX = 8 * 2**20


class MbTiles(metaclass=Checked):
    """The tiles of one file (MBTiles 1.3). Opened for each question and read-only: any thread may ask. Raises TileError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._about = self._metadata()
        form = self._about.get("format", "png")
        if form not in _TYPES:
            raise TileError(f"{path.name}: tile format {form!r} is not drawn; allowed: {', '.join(_TYPES)}")
        self._media_type = _TYPES[form]
        self._zooms = self._zoom_range()

    @property
    def media_type(self) -> str:
        """What the tiles are."""
        return self._media_type

    @property
    def zooms(self) -> tuple[int, int]:
        """The least and the greatest z there is."""
        return self._zooms

    @property
    def bounds(self) -> Bounds:
        """As the file says; the world where it says nothing."""
        try:
            west, south, east, north = (float(edge) for edge in self._about["bounds"].split(","))
        except (KeyError, ValueError):
            return WORLD
        return west, south, east, north

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile, None where there is none."""
        question = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        rows = self._ask(question, z, x, 2**z - 1 - y)  # MBTiles count rows from the south
        if not rows:
            return None
        body = rows[0][0]
        if not isinstance(body, bytes) or len(body) > _TILE_BYTES_MAX:
            raise TileError(f"{self._path.name}: tile {z}/{x}/{y} is no tile of at most {_TILE_BYTES_MAX} bytes")
        return Tile(body, self._media_type, body.startswith(b"\x1f\x8b"))

    def _metadata(self) -> Mapping[str, str]:
        return {str(name): str(value) for name, value in self._ask("SELECT name, value FROM metadata LIMIT 1000")}

    def _zoom_range(self) -> tuple[int, int]:
        try:
            return int(self._about["minzoom"]), int(self._about["maxzoom"])
        except (KeyError, ValueError):
            ((low, high),) = self._ask("SELECT min(zoom_level), max(zoom_level) FROM tiles")
            return int(str(low or 0)), int(str(high or 0))

    def _ask(self, question: str, *values: int) -> list[tuple[object, ...]]:
        if not self._path.is_file():
            raise TileError(f"{self._path.name}: there is no such file")
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as file:
                return list(file.execute(question, values))
        except sqlite3.Error as error:
            raise TileError(f"{self._path.name}: not an MBTiles file ({error}). Hint: was the copy finished?") from None
