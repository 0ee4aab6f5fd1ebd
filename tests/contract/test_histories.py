"""Every history keeps the same promises; a new one enters the fixture `make`."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal

from slots.history import Bucket, Buckets, History, HistoryError, Replacement
from slots.history_rows import digests
from slots.history_sql import SqlHistory
from slots.ledger import Kind, PageKey
from tests.archived_line import DAY_S, ArchivedLine, batch_line
from tests.forms import form, proof
from tests.line import NOON, ZONE, Line, ago, small_slot

DAY = PageKey("cells", "day", 1735689600)
FIRST = DAY.start + 16 * 3600

Make = Callable[..., History]


def cells(*counts: int, day: int = 0) -> pl.DataFrame:
    """A day's cells: so many records in a, b, c, …"""
    start = FIRST + day * DAY_S
    rows = [(start, region, "", "", n, n / 3) for region, n in zip("abcdefgh", counts, strict=False)]
    return pl.DataFrame(rows, schema=["t", "r", "d", "k", "n:x", "s:x"], orient="row")


def write(history: History, version: int, frame: pl.DataFrame, seen: Buckets | None = None, key: PageKey = DAY) -> int:
    held = history.held("desk").get(key, {}) if seen is None else seen
    return history.write("desk", key, version, frame, digests(frame), held)


def read(history: History, key: PageKey = DAY, slot: str = "desk") -> pl.DataFrame:
    return history.read(slot, key, history.held(slot).get(key, {}), "", None).sort("t", "r", "d", "k")


def test_writing_twice_is_writing_once(make: Make) -> None:
    history, frame = make(), cells(1, 2, 3)
    for version in (5, 5, 6):
        write(history, version, frame)
        assert_frame_equal(read(make()), frame, check_column_order=False)
    assert history.held("desk") == {DAY: {FIRST: Bucket(6, digests(frame)[FIRST])}}


def test_what_is_written_replaces_whole_buckets_and_leaves_the_others(make: Make) -> None:
    history = make()
    write(history, 5, pl.concat([cells(1, 2, 3), cells(7, day=1)]))
    write(history, 6, cells(9))
    assert_frame_equal(read(history), pl.concat([cells(9), cells(7, day=1)]), check_column_order=False)
    assert {start: bucket.version for start, bucket in history.held("desk")[DAY].items()} == {FIRST: 6, FIRST + DAY_S: 5}


def test_who_saw_less_never_overwrites_who_saw_more(make: Make) -> None:
    slow, quick = make(), make()
    before = slow.held("desk").get(DAY, {})
    assert write(quick, 7, cells(7)) == 1
    assert write(slow, 6, cells(6), seen=before) == 0
    before = slow.held("desk")[DAY]
    assert write(quick, 8, cells(8)) == 1
    assert write(slow, 7, cells(7), seen=before) == 0
    assert read(slow)["n:x"].to_list() == [8]
    assert write(slow, 3, cells(3)) == 1  # who saw it, and then a ledger that had gone back, knows more


def test_two_writers_at_once_leave_one_whole(make: Make) -> None:
    versions, writers = iter(range(1, 61)), [make(), make(), make()]

    def writing(history: History) -> None:
        for version in versions:
            write(history, version, cells(*[version] * 8))

    with ThreadPoolExecutor() as pool:
        list(pool.map(writing, writers))
    counts = read(make())["n:x"].to_list()
    assert len(counts) == 8 and len(set(counts)) == 1
    assert make().held("desk")[DAY][FIRST].version == counts[0]


@pytest.mark.parametrize("kind", ["cells", "bins"])
def test_every_measure_comes_back_as_it_was(make: Make, kind: Kind) -> None:
    line, history = Line(small_slot(lateness="9d")), make()
    chance = random.Random(5)
    line.send(*[record(NOON - timedelta(hours=chance.uniform(0, 60)), chance) for _ in range(200)])
    line.run()
    for key in [key for key in line.ledger.versions("desk") if key.kind == kind and key.size in ("hour", "day")]:
        _, page = line.ledger.read("desk", key)
        assert page is not None
        write(history, 1, page, key=key)
        starts = page["t"].unique().to_list()
        order = ["t", "r", "d", "k", *(["c", "b"] if kind == "bins" else [])]
        for dimension, value in (("", None), ("kind", None), ("kind", "水"), ("channel", None)):
            wanted = pl.col("d") == dimension if value is None else (pl.col("d") == dimension) & (pl.col("k") == value)
            found = history.read("desk", key, starts, dimension, value).sort(order)
            assert_frame_equal(found, page.filter(wanted).sort(order), check_column_order=False, check_exact=True)


def test_a_text_that_no_database_holds_is_kept_readable(make: Make) -> None:
    history = make()
    frame = cells(1, 2).with_columns(pl.lit("kind").alias("d"), pl.Series("k", ["a\0b", "\U0001f6b0'; DROP TABLE"]))
    write(history, 1, frame)
    found = history.read("desk", DAY, [FIRST], "kind", None).sort("r")
    assert found["k"].to_list() == ["a\u2400b", "\U0001f6b0'; DROP TABLE"]


def test_cities_and_slots_in_one_database_stay_apart(make: Make) -> None:
    here, there = make("here"), make("there")
    write(here, 1, cells(1))
    write(there, 1, cells(2))
    here.write("counter", DAY, 1, cells(3), digests(cells(3)), {})
    assert [read(here)["n:x"].item(), read(there)["n:x"].item(), read(here, slot="counter")["n:x"].item()] == [1, 2, 3]
    here.forget("desk")
    assert here.held("desk") == {} and read(there)["n:x"].item() == 2 and read(here, slot="counter")["n:x"].item() == 3


