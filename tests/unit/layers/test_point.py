"""The binary frame of live points, read back field by field."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from layers import LayerError, deck_spec, encode_points, point_ids


def test_a_frame_reads_back() -> None:
    lon, lat = np.array([118.5, np.nan, 118.7]), np.array([29.3, 29.3, 29.5])
    ids, kinds = point_ids(["a", "b", "c"]), np.array([0, 1, 1], np.uint8)
    frame = encode_points("map", "车辆", 7, 1_700_000_000_123, lon, lat, ids, kinds, ["bus", "patrol"], dt_ms=2000)
    magic, length = struct.unpack_from("<II", frame)
    header = json.loads(frame[8 : 8 + length])
    assert magic == 0x43435032 and length % 4 == 0
    step, origin = header.pop("step"), header.pop("origin")
    assert header == {"panel": "map", "layer": "车辆", "seq": 7, "at_ms": 1_700_000_000_123, "n": 2,
                      "kinds": ["bus", "patrol"], "dt_ms": 2000}  # fmt: skip
    start = 8 + length
    assert np.frombuffer(frame, "<u4", 2, start).tolist() == [point_ids(["a"])[0], point_ids(["c"])[0]]
    for axis, places in enumerate(([118.5, 118.7], [29.3, 29.5])):
        low = np.frombuffer(frame, "<u2", 2, start + 8 + 4 * axis).astype(np.int64)
        high = np.frombuffer(frame, "u1", 2, start + 16 + 2 * axis).astype(np.int64)
        np.testing.assert_allclose(origin[axis] + step[axis] * (high * 65536 + low), places, atol=1e-9)
    assert list(frame[start + 20 :]) == [0, 1]


def test_a_point_costs_eleven_bytes_and_is_told_to_a_centimetre() -> None:
    rng = np.random.default_rng(1)
    lon, lat = 118 + rng.random(5000), 29 + rng.random(5000)
    frame = encode_points("m", "x", 1, 1, lon, lat, np.arange(5000, dtype=np.uint32), np.zeros(5000, np.uint8))
    start = 8 + struct.unpack_from("<II", frame)[1]
    header = json.loads(frame[8:start])
    assert len(frame) - start == 11 * 5000 and start < 300
    low, high = np.frombuffer(frame, "<u2", 5000, start + 4 * 5000), np.frombuffer(frame, "u1", 5000, start + 8 * 5000)
    told = header["origin"][0] + header["step"][0] * (high.astype(np.int64) * 65536 + low)
    assert np.abs(told - lon).max() * 111_320 < 0.01


def test_an_empty_frame_is_a_frame() -> None:
    none = np.array([], np.float64)
    frame = encode_points("map", "x", 1, 1, none, none, np.array([], np.uint32), np.array([], np.uint8))
    assert json.loads(frame[8:])["n"] == 0


def test_columns_of_other_lengths_are_named() -> None:
    two, one = np.zeros(2), np.zeros(1)
    with pytest.raises(LayerError, match=r"live layer 'cars': .* one length, got lon \(2,\), lat \(1,\)"):
        encode_points("map", "cars", 0, 0, two, one, one.astype(np.uint32), one.astype(np.uint8))
    with pytest.raises(LayerError, match=r"got lon list, .* Hint: one row per thing"):
        encode_points("map", "cars", 0, 0, [1.0], one, one.astype(np.uint32), one.astype(np.uint8))  # type: ignore[arg-type]


def test_a_spec_is_made_of_a_container() -> None:
    with pytest.raises(LayerError, match="container must be a MapContainer, got str 'x'"):
        deck_spec("x")  # type: ignore[arg-type]
