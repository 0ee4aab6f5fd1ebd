"""Real recordings through the whole line, as users run it, compared with pandas: no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.broker.process import free_port
from tests.running import REAL_DATA, ROOT, Cockpit, cockpit, command

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

AIR = REAL_DATA / "air_beijing" / "prsa_beijing_12stations_hourly.csv.gz"
CABS = REAL_DATA / "vehicles" / "sf_cabspotting_5cabs.csv.gz"
CITIES = ROOT / "tests" / "cities"

Setup = tuple[Mapping[str, str], Callable[[Cockpit], str]]


@pytest.fixture(params=["Kafka and the memory ledger", "the embedded log and Redis", "the embedded log and the memory ledger"])
def setup(request: pytest.FixtureRequest) -> Setup:
    """Settings of the cockpit, and where `replay` sends to."""
    if "Kafka" in request.param:
        address = request.getfixturevalue("kafka_server").address
        return {"COCKPIT_KAFKA": address}, lambda running: f"kafka://{address}"
    settings = {"COCKPIT_REDIS": request.getfixturevalue("redis_server").address} if "Redis" in request.param else {}
    return settings, lambda running: running.address


@pytest.fixture
def serve(setup: Setup, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Serves a city with this set-up."""
    yield lambda city: cockpit("serve", str(CITIES / city), state=tmp_path, settings=setup[0], port=free_port())


def present(file: Path) -> Path:
    """The recording, or a skip that says in one line what is missing."""
    if not file.is_file():
        pytest.skip(f"the real recording shared/data/{file.parent.name}/{file.name} is not beside this checkout")
    return file


def replayed(running: Cockpit, setup: Setup, file: Path, topic: str, tmp_path: Path, *more: str) -> None:
    done = command("replay", str(file), "--topic", topic, "--to", setup[1](running), *more, state=tmp_path, timeout_s=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_air_of_beijing_equals_pandas(setup: Setup, serve: Callable[..., Any], tmp_path: Path) -> None:
    table = pd.read_csv(present(AIR), usecols=["time_local", "station", "PM2.5", "CO"])
    with serve("beijing") as running:
        replayed(running, setup, AIR, "beijing.air", tmp_path, "--key", "station")
        running.wait(lambda: running.slot("air")["accepted"] == len(table), 240, "all records are counted")
        slot = running.slot("air")
        assert (slot["rejected"], slot["late"], slot["unplaced"], slot["lost"]) == (0, 0, 0, 0)
        assert differences(running, table) == []


def differences(running: Cockpit, table: pd.DataFrame) -> list[str]:
    """Where a daily mean, maximum or missing count of a station is not what pandas says."""
    days = table.groupby(["station", table["time_local"].str[:10]])
    found: list[str] = []
    for column, name in (("PM2.5", "pm25"), ("CO", "co")):
        series = days[column]
        for kind, expected in (("mean", series.mean()), ("max", series.max()), ("missing", series.size() - series.count())):
            found += compared(running, f"air.{name}_{kind}", expected)
    return found


def compared(running: Cockpit, indicator: str, expected: pd.Series) -> list[str]:
    window = {"from": "2013-03-01T00:00:00+08:00", "to": "2017-03-01T00:00:00+08:00", "by": "time", "step": "1d"}
    found: list[str] = []
    for station, days in expected.groupby(level=0):
        readings = running.get(f"/api/v1/indicators/{indicator}", region=station, **window)["readings"]
        assert len(readings) == len(days) == 1461
        for reading, (day, value) in zip(readings, days.droplevel(0).items(), strict=True):
            got = reading["value"]
            same = got is None if pd.isna(value) else got is not None and abs(got - value) <= 1e-9 * max(1.0, abs(value))
            if not same or reading["from"][:10] != day:
                found.append(f"{indicator} {station} {day}: pandas {value}, cockpit {got} for {reading['from']}")
    return found


def test_cabs_of_san_francisco_equal_pandas(setup: Setup, serve: Callable[..., Any], tmp_path: Path) -> None:
    table = pd.read_csv(present(CABS))
    with serve("cabs") as running:
        replayed(running, setup, CABS, "sf.cabs", tmp_path, "--key", "vehicle_id", "--time", "time_utc", "--shift-to-now")
        running.wait(lambda: running.slot("cabs")["accepted"] == len(table), 120, "all fixes are counted")
        entities = running.get("/api/v1/entities/cabs")["entities"]
    newest = table.sort_values("ts").groupby("vehicle_id").last()
    assert {one["key"]: (one["lon"], one["lat"]) for one in entities} == {
        str(key): (row["lon"], row["lat"]) for key, row in newest.iterrows()
    }
    times = {one["key"]: datetime.fromisoformat(one["time"]) for one in entities}
    latest = max(times.values())
    for key, row in newest.iterrows():
        behind = timedelta(seconds=int(newest["ts"].max() - row["ts"]))
        assert abs(times[str(key)] + behind - latest) < timedelta(seconds=1)
