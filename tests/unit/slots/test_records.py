from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from slots.dry_run import as_batch, dry_run
from slots.reading import Question, QuestionError
from slots.records import Records
from streams.codecs import codec_for
from streams.json_codec import JsonCodec
from tests.line import NOON, ZONE, Line, ago, small_slot


def test_the_records_behind_a_number_are_as_many_as_it_says() -> None:
    line = Line(small_slot(where="kind <> 'test'"))
    rows = [
        {"at": ago(minutes=i), "region": region, "kind": kind} for i in range(20) for region, kind in (("a1", "x"), ("b", "test"))
    ]
    line.log.sink("city.desk").emit([msgspec.json.encode(row) for row in rows], None, [int(NOON.timestamp() * 1000)] * len(rows))
    line.run()
    records = Records({"desk": line.slot}, line.log, line.regions, codec_for)
    window = (NOON - timedelta(minutes=9, seconds=30), NOON + timedelta(minutes=1))
    zoned = tuple(moment.astimezone(ZoneInfo(ZONE)) for moment in window)
    found = records.behind("desk", "a", zoned[0], zoned[1], 100)
    assert len(found) == 10 == line.readings.ask(Question("desk.requests", "a", NOON - timedelta(minutes=9), window[1]))[0].value
    assert {one["topic"] for one in found} == {"city.desk"}
    assert [one["time"] for one in found] == sorted((one["time"] for one in found), reverse=True)
    assert all(one["region"] == "a1" and one["fields"]["kind"] == "x" for one in found)
    assert len({(one["partition"], one["offset"]) for one in found}) == 10
    assert records.behind("desk", "b", *window, 100) == []
    with pytest.raises(QuestionError, match="there is no slot"):
        records.behind("dask", "b", *window)


def test_what_is_set_aside_is_no_record_behind_a_number() -> None:
    line = Line()
    told = [(-20, "a1"), (-4, "a1"), (3, "nowhere"), (4, None), (5, "b")]
    rows = [{"at": ago(minutes=minutes), "region": region} for minutes, region in told]
    line.log.sink("city.desk").emit([msgspec.json.encode(row) for row in rows], None, [int(NOON.timestamp() * 1000)] * len(rows))
    line.run()
    line.clock.advance(timedelta(hours=1))
    window = (NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    found = Records({"desk": line.slot}, line.log, line.regions, codec_for).behind("desk", "c", *window)
    assert [one["region"] for one in found] == ["a1", "c", "b"] and len(line.set_aside) == 2
    assert len(found) == line.readings.ask(Question("desk.requests", "c", *window))[0].value


def test_a_dry_run_shows_what_would_be_counted_and_what_refused() -> None:
    line = Line()
    good = b'{"at": "%s", "region": "a1", "wait_s": 4}' % ago(minutes=3).encode()
    run = dry_run(line.slot, as_batch(line.slot, [good, b"{", good]), JsonCodec(), line.regions, ZONE, line.clock)
    assert run.counters == {"accepted": 2, "rejected": 1}
    assert [(number, stage) for number, stage, _ in run.refused] == [(2, "decode")]
    assert {one.indicator: one.value for one in run.readings}["desk.total"] == 8.0


def test_a_dry_run_of_the_log_calls_late_what_was_late_in_its_own_partition() -> None:
    """One car's records lie in one partition and an hour behind the other's; only what lies behind its own is late."""
    line = Line(small_slot())
    rows = [{"at": ago(minutes=minutes), "region": "a1"} for minutes in (1, 60, 59, 58, 57, 0.5, 120)]
    keys = _keys_of_two_partitions(line)
    line.send(*rows, keys=[keys[part] for part in (0, 1, 1, 1, 1, 0, 0)])
    read = line.log.read("city.desk", 0, 1 << 60, 100)
    assert set(read.partitions.tolist()) == {0, 1}
    found = dry_run(line.slot, read, JsonCodec(), line.regions, ZONE, line.clock)
    line.run()
    assert found.counters == dict(line.ledger.state("desk").counters) == {"accepted": 7, "late": 1}


def _keys_of_two_partitions(line: Line) -> dict[int, bytes]:
    """A key for each of the two partitions."""
    keys = [f"k{number}".encode() for number in range(20)]
    line.log.sink("other").emit(keys, keys)
    read = line.log.read("other", 0, 1 << 60, 100)
    return {int(part): key for part, key in zip(read.partitions, read.values, strict=True)}
