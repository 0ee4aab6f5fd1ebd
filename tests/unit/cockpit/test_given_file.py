"""What `--file` makes of a file for a slot of each format."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from cockpit.given_file import records_of
from slots.dry_run import as_batch, dry_run
from slots.slot import Slot
from streams.codecs import codec_for
from streams.recording import RecordingError
from tests.line import NOON, ZONE, ago, small_slot, small_tree

FIELDS = {"id": "string", "at": "datetime", "region": "string"}


def slot(form: str, **more: str) -> Slot:
    source = {"topic": "city.desk", "format": form, **more}
    count = [{"name": "requests", "measure": {"agg": "count"}}]
    return small_slot(source=source, fields=FIELDS, dimensions=[], indicators=count)


def counted(file: Path, form: str = "csv") -> dict[str, int]:
    reader = slot(form)
    run = dry_run(reader, as_batch(reader, records_of(file, reader)), codec_for(reader.source), small_tree(), ZONE, lambda: NOON)
    return run.counters


@pytest.mark.parametrize(
    "text",
    [
        f"id,at,region\n1,{ago(minutes=2)},a1\n2,{ago(minutes=1)},a2\n",
        f"1,{ago(minutes=2)},a1\n2,{ago(minutes=1)},a2\n",
        f"region,more,id,at\r\na1,x,1,{ago(minutes=2)}\r\na2,x,2,{ago(minutes=1)}\r\n",
    ],
    ids=["header", "no header", "another order"],
)
@pytest.mark.parametrize("name", ["some.csv", "some.csv.gz"])
def test_a_csv_slot_is_given_the_lines_of_a_csv_file(tmp_path: Path, text: str, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    assert counted(file) == {"accepted": 2}


def test_a_bad_line_is_refused_alone(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(f"id,at,region\n1,{ago(minutes=2)},a1\n2,soon,a2\n3\n")
    assert counted(tmp_path / "some.csv") == {"accepted": 1, "rejected": 2}


def test_a_csv_slot_is_given_the_rows_of_parquet_and_json_lines(tmp_path: Path) -> None:
    frame = pl.DataFrame({"region": ["a1", "a2"], "id": ["1", "2"], "at": [ago(minutes=2), ago(minutes=1)]})
    frame.write_parquet(tmp_path / "some.parquet")
    frame.write_ndjson(tmp_path / "some.jsonl")
    assert counted(tmp_path / "some.parquet") == counted(tmp_path / "some.jsonl") == {"accepted": 2}


def test_a_json_slot_is_given_the_rows_of_a_csv_file_as_objects(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(f"id,at,region\nx1,{ago(minutes=2)},a1\n")
    assert counted(tmp_path / "some.csv", "json") == {"accepted": 1}


def test_binary_formats_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "some.bin").write_bytes(b"\0\0")
    with pytest.raises(RecordingError, match=r"JSON lines, CSV or Parquet.*reads avro\. Hint: --last"):
        records_of(tmp_path / "some.bin", slot("avro", schema="schemas"))
