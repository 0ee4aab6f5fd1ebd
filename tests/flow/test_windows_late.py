"""Late records and watermarks: what is late, where it still counts, and that nothing but the log's order decides it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from slots.admission import FUTURE_S
from slots.reading import Question
from tests.forms import form, proof
from tests.line import ZONE
from tests.stream import Counted, dealt, random_records, shuffled, stream_slot

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = ("requests", "total", "median", "people")
LATENESS_S = 600


def counted() -> Counted:
    return Counted(stream_slot("10m", NAMES), ZONE, NOON)


def at(**before: float) -> dict[str, Any]:
    """A record of so long before noon."""
    return {"at": (NOON - timedelta(**before)).isoformat(), "region": "a1", "wait_s": 10.0, "who": "p"}


def requests(line: Counted, begin: datetime, end: datetime) -> int:
    return line.readings.ask(Question("desk.requests", "c", begin, end))[0].count


def whole_day(line: Counted) -> int:
    midnight = datetime(2026, 11, 21, tzinfo=line_zone())
    return requests(line, midnight, midnight + timedelta(days=1))


def line_zone() -> ZoneInfo:
    return ZoneInfo(ZONE)


@pytest.mark.parametrize(("behind_s", "late"), [(599.999999, 0), (600, 0), (600.000001, 1), (7000, 1)])
def test_a_record_at_the_very_limit_is_in_time(behind_s: float, late: int) -> None:
    line = counted()
    line.count(random.Random(1), [[at(), at(seconds=behind_s)]], 2)
    assert line.state().counters.get("late", 0) == late
    assert requests(line, NOON - timedelta(hours=3), NOON + timedelta(minutes=1)) == 2 - late
    assert whole_day(line) == 2


def test_a_late_record_is_in_the_day_with_all_its_measures() -> None:
    line = counted()
    line.count(random.Random(1), [[at(), {**at(hours=2), "wait_s": 30.0, "who": "q"}]], 1)
    midnight = datetime(2026, 11, 21, tzinfo=line_zone())
    day = (midnight, midnight + timedelta(days=1))
    told = {name: line.readings.ask(Question(f"desk.{name}", "a", *day))[0].value for name in ("total", "people")}
    assert told == {"total": 40.0, "people": 2.0}


def test_each_partition_has_its_own_watermark() -> None:
    line = counted()
    idle, busy = [at(hours=3)], [at(minutes=5), at()]
    line.count(random.Random(1), [idle, busy], 1)
    line.count(random.Random(1), [[], [], [at(hours=2)]], 1)  # a partition that was never heard of
    assert line.state().counters.get("late", 0) == 0, "an idle or new partition waits for nobody, and nobody for it"
    assert line.state().watermarks == {
        "city.desk/0": micros(NOON - timedelta(hours=3)),
        "city.desk/1": micros(NOON),
        "city.desk/2": micros(NOON - timedelta(hours=2)),
    }


def micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


@proof
@pytest.mark.parametrize("seed", range(form(1, 3)))
def test_what_is_late_does_not_depend_on_the_batches(seed: int) -> None:
    rng = random.Random(f"late {seed}")
    records = random_records(rng, NOON - timedelta(hours=8), timedelta(hours=7), form(80, 200))
    partitions = [shuffled(rng, part, 0.3, 4 * LATENESS_S) for part in dealt(rng, records, 3)]
    late = [expected_late(part) for part in partitions]
    for largest in (200, 25, form(10, 5)):
        line = counted()
        line.count(rng, partitions, largest)
        assert line.state().counters["late"] == sum(late) > 0


def expected_late(records: list[dict[str, Any]]) -> int:
    peak, late = datetime.min.replace(tzinfo=UTC), 0
    for record in records:
        moment = datetime.fromisoformat(record["at"])
        peak = max(peak, moment)
        late += moment < peak - timedelta(seconds=LATENESS_S)
    return late


def test_what_is_no_number_or_of_the_future_is_set_aside() -> None:
    line = counted()
    ahead = at(seconds=-FUTURE_S)
    bad: list[dict[str, Any] | bytes] = [
        b'{"at": "2026-11-21T11:00:00Z", "region": "a", "wait_s": NaN}',
        b'{"at": "2026-11-21T11:00:00Z", "region": "a", "wait_s": Infinity}',
        b'{"at": "2026-11-21T11:00:00Z", "region": "a", "wait_s": -1e999}',
        b'{"at": "2026-11-21T11:00:00Z", "region": "a", "stars": 9223372036854775808}',
        {**at(seconds=-FUTURE_S - 1)},
    ]
    line.count(random.Random(1), [[ahead, *bad, at()]], 3)
    counters = line.state().counters
    assert (counters["accepted"], counters["rejected"]) == (2, len(bad))
    assert sum("ahead of" in reason for reason in line.rejected) == 1
    (total,) = line.readings.ask(Question("desk.total", "c", NOON - timedelta(hours=2), NOON + timedelta(hours=1)))
    assert total.value == 20.0


def test_sums_of_whole_numbers_do_not_overflow() -> None:
    line = Counted(stream_slot("10m", ("sunny", "each", "stars")), ZONE, NOON)
    huge = {**at(minutes=1), "kind": "road", "stars": 2**63 - 1}
    line.count(random.Random(1), [[huge] * 5], 2)
    (total,) = line.readings.ask(Question("desk.sunny", "c", NOON - timedelta(hours=1), NOON))
    assert total.value == pytest.approx(-(2.0**64) * 5)
