"""The line when something is taken away: what was counted stays right, and it comes back alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from streams.kafka import KafkaLog
from tests.broker.process import free_port
from tests.fault.moments import PATIENCE_S
from tests.running import ROOT, Cockpit, cockpit

pytestmark = [pytest.mark.fault, pytest.mark.broker, pytest.mark.timeout(1800)]

CITY = str(ROOT / "tests" / "cities" / "beijing")
STATIONS = ("Dongsi", "Tiantan", "Wanliu", "Gucheng")


def readings(first: int, count: int) -> list[bytes]:
    """Readings with the values first, first+1, …, at the present time."""
    now = datetime.now(UTC).astimezone(None)
    return [json.dumps(one(now, n)).encode() for n in range(first, first + count)]


def one(now: datetime, n: int) -> dict[str, Any]:
    return {"time_local": (now - timedelta(seconds=n % 60)).isoformat(), "station": STATIONS[n % 4], "PM2.5": n, "CO": 1}


def day() -> dict[str, str]:
    return {
        "from": (datetime.now(UTC) - timedelta(hours=3)).isoformat(),
        "to": (datetime.now(UTC) + timedelta(minutes=2)).isoformat(),
    }


def counted(running: Cockpit) -> int:
    return int(running.get("/api/v1/indicators/air.hours", **day())["readings"][0]["value"] or 0)


def begun(running: Cockpit, done: int) -> bool:
    """Whether it has counted more than what was counted before."""
    return counted(running) > done


def most(running: Cockpit) -> float:
    return float(running.get("/api/v1/indicators/air.pm25_max", **day())["readings"][0]["value"])


def keys(count: int) -> list[bytes | None]:
    return [STATIONS[n % 4].encode() for n in range(count)]


def test_kafka_absent_at_start_lost_later_and_back(kafka_server: Any, tmp_path: Path) -> None:
    """The wall stays, says stale and why, and recovers without a touch."""
    settings = {"COCKPIT_KAFKA": kafka_server.address}
    kafka_server.stop()
    with cockpit("serve", CITY, state=tmp_path, settings=settings, port=free_port()) as running:
        running.wait(lambda: bool(running.slot("air")["reason"]), PATIENCE_S, "the missing Kafka is named")
        kafka_server.start()
        log = KafkaLog(kafka_server.address)
        log.sink("beijing.air").emit(readings(0, 400), keys(400))
        running.wait(lambda: counted(running) == 400, PATIENCE_S, "the first records are counted")
        running.wait(lambda: running.slot("air")["status"] == "live", PATIENCE_S, "the slot is live")
        kafka_server.stop()
        running.wait(lambda: running.slot("air")["status"] == "stale", PATIENCE_S, "the slot is stale")
        assert running.slot("air")["reason"]
        assert counted(running) == 400
        kafka_server.start()
        log.sink("beijing.air").emit(readings(400, 100), keys(100))
        running.wait(lambda: counted(running) == 500, PATIENCE_S, "the later records are counted, once")
        running.wait(lambda: running.slot("air")["status"] == "live", PATIENCE_S, "the slot is live again")
        log.close()


@pytest.mark.parametrize("redis", [False, True], ids=["memory ledger", "Redis"])
def test_every_record_counts_once_through_five_kills(redis: bool, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """50,000 records, the worker killed five times while it counts them."""
    log = KafkaLog(request.getfixturevalue("kafka_server").address)
    settings = {"COCKPIT_KAFKA": log.address.removeprefix("kafka://")}
    if redis:
        settings["COCKPIT_REDIS"] = request.getfixturevalue("redis_server").address
    sink, total, before = log.sink("beijing.air"), 50_000, offsets(log)
    port = free_port()
    for part in range(5):
        sink.emit(readings(part * 10_000, 10_000), keys(10_000))
        with cockpit("serve", CITY, state=tmp_path, settings=settings, port=port) as running:
            running.wait(partial(begun, running, part * 8_000), PATIENCE_S, "some records are counted")
            running.kill()
    with cockpit("serve", CITY, state=tmp_path, settings=settings, port=port) as running:
        running.wait(lambda: counted(running) >= total + before, PATIENCE_S, "all records are counted")
        slot = running.slot("air")
        assert (counted(running), slot["accepted"], slot["rejected"], slot["lost"]) == (total + before, total + before, 0, 0)
        assert most(running) == total - 1
    log.close()


def offsets(log: KafkaLog) -> int:
    """How many records the topic holds already."""
    return sum(one.end for one in log.reach("beijing.air", 0).values())


def test_an_acknowledged_record_survives_kill_9(tmp_path: Path) -> None:
    """What the HTTP interface has answered for is there after the process was killed."""
    import httpx

    port = free_port()
    with cockpit("serve", CITY, state=tmp_path, port=port) as running:
        body = b"\n".join(readings(0, 5_000))
        answer = httpx.post(f"{running.address}/api/v1/topics/beijing.air/records", content=body, timeout=PATIENCE_S)
        assert answer.json() == {"accepted": 5_000}
        running.kill()
    with cockpit("serve", CITY, state=tmp_path, port=port) as running:
        running.wait(lambda: counted(running) == 5_000, PATIENCE_S, "all acknowledged records are counted")
        assert running.slot("air")["accepted"] == 5_000
