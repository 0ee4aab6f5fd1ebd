"""A replay that is killed again and again counts each letter once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest

from cockpit.city import load_city
from cockpit.panels import BUILT_IN
from slots.ledger import Commit
from slots.ledger_memory import MemoryLedger
from slots.reading import Question
from slots.readings import Readings
from streams.clock import system_clock
from streams.dead_letters import DeadLetters
from streams.embedded import EmbeddedLog
from streams.letter import DeadLetter, encode
from tests.running import ROOT, command, environment

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

TINY = str(ROOT / "tests" / "cities" / "tiny")
LETTERS = 30_000
KILLS = 20 if os.environ.get("COCKPIT_TEST_LONG") else 4


def written(state: Path) -> None:
    """Letters of an earlier version of the slot, one in ten of them bad still; their worker has committed."""
    now = datetime.now(UTC)
    whole = {"created_at": (now - timedelta(minutes=3)).isoformat(), "district": "7701", "category": "water"}
    log = EmbeddedLog(state / "log.sqlite")
    for start in range(0, LETTERS, 5_000):
        raws = [msgspec.json.encode({"id": f"r{n}" if n % 10 else n, **whole}) for n in range(start, start + 5_000)]
        letters = [
            DeadLetter("hotline", "city.hotline", 0, start + n, now, "decode", "it was so", raw) for n, raw in enumerate(raws)
        ]
        log.sink("tiny.dead-letters").emit([encode(one) for one in letters], [b"hotline"] * len(letters))
    log.close()
    ledger = MemoryLedger(state / "ledger.sqlite")
    position = {"city.hotline/0": LETTERS}
    ledger.commit(Commit("hotline", {"city.hotline/0": None}, position, {}, {"rejected": LETTERS}, {}, {}, None, None, 1))
    ledger.close()


def test_a_killed_replay_counts_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("COCKPIT_TEST_SEED", 0)) or Random().randrange(1 << 32)
    print(f"COCKPIT_TEST_SEED={seed}")
    random = Random(seed)
    state = tmp_path / "tiny"
    state.mkdir()
    written(state)
    line = [sys.executable, str(ROOT / "app.py"), "dead-letters", TINY, "hotline", "replay"]
    killed = 0
    for _ in range(KILLS):
        worker = subprocess.Popen(line, env=environment(tmp_path, {}), stdout=subprocess.DEVNULL, cwd=ROOT)
        try:
            worker.communicate(timeout=random.uniform(1.0, 6.0))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.communicate()
            killed += 1
    print(f"killed {killed} of {KILLS}")
    done = command("dead-letters", TINY, "hotline", "replay", state=tmp_path, settings={})
    assert done.returncode == 0, done.stderr
    ledger = MemoryLedger(state / "ledger.sqlite")
    counters = ledger.state("hotline").counters
    assert (counters["accepted"], counters["replayed"]) == (LETTERS * 9 // 10, LETTERS * 9 // 10)
    city = load_city(Path(TINY), {panel.name: panel for panel in BUILT_IN})
    now = datetime.now(UTC)
    readings = Readings(city.slots, ledger, city.regions, city.zone, system_clock)
    asked = Question("hotline.requests", city.regions.root.code, now - timedelta(hours=2), now + timedelta(minutes=1))
    assert [reading.value for reading in readings.ask(asked)] == [LETTERS * 9 // 10]
    ledger.close()
    log = EmbeddedLog(state / "log.sqlite")
    letters = DeadLetters(log, "tiny.dead-letters", state / "letters.sqlite")
    letters.catch_up("hotline")
    assert letters.view.count("hotline") == LETTERS // 10
    letters.close()
    log.close()
