"""The binary frame of live points, read back field by field."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from layers import encode_points, point_ids


def test_a_frame_reads_back() -> None:
    lon, lat = np.array([118.5, np.nan, 118.7]), np.array([29.3, 29.3, 29.5])
    ids, kinds = point_ids(["a", "b", "c"]), np.array([0, 1, 1], np.uint8)
    frame = encode_points("map", "车辆", 7, 1_700_000_000_123, lon, lat, ids, kinds, ["bus", "patrol"], dt_ms=2000)
    magic, length = struct.unpack_from("<II", frame)
    header = json.loads(frame[8 : 8 + length])
    assert magic == 0x43435031 and length % 4 == 0
    assert header == {"panel": "map", "layer": "车辆", "seq": 7, "at_ms": 1_700_000_000_123, "n": 2,
                      "origin": pytest.approx([118.6, 29.4]), "kinds": ["bus", "patrol"], "dt_ms": 2000}  # fmt: skip
    start = 8 + length
    dx, dy = np.frombuffer(frame, "<f4", 2, start), np.frombuffer(frame, "<f4", 2, start + 8)
    np.testing.assert_allclose(dx + header["origin"][0], [118.5, 118.7], atol=1e-7)
    np.testing.assert_allclose(dy + header["origin"][1], [29.3, 29.5], atol=1e-7)
    assert np.frombuffer(frame, "<u4", 2, start + 16).tolist() == [point_ids(["a"])[0], point_ids(["c"])[0]]
    assert list(frame[start + 24 :]) == [0, 1]


def test_an_empty_frame_is_a_frame() -> None:
    none = np.array([], np.float64)
    frame = encode_points("map", "x", 1, 1, none, none, np.array([], np.uint32), np.array([], np.uint8))
    assert json.loads(frame[8:])["n"] == 0
