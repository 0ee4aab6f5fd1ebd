"""A new roster over HTTP: looked at, applied at once, taken back, and in the journal; only by who may."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.dispatch.audit import audit
from cockpit.dispatch.kept_files import KeptFiles
from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import Desk, desk
from tests.line import NOON
from tests.tiny_city import FOLDER, served, tiny_city

UNITS = "id,name,kind,skills,region,phone\nU1,东区抢修队,patrol,,7701,\n".encode()
CHIEF = {"name": "王", "role": "chief"}


class Book:
    """A served city, and its roster."""

    def __init__(self, address: str, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self._client = httpx.Client(base_url=f"http://{address}/api/v1", timeout=60)

    def stands(self) -> Any:
        return self._client.get("/roster").raise_for_status().json()

    def look(self, content: bytes, name: str = "units.csv", actor: Any = CHIEF) -> httpx.Response:
        headers = {"Cockpit-Actor": json.dumps(actor)}
        return self._client.post("/roster/drafts", params={"name": name}, content=content, headers=headers)

    def act(self, verb: str, body: Any = None, actor: Any = CHIEF) -> httpx.Response:
        headers = {"Idempotency-Key": uuid.uuid4().hex, "Cockpit-Actor": json.dumps(actor)}
        return self._client.post(f"/roster/{verb}", json=body or {}, headers=headers)

    def units(self) -> list[str]:
        return [one["id"] for one in self._client.get("/units").raise_for_status().json()["units"]]

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    folder = tmp_path / "city"
    shutil.copytree(FOLDER, folder)
    city = tiny_city(ManualClock(NOON), folder=folder)
    with desk(tmp_path) as one:
        files = KeptFiles(tmp_path / "state" / "attachments")
        one.toolbox = type(one.toolbox)(one.store, city.parts.city.regions, city.parts.city.zone, None, files)
        app = create_app(replace(city.parts, toolbox=one.toolbox))
        with served(app) as address, closing(Book(address, one, folder)) as found:
            yield found
    city.close()


def test_a_roster_counts_from_the_moment_it_is_applied_until_it_is_taken_back(book: Book) -> None:
    assert (book.units(), book.stands()["undo"]) == ([], None)
    looked = book.look(UNITS).json()
    assert (looked["files"][0]["added"], looked["mistakes"]) == ({"count": 1, "first": ["U1"]}, 0)
    assert book.units() == []
    assert book.act("apply", {"draft": looked["draft"]}).json()["units"] == 1
    assert book.units() == ["U1"]
    assert (book.folder / "roster" / "units.csv").read_bytes() == UNITS
    assert book.act("undo").status_code == 200
    assert book.units() == []
    rows = [row.verb for row in book.desk.store.journal("roster")]
    assert rows == ["import-roster", "undo-roster"]
    verdict = audit(book.desk.store, book.desk.sealer, book.desk.city, book.desk.heads)
    assert (verdict.bad, verdict.rows) == (None, 2)


def test_mistakes_are_listed_and_nothing_is_applied(book: Book) -> None:
    looked = book.look(b"id,name,region\nU1,one,9\nU1,two,77\n").json()
    assert [(one["file"], one["line"]) for one in looked["problems"]] == [("units.csv", 2)]
    refused = book.act("apply", {"draft": looked["draft"]})
    assert refused.status_code == 409 and "1 mistakes" in refused.json()["error"]
    assert book.units() == []
    assert book.act("apply", {"draft": "nothing"}).status_code == 404
    assert book.act("undo").status_code == 409
    assert book.look(b"a,b\n1,2\n", "x.csv").status_code == 422
    assert book.look(b"PK\x03\x04", "x.xlsx").status_code == 422


@pytest.mark.parametrize("actor", [{"name": "li", "role": "dispatcher"}, {"name": "li", "role": "chief", "region": "7701"}])
def test_nobody_else_changes_it(book: Book, actor: Any) -> None:
    assert book.look(UNITS, actor=actor).status_code == 403
    draft = book.look(UNITS).json()["draft"]
    assert book.act("apply", {"draft": draft}, actor=actor).status_code == 403
    assert book.units() == []
