"""The HTTP interface over real parts, for the tests that call it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi import FastAPI

from cockpit.api import OPENAPI, create_routes
from tests.cities.client import Client
from tests.cities.line import CityLine, request, vehicle


@pytest.fixture
def line() -> Iterator[CityLine]:
    with closing(CityLine()) as line:
        yield line


@pytest.fixture
def client(line: CityLine) -> Iterator[Client]:
    with closing(client_of(line)) as client:
        yield client


@pytest.fixture(scope="module")
def untouched() -> Iterator[CityLine]:
    """A city nobody writes to, for calls that are refused."""
    with closing(CityLine()) as line:
        yield line


@pytest.fixture(scope="module")
def idle(untouched: CityLine) -> Iterator[Client]:
    with closing(client_of(untouched)) as client:
        yield client


def client_of(line: CityLine) -> Client:
    app = FastAPI(openapi_url=OPENAPI)
    app.router.routes.extend(create_routes(line.parts))
    return Client(app)


def filled(line: CityLine) -> None:
    line.send(
        "city.hotline",
        request("1", 5, stars=5),
        request("2", 4, district="7702", category="water", wait_s=30.0, stars=2),
        request("3", 3, stars=None, wait_s=None),
        request("4", 2, district="9999"),
        b"{broken",
    )
    line.send("city.vehicles", vehicle("b1", 120.15, 30.02), vehicle("b2", 120.05, 30.05, kind="patrol"))
    line.run()


def get(client: Client, path: str, status: int = 200) -> Any:
    found = client.get(path)
    assert found.status_code == status, found.text
    return found.json()
