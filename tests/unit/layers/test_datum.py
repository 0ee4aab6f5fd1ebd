"""Datums: known points, round trips, and what must pass unchanged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import DATUMS, DatumError, convert

LON = st.floats(73.0, 135.0)
LAT = st.floats(3.0, 54.0)


def _metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return float(np.hypot((lon - other_lon) * np.cos(np.radians(lat)), lat - other_lat)) * 111_320.0


@settings(deadline=None)
@given(LON, LAT, st.sampled_from(DATUMS), st.sampled_from(DATUMS))
def test_a_round_trip_ends_within_half_a_metre(lon: float, lat: float, source: str, target: str) -> None:
    there = convert(np.array([lon]), np.array([lat]), source, target)
    back_lon, back_lat = convert(*there, target, source)
    assert _metres(lon, lat, back_lon[0], back_lat[0]) <= 0.5


@settings(deadline=None)
@given(st.integers(4513, 4554), st.floats(-1.5, 1.5), LAT)
def test_every_cgcs2000_zone_comes_back_within_half_a_metre(zone: int, aside: float, lat: float) -> None:
    lon = 75.0 + 3 * ((zone - 4513) % 21) + aside
    there = convert(np.array([lon]), np.array([lat]), "wgs84", f"EPSG:{zone}")
    assert 0 < there[1][0] < 7e6 and there[0][0] > 3e5
    back_lon, back_lat = convert(*there, f"epsg:{zone}", "wgs84")
    assert _metres(lon, lat, back_lon[0], back_lat[0]) <= 0.5


@settings(deadline=None)
@given(LON, LAT, st.sampled_from(["gcj02", "bd09"]), st.sampled_from(["epsg:3857", "epsg:4547", "epsg:32650", "epsg:4214"]))
def test_any_epsg_goes_round_by_way_of_an_offset_datum(lon: float, lat: float, offset: str, epsg: str) -> None:
    lon = 114 + (lon - 104) / 31 * 2.5
    there = convert(*convert(np.array([lon]), np.array([lat]), offset, epsg), epsg, offset)
    assert _metres(lon, lat, there[0][0], there[1][0]) <= 0.5


def test_what_a_projection_cannot_hold_is_nowhere() -> None:
    x, y = convert(np.array([np.nan, 120.0]), np.array([30.0, 95.0]), "wgs84", "epsg:4549")
    assert np.isnan(x).all() and np.isnan(y).all()


@pytest.mark.parametrize("datum", ["epsg:999999", "epsg:x", "epsg:5773", "gps", ""])
def test_what_is_no_datum_is_refused(datum: str) -> None:
    with pytest.raises(DatumError, match="datum"):
        convert(np.array([1.0]), np.array([1.0]), datum, "wgs84")


def test_the_offset_in_beijing_is_the_published_one() -> None:
    lon, lat = np.array([116.404]), np.array([39.915])
    gcj_lon, gcj_lat = convert(lon, lat, "wgs84", "gcj02")
    assert (gcj_lon[0], gcj_lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-8)
    bd_lon, bd_lat = convert(lon, lat, "gcj02", "bd09")
    assert (bd_lon[0], bd_lat[0]) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-8)


def test_outside_china_and_missing_points_pass_unchanged() -> None:
    lon, lat = np.array([-73.6, 139.7, np.nan]), np.array([45.5, 35.7, 30.0])
    moved = convert(lon, lat, "gcj02", "wgs84")
    np.testing.assert_array_equal(moved[0], lon)
    np.testing.assert_array_equal(moved[1], lat)


def test_cgcs2000_is_wgs84_and_the_input_is_left_alone() -> None:
    lon, lat = np.array([118.6]), np.array([29.3])
    moved_lon, _ = convert(lon, lat, "cgcs2000", "wgs84")
    moved_lon[0] = 0.0
    assert lon[0] == 118.6


def test_an_unknown_datum_names_the_allowed_ones() -> None:
    with pytest.raises(DatumError, match="'gcj2'; allowed: wgs84, gcj02, bd09, cgcs2000, epsg:NUMBER"):
        convert(np.array([1.0]), np.array([1.0]), "gcj2", "wgs84")
