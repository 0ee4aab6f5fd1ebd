"""CSV lines become columns, with or without a header of their own."""

from __future__ import annotations

import pytest

from streams.columns import Column
from streams.csv_codec import CsvCodec

COLUMNS = (
    Column("id", "string"),
    Column("n", "int", optional=True),
    Column("w", "float", optional=True),
    Column("ok", "bool", optional=True),
)


def test_plain_quoted_and_headed_lines_in_one_batch() -> None:
    values = [b"a,1,2.5,true", b'"b,c",,,0\r\n', b'"d ""x""",-3,1e3,FALSE', b"ok,id,n,w\n1,e,7,", b"330106,,,"]
    decoded = CsvCodec().decode(values, COLUMNS)
    assert decoded.rejected == []
    assert decoded.frame.rows() == [
        (0, "a", 1, 2.5, True),
        (1, "b,c", None, None, False),
        (2, 'd "x"', -3, 1000.0, False),
        (3, "e", 7, None, True),
        (4, "330106", None, None, None),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a,1", "a line must have 4 cells (id, n, w, ok), got 2: 'a,1'"),
        (b"a,1,2,true,5", "a line must have 4 cells (id, n, w, ok), got 5: 'a,1,2,true,5'"),
        (b"", "the value is empty"),
        (b"\n", "the value is empty"),
        (b",1,,", "field 'id' is missing"),
        (b"a,1.5,,", "field 'n' must be int, got '1.5'"),
        (b"a,9223372036854775808,,", "field 'n' must be int, got '9223372036854775808'"),
        (b"a,,nan,", "field 'w' must be a finite number, got 'nan'"),
        (b"a,,inf,", "field 'w' must be a finite number, got 'inf'"),
        (b"a,,,yes", "field 'ok' must be true or false, got 'yes'"),
        (b"\xff,,,", "the value is not UTF-8"),
        (b'"a,,,', "the value is no CSV line: unexpected end of data"),
    ],
)
def test_reasons(value: bytes, expected: str) -> None:
    decoded = CsvCodec().decode([b"a,,,", value, b"b,,,"], COLUMNS)
    assert [(one.row, one.reason) for one in decoded.rejected] == [(1, expected)]
    assert decoded.frame["_row"].to_list() == [0, 2]


def test_another_delimiter() -> None:
    assert CsvCodec(";").decode([b"a;1;2.5;1"], COLUMNS).frame.rows() == [(0, "a", 1, 2.5, True)]
    with pytest.raises(ValueError, match="must be one character"):
        CsvCodec("||")


def test_an_empty_batch_has_all_columns() -> None:
    assert CsvCodec().decode([], COLUMNS).frame.columns == ["_row", "id", "n", "w", "ok"]


def test_a_range_is_of_the_number_that_a_cell_holds() -> None:
    columns = (Column("n", "int", least=0, most=10), Column("w", "float", optional=True, least=0.5))
    decoded = CsvCodec().decode([b"3,0.5", b"11,", b"-1,2", b"10,0.4"], columns)
    assert decoded.frame["_row"].to_list() == [0]
    assert [(one.row, one.field, one.reason) for one in decoded.rejected] == [
        (1, "n", "field 'n' must be between 0 and 10, got 11. Hint: has its unit changed?"),
        (2, "n", "field 'n' must be between 0 and 10, got -1. Hint: has its unit changed?"),
        (3, "w", "field 'w' must be at least 0.5, got 0.4. Hint: has its unit changed?"),
    ]
