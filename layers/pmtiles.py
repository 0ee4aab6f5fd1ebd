"""Tiles of a PMTiles file (version 3): one file, a directory of tile numbers along a Hilbert curve, then the tiles."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .drawing import Bounds
from .mistakes import Checked
from .tile_source import Tile, TileError

_TYPES: Final = MappingProxyType(
    {1: "application/vnd.mapbox-vector-tile", 2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
)
_NONE, _GZIP = 1, 2
_DIRECTORY_BYTES_MAX = 64 * 2**20
_TILE_BYTES_MAX = 8 * 2**20

Directory = tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]
"""Sorted tile numbers, run lengths (0: a leaf directory), lengths, offsets."""


class PmTiles(metaclass=Checked):
    """The tiles of one file. Opened for each question: any thread may ask; the last 64 directories stay in memory.

    Raises TileError; nothing the file claims makes it read more than 64 MiB.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        head = self._read(0, 127) if path.is_file() else b""
        if len(head) < 127 or head[:8] != b"PMTiles\x03":
            raise TileError(f"{path.name}: not a PMTiles file of version 3. Hint: was the copy finished?")
        (self._root, self._root_length, _, _, self._leaves, _, self._tiles) = struct.unpack_from("<7Q", head, 8)
        self._packed, tile_packed, tile_type, low, high = head[97], head[98], head[99], head[100], head[101]
        if self._packed not in (_NONE, _GZIP) or tile_packed not in (_NONE, _GZIP):
            raise TileError(f"{path.name}: compression must be none or gzip. Hint: convert it without brotli or zstd")
        if tile_type not in _TYPES:
            raise TileError(f"{path.name}: tile type {tile_type} is not drawn; allowed: {', '.join(_TYPES.values())}")
        self._media_type, self._gzipped = _TYPES[tile_type], tile_packed == _GZIP
        self._zooms = (low, high)
        west, south, east, north = (value / 1e7 for value in struct.unpack_from("<4i", head, 102))
        self._bounds = (west, south, east, north)
        self._directory = lru_cache(64)(self._open_directory)

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
        """As the header says."""
        return self._bounds

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile, None where there is none."""
        if not (self._zooms[0] <= z <= self._zooms[1] and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        number, offset, length = tile_number(z, x, y), self._root, self._root_length
        for _ in range(4):  # the format allows three levels of leaves
            ids, runs, lengths, offsets = self._directory(offset, length)
            at = int(np.searchsorted(ids, np.uint64(number), side="right")) - 1
            if at < 0:
                return None
            run, length = int(runs[at]), int(lengths[at])
            if run:
                return self._found(int(offsets[at]), length) if number < int(ids[at]) + run else None
            offset = self._leaves + int(offsets[at])
        raise TileError(f"{self._path.name}: its directories run in a circle")

    def _found(self, offset: int, length: int) -> Tile:
        if length > _TILE_BYTES_MAX:
            raise TileError(f"{self._path.name}: a tile of {length} bytes, at most {_TILE_BYTES_MAX} are read")
        return Tile(self._read(self._tiles + offset, length), self._media_type, self._gzipped)

    def _read(self, offset: int, length: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(offset)
            return file.read(min(length, _DIRECTORY_BYTES_MAX))

    def _open_directory(self, offset: int, length: int) -> Directory:
        packed = self._read(offset, length)
        try:
            return _directory(_unpacked(packed) if self._packed == _GZIP else packed)
        except (zlib.error, ValueError, OverflowError) as error:
            raise TileError(f"{self._path.name}: a directory cannot be read ({error})") from None


def tile_number(z: int, x: int, y: int) -> int:
    """The place of a tile along the Hilbert curves of all zooms before and of its own."""
    number = ((1 << (2 * z)) - 1) // 3
    for level in range(z - 1, -1, -1):
        side = 1 << level
        right, down = int(bool(x & side)), int(bool(y & side))
        number += side * side * ((3 * right) ^ down)
        x, y = x & (side - 1), y & (side - 1)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
    return number


def _unpacked(packed: bytes) -> bytes:
    worker = zlib.decompressobj(wbits=31)
    plain = worker.decompress(packed, _DIRECTORY_BYTES_MAX)
    if worker.unconsumed_tail:
        raise ValueError(f"more than {_DIRECTORY_BYTES_MAX} bytes")
    return plain


def _directory(plain: bytes) -> Directory:
    values = _varints(plain)
    count = int(values[0]) if len(values) else 0
    if len(values) != 1 + 4 * count:
        raise ValueError("it was cut off")
    steps, runs, lengths, offsets = (values[1 + part * count : 1 + (part + 1) * count] for part in range(4))
    places = offsets.tolist()
    for at, given in enumerate(places):  # 0: right behind the one before
        places[at] = places[at - 1] + int(lengths[at - 1]) if given == 0 and at else given - 1
    return np.cumsum(steps, dtype=np.uint64), runs, lengths, np.array(places, dtype=np.uint64)


def _varints(plain: bytes) -> NDArray[np.uint64]:
    """All numbers of a run of varints (7 bits a byte, the least first)."""
    raw = np.frombuffer(plain, dtype=np.uint8)
    ends = np.flatnonzero(raw < 128)
    if len(ends) == 0:
        return np.array([], dtype=np.uint64)
    starts = np.concatenate([[0], ends[:-1] + 1])
    raw = raw[: int(ends[-1]) + 1]
    place = np.arange(len(raw)) - np.repeat(starts, np.diff(np.append(starts, len(raw))))
    if place.max() > 9:
        raise ValueError("a number of more than ten bytes")
    return np.add.reduceat((raw & 127).astype(np.uint64) << (7 * place).astype(np.uint64), starts)
