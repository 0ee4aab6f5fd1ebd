"""Dead letters over real Kafka and Redis: every process shows the same, a replay from outside counts once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from streams.kafka import KafkaLog
from tests.broker.process import free_port
from tests.running import ROOT, Cockpit, cockpit, command, environment

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


class City:
    """A copy of the tiny city under a name and topic of its own, whose slot can be fixed."""

    def __init__(self, folder: Path) -> None:
        self.name = f"tiny_{token_hex(4)}"
        self.topic = f"{self.name}.hotline"
        self.folder = shutil.copytree(ROOT / "tests" / "cities" / "tiny", folder / "city")
        self._change("city.yaml", "name: tiny", f"name: {self.name}")
        self._change("slots/hotline.yaml", "topic: city.hotline", f"topic: {self.topic}")

    def fix(self) -> None:
        """A request need not have an id any more."""
        self._change("slots/hotline.yaml", "id: string", "id: string?")

    def _change(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")


@contextmanager
def ingest(city: City, state: Path, settings: dict[str, str]) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    line = [sys.executable, str(ROOT / "app.py"), "ingest", str(city.folder)]
    with (state / "ingest.txt").open("wb") as out:
        worker = subprocess.Popen(line, env=environment(state, settings), stdout=out, stderr=out, cwd=ROOT)
    try:
        yield
    finally:
        worker.kill()
        worker.wait()


def send(city: City, address: str, good: int, bad: int, wrong: int) -> None:
    now = datetime.now(UTC)
    whole = {"created_at": (now - timedelta(seconds=5)).isoformat(), "district": "7701", "category": "water"}
    records = [{"id": f"r{n}", **whole} for n in range(good)] + [whole] * bad + [{"id": "x", **whole, "district": "zz"}] * wrong
    with closing(KafkaLog(address)) as log:
        log.sink(city.topic).emit([json.dumps(record).encode() for record in records], [b"%d" % n for n in range(len(records))])


def letters(running: Cockpit) -> list[str]:
    found = running.get("/api/v1/dead-letters/hotline", limit=1000)
    assert found["count"] == len(found["letters"])
    return sorted(letter["address"] for letter in found["letters"])


def requests(running: Cockpit) -> float:
    now = datetime.now(UTC)
    window = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(minutes=5)).isoformat()}
    (reading,) = running.get("/api/v1/indicators/hotline.requests", **window)["readings"]
    return float(reading["value"] or 0)


def test_letters_are_the_same_everywhere_and_count_once(kafka_server: Any, redis_server: Any, tmp_path: Path) -> None:
    city = City(tmp_path)
    settings = {"COCKPIT_KAFKA": kafka_server.address, "COCKPIT_REDIS": redis_server.address}
    send(city, kafka_server.address, good=20, bad=7, wrong=3)
    web = cockpit("serve", str(city.folder), "--no-ingest", state=tmp_path / "web", settings=settings, port=free_port())
    with ingest(city, tmp_path / "ingest", settings), web as running:
        running.wait(lambda: running.slot("hotline")["rejected"] == 10, 60, "the bad records are counted")
        running.wait(lambda: len(letters(running)) == 10, 10, "the process that reads nothing shows the letters")
        assert requests(running) == 20
        running.wait(lambda: "of the last minute" in running.slot("hotline")["degraded"], 5, "the slot is degraded")

        asked = ("dead-letters", str(city.folder), "hotline")
        listed = command(*asked, "--json", "--limit", "100", state=tmp_path / "outside", settings=settings)
        assert listed.returncode == 0, listed.stderr
        told = json.loads(listed.stdout)
        assert sorted(letter["address"] for letter in told["letters"]) == letters(running)
        assert [cause["count"] for cause in told["causes"]] == [7, 3]

        city.fix()
        done = command(*asked, "replay", state=tmp_path / "outside", settings=settings)
        assert "7 counted, 3 refused again" in done.stdout, done.stdout + done.stderr
        running.wait(lambda: requests(running) == 27, 10, "what was counted is on screen")
        running.wait(lambda: len(letters(running)) == 3, 10, "what failed again is a letter still")
        again = command(*asked, "replay", state=tmp_path / "elsewhere", settings=settings)
        assert "0 counted, 3 refused again" in again.stdout, again.stdout + again.stderr
        assert requests(running) == 27
        assert running.slot("reviews")["accepted"] == 0
