"""Times that are all written alike, which those of one sender are, read as a table of digits: five times as fast as a parser."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOMENT: Final = pl.Datetime("us", "UTC")
_SHAPE: Final = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.(?P<fraction>\d{1,9}))?(?:Z|(?P<sign>[+-])\d\d(?::?\d\d)?)")
_ZERO: Final = np.uint8(b"0"[0])
_DAYS: Final = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FEW: Final = 64

Digits = NDArray[np.uint8]
Numbers = NDArray[np.int64]


def parse_alike(texts: pl.Series) -> pl.Series | None:
    """Datetime("us", "UTC") of ISO 8601 texts with a zone; None where they differ in form, or any is no time.

    The form is that of the first: the same signs at the same places, and digits at all others. Fractions are cut at
    microseconds. What is read so, a parser reads the same way.
    """
    if len(texts) < _FEW or texts.null_count():
        return None
    first = texts[0].encode()
    shape = _SHAPE.fullmatch(first)
    joined = str(texts.str.join("")[0]).encode()
    if shape is None or len(joined) != len(first) * len(texts) or not (texts.str.len_bytes() == len(first)).all():
        return None
    table = np.ascontiguousarray(np.frombuffer(joined, dtype=np.uint8).reshape(len(texts), len(first)).T) - _ZERO
    a_digit = table[:, 0] <= 9
    if not ((table[a_digit] <= 9).all() and (table[~a_digit] == table[~a_digit, :1]).all()):
        return None
    micros = _micros(table, shape)
    return None if micros is None else pl.Series(texts.name, micros).cast(MOMENT)


def _micros(digits: Digits, shape: re.Match[bytes]) -> Numbers | None:
    """Unix microseconds; None where any part lies out of its range. `digits`: one row per place of the text."""
    year, month, day = _number(digits, 0, 4), _number(digits, 5, 7), _number(digits, 8, 10)
    hour, minute, second = _number(digits, 11, 13), _number(digits, 14, 16), _number(digits, 17, 19)
    zone = _zone_minutes(digits, shape)
    parts = ((year, 1, 9999), (month, 1, 12), (day, 1, 31), (hour, 0, 23), (minute, 0, 59), (second, 0, 59), (zone, -1439, 1439))
    if any(int(part.min()) < least or int(part.max()) > most for part, least, most in parts):
        return None
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    if (day > _DAYS[month - 1] - ((month == 2) & ~leap)).any():
        return None
    seconds = _days(year, month, day) * 86400 + hour * 3600 + (minute - zone) * 60 + second
    return seconds * 1_000_000 + _fraction_us(digits, shape)


def _zone_minutes(digits: Digits, shape: re.Match[bytes]) -> Numbers:
    """East of Greenwich."""
    if shape["sign"] is None:
        return np.zeros(1, dtype=np.int64)
    begin, end = shape.end("sign"), digits.shape[0]
    hours = _number(digits, begin, begin + 2)
    minutes = _number(digits, end - 2, end) if end - begin > 2 else np.zeros(1, dtype=np.int64)
    if int(minutes.max()) > 59 or int(hours.max()) > 23:
        return np.full(1, 1 << 20)  # out of its range
    east: Numbers = hours * 60 + minutes
    return -east if shape["sign"] == b"-" else east


def _fraction_us(digits: Digits, shape: re.Match[bytes]) -> Numbers:
    if shape["fraction"] is None:
        return np.zeros(1, dtype=np.int64)
    begin, end = shape.start("fraction"), min(shape.end("fraction"), shape.start("fraction") + 6)
    fraction: Numbers = _number(digits, begin, end) * 10 ** (6 - (end - begin))
    return fraction


def _number(digits: Digits, begin: int, end: int) -> Numbers:
    number: Numbers = digits[begin].astype(np.int64)
    for place in range(begin + 1, end):
        number = number * 10 + digits[place]
    return number


def _days(year: Numbers, month: Numbers, day: Numbers) -> Numbers:
    """Days since 1970 in the Gregorian calendar; years are counted from March, so that the leap day is the last of them."""
    march = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: Numbers = 365 * march + march // 4 - march // 100 + march // 400 + of_year - 719_468
    return days
