"""A real PostgreSQL that is stopped, killed and started again under a line that goes on counting."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from slots.history import HistoryLost
from slots.history_patient import PatientHistory
from slots.history_sql import SqlHistory
from slots.ledger_redis import RedisLedger
from slots.reading import Question
from streams.embedded import EmbeddedLog
from tests.archived_line import ArchivedLine, batch_line
from tests.broker.process import ForeignServer, ServerProcess
from tests.line import NOON, ZONE, ago, small_slot

pytestmark = [pytest.mark.broker, pytest.mark.fault, pytest.mark.timeout(900)]


@pytest.fixture
def server(postgres_server: ServerProcess | ForeignServer) -> Iterator[ServerProcess]:
    if isinstance(postgres_server, ForeignServer):
        pytest.skip(f"{postgres_server.name} is not ours: it cannot be stopped")
    yield postgres_server
    postgres_server.start()


def send(line: ArchivedLine, *days: float) -> None:
    line.send(*[{"at": ago(days=age), "region": "a1", "kind": "水", "wait_s": age} for age in days])
    line.run()


def counted(line: ArchivedLine, days: int) -> float | None:
    start = NOON.replace(hour=16) - timedelta(days=days + 1)
    (reading,) = line.readings.ask(Question("desk.requests", "c", start, NOON.replace(hour=16)))
    return reading.value


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_database_that_goes_and_comes_back(server: ServerProcess, tmp_path: Path, how: str) -> None:
    history = SqlHistory(server.address, tmp_path.name, ZONE)
    line = ArchivedLine(history, small_slot(lateness="1h"), log=EmbeddedLog(":memory:", partitions=1))
    send(line, 500, 450, 20, 3)
    line.archiver.round()
    left = line.left()
    assert left and counted(line, 600) == 4
    (server.stop if how == "stop" else server.kill)()
    send(line, 495, 10, 1, 0)
    with pytest.raises(HistoryLost, match="does not answer"):
        line.archiver.round()
    hot = set(line.ledger.versions("desk"))
    assert counted(line, 30) == 5
    with pytest.raises(HistoryLost):
        counted(line, 600)
    server.start()
    assert line.archiver.round() > 0
    assert hot - set(line.ledger.versions("desk")) and line.left().keys() > left.keys()
    assert line.ledger.state("desk").counters["beyond"] == 1  # the month of 495 days ago had left before the database went
    assert counted(line, 600) == 7
    history.close()


def test_two_workers_on_redis_say_what_one_would(
    postgres_server: ServerProcess | ForeignServer, redis_server: ServerProcess | ForeignServer, tmp_path: Path
) -> None:
    log, slot = EmbeddedLog(":memory:", partitions=2), small_slot(lateness="9d")
    ledgers = [RedisLedger(redis_server.address, f"history-{tmp_path.name}") for _ in range(2)]
    histories = [SqlHistory(postgres_server.address, tmp_path.name, ZONE) for _ in range(2)]
    one, two = (ArchivedLine(h, slot, ledger, log) for h, ledger in zip(histories, ledgers, strict=True))
    chance = random.Random(3)
    ages = sorted((chance.uniform(0, 800) for _ in range(240)), reverse=True)
    for at in range(0, len(ages), 20):
        line, other = (one, two) if at % 40 else (two, one)
        send(line, *ages[at : at + 20])
        other.run()  # its state is that of its last commit: what has left meanwhile it learns by a conflict
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda line: line.archiver.round(), (one, two)))
    assert {key.size for key in one.left()} == {"hour", "day"}
    windows = [(NOON.replace(hour=16) - timedelta(days=days), NOON.replace(hour=16)) for days in (810, 60)]
    expected = one.answers(windows, batch_line(one).readings)
    assert one.answers(windows) == expected
    assert two.answers(windows) == expected
    for ledger, history in zip(ledgers, histories, strict=True):
        ledger.close()
        history.close()


def test_a_frozen_database_freezes_nobody(server: ServerProcess, tmp_path: Path) -> None:
    history = SqlHistory(server.address, tmp_path.name, ZONE)
    first = ArchivedLine(history, small_slot(lateness="1h"), log=EmbeddedLog(":memory:", partitions=1))
    send(first, 500, 20, 0)
    first.archiver.round()
    line = ArchivedLine(PatientHistory(history, 0.5, 0.5, rest_s=3600), first.slot, first.ledger, first.log)
    pids = [int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()]
    for pid in [server.pid, *pids]:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(HistoryLost, match=r"within 0\.5 s"):
            counted(line, 600)
        began = time.monotonic()
        for _ in range(50):
            with pytest.raises(HistoryLost, match=r"within 0\.5 s"):
                counted(line, 600)
        assert time.monotonic() - began < 50 * 0.5  # told without asking again
        send(line, 10)
        with pytest.raises(HistoryLost):
            line.archiver.round()
        assert counted(line, 30) == 3
    finally:
        for pid in [server.pid, *pids]:
            os.kill(pid, signal.SIGCONT)
    again = ArchivedLine(SqlHistory(server.address, tmp_path.name, ZONE), line.slot, line.ledger, line.log)
    again.archiver.round()
    assert counted(again, 600) == 4
    again.history.close()
    history.close()


def test_a_line_that_starts_without_its_database(server: ServerProcess, tmp_path: Path) -> None:
    server.stop()
    history = SqlHistory(server.address, tmp_path.name, ZONE)
    line = ArchivedLine(history, small_slot(lateness="1h"), log=EmbeddedLog(":memory:", partitions=1))
    send(line, 500, 20, 0)
    assert counted(line, 30) == 2
    with pytest.raises(HistoryLost):
        line.archiver.round()
    assert len(line.ledger.versions("desk")) > 0
    server.start()
    assert line.archiver.round() > 0 and line.left()
    windows = [(NOON.replace(hour=16) - timedelta(days=601), NOON.replace(hour=16))]
    assert line.answers(windows) == line.answers(windows, batch_line(line).readings)
    history.close()
