"""Asked over HTTP which datum points are in."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from layers import convert
from tests.cities.client import Client
from tests.cities.layered import client

__all__ = ["client"]


def test_which_datum_points_are_in(client: Client) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(120.085, 120.115, 400), rng.uniform(30.01, 30.09, 400)
    codes = ["7702" if x < 120.1 else "7701" for x in lon]
    x, y = convert(lon, lat, "wgs84", "bd09")
    points = [list(row) for row in zip(x.tolist(), y.tolist(), codes, strict=True)]
    found = client.post("/api/v1/datum-guess", json.dumps({"points": points}).encode()).json()
    assert (found["datum"], found["sure"], found["tested"]) == ("bd09", True, 400)
    assert found["shares"]["bd09"] > 0.95 > found["shares"]["wgs84"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"[" * 100_000, 422), (b'{"points": []}', 422), (b'{"points": [[1, 2]]}', 422), (b"\xff\xfe", 422),
        (b'{"points": [[120.1, 30.05, "7701"]], "datums": ["mars"]}', 422),
        (b'{"points": [[120.1, 30.05, "7701"]], "datums": []}', 422),
        (b" " * (8 * 2**20 + 1), 413),
    ],
)  # fmt: skip
def test_points_nobody_can_guess(client: Client, body: bytes, status: int) -> None:
    found = client.post("/api/v1/datum-guess", body)
    assert (found.status_code, "error" in found.json()) == (status, True), found.text


def test_a_page_of_another_site_may_not_ask(client: Client) -> None:
    packed = gzip.compress(b'{"points": []}')
    assert client.post("/api/v1/datum-guess", packed, {"origin": "https://evil.test"}).status_code == 403
    assert client.post("/api/v1/datum-guess", packed, {"content-encoding": "gzip"}).status_code == 415
