"""Promise 6: windows equal a batch recomputation: 200 random streams, disordered, over the edges of days, years and summers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from slots.reading import Question, Reading
from tests.forms import form, proof
from tests.stream import TOLD, Counted, dealt, frame_of, random_records, shuffled, stream_slot

SEED = 6
STREAMS = form(2, 20)  # per edge
RECORDS = 60
ASKED = 5
LATENESS_S = 7200
EDGES = [
    ("Europe/Paris", "2026-03-29T01:00:00Z"),  # an hour is skipped
    ("Europe/Paris", "2026-10-25T01:00:00Z"),  # an hour comes twice
    ("America/St_Johns", "2026-03-08T05:30:00Z"),  # half an hour off, an hour skipped
    ("America/St_Johns", "2026-11-01T04:30:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),  # half an hour comes twice
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),  # half an hour is skipped
    ("America/Santiago", "2026-09-06T04:00:00Z"),  # midnight is skipped
    ("America/Havana", "2026-11-01T05:00:00Z"),  # midnight comes twice
    ("Asia/Shanghai", "2026-12-31T16:00:00Z"),  # New Year
    ("Europe/Paris", "2028-02-28T23:00:00Z"),  # a leap day
]


@proof
@pytest.mark.parametrize(("zone", "edge"), EDGES, ids=lambda value: value)
def test_windows_equal_a_batch_recomputation(zone: str, edge: str) -> None:
    moment = datetime.fromisoformat(edge)
    for number in range(STREAMS):
        seed = f"{SEED} {zone} {edge} {number}"
        rng = random.Random(seed)
        records = random_records(rng, moment, timedelta(hours=rng.choice([3, 40])), RECORDS)
        names = rng.sample(list(TOLD), 4)
        counted = Counted(stream_slot(names=names), zone, moment + timedelta(days=40))
        arriving = [shuffled(rng, part, 0.3, LATENESS_S - 1) for part in dealt(rng, records, rng.choice([1, 2, 2, 3]))]
        counted.count(rng, arriving, rng.choice([10, 30, RECORDS]))
        assert counted.state().counters.get("late", 0) == 0, seed
        rows = frame_of(records)
        for question in questions(rng, moment, ZoneInfo(zone), names):
            readings = counted.readings.ask(question)
            check_steps(question, readings, ZoneInfo(zone))
            for reading in readings:
                check(reading, rows, f"seed {seed!r}: {reading}")


def questions(rng: random.Random, edge: datetime, zone: ZoneInfo, names: Sequence[str] = tuple(TOLD)) -> Iterator[Question]:
    """Windows of days, of the month, of the year, of any minutes; split in every way."""
    day = edge.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    days = (day - timedelta(days=rng.randint(0, 2)), day + timedelta(days=rng.randint(1, 3)))
    month = (day.replace(day=1), (day.replace(day=1) + timedelta(days=32)).replace(day=1))
    year = (day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1))
    begin = edge + timedelta(minutes=rng.randint(-3000, 1000))
    minutes = (begin, begin + timedelta(minutes=rng.randint(1, 2500)))
    near = (edge - timedelta(minutes=rng.randint(5, 300)), edge + timedelta(minutes=rng.randint(5, 300)))
    for _ in range(ASKED):
        name, window = f"desk.{rng.choice(names)}", rng.choice([days, month, year, minutes, near])
        region = rng.choice(["c", "a", "a1"])
        way = rng.choice(["", "region", "kind", "key", "600", "3600", "21600", "86400", "604800"])
        if way.isdecimal():
            window = rng.choice([days, month]) if int(way) >= 86400 else rng.choice([minutes, near, days])
            yield Question(name, region, *window, by="time", step_s=int(way))
        elif way == "key":
            yield Question(name, region, *window, dimension="kind", key=rng.choice(["water", ""]))
        else:
            yield Question(name, region, *window, by=way or None)


def check(reading: Reading, rows: pl.DataFrame, where: str) -> None:
    told = TOLD[reading.indicator.removeprefix("desk.")]
    begin, end = (int(edge.timestamp() // 60) * 60 * 1_000_000 for edge in (reading.window_from, reading.window_to))
    inside = rows.filter((pl.col("at") >= begin) & (pl.col("at") < end) & pl.col("region").str.starts_with(_prefix(reading)))
    if reading.key is not None:
        inside = inside.filter(pl.col("kind").fill_null("") == reading.key)
    expected = told.of(inside)
    if inside.is_empty():
        assert reading.value in (None, 0.0), where
    elif expected is None or reading.value is None:
        assert reading.value == expected, where
    else:
        assert reading.value == pytest.approx(expected, rel=told.error, abs=1e-9), where


def _prefix(reading: Reading) -> str:
    return "" if reading.region == "c" else reading.region


def check_steps(question: Question, readings: list[Reading], zone: ZoneInfo) -> None:
    """Steps follow upon each other, to the window's end; days begin with their date, hours with the clock."""
    if question.by != "time":
        return
    edges = [(one.window_from.timestamp(), one.window_to.timestamp()) for one in readings]
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert edges[0][0] <= question.window_from.timestamp()
    assert edges[-1][1] == -(-question.window_to.timestamp() // 60) * 60
    for begin, _ in edges if question.step_s and question.step_s % 3600 == 0 else []:
        before, at = (datetime.fromtimestamp(moment, zone) for moment in (begin - 1, begin))
        strikes = before.hour != at.hour or before.utcoffset() != at.utcoffset()
        assert before.date() != at.date() if question.step_s and question.step_s % 86400 == 0 else strikes, question


@proof
@pytest.mark.parametrize("number", range(form(1, 3)))
def test_one_worker_and_many_read_the_same_to_the_last_digit(number: int) -> None:
    rng = random.Random(f"{SEED} workers {number}")
    moment = datetime(2026, 3, 29, 1, tzinfo=UTC)
    records = random_records(rng, moment, timedelta(hours=30), 300)
    partitions = [shuffled(rng, part, 0.3, 3 * LATENESS_S) for part in dealt(rng, records, 4)]
    told = []
    for largest in (300, 90, 30):
        counted = Counted(stream_slot(lateness="30m"), "Europe/Paris", moment + timedelta(days=2))
        counted.count(rng, partitions, largest)
        asked = [question for seed in range(8) for question in questions(random.Random(seed), moment, ZoneInfo("Europe/Paris"))]
        told.append([reading for question in asked for reading in counted.readings.ask(question)])
        assert counted.state().counters["late"] > 0
    assert told[0] == told[1] == told[2]
