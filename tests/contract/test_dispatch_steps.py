"""A database that an older program wrote is taken over with all its rows, and its journal still verifies.

`dispatch_step_1.sql` is what the first schema's program wrote: an incident with an order, and both once more as an exercise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from cockpit.dispatch.actor import DEMONSTRATION
from cockpit.dispatch.audit import audit
from cockpit.dispatch.broadcasts import Draft
from cockpit.dispatch.exercises import act
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.tables import VERSION, StoreError
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.unit import Unit
from tests.desk import Desk
from tests.line import ZONE, small_tree

FIRST = Path(__file__).parent / "dispatch_step_1.sql"
REAL, PLAYED = "I20261121-00001", "I20261121-00002"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.broker)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database as the first schema's program left it; its city is `old`."""
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "dispatch.sqlite")) as connection:
            connection.executescript(FIRST.read_text("utf-8"))
        yield f"sqlite:///{tmp_path / 'dispatch.sqlite'}"
        return
    server: str = request.getfixturevalue("postgres_server").address
    place = make_url(server).set(database="cockpit_step_1")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS cockpit_step_1")
        connection.execute("CREATE DATABASE cockpit_step_1")
    url = place.render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute(FIRST.read_bytes())
    yield url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE cockpit_step_1 WITH (FORCE)")


@pytest.fixture
def desk(old: str) -> Iterator[Desk]:
    made = Desk(old, "old")
    made.clock.advance(timedelta(minutes=3))
    yield made
    made.toolbox.close()


def checked(desk: Desk) -> Any:
    return audit(desk.store, desk.sealer, desk.city, desk.heads)


def test_an_older_database_keeps_its_rows_and_its_journal(desk: Desk) -> None:
    verdict = checked(desk)
    assert (verdict.rows, verdict.bad) == (10, None) and verdict.head == desk.store.head()
    assert {one.number for one in desk.store.incidents([], None, None, 10)} == {REAL, PLAYED}
    topics = {(one.topic, one.subject[0], one.subject[-1]) for one in desk.store.pending(100)}
    real = {(f"dispatch.{name}", kind, "1") for name, kind in (("journal", "I"), ("journal", "O"), ("orders", "O"))}
    assert topics == real | {(f"{topic}.exercise", kind, "2") for topic, kind, _ in real}
    assert desk.receive().number == "I20261121-00003"
    desk.act(REAL, "sign")
    desk.act(PLAYED, "file")
    assert checked(desk).bad is None and checked(desk).rows == 13


def test_what_came_later_works_in_an_older_database(desk: Desk) -> None:
    rules = Rules(Roster(units=(Unit(id="u1"),)))
    toolbox = Toolbox(desk.store, small_tree(), ZONE, rules)
    again = desk.draft()
    with desk.store.writing() as writing:
        assert writing.busy_with("u1", ("ISSUED",), False) == "O20261121-00001"
        sent = toolbox.broadcasts.send(writing, Draft(text="all here?", to=("u1",)), DEMONSTRATION)
        read = toolbox.broadcasts.read(writing, sent.number, "u1", DEMONSTRATION)
    assert desk.store.broadcasts(["u1"], None, 10) == [read] and (read.number, read.read) == ("B20261121-00001", 1)
    desk.clock.advance(timedelta(minutes=1))
    with desk.store.writing() as writing:
        act(writing, "reset", "", DEMONSTRATION)
    assert [one.number for one in desk.store.incidents([], None, None, 10)] == [REAL]
    assert [one.number for one in desk.store.orders(None, None, [], 10)] == [again.number, "O20261121-00001"]
    assert checked(desk).bad is None


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_new_database_has_what_an_upgraded_one_has(desk: Desk, tmp_path: Path) -> None:
    desk.receive()
    new = Desk(f"sqlite:///{tmp_path / 'new.sqlite'}")
    new.receive()
    new.toolbox.close()
    assert _shape(tmp_path / "dispatch.sqlite") == _shape(tmp_path / "new.sqlite")


def test_a_database_of_a_newer_program_is_left_alone(desk: Desk, old: str) -> None:
    engine = create_engine(make_url(old).set(drivername="postgresql+psycopg") if old.startswith("postgres") else old)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE dispatch_schema SET version = {VERSION + 1}"))
    with pytest.raises(StoreError, match=f"has schema {VERSION + 1}, this program knows {VERSION}"):
        desk.receive()
    engine.dispose()


def _shape(file: Path) -> dict[str, list[Any]]:
    """The tables with their columns (name, type, whether it may be null, place in the key) in any order, indexes, triggers."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: sorted((*row[1:4], row[5]) for row in connection.execute(f"PRAGMA table_info('{name}')")) for name in tables
        }
        indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        return {**found, "indexes": connection.execute(indexes).fetchall(), "triggers": connection.execute(triggers).fetchall()}
