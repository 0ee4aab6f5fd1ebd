"""Promise 1: each record of the log counts exactly once, whatever is killed, frozen, restarted or handed over meanwhile.

The seed decides what happens in which order; it is printed, COCKPIT_TEST_SEED repeats it. COCKPIT_TEST_LONG=1 runs the full form,
with workers of either client library.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from slots.ledger import LedgerLost, SlotState
from slots.ledger_redis import RedisLedger
from slots.standing import positions
from streams.connectors import KAFKA_CLIENTS, kafka_log
from streams.kafka_cluster import SESSION_S
from tests.fault.fleet import Fleet
from tests.fault.keyed import SLOT, Sender, keyed_city, logged, wrong
from tests.fault.moments import PATIENCE_S, pause, wait

pytestmark = [pytest.mark.fault, pytest.mark.broker, pytest.mark.timeout(3600)]

PARTITIONS = 8
LONG = bool(os.environ.get("COCKPIT_TEST_LONG"))


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    records: int
    kills: int
    redis: int
    kafka: int
    frozen: int
    joins: int

    def shuffled(self, rng: random.Random) -> list[str]:
        """The faults in a random order; a freeze first, since it lasts the longest and the others go on under it."""
        faults = ["kill"] * self.kills + ["redis"] * self.redis + ["kafka"] * self.kafka + ["join"] * self.joins
        faults += ["freeze"] * (self.frozen - 1)
        rng.shuffle(faults)
        return ["freeze", *faults]


SHORT_FORM = Plan(50_000, kills=5, redis=1, kafka=1, frozen=1, joins=1)
FULL_FORM = Plan(1_000_000, kills=20, redis=5, kafka=5, frozen=3, joins=3)


class Trial:
    """One run: two workers count what is sent while things happen to them."""

    def __init__(self, kafka: Any, server: Any, folder: Path, rng: random.Random, client: str) -> None:
        self.rng = rng
        self.topic = f"keyed.{uuid.uuid4().hex[:8]}"
        self._servers = {"kafka": kafka, "redis": server}
        self.log = kafka_log(kafka.address, "confluent", PARTITIONS)
        self.sender = Sender(self.log.sink(self.topic))
        name = self.topic.replace(".", "_")
        settings = {"COCKPIT_KAFKA": kafka.address, "COCKPIT_REDIS": server.address, "COCKPIT_KAFKA_CLIENT": client}
        self.fleet = Fleet(keyed_city(folder / "city", name, self.topic), folder, settings)
        self.ledger = RedisLedger(server.address, f"cockpit:{name}")
        self._frozen: tuple[int, float, dict[str, int]] | None = None
        self._began_s = time.monotonic()

    def close(self) -> None:
        self.fleet.stop()
        self.ledger.close()
        self.log.close()

    def happen(self, fault: str) -> None:
        """Lets it happen; whoever was frozen wakes once others have taken over, a third worker leaves once it has read."""
        self._say(fault)
        getattr(self, f"_{fault}")()
        self._wake_if_overtaken()
        self._leave_if_third()

    def settle(self) -> None:
        """Blocks until the frozen one is woken, the third has left, and everything in the log is counted."""
        wait(self._wake_if_overtaken, PATIENCE_S, "others take over from the frozen worker")
        wait(self._leave_if_third, PATIENCE_S, "the third worker leaves")
        self._say("everything has happened")
        wait(self._drained, PATIENCE_S, "all records are counted")
        self._say(f"drained; refused as duplicates: {self.state().counters.get('refused', 0)}")

    def state(self) -> SlotState:
        """The slot's; an empty one while Redis is away."""
        try:
            return self.ledger.state(SLOT)
        except LedgerLost:
            return SlotState()

    def reads(self) -> bool:
        """Whether all workers do. Raises where one has ended by itself."""
        reading = [worker.reads for worker in self.fleet.workers.values()]
        return all(reading)

    def _drained(self) -> bool:
        return self.reads() and self._ends() == positions(self.state())

    def _ends(self) -> dict[str, int]:
        ends = self.log.cluster.reader(self.topic)
        try:
            return {f"{self.topic}/{p}": end for p, end in ends.latest(sorted(ends.partitions(fresh=True))).items()}
        finally:
            ends.close()

    def _kill(self) -> None:
        awake = [number for number in (1, 2) if self._frozen is None or number != self._frozen[0]]
        self.rng.shuffle(awake)
        wait(lambda: any(self.fleet.workers[number].reads for number in awake), PATIENCE_S, "a worker reads")
        number = next(number for number in awake if self.fleet.workers[number].reads)
        pause(self.rng.random())
        self.fleet.workers[number].kill()
        self.fleet.start(number)

    def _redis(self) -> None:
        self._restart("redis")

    def _kafka(self) -> None:
        self._restart("kafka")

    def _restart(self, name: str) -> None:
        self._servers[name].kill()
        pause(self.rng.random())
        self._servers[name].start()

    def _join(self) -> None:
        """A third worker comes, and goes again, both in the middle of the others' batches."""
        wait(self._leave_if_third, PATIENCE_S, "the third worker leaves")
        self.fleet.start(3)

    def _leave_if_third(self) -> bool:
        """Whether there is no third worker any more."""
        if 3 not in self.fleet.workers:
            return True
        if not self.fleet.workers[3].reads:
            return False
        pause(0.5 + self.rng.random())
        self.fleet.workers.pop(3).leave()
        self._say("the third worker has left")
        return True

    def _freeze(self) -> None:
        if self._frozen is not None:
            wait(self._wake_if_overtaken, PATIENCE_S, "others take over from the frozen worker")
        number = self.rng.choice((1, 2))
        self.fleet.workers[number].ready()
        before = self.state().sequence
        wait(lambda: self.state().sequence > before, PATIENCE_S, "a commit under load", every_s=0.002)
        pause(self.rng.random() / 100)  # in the middle of the next batch, whatever it is doing with it
        self.fleet.workers[number].freeze()
        self._frozen = (number, time.monotonic(), self._ends())

    def _wake_if_overtaken(self) -> bool:
        """Whether nobody is frozen: past the session the others have counted in every partition what the log held then."""
        if self._frozen is None:
            return True
        number, since_s, ends = self._frozen
        stored = positions(self.state())
        if time.monotonic() - since_s < SESSION_S + 1 or any(stored.get(part, 0) < end for part, end in ends.items()):
            return False
        self.fleet.workers[number].wake()
        self._frozen = None
        self._say(f"worker {number} woken")
        return True

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began_s:6.1f} s  {what}")


