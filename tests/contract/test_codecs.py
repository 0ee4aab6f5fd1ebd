"""Every codec keeps the same promise: good rows come out whole, bad ones come back with their row, reason and field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.columns import Column, Decoded
from tests.contract.formats import FORMATS, AvroRegistry, CannotSay, Csv, Written
from tests.forms import form

COLUMNS = (
    Column("id", "string"),
    Column("at", "datetime"),
    Column("n", "int", optional=True),
    Column("w", "float", optional=True, least=0, most=3600),
    Column("ok", "bool", optional=True),
    Column("kind", "string", optional=True),
    Column("local", "datetime", optional=True, zone="Asia/Shanghai"),
)
NOON = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
GOOD: Mapping[str, Any] = {"id": "a", "at": NOON, "n": 3, "w": 2.5, "ok": True, "kind": "noise"}


@pytest.fixture(params=FORMATS, ids=lambda one: one.__name__)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Written:
    codec: Written = request.param(tmp_path)
    return codec


def decoded(written: Written, values: Sequence[bytes]) -> Decoded:
    """What becomes of the values; every row must be in exactly one of the two places."""
    found = written.codec.decode(values, COLUMNS, [written.headers()] * len(values))
    rows = [*found.frame["_row"], *(one.row for one in found.rejected)]
    assert sorted(rows) == list(range(len(values)))
    assert found.frame["_row"].is_sorted()
    assert found.frame.columns == ["_row", *(column.name for column in COLUMNS)]
    return found


def one(written: Written, fields: Mapping[str, Any]) -> Any:
    """The row that one record becomes."""
    found = decoded(written, [said(written, fields)])
    assert found.rejected == []
    return found.frame.row(0, named=True)


def said(written: Written, fields: Mapping[str, Any]) -> bytes:
    try:
        return written.write(fields)
    except CannotSay:
        pytest.skip("this format cannot write such a record")


def test_the_columns_have_the_declared_types(written: Written) -> None:
    for values in ([], [said(written, GOOD)]):
        assert decoded(written, values).frame.schema == {
            "_row": pl.UInt32(), "id": pl.String(), "at": pl.Datetime("us", "UTC"), "n": pl.Int64(), "w": pl.Float64(),
            "ok": pl.Boolean(), "kind": pl.String(), "local": pl.Datetime("us", "UTC"),
        }  # fmt: skip


def test_a_good_record_comes_out_as_it_went_in(written: Written) -> None:
    assert one(written, GOOD) == {"_row": 0, **GOOD, "local": None}


def test_what_is_optional_may_be_missing_or_null(written: Written) -> None:
    alone = {"_row": 0, "id": "a", "at": NOON, "n": None, "w": None, "ok": None, "kind": None, "local": None}
    assert one(written, {"id": "a", "at": NOON}) == alone
    assert one(written, {"id": "a", "at": NOON, "n": None, "w": None, "ok": None, "kind": None}) == alone


def test_an_int_is_a_float_too(written: Written) -> None:
    assert one(written, {**GOOD, "w": 2})["w"] == 2.0


def test_what_is_not_declared_is_ignored(written: Written) -> None:
    assert one(written, {**GOOD, "extra": "x"})["kind"] == "noise"


def test_a_time_without_a_zone_counts_in_the_declared_one(written: Written) -> None:
    found = one(written, {**GOOD, "local": datetime(2026, 11, 21, 8)})
    assert found["local"] == datetime(2026, 11, 21, 0, tzinfo=UTC)


def test_64_kib_in_one_field(written: Written) -> None:
    text = "城" * 21_000 + '\\" \n,;' + "x" * 2_500
    assert one(written, {**GOOD, "kind": text})["kind"] == text


BAD: Sequence[tuple[str, Mapping[str, Any], str]] = [
    ("missing", {"id": None}, "id"),
    ("no time", {"at": None}, "at"),
    ("text for int", {"n": "twelve"}, "n"),
    ("quoted int", {"n": "12"}, "n"),
    ("float for int", {"n": 1.5}, "n"),
    ("beyond int64", {"n": 2**63}, "n"),
    ("bool for int", {"n": True}, "n"),
    ("text for float", {"w": "fast"}, "w"),
    ("bool for float", {"w": True}, "w"),
    ("nan", {"w": float("nan")}, "w"),
    ("infinity", {"w": float("inf")}, "w"),
    ("above its range", {"w": 3600.5}, "w"),
    ("below its range", {"w": -0.5}, "w"),
    ("text for bool", {"ok": "maybe"}, "ok"),
    ("float for bool", {"ok": 0.5}, "ok"),
    ("int for text", {"kind": 5}, "kind"),
    ("object for text", {"kind": {"a": 1}}, "kind"),
    ("object for int", {"n": {"a": 1}}, "n"),
    ("array", {"n": [1, 2]}, "n"),
    ("no zone", {"at": datetime(2026, 11, 21, 12)}, "at"),
    ("a date", {"at": date(2026, 11, 21)}, "at"),
    ("no time at all", {"at": "yesterday"}, "at"),
]


@pytest.mark.parametrize(("changes", "field"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_bad_field_sets_its_record_aside_and_no_other(written: Written, changes: Mapping[str, Any], field: str) -> None:
    if isinstance(written, Csv) and changes in ({"n": "12"}, {"ok": "1"}):
        pytest.skip("a cell has no quotes of its own")
    good = said(written, GOOD)
    found = decoded(written, [good, said(written, {**GOOD, **changes}), good, said(written, {**GOOD, "id": "b"})])
    assert found.frame["_row"].to_list() == [0, 2, 3], found
    assert found.frame["id"].to_list() == ["a", "a", "b"]
    assert found.frame["w"].to_list() == [2.5, 2.5, 2.5]
    assert [(one.row, one.stage, one.field) for one in found.rejected] == [(1, "decode", field)]
    assert f"'{field}'" in found.rejected[0].reason


def test_an_empty_value_is_said_to_be_empty(written: Written) -> None:
    good = said(written, GOOD)
    found = decoded(written, [b"", good])
    reasons = [(one.row, one.reason, one.field) for one in found.rejected]
    assert reasons == [(0, "the value is empty", None)]


@pytest.mark.parametrize("garbage", [b"\xff\xfe\x00\x01", b"{", b"\x00", b"\x00\x00\x00\x00\x63\x00xyz", b'"' * 70_000, b"null"])
def test_garbage_harms_nobody_else(written: Written, garbage: bytes) -> None:
    good = said(written, GOOD)
    found = decoded(written, [good, garbage, good])
    assert found.frame["_row"].to_list() == [0, 2]
    assert len(found.rejected[0].reason) < 500


def test_a_cut_record_is_refused_wherever_it_is_cut(written: Written) -> None:
    good = said(written, {"id": "a" * 20, "at": NOON, "n": 3, "w": 2.5, "ok": True, "kind": "z"})
    whole = decoded(written, [good]).frame.drop("_row")
    for length in range(1, len(good)):
        found = decoded(written, [good, good[:length], good])
        assert found.frame.filter(pl.col("_row") != 1).drop("_row").equals(pl.concat([whole, whole]))


def test_a_batch_of_bad_records_only(written: Written) -> None:
    found = decoded(written, [b"\xff", b"\xff\xff", b""])
    assert found.frame.is_empty()


@settings(max_examples=form(12, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(0, 200)), max_size=5))
def test_nothing_that_comes_along_is_an_error(written: Written, given: list[bytes | int]) -> None:
    """Bytes are garbage; a number is a good record with that byte turned over. Alone a record fares as in company."""
    good = said(written, GOOD)
    values = [one if isinstance(one, bytes) else _turned(good, one) for one in given]
    found = decoded(written, values)
    rejected = {one.row: one for one in found.rejected}
    for row, value in enumerate(values):
        alone = decoded(written, [value])
        assert [one.reason for one in alone.rejected] == ([rejected[row].reason] if row in rejected else [])
        if row not in rejected:
            assert alone.frame.drop("_row").equals(found.frame.filter(pl.col("_row") == row).drop("_row"))


def _turned(value: bytes, at: int) -> bytes:
    at %= len(value)
    return value[:at] + bytes([value[at] ^ 0x55]) + value[at + 1 :]


def test_an_unknown_schema_id_is_named_with_those_there_are(tmp_path: Path) -> None:
    written = AvroRegistry(tmp_path)
    found = decoded(written, [b"\0\0\0\0\x63" + b"\0" * 8, said(written, GOOD)])
    assert found.rejected[0].reason == (
        "no schema with id 99: schemas/99.avsc does not exist; there are: schemas/1.avsc, schemas/2.avsc"
    )
