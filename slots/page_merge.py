"""Pages of many rows, merged: the keys of a row as one whole number, sorted, and what is equal then stands together.

Says the same as grouping the frame does, in a fifth of the time: numpy sorts a million numbers in 20 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from slots.page_codes import CODED, coded
from slots.stretches import added
from slots.tally import NEUTRAL, Integers, States, states_of

_BITS = 63


@dataclass(frozen=True, slots=True)
class _Field:
    """Where one key stands in the number: its least value and how many bits it takes.

    `like`: of a whole number an empty column of its type; of a code one entry for each number from the least on, so that no
    number has to be made a code again: Polars refuses that now and then while another thread adds texts ("found invalid
    category value").
    """

    name: str
    low: int
    bits: int
    like: pl.Series


def merged_cells(frame: pl.DataFrame, keys: Sequence[str], states: Sequence[str]) -> pl.DataFrame | None:
    """The frame with one row per cell; None where its keys do not fit into one number."""
    frame = coded(frame)
    packed = _packed(frame, keys)
    if packed is None:
        return None
    numbers, fields = packed
    order = np.argsort(numbers)
    numbers = numbers[order]
    starts = _starts(numbers)
    sizes = np.diff(starts, append=len(numbers))
    found = added({column: values[order] for column, values in states_of(frame, states).items()}, starts, sizes)
    return pl.DataFrame([*_unpacked(numbers[starts], fields), *told(found)])


def merged_bins(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame | None:
    """The frame, whose bins all add up, with one row per bin; None where keys and counts do not fit into one number."""
    frame = coded(frame)
    packed = _packed(frame, [*keys, "n"])
    if packed is None:
        return None
    numbers, fields = packed
    *places, n = fields
    numbers = np.sort(numbers)
    rows = numbers >> n.bits
    counts = (numbers & ((1 << n.bits) - 1)) + n.low
    starts = _starts(rows)
    total = np.add.reduceat(counts, starts) if len(starts) else counts
    return pl.DataFrame([*_unpacked(rows[starts], places), pl.Series("n", total)])


def told(states: States) -> list[pl.Series]:
    """State columns as pages keep them: what nothing was counted for is missing."""
    columns = []
    for name, values in states.items():
        prefix = name.partition(":")[0]
        nothing = np.isnan(values) if prefix == "lv" else values == NEUTRAL[prefix]
        column = pl.Series(name, values)
        columns.append(column.set(pl.Series(nothing), None) if prefix[0] == "l" or prefix == "hi" else column)
    return columns


def _packed(frame: pl.DataFrame, keys: Sequence[str]) -> tuple[Integers, list[_Field]] | None:
    """Each row's keys as one number, the first key in the highest bits, and where each stands in it."""
    fields: list[_Field] = []
    columns: list[NDArray[np.int64]] = []
    for name in keys:
        column = frame[name].to_physical().to_numpy()
        low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
        fields.append(_Field(name, low, (high - low).bit_length(), _like(frame[name], column, low, high)))
        columns.append(column)
    if sum(field.bits for field in fields) > _BITS:
        return None
    numbers = np.zeros(frame.height, dtype=np.int64)
    for field, column in zip(fields, columns, strict=True):
        numbers <<= field.bits
        if field.bits:
            numbers += column - field.low if field.low else column
    return numbers, fields


def _unpacked(numbers: Integers, fields: Sequence[_Field]) -> list[pl.Series]:
    columns: list[pl.Series] = []
    for field in reversed(fields):
        values = (numbers & ((1 << field.bits) - 1)) + field.low
        numbers = numbers >> field.bits
        columns.append(_column(field, values))
    return columns[::-1]


def _like(column: pl.Series, numbers: Integers, low: int, high: int) -> pl.Series:
    if column.name not in CODED or not len(column):
        return column.clear()
    where = np.zeros(high - low + 1, dtype=np.uint32)
    where[numbers - low] = np.arange(len(numbers), dtype=np.uint32)
    return column[where]


def _column(field: _Field, values: Integers) -> pl.Series:
    if field.name in CODED:
        return field.like[(values - field.low).astype(np.uint32)]
    return pl.Series(field.name, values).cast(field.like.dtype)


def _starts(numbers: Integers) -> NDArray[np.intp]:
    """Where each different number begins; they stand in order and are not negative."""
    return np.flatnonzero(np.diff(numbers, prepend=-1))
