"""One process counts, another shows: they share Kafka and Redis, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.kafka import KafkaLog
from tests.broker.process import free_port
from tests.running import ROOT, cockpit, environment

pytestmark = [pytest.mark.broker, pytest.mark.timeout(900)]

PATIENCE_S = 120
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
            running.wait(lambda: running.slot("hotline")["accepted"] == 30, PATIENCE_S, "the web process shows what was counted")
            window = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(minutes=1)).isoformat()}
            (reading,) = running.get("/api/v1/indicators/hotline.requests", **window)["readings"]
            assert reading["value"] == 30.0
            # Late where it took a minute to come so far; stale for as long as a busy machine keeps the worker silent.
            fresh = ("live", "late")
            running.wait(lambda: running.slot("hotline")["status"] in fresh, PATIENCE_S, "the web process hears the worker")
            worker.terminate()
            assert worker.wait(PATIENCE_S) == 0
            running.wait(
                lambda: "silent" in running.slot("hotline")["reason"], PATIENCE_S, "the web process notices that nobody counts"
            )
            assert running.slot("hotline")["status"] == "stale"
    finally:
        worker.kill()
        worker.wait()


def test_a_new_slot_file_reaches_who_counts_and_who_shows(kafka_server: Any, redis_server: Any, tmp_path: Path) -> None:
    folder, topic = tmp_path / "tiny", f"city.{uuid.uuid4().hex[:10]}"
    shutil.copytree(CITY, folder)
    text = (folder / "slots" / "hotline.yaml").read_text("utf-8").replace("city.hotline", topic)
    (folder / "slots" / "hotline.yaml").write_text(text, "utf-8")
    own = (folder / "city.yaml").read_text("utf-8").replace("name: tiny", f"name: city_{topic[5:]}")
    (folder / "city.yaml").write_text(own, "utf-8")
    settings = {"COCKPIT_KAFKA": kafka_server.address, "COCKPIT_REDIS": redis_server.address}
    now = datetime.now(UTC)
    log = KafkaLog(kafka_server.address)
    record = {"created_at": now.isoformat(), "district": "7701", "category": "water"}
    log.sink(topic).emit([msgspec.json.encode({"id": f"r{n}", **record}) for n in range(500)])
    log.close()
    command = [sys.executable, str(ROOT / "app.py"), "ingest", str(folder)]
    with (tmp_path / "ingest.txt").open("wb") as out:
        worker = subprocess.Popen(command, env=environment(tmp_path, settings), stdout=out, stderr=out, cwd=ROOT)
    try:
        with cockpit("serve", str(folder), "--no-ingest", state=tmp_path, settings=settings, port=free_port()) as running:
            running.wait(lambda: running.slot("hotline")["accepted"] == 500, PATIENCE_S, "the web process shows what was counted")
            (folder / "slots" / "second.yaml").write_text(text.replace("slot: hotline", "slot: second"), "utf-8")
            running.wait(lambda: "second" in running.get("/readyz")["slots"], PATIENCE_S, "the web process knows the new slot")
            running.wait(lambda: running.slot("second")["accepted"] == 500, PATIENCE_S, "the other process counts the new slot")
            (folder / "slots" / "second.yaml").unlink()
            running.wait(lambda: "second" not in running.get("/readyz")["slots"], PATIENCE_S, "the slot is gone")
    finally:
        worker.terminate()
        worker.wait(PATIENCE_S)
