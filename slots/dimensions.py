"""Dimension values under a bound: the first 200 are kept by name, the rest is counted under "other"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from slots.page_codes import CODED

MAX_VALUES = 200
OTHER = "other"


def told_apart(value: str, admitted: Collection[str]) -> bool:
    """Whether records with this value are, or would be, counted under its own name: not once the dimension is full of others."""
    return value == OTHER or len(admitted) < MAX_VALUES or value in admitted


def admit(
    frame: pl.DataFrame, dimensions: Sequence[str], known: Mapping[str, list[str]]
) -> tuple[pl.DataFrame, dict[str, list[str]], int]:
    """The frame with a column `_dI` per dimension, coded as in pages, the values newly admitted, and how many fell under "other".

    A missing value is the empty text.
    """
    admitted: dict[str, list[str]] = {}
    others = 0
    for i, name in enumerate(dimensions):
        column = frame[name].cast(pl.String).fill_null("").alias(f"_d{i}")
        values = [value for value in column.unique(maintain_order=True).to_list() if value not in set(known.get(name, ()))]
        room = max(0, MAX_VALUES - len(known.get(name, ())))
        if fresh := values[:room]:
            admitted[name] = fresh
        if beyond := values[room:]:
            outside = column.is_in(beyond)
            others += int(outside.sum())
            column = (
                column.to_frame().select(pl.when(outside).then(pl.lit(OTHER)).otherwise(pl.first()).alias(f"_d{i}")).to_series()
            )
        frame = frame.with_columns(column.cast(CODED["k"]))
    return frame, admitted, others
