"""From a library's Python values to declared columns: a column whose values are of one kind goes over at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import polars as pl

from streams.columns import Column, Decoded, Reason, Rejected
from streams.settle import rejections, settle, show
from streams.times import EPOCH_SCALE, MOMENT, expected_time, from_micros, parse_times

_NONE: Final = type(None)
_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_UTC: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DTYPES: Final = {"string": pl.String(), "int": pl.Int64(), "float": pl.Float64(), "bool": pl.Boolean()}
_AT_ONCE: Final[Mapping[str, set[type]]] = {
    "string": {str, _NONE}, "int": {int, _NONE}, "float": {float, int, _NONE}, "bool": {bool, _NONE},
}  # fmt: skip
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (Decimal, "decimal"), (datetime, "time"), (date, "date"),
    (bytes, "bytes"), (UUID, "uuid"), (Mapping, "object"), (Sequence, "array"),
)  # fmt: skip


def settle_cells(
    cells: Mapping[str, Sequence[object] | pl.Series], rows: Sequence[int], columns: Sequence[Column], rejected: list[Rejected]
) -> Decoded:
    """Decoded of one list of Python values per column, whose rows are `rows` of the batch; None and no list mean missing.

    A value must be of the declared type: an int and a decimal are floats, too; a UUID is a text. A time is an aware datetime,
    a datetime or date without a zone where one is declared, ISO 8601 text, or a number where `epoch` says of what.
    A series of moments (Datetime("us", "UTC")) is taken as it is. Those found bad earlier come in `rejected`.
    """
    reasons: dict[int, Reason] = {}
    raw = pl.DataFrame([_column(cells.get(column.name), rows, column, reasons) for column in columns])
    numbers = pl.Series("_row", rows, dtype=pl.UInt32)
    if reasons:
        good = ~numbers.is_in(list(reasons))
        raw, numbers = raw.filter(good), numbers.filter(good)
    return settle(raw, numbers, columns, [*rejected, *rejections(reasons)])


def kind_of(value: object) -> str:
    """The value's type as messages name it."""
    return "null" if value is None else next((name for kind, name in _KINDS if isinstance(value, kind)), type(value).__name__)


def _column(
    values: Sequence[object] | pl.Series | None, rows: Sequence[int], column: Column, reasons: dict[int, Reason]
) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(column.name)
    given = [None] * len(rows) if values is None else values
    dtype, at_once = _dtype(column), _at_once(column)
    kinds = set(map(type, given))
    if column.type == "datetime" and kinds <= {datetime, _NONE} and all(one is None or one.tzinfo is UTC for one in given):  # type: ignore[attr-defined]
        return _moments([None if one is None else (one - _EPOCH_UTC) // _MICROSECOND for one in given], column)  # type: ignore[operator]
    if kinds <= at_once:
        try:
            return pl.Series(column.name, given, dtype=dtype)
        except (OverflowError, TypeError, pl.exceptions.PolarsError):  # an int beyond 64 bits
            pass
    return _one_by_one(given, rows, column, reasons)


def _dtype(column: Column) -> pl.DataType:
    if column.type == "datetime":
        return pl.Float64() if column.epoch else pl.String()
    return _DTYPES[column.type]


def _at_once(column: Column) -> set[type]:
    if column.type == "datetime":
        return {int, float, _NONE} if column.epoch else {str, _NONE}
    return _AT_ONCE[column.type]


def _one_by_one(given: Sequence[object], rows: Sequence[int], column: Column, reasons: dict[int, Reason]) -> pl.Series:
    """Each value by itself; the rows of those that do not fit get a reason."""
    fit = _moment_us if column.type == "datetime" else _plain
    fitted: list[object] = []
    for row, value in zip(rows, given, strict=True):
        found = None if value is None else fit(value, column)
        if isinstance(found, Reason):
            reasons.setdefault(row, found)
            found = None
        fitted.append(found)
    if column.type == "datetime":
        return _moments(fitted, column)
    return pl.Series(column.name, fitted, dtype=_dtype(column))


def _moments(micros: Sequence[object], column: Column) -> pl.Series:
    return pl.Series(column.name, micros, dtype=pl.Int64).cast(MOMENT)


def _plain(value: object, column: Column) -> object:
    """The value as the column keeps it, or why it does not fit."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if column.type == "string" and isinstance(value, str | UUID):
        return str(value)
    if column.type == "bool" and isinstance(value, bool):
        return value
    if column.type == "int" and isinstance(value, int) and number:
        return value if -(2**63) <= value < 2**63 else _wrong("int between -2^63 and 2^63-1", value, column)
    if column.type == "float" and (number or isinstance(value, Decimal)):
        return _float(value)  # type: ignore[arg-type]
    return _wrong(column.type, value, column)


def _float(value: float | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf  # which is refused with all that is no finite number


def _moment_us(value: object, column: Column) -> int | Reason:
    """Unix microseconds, or why the value is no time."""
    if isinstance(value, str) and column.epoch is None:
        return _whole(parse_times(pl.Series([value]), column.zone)[0], value, column)
    if isinstance(value, int | float) and not isinstance(value, bool) and column.epoch and abs(value) < 2**63:
        return _whole(from_micros(pl.Series([float(value) * EPOCH_SCALE[column.epoch]]))[0], value, column)
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        if moment.tzinfo is None and column.zone:
            return _whole(parse_times(pl.Series([moment.isoformat()]), column.zone)[0], value, column)
        return _whole(moment if moment.tzinfo else None, value, column)
    return _wrong(expected_time(column), value, column)


def _whole(moment: datetime | None, value: object, column: Column) -> int | Reason:
    if moment is None:
        return _wrong(expected_time(column), value, column)
    offset = moment.utcoffset() or timedelta(0)
    return (moment.replace(tzinfo=None) - _EPOCH - offset) // _MICROSECOND


def _wrong(expected: str, value: object, column: Column) -> Reason:
    shown = str(value) if isinstance(value, datetime | date | Decimal) else show(value)
    return Reason(f"field '{column.name}' must be {expected}, got {kind_of(value)} {shown}", column.name)
