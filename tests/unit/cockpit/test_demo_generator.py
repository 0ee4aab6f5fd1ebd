"""The invented city's records: repeatable, without gap or double between past and present, and as a city would send them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
import shapely

import cockpit.demo
from cockpit.city import City, load_city
from cockpit.demo.generator import DemoCity, Emission
from cockpit.dispatch.announcing import JOURNAL
from cockpit.panels import BUILT_IN
from slots.fold import Fold
from slots.ledger import SlotState
from streams.clock import ManualClock
from streams.codecs import codec_for
from streams.embedded import EmbeddedLog
from streams.record import Batch, Span

YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
TEN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten o'clock on a Friday in the city
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def demo() -> DemoCity:
    return DemoCity(YUNZHOU)


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(YUNZHOU, {panel.name: panel for panel in BUILT_IN})


@pytest.fixture(scope="module")
def day_and_a_half(demo: DemoCity) -> dict[str, list[Emission]]:
    """What each slot was sent in the 36 hours before ten."""
    return {slot: list(demo.history(slot, TEN - timedelta(hours=36), TEN)) for slot in demo.slots}


def _values(emissions: list[Emission], topic: str | None = None) -> list[bytes]:
    return [value for emission in emissions if topic in (None, emission.topic) for value in emission.values]


def _history(demo: DemoCity, slot: str, begin: datetime, end: datetime) -> list[bytes]:
    return _values(list(demo.history(slot, begin, end)))


def _rows(values: list[bytes]) -> list[dict[str, object]]:
    """The records that can be read at all."""
    rows = []
    for value in values:
        try:
            rows.append(msgspec.json.decode(value, type=dict[str, object]))
        except msgspec.DecodeError:
            continue
    return rows


def test_the_same_seed_and_time_give_the_same_records(demo: DemoCity) -> None:
    twin, other = DemoCity(YUNZHOU), DemoCity(YUNZHOU, seed=8)
    for slot in demo.slots:
        begin = TEN - timedelta(hours=3)
        assert _history(twin, slot, begin, TEN) == _history(demo, slot, begin, TEN)
        assert _history(other, slot, begin, TEN) != _history(demo, slot, begin, TEN)


def test_live_ticks_send_what_the_history_of_that_minute_holds(demo: DemoCity) -> None:
    tick = timedelta(milliseconds=250)
    sent = [emission for n in range(240) for emission in demo.live(TEN + (n + 1) * tick, tick)]
    for slot, topic in demo.topics.items():
        assert _values(sent, topic) == _history(demo, slot, TEN, TEN + MINUTE), slot
    assert sum(map(len, sent)) > 4000


def test_two_spans_make_one(demo: DemoCity) -> None:
    begin, middle, end = TEN - timedelta(hours=2, minutes=7), TEN - timedelta(minutes=11), TEN + timedelta(minutes=13)
    for slot in demo.slots:
        if slot != "vehicles":
            parts = _history(demo, slot, begin, middle) + _history(demo, slot, middle, end)
            assert parts == _history(demo, slot, begin, end)


def test_records_are_sent_in_the_order_of_time_with_their_keys(day_and_a_half: dict[str, list[Emission]]) -> None:
    for sent in day_and_a_half.values():
        moments = [moment for emission in sent for moment in emission.timestamps_ms]
        assert moments == sorted(moments)
        assert all(len(emission.values) == len(emission.keys) == len(emission.timestamps_ms) for emission in sent)


def test_the_fill_of_a_day_and_a_half_stays_small(day_and_a_half: dict[str, list[Emission]]) -> None:
    total = sum(len(emission) for sent in day_and_a_half.values() for emission in sent)
    assert 30_000 < total <= 60_000


def test_an_unknown_slot_is_refused(demo: DemoCity) -> None:
    with pytest.raises(KeyError, match="no feed for the slot 'weather'"):
        list(demo.history("weather", TEN, TEN + MINUTE))


def test_every_slot_of_the_folder_is_fed_and_reads_its_feed(
    demo: DemoCity, city: City, day_and_a_half: dict[str, list[Emission]]
) -> None:
    fed = {name: slot for name, slot in city.slots.items() if slot.source.topic != JOURNAL}  # the toolbox feeds that one
    assert set(demo.slots) == set(fed)
    assert {name: slot.source.topic for name, slot in fed.items()} == demo.topics
    for name, slot in fed.items():
        emissions = day_and_a_half[name]
        values = _values(emissions)
        moments = np.array([moment for emission in emissions for moment in emission.timestamps_ms], dtype=np.int64)
        rows = np.arange(len(values))
        batch = Batch(
            slot.source.topic, values, [None] * len(values), rows.astype(np.int32) * 0, rows.astype(np.int64), moments,
            {0: Span(0, len(values))},
        )  # fmt: skip
        folded = Fold(slot, codec_for(slot.source, city.folder), city.regions, city.zone).fold(batch, SlotState(), TEN)
        counters = folded.commit.counters
        assert counters["accepted"] + len(folded.rejected) == len(values), name
        assert len(folded.rejected) <= 0.004 * len(values) + 3, (name, folded.rejected[:5])
        assert counters.get("unplaced", 0) == 0, name
        assert counters.get("late", 0) <= 0.008 * len(values) + 3, name


def test_some_records_are_late_and_some_are_wrong(demo: DemoCity, city: City) -> None:
    values = _history(demo, "hotline", TEN - timedelta(hours=48), TEN)
    decoded = codec_for(city.slots["hotline"].source).decode(values, city.slots["hotline"].columns)
    assert 5 < len(decoded.rejected) < 80
    behind = np.diff(decoded.frame["created_at"].dt.epoch("s").to_numpy())
    assert 30 < np.sum(behind < -900) < 200


def test_the_city_sleeps_at_night_and_rests_on_sunday(demo: DemoCity) -> None:
    def calls(begin: datetime) -> int:
        return len(_history(demo, "hotline", begin, begin + timedelta(hours=1)))

    night, sunday = TEN - timedelta(hours=7), TEN + timedelta(days=2)
    assert calls(TEN) > 2.5 * calls(night)
    offices = [len(_history(demo, "hall_reviews", day, day + timedelta(hours=2))) for day in (TEN, sunday)]
    assert offices[0] > 1.3 * offices[1]


def test_an_incident_shows_in_calls_waits_and_cases(demo: DemoCity, city: City) -> None:
    """Over a day, streets with something going on call more often, wait longer and are less pleased than at other times."""
    begin = TEN - timedelta(hours=24)
    rows = [row for row in _rows(_history(demo, "hotline", begin, TEN)) if isinstance(row.get("wait_s"), float)]
    at = np.array([datetime.fromisoformat(str(row["created_at"])).timestamp() for row in rows])
    lon, lat = (np.array([float(str(row[name])) for row in rows]) for name in ("lon", "lat"))
    index = city.regions.locate(lon, lat, "gcj02")
    codes = np.array(city.regions.codes)[index].astype("U9")
    known = {}
    for minute in range(0, 24 * 60, 10):
        for incident in demo.incidents(begin + minute * MINUTE):
            known[incident.start_s] = incident
    felt = np.zeros(len(rows), dtype=bool)
    for incident in known.values():
        inside = (at > incident.start_s + 300) & (at < incident.end_s - 600)
        felt |= inside & (codes == demo.atlas.street_codes[incident.street])
    waits = np.array([float(str(row["wait_s"])) for row in rows])
    assert felt.sum() > 100
    assert waits[felt].mean() > 1.7 * waits[~felt].mean()


def test_vehicles_drive_along_their_lines_at_the_speed_of_a_town(demo: DemoCity) -> None:
    lines = {
        f"{route.name.split()[0]}": shapely.LineString(np.column_stack([route.lon, route.lat])) for route in demo.atlas.buses
    }
    last: dict[str, tuple[float, float, float]] = {}
    moved = 0
    for row in _rows(_history(demo, "vehicles", TEN, TEN + MINUTE)):
        at, lon, lat = (float(str(row[name])) for name in ("at", "lon", "lat"))
        assert 0 <= float(str(row["heading"])) <= 360
        assert 0 <= float(str(row["speed_kmh"])) < 80
        if row["kind"] == "bus":
            assert lines[str(row["line"])].distance(shapely.Point(lon, lat)) < 1e-5
        if str(row["id"]) in last:
            before, lon0, lat0 = last[str(row["id"])]
            metres = float(np.hypot((lon - lon0) * 97_000, (lat - lat0) * 110_870))
            assert metres / (at - before) * 1000 < 25
            moved += metres > 1
        last[str(row["id"])] = (at, lon, lat)
    assert len(last) >= 150
    assert moved > 2000


def test_a_log_is_filled_once_and_goes_on_where_it_stood(demo: DemoCity) -> None:
    clock = ManualClock(TEN)
    log = EmbeddedLog(":memory:", clock=clock)
    earlier = TEN - timedelta(hours=2)
    demo.fill(log, earlier, timedelta(hours=3))
    demo.fill(log, TEN, timedelta(hours=48))
    demo.fill(log, TEN, timedelta(hours=48))
    for slot, topic in demo.topics.items():
        if slot != "vehicles":
            held = log.read(topic, 0, 2**52, 1_000_000)
            assert sorted(held.values) == sorted(_history(demo, slot, TEN - timedelta(hours=5), TEN)), slot
    log.close()


def test_a_run_sends_until_it_is_told_to_stop(demo: DemoCity) -> None:
    stop, clock, asked = threading.Event(), ManualClock(TEN), []

    def passing() -> datetime:
        clock.advance(timedelta(seconds=1))
        asked.append(clock())
        if len(asked) >= 3 * len(demo.slots):
            stop.set()
        return clock()

    log = EmbeddedLog(":memory:", clock=clock)
    demo.run(log, stop, passing, timedelta(minutes=30))
    for number, (slot, topic) in enumerate(demo.topics.items()):
        begin, end = asked[number] - timedelta(minutes=30), asked[2 * len(demo.slots) + number]
        held = log.read(topic, 0, 2**52, 1_000_000).values
        if slot == "vehicles":
            assert len(held) > 1000
        else:
            assert sorted(held) == sorted(_history(demo, slot, begin, end)), slot
    log.close()
