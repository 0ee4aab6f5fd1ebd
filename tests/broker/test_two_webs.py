"""One process counts, two others show: both learn of a commit through Redis, both show the same, and one may die."""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from streams.kafka import KafkaLog
from tests.broker.process import free_port
from tests.flow.live_screen import Client
from tests.running import ROOT, Cockpit, cockpit, environment

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

CITY = ROOT / "tests" / "cities" / "tiny"
SEEN = ("requests", "satisfaction", "ranking", "wait")
"""Panels of the board whose numbers do not depend on which second they were drawn in."""


def own_city(tmp_path: Path) -> tuple[Path, str]:
    """The tiny city under a name and with a topic that no other test uses: its folder and its topic."""
    folder, topic = tmp_path / "tiny", f"city.{uuid.uuid4().hex[:10]}"
    shutil.copytree(CITY, folder)
    for path, old, new in (
        (folder / "slots" / "hotline.yaml", "city.hotline", topic),
        (folder / "city.yaml", "name: tiny", f"name: city_{topic[5:]}"),
    ):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return folder, topic


def records(at: datetime, *names: str) -> list[bytes]:
    said = {"created_at": at.isoformat(), "district": "7701", "category": "water", "wait_s": 4.0, "stars": 5}
    return [msgspec.json.encode({"id": name, **said}) for name in names]


@contextmanager
def counting(folder: Path, tmp_path: Path, settings: dict[str, str]) -> Iterator[None]:
    """A process that reads the topics and shows nothing; ended at the end."""
    command = [sys.executable, str(ROOT / "app.py"), "ingest", str(folder)]
    with (tmp_path / "ingest.txt").open("wb") as out:
        worker = subprocess.Popen(command, env=environment(tmp_path, settings), stdout=out, stderr=out, cwd=ROOT)
    try:
        yield
    finally:
        worker.kill()
        worker.wait(120)


def screen(web: Cockpit, stack: ExitStack) -> Client:
    return Client(stack.enter_context(connect(f"ws{web.address.removeprefix('http')}/live", max_size=2**24)))


def numbers(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What a person reads on the board."""
    kept = ("value", "rows", "values", "now")
    return {name: {key: panel[key] for key in kept if key in panel} for name, panel in snapshot["panels"].items() if name in SEEN}


def _has_counted(web: Cockpit, count: int) -> bool:
    return bool(web.slot("hotline")["accepted"] == count)


def test_two_web_processes_show_the_same_and_one_may_die(kafka_server: Any, redis_server: Any, tmp_path: Path) -> None:
    folder, topic = own_city(tmp_path)
    settings = {"COCKPIT_KAFKA": kafka_server.address, "COCKPIT_REDIS": redis_server.address}
    with ExitStack() as stack:
        log = KafkaLog(kafka_server.address)
        stack.callback(log.close)
        sink = log.sink(topic)
        sink.emit(records(datetime.now(UTC) - timedelta(seconds=2), *(f"r{n}" for n in range(30))))
        stack.enter_context(counting(folder, tmp_path, settings))
        webs = [
            stack.enter_context(
                cockpit("serve", str(folder), "--no-ingest", state=tmp_path / name, settings=settings, port=free_port())
            )
            for name in ("one", "other")
        ]
        for web in webs:
            web.wait(partial(_has_counted, web, 30), 120, "it shows what was counted")
        screens = [screen(web, stack) for web in webs]
        for each in screens:
            each.hello(query="window=24h")
        first = [each.next("snapshot") for each in screens]
        assert len({told["epoch"] for told in first}) == 2, "each process counts its own pictures"
        sink.emit(records(datetime.now(UTC), "one more"))
        told = [each.until("requests", "value", 31) for each in screens]
        assert [message["type"] for message in told] == ["delta", "delta"], "both hear of the commit by themselves"

        fresh = [screen(web, stack) for web in webs]
        for each in fresh:
            each.hello(query="window=24h")
        shown = [numbers(each.next("snapshot")) for each in fresh]
        assert shown[0] == shown[1]
        assert shown[0]["requests"]["value"] == 31 and len(shown[0]) >= 3

        webs[0].kill()
        with pytest.raises(ConnectionClosed):
            screens[0].until("requests", "value", "never")
        moved = screen(webs[1], stack)  # as a balancer would send it
        moved.hello(query="window=24h", epoch=told[0]["epoch"], seq=told[0]["seq"])
        again = moved.next("snapshot")
        assert again["panels"]["requests"]["value"] == 31, "a number of the dead process means nothing here: all is sent"
        sink.emit(records(datetime.now(UTC), "after the death"))
        assert moved.until("requests", "value", 32)["type"] == "delta"
        assert screens[1].until("requests", "value", 32)["type"] == "delta", "the other's own screen never noticed"