def test_old_buckets_are_dropped_and_replaced_ones_forgotten(make: Make) -> None:
    history, hour = make(), PageKey("cells", "hour", 1735689600)
    write(history, 1, pl.concat([cells(n, day=n) for n in range(4)]))
    write(history, 1, cells(1).with_columns(t=hour.start), key=hour)
    history.drop("desk", "day", FIRST + DAY_S)
    assert sorted(history.held("desk")[DAY]) == [FIRST + n * DAY_S for n in (1, 2, 3)]
    history.announce("desk", Replacement(FIRST + 3 * DAY_S, 17))
    assert make().announced("desk") == (FIRST + 3 * DAY_S, 17)
    history.forget("desk", FIRST + 3 * DAY_S)
    assert sorted(history.held("desk")[DAY]) == [FIRST + DAY_S, FIRST + 2 * DAY_S] and hour in history.held("desk")
    assert read(history)["n:x"].to_list() == [1, 2] and history.announced("desk") is None
    history.drop("desk", "hour", hour.start + 1)
    assert hour not in make().held("desk")


def test_a_person_reads_day_values_by_region(make: Make, question: Ask) -> None:
    line = ArchivedLine(make("city"))
    line.send(*[{"at": ago(days=40, minutes=m), "region": "a1", "wait_s": 10.0 * m, "stars": 5 - m} for m in range(3)])
    line.send({"at": ago(days=2), "region": "b"})
    line.run()
    line.archiver.round()
    rows = question(
        "SELECT local_start, region, number, records, unit FROM history_reading"
        " WHERE city LIKE '%/city' AND slot = 'desk' AND indicator = 'mean' AND size = 'day' AND dimension = ''"
    )
    assert ("2026-10-12T00:00+08:00", "a1", 10.0, 3, "1") in rows
    assert ("a1", 1, 2) in question(
        "SELECT region, side, number FROM history_reading WHERE city LIKE '%/city' AND indicator = 'good' AND dimension = ''"
        " AND size = 'day'"
    )


def test_a_database_of_a_newer_program_is_refused(make: Make, question: Ask) -> None:
    write(make(), 1, cells(1))
    question("UPDATE history_schema SET version = version + 1")
    try:
        with pytest.raises(HistoryError, match="has schema 2, this program knows 1"):
            make()
    finally:
        question("UPDATE history_schema SET version = version - 1")
    assert read(make())["n:x"].item() == 1


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.broker)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes histories of a city in one and the same database."""
    made: list[History] = []
    url = f"sqlite:///{tmp_path / 'history.sqlite'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_server").address
    place = tmp_path.name

    def one(city: str = "small") -> History:
        made.append(SqlHistory(url, f"{place}/{city}", ZONE))
        return made[-1]

    yield one
    for history in made:
        history.close()


Ask = Callable[[str], list[Any]]


@pytest.fixture
def question(make: Make, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    """What a person with SQL sees, without any code of ours."""
    if "postgres" in request.node.callspec.id:
        connection: Any = psycopg.connect(request.getfixturevalue("postgres_server").address, autocommit=True)
    else:
        connection = sqlite3.connect(tmp_path / "history.sqlite", isolation_level=None)

    def ask(sql: str) -> list[Any]:
        cursor = connection.execute(sql)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    yield ask
    connection.close()


def midnight(days_ago: float) -> datetime:
    return (NOON - timedelta(days=days_ago)).astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0)


def record(at: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "region": chance.choice(["c", "a", "b", "a1", "a2"]),
        "kind": chance.choice(["water", "road", "水", None]),
        "wait_s": chance.choice([None, 0.0, round(chance.uniform(-50, 5000), 3)]),
        "stars": chance.choice([None, 1, 2, 3, 4, 5]),
    }


def years(seed: int, days: int = 1100, count: int = form(200, 600)) -> list[dict[str, Any]]:
    """Records of three years, in the order of their times but for some disorder within the lateness."""
    chance = random.Random(seed)
    ages = sorted((chance.uniform(0, days * DAY_S) for _ in range(count)), reverse=True)
    ages = [max(0.0, age + chance.uniform(0, 5 * DAY_S) * (chance.random() < 0.3)) for age in ages]
    return [record(NOON - timedelta(seconds=age), chance) for age in ages]


@proof
@pytest.mark.parametrize("seed", range(form(1, 2)))
def test_hot_and_cold_together_are_the_batch(make: Make, seed: int) -> None:
    line = ArchivedLine(make())
    records = years(seed)
    for at in range(0, len(records), 100):
        line.send(*records[at : at + 100])
        line.run()
        line.archiver.round()
    left = line.left()
    assert {key.size for key in left} == {"hour", "day"}
    assert len([key for key in left if key.size == "day"]) >= 2 and line.ledger.state("desk").floors.keys() >= {"hour", "day"}
    windows = [(midnight(1120), midnight(-1)), (midnight(700), midnight(300)), (midnight(400), midnight(390))]
    windows.append((midnight(60) + timedelta(hours=5), midnight(57) + timedelta(hours=2)))
    windows = windows[form(2, 0) :]
    assert line.answers(windows) == line.answers(windows, batch_line(line).readings)
