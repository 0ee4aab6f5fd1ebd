"""A replay that is killed again and again, in the middle of its steps, counts each letter once."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import pytest

from cockpit.city import load_city
from cockpit.panels import BUILT_IN
from slots.ledger import Commit
from slots.ledger_memory import MemoryLedger
from slots.letters import AT_ONCE
from slots.reading import Question
from slots.readings import Readings
from streams.clock import system_clock
from streams.dead_letters import DeadLetters
from streams.embedded import EmbeddedLog
from streams.letter import DeadLetter, encode
from tests.fault.moments import PATIENCE_S, pause, wait
from tests.running import ROOT, command, environment

pytestmark = [pytest.mark.fault, pytest.mark.timeout(3600)]

TINY = str(ROOT / "tests" / "cities" / "tiny")
KILLS = 20 if os.environ.get("COCKPIT_TEST_LONG") else 4
LETTERS = AT_ONCE * (KILLS + 2)


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


def on_topic(state: Path) -> int:
    """How many records the letters' topic holds; each step of a replay writes what it tries before it commits."""
    with closing(EmbeddedLog(state / "log.sqlite")) as log:
        return sum(one.end for one in log.reach("tiny.dead-letters", 0).values())


def stepped(worker: subprocess.Popen[bytes], state: Path, before: int) -> bool:
    """Whether it is in the middle of a step, or has ended."""
    return on_topic(state) > before or worker.poll() is not None


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
        before = on_topic(state)
        worker = subprocess.Popen(line, env=environment(tmp_path, {}), stdout=subprocess.DEVNULL, cwd=ROOT)
        wait(partial(stepped, worker, state, before), PATIENCE_S, "a step of the replay", 0.01)
        pause(random.choice([0.0, random.uniform(0.0, 0.02), random.uniform(0.0, 0.3)]))
        killed += worker.poll() is None
        worker.kill()
        worker.wait()
    assert killed, "all of them had ended before they were to be killed"
    print(f"killed {killed} of {KILLS}")
    done = command("dead-letters", TINY, "hotline", "replay", state=tmp_path, timeout_s=PATIENCE_S)
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
