"""From what people write for a moment to Datetime("us", "UTC"), a whole column at once."""

from typing import Final

import polars as pl

from streams.columns import Column, Epoch
from streams.time_shapes import MOMENT, parse_alike

__all__ = ["EPOCH_SCALE", "MOMENT", "expected_time", "from_micros", "from_numbers", "parse_epochs", "parse_times"]

_ZONED = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
)
_LOCAL = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)
EPOCH_SCALE: Final = {"s": 1e6, "ms": 1e3, "us": 1.0}
_EARLIEST_US = -62_135_596_800_000_000
_LATEST_US = 253_402_300_799_999_999


def parse_times(texts: pl.Series, zone: str | None) -> pl.Series:
    """Datetime("us", "UTC") of ISO 8601 texts; null where a text is none (or was null).

    Understands `Z`, `+08:00`, `+0800`, `+08`, fractions (cut at microseconds), `T` or a space, minutes without seconds. A text
    without a zone counts in `zone` (there also a bare date, its midnight); without `zone` it is null. An hour that the zone
    skips is null, one it has twice counts as the first.
    """
    alike = parse_alike(texts)
    if alike is not None:
        return alike
    moments = _first_try(texts)
    for form in _ZONED:
        moments = _fill(moments, texts, form, None)
    for form in _LOCAL if zone else ():
        moments = _fill(moments, texts, form, zone)
    return moments.alias(texts.name)


def parse_epochs(numbers: pl.Series, epoch: Epoch) -> pl.Series:
    """Datetime("us", "UTC") of Float64 numbers since 1970; null beyond the years 1…9999 (or where it was null)."""
    return from_micros((numbers * EPOCH_SCALE[epoch]).round())


def from_micros(micros: pl.Series) -> pl.Series:
    """Datetime("us", "UTC") of whole microseconds since 1970; null beyond the years 1…9999 (or where it was null)."""
    within = micros.is_between(_EARLIEST_US, _LATEST_US).fill_null(False)
    return micros.set(~within, None).cast(pl.Int64).cast(MOMENT)


def from_numbers(numbers: pl.Series, scale: int) -> pl.Series:
    """Datetime("us", "UTC") of Int64 numbers of `scale` microseconds each since 1970; null beyond the years 1…9999."""
    within = numbers.is_between(_EARLIEST_US // scale, _LATEST_US // scale).fill_null(False)
    return (numbers.set(~within, None) * scale).cast(MOMENT)


def expected_time(column: Column) -> str:
    """What a value of this datetime column must be, for messages."""
    if column.epoch:
        unit = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}[column.epoch]
        return f"a number of {unit} since 1970 (years 1 to 9999)"
    return f"a time in ISO 8601, in zone {column.zone} where it names none" if column.zone else "a time in ISO 8601 with a zone"


def _first_try(texts: pl.Series) -> pl.Series:
    """The commonest form, `2026-01-31T08:00:00Z`, has a parser four times as fast as the general one."""
    if texts.str.ends_with("Z").first(ignore_nulls=True):
        local = texts.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)
        return local.dt.replace_time_zone("UTC")
    return pl.Series(texts.name, [None], dtype=MOMENT).new_from_index(0, len(texts))


def _fill(moments: pl.Series, texts: pl.Series, form: str, zone: str | None) -> pl.Series:
    """Tries one form on what no earlier form could read, and only on that."""
    open_ones = moments.is_null() & texts.is_not_null()
    count = open_ones.sum()
    if not count:
        return moments
    found = _parse(texts if count == len(texts) else texts.filter(open_ones), form, zone)
    return found if count == len(texts) else moments.scatter(open_ones.arg_true(), found)


def _parse(texts: pl.Series, form: str, zone: str | None) -> pl.Series:
    if zone is None:
        return texts.str.to_datetime(form, time_unit="us", strict=False)
    if form == "%Y-%m-%d":
        local = texts.str.to_date(form, strict=False).cast(pl.Datetime("us"))
    else:
        local = texts.str.to_datetime(form, time_unit="us", strict=False)
    return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