@pytest.fixture(params=KAFKA_CLIENTS if LONG else KAFKA_CLIENTS[:1])
def trial(request: pytest.FixtureRequest, kafka_server: Any, redis_server: Any, tmp_path: Path) -> Iterator[Trial]:
    seed = int(os.environ.get("COCKPIT_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"COCKPIT_TEST_SEED={seed}")
    made = Trial(kafka_server, redis_server, tmp_path, random.Random(seed), request.param)
    yield made
    made.close()


def in_shares(trial: Trial, records: int, shares: int) -> tuple[threading.Thread, Callable[[], None]]:
    """A thread that sends the records in so many shares, and what lets it begin with the next one."""
    go = threading.Semaphore(0)

    def send() -> None:
        for share in range(shares):
            go.acquire()
            trial.sender.send(
                records // shares + (records % shares if share == 0 else 0), chunk=max(100, records // 500), pause_s=0.02
            )

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread, go.release


def test_each_record_counts_exactly_once(trial: Trial) -> None:
    plan = FULL_FORM if LONG else SHORT_FORM
    faults = plan.shuffled(trial.rng)
    for number in (1, 2):
        trial.fleet.start(number)
    sending, next_share = in_shares(trial, plan.records, len(faults) + 1)
    next_share()
    wait(lambda: trial.reads() and bool(trial.state().offsets), PATIENCE_S, "the first records are counted")
    for fault in faults:
        next_share()
        trial.happen(fault)
    sending.join(PATIENCE_S)
    trial.settle()
    truth = logged(trial.log, trial.topic, PARTITIONS)
    assert truth.total >= plan.records
    assert wrong(truth, trial.ledger) == []


def test_a_flushed_ledger_counts_everything_anew(trial: Trial, redis_server: Any) -> None:
    for number in (1, 2):
        trial.fleet.start(number)
    sending, next_share = in_shares(trial, 20_000, 2)
    next_share()
    wait(lambda: trial.reads() and trial.state().counters.get("accepted", 0) > 5_000, PATIENCE_S, "the first records are counted")
    next_share()
    with redis.Redis.from_url(redis_server.address) as client:
        client.flushall()
    sending.join(PATIENCE_S)
    trial.settle()
    assert wrong(logged(trial.log, trial.topic, PARTITIONS), trial.ledger) == []
