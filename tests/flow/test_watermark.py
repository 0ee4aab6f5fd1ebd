"""While an exercise runs, what is taken along says so: the map as a picture and as a page, and the workbook of a board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from cockpit.dispatch.spreadsheet import sheets
from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import desk
from tests.line import NOON
from tests.tiny_city import served, tiny_city

WORDS = "演练 · 非真实事件 · 防汛"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    city = tiny_city(ManualClock(NOON))
    with desk(tmp_path) as one:
        toolbox = type(one.toolbox)(one.store, city.parts.city.regions, city.parts.city.zone)
        app = create_app(replace(city.parts, toolbox=toolbox))
        with served(app) as address, closing(httpx.Client(base_url=f"http://{address}/api/v1", timeout=60)) as found:
            yield found
    city.close()


def test_what_is_taken_along_says_that_it_is_an_exercise(client: httpx.Client) -> None:
    files = {form: f"/map/city/map.{form}" for form in ("png", "html")} | {"xlsx": "/export/city"}
    before = {form: client.get(path).raise_for_status().content for form, path in files.items()}
    begun = client.post("/exercise/begin", json={"title": "防汛"}, headers={"Idempotency-Key": "one"}).raise_for_status().json()
    assert begun["watermark"]["zh"] == WORDS
    after = {form: client.get(path).raise_for_status().content for form, path in files.items()}
    assert WORDS.encode() not in before["html"] and WORDS.encode() in after["html"]
    assert before["png"] != after["png"]
    assert (WORDS in _cells(before["xlsx"]), WORDS in _cells(after["xlsx"])) == (False, True)


def _cells(workbook: bytes) -> set[str]:
    return {cell for rows in sheets(workbook).values() for row in rows for cell in row}
