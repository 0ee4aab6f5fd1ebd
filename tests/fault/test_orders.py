"""Promise 16: an acknowledged order is durable and takes effect once, however often it is sent and whenever the server is killed.

COCKPIT_TEST_LONG=1 runs the full form. The seed decides when the server is killed; COCKPIT_TEST_SEED repeats it.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx
import msgspec
import pytest

from streams.embedded import EmbeddedLog
from tests.broker.process import free_port
from tests.cities.line import TINY
from tests.fault.moments import PATIENCE_S, pause, wait
from tests.running import Cockpit, cockpit, command

pytestmark = [pytest.mark.fault, pytest.mark.timeout(3600)]

LONG = bool(os.environ.get("COCKPIT_TEST_LONG"))
ORDERS, KILLS = (10_000, 40) if LONG else (200, 3)
SENDERS, TIMES = 4, 3


class Sender(threading.Thread):
    """Drafts and issues its share of the orders, each call three times under one key, whatever becomes of the server."""

    def __init__(self, address: str, share: range, done: Counter[str]) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._share = share
        self._done = done
        self.answers: dict[int, str] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        with httpx.Client(base_url=self._address, timeout=60) as client:
            for n in self._share:
                draft = {"unit": f"u{n % 7}", "text": f"order {n}", "region": "770101", "ttl_s": 86400}
                number = self._thrice(client, "/api/v1/orders", f"draft-{n}", draft)
                self._thrice(client, f"/api/v1/orders/{number}/issue", f"issue-{n}", {})
                self.answers[n] = number
                self._done["orders"] += 1

    def _thrice(self, client: httpx.Client, path: str, key: str, body: object) -> str:
        answers = {self._answer(client, path, key, body) for _ in range(TIMES)}
        if len(answers) != 1:
            self.wrong.append(f"{key}: {answers}")
        return str(msgspec.json.decode(answers.pop())["number"])

    def _answer(self, client: httpx.Client, path: str, key: str, body: object) -> bytes:
        while True:
            try:
                answer = client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                pause(0.2)
                continue
            if answer.status_code in (200, 201):
                return answer.content
            if answer.status_code not in (409, 503) or "verbs" in answer.json():
                self.wrong.append(f"{key}: {answer.status_code} {answer.text[:200]}")
                raise AssertionError(answer.text)
            pause(0.2)


def killed_on_the_way(senders: list[Sender], done: Counter[str], state: Path, port: int, rng: random.Random) -> None:
    """Runs the server until all is sent; kills it each time a part of the orders is through."""
    moments = sorted(rng.sample(range(ORDERS // 20, ORDERS * 19 // 20), KILLS))
    for kill_at in [*moments, None]:
        with cockpit("serve", str(TINY), state=state, port=port) as running:
            for sender in senders:
                if sender.ident is None:
                    sender.start()
            if kill_at is not None:
                until(running, senders, lambda at=kill_at: done["orders"] >= at)
                pause(rng.random() * 0.05)
                running.process.send_signal(signal.SIGKILL)
                running.process.wait()
            else:
                until(running, senders, lambda: not any(sender.is_alive() for sender in senders))
                wait(lambda: not waiting(running), PATIENCE_S, "everything is sent")


def until(running: Cockpit, senders: list[Sender], holds: object) -> None:
    def so_far() -> bool:
        assert not (wrong := [text for sender in senders for text in sender.wrong]), wrong
        return bool(holds())  # type: ignore[operator]

    wait(so_far, 1800, f"the orders go on\n{running.printed()}", 0.02)


def waiting(running: Cockpit) -> bool:
    return bool(running.get("/api/v1/orders", state="DRAFT,ISSUED", limit=1)["orders"])


def test_orders_survive_kills_and_take_effect_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("COCKPIT_TEST_SEED", "20261122"))
    print(f"seed {seed}")
    state, port, done = tmp_path / "state", free_port(), Counter[str]()
    senders = [Sender(f"http://127.0.0.1:{port}", range(first, ORDERS, SENDERS), done) for first in range(SENDERS)]
    killed_on_the_way(senders, done, state, port, random.Random(seed))
    answered = {n: number for sender in senders for n, number in sender.answers.items()}
    assert set(answered) == set(range(ORDERS)) and len(set(answered.values())) == ORDERS
    with closing(EmbeddedLog(state / "tiny" / "log.sqlite")) as log:
        sent = [msgspec.json.decode(value) for value in log.read("dispatch.orders", 0, 1 << 60, 10 * ORDERS).values]
        rows = {
            row["seq"]: (row["subject"], row["verb"])
            for row in map(msgspec.json.decode, log.read("dispatch.journal", 0, 1 << 60, 100 * ORDERS).values)
        }
    assert {one["order"]: one["text"] for one in sent} == {number: f"order {n}" for n, number in answered.items()}
    verbs = Counter(rows.values())
    assert verbs == Counter({(number, verb): 1 for number in answered.values() for verb in ("draft", "issue", "send")})
    told = command("audit", "verify", str(TINY), state=state, timeout_s=PATIENCE_S)
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"{3 * ORDERS:,} rows hold" in told.stdout
