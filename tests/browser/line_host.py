"""A served city whose records have gone the whole line: two calls and a bus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.cities.line import CityLine, request, vehicle
from tests.tiny_city import served


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Host and port."""
    from cockpit.server import create_app

    with closing(CityLine()) as line:
        line.send("city.hotline", request("1"), request("2", district="7702"))
        line.send("city.vehicles", vehicle("b1", 120.15, 30.02))
        line.run()
        with served(create_app(line.parts)) as address:
            yield address
