"""One process counts, another shows: they share Kafka and Redis, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.kafka import KafkaLog
from tests.broker.process import free_port
from tests.running import ROOT, cockpit, environment

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

CITY = ROOT / "tests" / "cities" / "tiny"


def test_what_ingest_counts_another_process_shows(kafka_server: Any, redis_server: Any, tmp_path: Path) -> None:
    settings = {"COCKPIT_KAFKA": kafka_server.address, "COCKPIT_REDIS": redis_server.address}
    now = datetime.now(UTC)
    log = KafkaLog(kafka_server.address)
    records = [
        {"id": f"r{n}", "created_at": (now - timedelta(seconds=n)).isoformat(), "district": "7701", "category": "water"}
        for n in range(30)
    ]
    log.sink("city.hotline").emit([msgspec.json.encode(record) for record in records])
    log.close()
    command = [sys.executable, str(ROOT / "app.py"), "ingest", str(CITY)]
    with (tmp_path / "ingest.txt").open("wb") as out:
        worker = subprocess.Popen(command, env=environment(tmp_path, settings), stdout=out, stderr=out, cwd=ROOT)
    try:
        with cockpit("serve", str(CITY), "--no-ingest", state=tmp_path, settings=settings, port=free_port()) as running:
            running.wait(lambda: running.slot("hotline")["accepted"] == 30, 60, "the web process shows what was counted")
            window = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(minutes=1)).isoformat()}
            (reading,) = running.get("/api/v1/indicators/hotline.requests", **window)["readings"]
            assert (reading["value"], reading["status"]) == (30.0, "live")
            worker.terminate()
            assert worker.wait(20) == 0
            running.wait(lambda: "silent" in running.slot("hotline")["reason"], 15, "the web process notices that nobody counts")
            assert running.slot("hotline")["status"] == "stale"
    finally:
        worker.kill()
