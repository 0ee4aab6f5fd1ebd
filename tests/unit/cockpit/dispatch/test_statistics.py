"""The loop is closed: what the toolbox does is counted by a slot, and exercises are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import slots
from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.announcing import JOURNAL
from cockpit.dispatch.journal import Sealer
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.store import Store
from cockpit.dispatch.toolbox import Toolbox
from layers import Regions
from slots import registry
from streams.codecs import codec_for
from tests.cities.line import TINY

BEGIN = datetime(2026, 11, 20, 8, tzinfo=UTC)
ANYBODY = Actor("王", Role.ADMINISTRATOR)
REGIONS = Regions.load(TINY / "regions.geojson", "wgs84")
WAY = ("accept", "file", "dispatch", "sign", "start", "report", "verify", "pass")


class Desk:
    """A toolbox whose clock goes a minute on with each thing done."""

    def __init__(self, path: Path) -> None:
        self.now = BEGIN
        self._store = Store(f"sqlite:///{path}", "tiny", Sealer(b"x" * 32), lambda: self.now)
        self.toolbox = Toolbox(self._store, REGIONS, "Asia/Shanghai")

    def report(self, **more: Any) -> str:
        with self.toolbox.store.writing() as writing:
            return self.toolbox.incidents.receive(writing, Report(title="积水", category="排水", **more), ANYBODY)[0].number

    def do(self, number: str, *verbs: str, **said: Any) -> None:
        for verb in verbs:
            self.now += timedelta(minutes=1)
            given = {"dispatch": {"unit": said.get("unit", "P1"), "deadline": said.get("deadline")}}.get(verb, {})
            words = {name: value for name, value in given.items() if value is not None}
            reason = {"reason": "有误"} if verb in ("return", "fail") else {"stars": 5} if verb == "review" else {}
            with self.toolbox.store.writing() as writing:
                self.toolbox.incidents.act(writing, number, verb, words | reason, ANYBODY)

    def counted(self) -> dict[str, float | None]:
        """The indicators of the slot over everything the toolbox has announced."""
        slot = registry.find("operations/dispatch")
        values = [one.value.encode() for one in self.toolbox.store.pending(10_000) if one.topic == JOURNAL]
        found = slots.dry_run(
            slot, slots.as_batch(slot, values), codec_for(slot.source), REGIONS, "Asia/Shanghai", lambda: self.now
        )
        assert not found.refused
        return {reading.indicator.partition(".")[2]: reading.value for reading in found.readings}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path / "d.sqlite")
    yield found
    found.toolbox.close()


def test_the_rates_of_urban_management(desk: Desk) -> None:
    first, second, _ = desk.report(), desk.report(recurrence_key="北街"), desk.report(recurrence_key="北街")
    desk.do(first, *WAY, "review", deadline=(BEGIN + timedelta(hours=1)).isoformat())
    desk.do(second, "accept", "file", "dispatch", "return")
    soon = (desk.now + timedelta(minutes=2)).isoformat()
    desk.do(second, "dispatch", "sign", "start", "report", "verify", "fail", unit="P2", deadline=soon)
    desk.do(second, "sign", "start", "report", "verify", "pass")
    found = desk.counted()
    assert (found["reported"], found["closed"]) == (3, 2)
    assert found["filing_rate"] == pytest.approx(200 / 3) and found["duplicate_rate"] == pytest.approx(100 / 3)
    assert (found["on_time_closing"], found["closing_rate"], found["accurate_dispatch"]) == (50, 100, 50)
    assert found["rework_rate"] == pytest.approx(100 / 3) and found["verification_pass"] == pytest.approx(200 / 3)
    assert found["return_rate"] == pytest.approx(100 / 3) and found["satisfaction"] == 100
    assert found["hours_to_close"] == pytest.approx((8 + 24) / 2 / 60)


def test_exercises_are_never_counted(desk: Desk) -> None:
    desk.do(desk.report(exercise=True), *WAY)
    desk.do(desk.report(), "accept")
    assert (desk.counted()["reported"], desk.counted()["closed"]) == (1, 0)


def test_orders_are_counted(desk: Desk) -> None:
    with desk.toolbox.store.writing() as writing:
        order = desk.toolbox.orders.draft(writing, Draft(unit="P1", text="去看看"), ANYBODY)
        desk.toolbox.orders.act(writing, order.number, "issue", {}, ANYBODY)
    assert desk.counted()["orders"] == 1
