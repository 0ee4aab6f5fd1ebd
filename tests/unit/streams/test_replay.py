"""A file becomes a stream: values, keys, pace, shifted times; a wrong file says where it is wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from streams.clock import ManualClock
from streams.embedded import EmbeddedLog
from streams.recording import RecordingError
from streams.replay import Pace, Replay

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CSV = """when,station,n,w,code,note
2013-03-01T00:00:00,A,4,1.5,007,"a, b"
2013-03-01T00:10:00,B,NA, ,010,NA
2013-03-01T01:00:00,A,5,-2,330,
"""


class Received:
    """A sink that remembers what it got, and when by the clock."""

    topic = "t"

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.values: list[bytes] = []
        self.keys: list[bytes | None] = []
        self.at: list[datetime] = []

    def emit(
        self,
        values: Sequence[bytes],
        keys: Sequence[bytes | None] | None = None,
        timestamps_ms: Sequence[int] | None = None,
        headers: object = None,
    ) -> int:
        self.values += values
        self.keys += keys or []
        self.at += [self.clock()] * len(values)
        return len(values)

    def close(self) -> None: ...

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(value) for value in self.values]


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
    return path


def replay(path: Path, pace: Pace | None = None, **options: Any) -> Received:
    clock = ManualClock(NOW)
    received = Received(clock)
    run = Replay(path, pace, clock=clock, **options)
    assert run.run(received, sleep=lambda seconds: clock.advance(timedelta(seconds=seconds))) == len(run)
    return received


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_csv_cells_become_numbers_texts_and_nulls(name: str, tmp_path: Path) -> None:
    received = replay(write(tmp_path, name, CSV), key="station")
    assert received.records == [
        {"when": "2013-03-01T00:00:00", "station": "A", "n": 4, "w": 1.5, "code": "007", "note": "a, b"},
        {"when": "2013-03-01T00:10:00", "station": "B", "n": None, "w": None, "code": "010", "note": None},
        {"when": "2013-03-01T01:00:00", "station": "A", "n": 5, "w": -2.0, "code": "330", "note": None},
    ]
    assert received.keys == [b"A", b"B", b"A"]
    assert b'"n":4,' in received.values[0]


def test_csv_lines(tmp_path: Path) -> None:
    received = replay(write(tmp_path, "a.csv", CSV), form="csv")
    assert received.values[0] == b'2013-03-01T00:00:00,A,4,1.5,007,"a, b"'
    assert received.values[1] == b"2013-03-01T00:10:00,B,,,010,"


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson.gz"])
def test_json_lines_are_sent_as_they_stand(name: str, tmp_path: Path) -> None:
    lines = ['{"id": 1.0, "x": {"b":1,"a":2}}', '{"id":"two"}', ""]
    received = replay(write(tmp_path, name, "\n".join(lines)), key="id")
    assert received.values == [line.encode() for line in lines[:2]]
    assert received.keys == [b"1.0", b"two"]


def test_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": [datetime(2026, 1, 1, tzinfo=UTC)], "w": [float("nan")], "n": [3], "l": [[1, 2]]})
    frame.write_parquet(tmp_path / "a.parquet")
    received = replay(tmp_path / "a.parquet", key="n")
    assert received.records == [{"t": "2026-01-01T00:00:00.000000Z", "w": None, "n": 3, "l": [1, 2]}]
    assert received.keys == [b"3"]


def test_pacing_follows_the_times_of_the_records(tmp_path: Path) -> None:
    received = replay(write(tmp_path, "a.csv", CSV), Pace(speed=60))
    waited_s = [(at - NOW).total_seconds() for at in received.at]
    assert waited_s == pytest.approx([0, 10, 60], abs=0.1)


def test_with_a_speed_the_first_record_is_now(tmp_path: Path) -> None:
    content = "\n".join(
        json.dumps({"opened": f"2013-03-0{day}T00:00:00Z", "closed": f"2013-03-0{day}T02:00:00+08:00", "n": day})
        for day in (1, 2)
    )
    received = replay(write(tmp_path, "a.jsonl", content), Pace(speed=86400, shift_to_now=True, time="opened"))
    assert received.records == [
        {"opened": "2026-06-01T12:00:00.000000Z", "closed": "2026-06-01T06:00:00.000000Z", "n": 1},
        {"opened": "2026-06-02T12:00:00.000000Z", "closed": "2026-06-02T06:00:00.000000Z", "n": 2},
    ]


def test_without_a_speed_the_last_record_is_now_and_local_times_stay_local(tmp_path: Path) -> None:
    received = replay(write(tmp_path, "a.csv", CSV), Pace(shift_to_now=True, zone="Asia/Shanghai"))
    assert [one["when"] for one in received.records] == [
        "2026-06-01T19:00:00.000000",
        "2026-06-01T19:10:00.000000",
        "2026-06-01T20:00:00.000000",
    ]


def test_epoch_times_can_be_named(tmp_path: Path) -> None:
    received = replay(write(tmp_path, "a.csv", "ts,x\n1211018430,1\n1211018433,2\n"), Pace(time="ts", shift_to_now=True))
    assert [one["ts"] for one in received.records] == [int(NOW.timestamp()) - 3, int(NOW.timestamp())]


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = write(tmp_path, "a.csv", "x\n" + "1\n" * 12_000)
    log = EmbeddedLog(":memory:")
    Replay(path).run(log.sink("t"), progress=lambda sent, total: told.append((sent, total)))
    log.close()
    assert told[0][0] < 12_000
    assert told[-1] == (12_000, 12_000)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "a,b\n1,2\n3\n", "a.csv:3: must have 2 cells as the header, got 1"),
        ("a.csv", 'a,b\n"1",2\n3,4,5\n', "a.csv:3: must have 2 cells as the header, got 3"),
        ("a.csv", "a,a\n1,2\n", "a.csv:1: must be a header of unique names, got a twice"),
        ("a.csv", "", "a.csv:1: must be a header of unique names, got nothing"),
        ("a.jsonl", '{"a":1}\n\n[1]\n', "a.jsonl:3: must be a JSON object"),
        ("a.jsonl", '{"a":1}\n{"a":', "a.jsonl:2: must be a JSON object"),
        ("a.parquet", "no parquet", "a.parquet: cannot be read"),
        ("a.xlsx", "", "a.xlsx: a recording must end in .jsonl, .ndjson, .csv, .parquet"),
    ],
)
def test_a_wrong_file_says_where(name: str, content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as raised:
        Replay(write(tmp_path, name, content))
    assert message in str(raised.value)


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a,b\n1,2\n杭州,3\n".encode("gb18030"))
    with pytest.raises(RecordingError, match=r"a\.csv:3: must be UTF-8, got byte 0xba"):
        Replay(tmp_path / "a.csv")


def test_wrong_fields_list_the_right_ones(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "x,y\n1,2\n")
    with pytest.raises(RecordingError, match="the key field 'z' is not there; the fields are: x, y"):
        Replay(path, key="z")
    with pytest.raises(RecordingError, match="no field holds times; name one of: x, y"):
        Replay(path, Pace(speed=1))
    with pytest.raises(RecordingError, match="field 'w' must hold times in ISO 8601 or since 1970, got 'noon'"):
        Replay(write(tmp_path, "b.csv", "w\nnoon\n"), Pace(time="w"))
    with pytest.raises(ValueError, match="speed must be greater than 0, got 0"):
        Pace(speed=0)
