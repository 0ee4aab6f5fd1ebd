"""A server killed while it recomputes a slot shows the old numbers when it is back, and can do it again."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.broker.process import free_port
from tests.cities.line import TINY
from tests.fault.moments import PATIENCE_S
from tests.running import Cockpit, cockpit, command

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]

COUNT = 60_000


def send(running: Cockpit, now: datetime) -> None:
    records = (
        {
            "id": f"{n}",
            "created_at": (now - timedelta(seconds=n % 60)).isoformat(),
            "district": "770101",
            "wait_s": 2.0,
            "category": "x",
        }
        for n in range(COUNT)
    )
    body = "\n".join(map(json.dumps, records)).encode()
    for at in range(0, len(body), 8 << 20):
        begin = body.rfind(b"\n", 0, at) + 1 if at else 0
        end = body.rfind(b"\n", 0, at + (8 << 20)) if at + (8 << 20) < len(body) else len(body)
        httpx.post(
            f"{running.address}/api/v1/topics/city.hotline/records", content=body[begin:end], timeout=PATIENCE_S
        ).raise_for_status()


def shown(running: Cockpit, now: datetime) -> list[float | None]:
    window = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(minutes=1)).isoformat()}
    names = "requests", "wait"
    return [running.get(f"/api/v1/indicators/hotline.{name}", **window)["readings"][0]["value"] for name in names]


def test_a_killed_recomputation_leaves_the_old_numbers(tmp_path: Path) -> None:
    folder, state, now = tmp_path / "tiny", tmp_path / "state", datetime.now(UTC)
    shutil.copytree(TINY, folder)
    since = (now - timedelta(days=1)).isoformat()
    slot = folder / "slots" / "hotline.yaml"
    with cockpit("serve", str(folder), state=state, port=free_port()) as running:
        send(running, now)
        running.wait(lambda: running.slot("hotline")["accepted"] == COUNT, PATIENCE_S, "all is counted")
        assert shown(running, now) == [COUNT, 2.0]
        slot.write_text(slot.read_text("utf-8").replace("agg: mean, of: wait_s", "agg: mean, of: wait_s * 3"), "utf-8")
        running.wait(lambda: shown(running, now)[1] is None, PATIENCE_S, "the changed measure has begun anew")
        order = {"kind": "recompute", "slot": "hotline", "from": since}
        job = httpx.post(f"{running.address}/api/v1/jobs", json=order, timeout=PATIENCE_S).raise_for_status().json()
        running.wait(lambda: running.get(f"/api/v1/jobs/{job['id']}")["done"] > 0, PATIENCE_S, "the job has begun")
        running.kill()
    with cockpit("serve", str(folder), state=state, port=free_port()) as running:
        running.wait(lambda: running.slot("hotline")["accepted"] == COUNT, PATIENCE_S, "all is counted again")
        before = shown(running, now)
        assert before in ([COUNT, None], [COUNT, 6.0])  # 6.0: the job had ended before the kill
        for _ in range(2):
            done = command("recompute", str(folder), "hotline", "--from", since, state=state, timeout_s=PATIENCE_S)
            assert done.returncode == 0, done.stderr
            assert f"{COUNT:,} records counted anew" in done.stdout and shown(running, now) == [COUNT, 6.0]
