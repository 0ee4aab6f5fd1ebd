"""Nobody changes a row of the journal unnoticed, in every database of the toolbox."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from cockpit.dispatch.anchor import AnchorFile
from cockpit.dispatch.journal import verify
from cockpit.dispatch.tables import grants
from tests.contract.dispatch_stores import Make, checked, engine, make, url
from tests.desk import Desk

__all__ = ["engine", "make", "url"]


def test_writers_at_once_make_one_chain(make: Make) -> None:
    desks = [make() for _ in range(3)]

    def write(desk: Desk) -> None:
        for _ in range(10):
            desk.receive()

    threads = [threading.Thread(target=write, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    verdict = verify(desks[0].store.rows(), desks[0].sealer, desks[0].city)
    assert (verdict.rows, verdict.bad) == (30, None)
    assert len({one.number for one in desks[0].store.incidents([], None, None, 100)}) == 30


def test_no_row_of_the_journal_can_be_changed(make: Make, engine: Engine) -> None:
    make().receive()
    wrong = ["UPDATE dispatch_journal SET actor = 'x'", "DELETE FROM dispatch_journal"]
    wrong += ["TRUNCATE dispatch_journal"] if engine.dialect.name == "postgresql" else []
    for statement in wrong:
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))


_COLUMNS = "city, seq, at_us, actor, role, actor_region, subject, about, verb, body, sealed_by, seal"
_OTHER = _COLUMNS.replace("actor,", "'x',", 1)
_BEHIND = _OTHER.replace("seq,", "seq + 100,", 1)


def test_no_row_of_the_journal_can_be_replaced(make: Make, engine: Engine) -> None:
    """By its place, by the database's own number of it, by an upsert; what nobody replaced still verifies and still grows."""
    desk = make()
    desk.receive()
    row = f"WHERE city = '{desk.city}' AND seq = 1"
    insert, conflict = f"INTO dispatch_journal ({_COLUMNS}) SELECT {_OTHER}", "ON CONFLICT (city, seq) DO UPDATE SET actor = 'x'"
    wrong = [f"INSERT {insert} FROM dispatch_journal {row} {conflict}"]
    if engine.dialect.name == "sqlite":
        behind = f"INTO dispatch_journal (rowid, {_COLUMNS}) SELECT rowid, {_BEHIND} FROM dispatch_journal {row}"
        wrong += [f"INSERT OR REPLACE {insert} FROM dispatch_journal {row}", f"INSERT OR REPLACE {behind}"]
        wrong += [f"REPLACE {insert} FROM dispatch_journal {row}", f"REPLACE {behind}"]
    for statement in wrong:
        with pytest.raises(DBAPIError, match="only ever added to"), engine.begin() as connection:
            connection.execute(text(statement))
    desk.receive()
    assert (checked(desk).rows, checked(desk).bad) == (2, None)


def test_what_is_changed_around_us_is_found(make: Make, engine: Engine) -> None:
    desk = make()
    numbers = [desk.receive().number for _ in range(5)]
    assert checked(desk).bad is None
    where = f"WHERE city = '{desk.city}'"
    with engine.begin() as connection:
        changed = f"UPDATE dispatch_incident SET document = replace(document, 'roads', 'noise') {where}"
        connection.execute(text(f"{changed} AND number = '{numbers[2]}'"))
    verdict = checked(desk)
    assert verdict.bad == 3 and numbers[2] in verdict.reason
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER dispatch_journal_no_delete"))
            connection.execute(text(f"DELETE FROM dispatch_journal {where} AND seq > 3"))
            connection.execute(text(f"UPDATE dispatch_head SET seq = 3, seal = 'x' {where}"))
        assert checked(desk).bad in (3, 4)
        with engine.begin() as connection:
            seal = "(SELECT seal FROM dispatch_journal WHERE seq = 3)"
            connection.execute(text(f"UPDATE dispatch_head SET seal = {seal} {where}"))
        verdict = checked(desk)
        assert verdict.bad == 4 and "missing" in verdict.reason


def test_the_anchor_file_survives_a_cut_line_and_stays_small(tmp_path: Path) -> None:
    file = AnchorFile(tmp_path / "dispatch.anchors")
    desk = Desk(f"sqlite:///{tmp_path / 'one.sqlite'}")
    desk.receive()
    head = desk.heads[-1]
    for seq in range(6000):
        file.note(head._replace(seq=seq))
    with (tmp_path / "dispatch.anchors").open("ab") as cut:
        cut.write(b"6000 abc")
    assert file.heads()[-1].seq == 5999 and (tmp_path / "dispatch.anchors").stat().st_size < 300_000
    desk.toolbox.close()


@pytest.mark.broker
def test_the_role_of_the_cockpit_has_no_right_to_change_the_journal(postgres_server: Any, tmp_path: Path) -> None:
    """The tables belong to another role: what is granted is enough to work, and not enough to alter."""
    owner, role = postgres_server.address, "cockpit_app"
    owners = Desk(owner, "granted")
    owners.receive()
    owners.toolbox.close()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(b"CREATE ROLE cockpit_app LOGIN")
        for statement in grants(role):
            connection.execute(statement.encode())
    place = make_url(owner).set(username=role)
    desk = Desk(place.render_as_string(hide_password=False), "granted")
    incident = desk.receive()
    desk.act(incident.number, "accept")
    assert checked(desk).bad is None
    with psycopg.connect(place.render_as_string(hide_password=False), autocommit=True) as connection:
        for wrong in (b"UPDATE dispatch_journal SET actor = 'x'", b"DELETE FROM dispatch_journal", b"TRUNCATE dispatch_journal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(wrong)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(b"ALTER TABLE dispatch_journal DISABLE TRIGGER ALL")
    desk.toolbox.close()
