"""Vector tiles written: geometries in tile coordinates and their properties as bytes (Mapbox Vector Tile 2.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096

Value = str | int | float | bool
Row = tuple[shapely.Geometry, Mapping[str, Value | None]]

_POINT, _LINE, _POLYGON = 1, 2, 3


def encode_tile(name: str, rows: Iterable[Row], extent: int = EXTENT) -> bytes:
    """One tile with one layer. Geometries in tile units (x east, y south, 0…extent), any dimension; empty ones are left out.

    Properties: str, int, float, bool; None is left out. Rings are wound as the format wants, parts too small to have an
    area are dropped.
    """
    keys: dict[str, int] = {}
    values: dict[tuple[str, Value], int] = {}
    features: list[bytes] = []
    for geometry, properties in rows:
        kind, commands = _commands(geometry)
        if not commands:
            continue
        tags = bytearray()
        for key, value in properties.items():
            if value is not None:
                tags += _varint(keys.setdefault(key, len(keys)))
                tags += _varint(values.setdefault((type(value).__name__, value), len(values)))
        features.append(_field(2, bytes(tags)) + _varint(3 << 3) + _varint(kind) + _field(4, commands))
    body = [_field(1, name.encode()), *(_field(2, feature) for feature in features)]
    body += [_field(3, key.encode()) for key in keys]
    body += [_field(4, _value(value)) for _, value in values]
    return _field(3, b"".join(body) + _varint(5 << 3) + _varint(extent) + _varint(15 << 3) + _varint(2))


def _commands(geometry: shapely.Geometry) -> tuple[int, bytes]:
    parts = [part for part in shapely.get_parts(geometry) if not part.is_empty]
    dimension = max((int(shapely.get_dimensions(part)) for part in parts), default=-1)
    pen = _Pen()
    for part in parts:
        if shapely.get_dimensions(part) != dimension:
            continue
        if dimension == 2:
            pen.ring(np.asarray(part.exterior.coords)[:, :2], outer=True)
            for hole in part.interiors:
                pen.ring(np.asarray(hole.coords)[:, :2], outer=False)
        elif dimension == 1:
            pen.line(np.asarray(part.coords)[:, :2])
        elif dimension == 0:
            pen.dot(np.asarray(part.coords)[:, :2])
    return (_POINT, _LINE, _POLYGON)[max(dimension, 0)], b"".join(pen.written)


class _Pen:
    """The cursor of one feature: every corner is said as the step from the one before."""

    def __init__(self) -> None:
        self._at = np.zeros(2, dtype=np.int64)
        self._skip_holes = False
        self.written: list[bytes] = []

    def ring(self, corners: NDArray[np.float64], *, outer: bool) -> None:
        """A closed ring, wound clockwise on the screen where it is an outer one."""
        whole = _distinct(np.round(corners).astype(np.int64))[:-1]
        twice_area = _twice_area(whole) if len(whole) >= 3 else 0
        if outer:
            self._skip_holes = twice_area == 0
        if twice_area == 0 or self._skip_holes:
            return
        self._path(whole if (twice_area > 0) == outer else whole[::-1])
        self.written.append(_varint(7 | 1 << 3))

    def line(self, corners: NDArray[np.float64]) -> None:
        """An open line."""
        whole = _distinct(np.round(corners).astype(np.int64))
        if len(whole) >= 2:
            self._path(whole)

    def dot(self, corners: NDArray[np.float64]) -> None:
        """A point; several make several commands."""
        self._path(np.round(corners).astype(np.int64))

    def _path(self, corners: NDArray[np.int64]) -> None:
        steps = np.diff(np.vstack([self._at, corners]), axis=0)
        self._at = corners[-1]
        numbers = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
        self.written.append(_varint(1 | 1 << 3) + b"".join(_varint(number) for number in numbers[:2]))
        if len(corners) > 1:
            self.written.append(_varint(2 | (len(corners) - 1) << 3) + b"".join(_varint(number) for number in numbers[2:]))


def _distinct(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    kept = np.append(True, np.any(np.diff(corners, axis=0) != 0, axis=1))
    distinct: NDArray[np.int64] = corners[kept]
    return distinct


def _twice_area(corners: NDArray[np.int64]) -> int:
    """Above 0 for a ring wound clockwise on the screen (y points south)."""
    x, y = corners[:, 0], corners[:, 1]
    return int(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _varint(7 << 3) + _varint(int(value))
    if isinstance(value, int):
        return _varint(6 << 3) + _varint((value << 1) ^ (value >> 63))
    if isinstance(value, float):
        return _varint(3 << 3 | 1) + struct.pack("<d", value)
    return _field(1, value.encode())
