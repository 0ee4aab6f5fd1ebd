"""A batch of JSON becomes columns; every bad record is named with its reason; both ways of decoding agree."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.columns import Column, Decoded
from streams.json_codec import JsonCodec
from tests.forms import form

COLUMNS = (
    Column("id", "string"),
    Column("at", "datetime"),
    Column("n", "int", optional=True),
    Column("w", "float", optional=True),
    Column("ok", "bool", optional=True),
    Column("ms", "datetime", optional=True, epoch="ms"),
    Column("local", "datetime", optional=True, zone="Asia/Shanghai"),
)
GOOD = b'{"id":"a","at":"2026-01-01T00:00:00Z"}'


def record(**fields: Any) -> bytes:
    return json.dumps({"id": "a", "at": "2026-01-01T00:00:00Z"} | fields).encode()


def reason(value: bytes) -> str:
    """Why this one is refused, between two good ones."""
    decoded = JsonCodec().decode([GOOD, value, GOOD], COLUMNS)
    assert decoded.frame["_row"].to_list() == [0, 2]
    assert [one.row for one in decoded.rejected] == [1]
    assert decoded.rejected[0].stage == "decode"
    return decoded.rejected[0].reason


def column(name: str, value: bytes) -> Any:
    decoded = JsonCodec().decode([value], COLUMNS)
    assert decoded.rejected == []
    return decoded.frame[name][0]


def test_the_frame_has_the_declared_columns_and_types() -> None:
    decoded = JsonCodec().decode([GOOD, record(n=3, w=2, ok=True, extra={"x": 1})], COLUMNS)
    assert decoded.frame.schema == {
        "_row": pl.UInt32(),
        "id": pl.String(),
        "at": pl.Datetime("us", "UTC"),
        "n": pl.Int64(),
        "w": pl.Float64(),
        "ok": pl.Boolean(),
        "ms": pl.Datetime("us", "UTC"),
        "local": pl.Datetime("us", "UTC"),
    }
    assert decoded.frame.row(1)[3:6] == (3, 2.0, True)


def test_an_empty_batch_has_all_columns() -> None:
    decoded = JsonCodec().decode([], COLUMNS)
    assert decoded.frame.width == 8
    assert decoded.frame.height == 0


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00.250Z", datetime(2026, 1, 31, 8, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-01-31T08:00:00+08:00", datetime(2026, 1, 31, 0, tzinfo=UTC)),
        ("2026-01-31 08:00:00.5+0800", datetime(2026, 1, 31, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T08:00+08", datetime(2026, 1, 31, 0, tzinfo=UTC)),
        ("2026-01-31 08:00:00-03:30", datetime(2026, 1, 31, 11, 30, tzinfo=UTC)),
    ],
)
def test_times_with_a_zone(text: str, utc: datetime) -> None:
    assert column("at", record(at=text)) == utc
    assert column("local", record(local=text)) == utc


@pytest.mark.parametrize("text", ["2026-01-31 08:00:00", "2026-01-31T08:00:00.000", "2026-01-31 08:00"])
def test_times_without_a_zone_count_in_the_declared_one(text: str) -> None:
    assert column("local", record(local=text)) == datetime(2026, 1, 31, 0, tzinfo=UTC)
    assert "a time in ISO 8601 with a zone" in reason(record(at=text))


def test_a_bare_date_is_midnight_of_the_declared_zone() -> None:
    assert column("local", record(local="2026-01-31")) == datetime(2026, 1, 30, 16, tzinfo=UTC)


def test_an_hour_that_the_zone_skips_is_refused() -> None:
    columns = (Column("at", "datetime", zone="Europe/Berlin"),)
    decoded = JsonCodec().decode([b'{"at":"2026-03-29T02:30:00"}', b'{"at":"2026-10-25T02:30:00"}'], columns)
    assert [one.row for one in decoded.rejected] == [0]
    assert decoded.frame["at"][0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_epochs() -> None:
    assert column("ms", record(ms=1_700_000_000_123)) == datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
    assert column("ms", record(ms=0.5)) == datetime(1970, 1, 1, 0, 0, 0, 500, tzinfo=UTC)
    assert "must be a number of milliseconds since 1970" in reason(record(ms=1e300))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (record(id=5), "field 'id' must be string, got int 5. Hint: send texts in quotes"),
        (record(id=True), "field 'id' must be string, got bool True. Hint: send texts in quotes"),
        (record(id={"a": 1}), "field 'id' must be string, got object {'a': 1}"),
        (record(id=[1]), "field 'id' must be string, got array [1]"),
        (record(id=None), "field 'id' is missing"),
        (b'{"at":"2026-01-01T00:00:00Z"}', "field 'id' is missing"),
        (record(n="12"), "field 'n' must be int, got str '12'. Hint: send numbers unquoted"),
        (record(n=3.0), "field 'n' must be int, got float 3.0"),
        (record(n=True), "field 'n' must be int, got bool True"),
        (record(n=2**63), f"field 'n' must be int between -2^63 and 2^63-1, got {2**63}"),
        (record(w="1.5"), "field 'w' must be float, got str '1.5'. Hint: send numbers unquoted"),
        (record(ok=1), "field 'ok' must be bool, got int 1"),
        (record(at=7), "field 'at' must be a time in ISO 8601 with a zone, got int 7"),
        (record(at="noon"), "field 'at' must be a time in ISO 8601 with a zone, got 'noon'"),
        (record(at="2026-02-30T00:00:00Z"), "field 'at' must be a time in ISO 8601 with a zone, got '2026-02-30T00:00:00Z'"),
        (b"", "the value is empty"),
        (b" \n ", "the value is empty"),
        (b"[1]", "the value must be a JSON object, got array"),
        (b"null", "the value must be a JSON object, got null"),
        (GOOD[:-1] + b',"x":NaN}', "the value is not JSON: NaN is no finite number"),
        (GOOD[:-1] + b',"x":1e999}', "the value is not JSON: 1e999 is no finite number"),
        (GOOD[:-1] + b',"x":"\xff"}', "the value is not UTF-8: byte 0xff at position 43"),
        (GOOD[:-1] + b',"id2":"\\ud800"}', "the value is not JSON: half of a surrogate pair is no character"),
        (GOOD[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the value is nested too deeply"),
    ],
)
def test_reasons(value: bytes, expected: str) -> None:
    assert reason(value) == expected


@pytest.mark.parametrize("value", [GOOD + GOOD, GOOD + b"\n" + GOOD, GOOD + b"x", b"{'id':1}", b"\xef\xbb\xbf" + GOOD, GOOD[:-1]])
def test_what_is_no_json_is_refused(value: bytes) -> None:
    assert reason(value).startswith("the value is not JSON: ")


@pytest.mark.parametrize(
    ("packed", "how"),
    [
        (gzip.compress(GOOD, mtime=0), "gzip"),
        (zlib.compress(GOOD, 1), "zlib"),
        (zlib.compress(GOOD, 3), "zlib"),
        (zlib.compress(GOOD, 9), "zlib"),
        (b"\x28\xb5\x2f\xfd" + GOOD, "zstd"),
    ],
    ids=["gzip", "zlib 1", "zlib 3", "zlib 9", "zstd"],
)
def test_what_is_compressed_is_refused_alone_and_never_unpacked(packed: bytes, how: str) -> None:
    for values in ([packed, GOOD], [GOOD, packed], [packed]):
        found = JsonCodec().decode(values, COLUMNS)
        ((row, said),) = [(one.row, one.reason) for one in found.rejected]
        assert values[row] is packed and said.startswith(f"the value is compressed ({how}), not JSON. Hint: ")
        assert found.frame.height == len(values) - 1


def test_line_ends_inside_a_record_are_white_space() -> None:
    decoded = JsonCodec().decode([GOOD, GOOD.replace(b",", b",\n"), b"\n" + GOOD + b"\r\n"], COLUMNS)
    assert decoded.rejected == []
    assert decoded.frame.height == 3


def test_a_blank_and_a_double_line_do_not_hide_each_other() -> None:
    decoded = JsonCodec().decode([b" ", GOOD + b"\n" + GOOD, GOOD], COLUMNS)
    assert [one.row for one in decoded.rejected] == [0, 1]
    assert decoded.frame["_row"].to_list() == [2]


def test_escaped_backslashes_are_no_surrogates() -> None:
    assert column("id", GOOD.replace(b'"a"', rb'"\\ud800"')) == r"\ud800"
    assert column("id", GOOD.replace(b'"a"', rb'"\ud83d\ude00"')) == "😀"


def test_of_a_key_given_twice_the_first_counts_whichever_way() -> None:
    twice = b'{"id":"first","id":"second","at":"2026-01-01T00:00:00Z"}'
    mixed = b'{"id":"first","id":5,"at":"2026-01-01T00:00:00Z"}'
    for values in ([twice, mixed], [twice, mixed, b"bad"]):
        assert JsonCodec().decode(values, COLUMNS).frame["id"].to_list() == ["first", "first"]


SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=6),
    st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01 00:00:00+0800", "5", "true", "{}", "\\ud800"]),
)
ANYTHING = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from("xid"), SCALARS, max_size=2))
RECORDS = st.dictionaries(st.sampled_from([*(one.name for one in COLUMNS), "x"]), ANYTHING, max_size=7).map(
    lambda fields: json.dumps({"id": "a", "at": "2026-01-01T00:00:00Z"} | fields).encode()
)
GOOD_FIELDS = st.fixed_dictionaries(
    {"id": st.text(max_size=6), "at": st.just("2026-01-01T00:00:00Z")},
    optional={"n": st.integers(-(2**63), 2**63 - 1), "w": st.floats(allow_nan=False, allow_infinity=False), "ok": st.booleans()},
)
VALUES = st.one_of(RECORDS, GOOD_FIELDS.map(lambda one: json.dumps(one).encode()), st.binary(max_size=12), st.just(GOOD + GOOD))


def same(one: Decoded, other: Decoded) -> bool:
    return one.rejected == other.rejected and one.frame.equals(other.frame)


@settings(max_examples=form(30, 150), deadline=None)
@given(st.lists(VALUES, max_size=6))
def test_a_row_fares_alone_as_it_fares_in_a_batch(values: list[bytes]) -> None:
    together = JsonCodec().decode(values, COLUMNS)
    assert same(together, JsonCodec().decode_carefully(values, COLUMNS))
    rejected = {one.row: one.reason for one in together.rejected}
    assert sorted([*rejected, *together.frame["_row"]]) == list(range(len(values)))
    for row, value in enumerate(values):
        alone = JsonCodec().decode([value], COLUMNS)
        assert [one.reason for one in alone.rejected] == ([rejected[row]] if row in rejected else [])
        if row not in rejected:
            assert alone.frame.drop("_row").equals(together.frame.filter(pl.col("_row") == row).drop("_row"))
