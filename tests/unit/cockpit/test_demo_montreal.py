"""Montréal: what the cockpit counts on a replayed day is what geopandas counts in the data set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import plotly.data
import pytest

from cockpit.city import City, load_city
from cockpit.demo.montreal import ROOT, ZONE, MontrealStations, build
from cockpit.panels import BUILT_IN
from slots.fold import Fold
from slots.ledger_memory import MemoryLedger
from slots.pipeline import Pipeline
from slots.reading import Question
from slots.readings import Readings
from streams.clock import ManualClock
from streams.codecs import codec_for
from streams.embedded import EmbeddedLog

MIDNIGHT = datetime(2026, 11, 20, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return load_city(build(tmp_path_factory.mktemp("montreal")), {panel.name: panel for panel in BUILT_IN})


@pytest.fixture(scope="module")
def districts() -> dict[str, float]:
    """Car hours by district as geopandas joins them."""
    rows = plotly.data.carshare()
    areas = geopandas.GeoDataFrame.from_features(plotly.data.election_geojson(), crs=4326)
    points = geopandas.GeoDataFrame(rows, geometry=geopandas.points_from_xy(rows.centroid_lon, rows.centroid_lat), crs=4326)
    joined = geopandas.sjoin(points, areas, predicate="within")
    sums = joined.groupby("district").car_hours.sum()
    return {str(name).split("-", 1)[0]: float(total) for name, total in sums.items()}


def _readings(city: City) -> Readings:
    """One whole local day and the hours around it through the real line."""
    end = MIDNIGHT + DAY + timedelta(hours=1)
    clock = ManualClock(end)
    log, ledger = EmbeddedLog(":memory:", clock=clock), MemoryLedger()
    MontrealStations().fill(log, end, DAY + timedelta(hours=3))
    slot = city.slots["carshare"]
    fold = Fold(slot, codec_for(slot.source, city.folder), city.regions, city.zone)
    line = Pipeline(log.source(slot.source.topic), {slot.slot: fold}, ledger, lambda *_: None, clock)
    while line.step(0.05):
        pass
    log.close()
    assert ledger.state("carshare").counters.get("rejected", 0) == 0
    return Readings(city.slots, ledger, city.regions, city.zone, clock)


def test_the_city_has_its_58_districts(city: City) -> None:
    assert len(city.regions.codes) == 59
    assert city.regions.root.code == ROOT
    assert all(region.has_geometry for region in city.regions.children(ROOT))
    assert city.regions.region("162").name == "Saint-Paul–Émard"
    assert city.regions.region("142").name == "Norman-McLaren"


def test_a_days_car_hours_by_district_are_those_of_the_data_set(city: City, districts: dict[str, float]) -> None:
    found = _readings(city).ask(Question("carshare.car_hours", ROOT, MIDNIGHT, MIDNIGHT + DAY, by="region"))
    counted = {reading.region: reading.value for reading in found if reading.count}
    assert counted.keys() == districts.keys()
    for code, total in districts.items():
        assert counted[code] == pytest.approx(total, abs=1e-6)


def test_a_days_car_hours_of_the_city_are_those_of_the_data_set(city: City) -> None:
    found = _readings(city).ask(Question("carshare.car_hours", ROOT, MIDNIGHT, MIDNIGHT + DAY))
    assert found[0].value == pytest.approx(float(plotly.data.carshare().car_hours.sum()), abs=1e-6)


def test_every_station_reports_most_around_its_peak_hour() -> None:
    rows = plotly.data.carshare()
    frame = MontrealStations()._frame(MIDNIGHT.timestamp(), (MIDNIGHT + DAY).timestamp())
    assert len(frame) == 249 * 144
    most = frame.sort("car_hours").group_by("station").last().sort("station")
    hour = (most["at"].to_numpy() - MIDNIGHT.timestamp()) // 3600
    assert np.array_equal(hour.astype(int), rows.peak_hour.to_numpy())


def test_ticks_send_what_the_history_holds() -> None:
    feeder, tick = MontrealStations(), timedelta(milliseconds=250)
    sent = [value for n in range(240) for part in feeder.live(MIDNIGHT + (n + 1) * tick, tick) for value in part.values]
    whole = [value for part in feeder.history("carshare", MIDNIGHT, MIDNIGHT + timedelta(minutes=1)) for value in part.values]
    assert sent == whole
    assert len(sent) in (24, 25)
