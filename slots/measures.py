"""Measures as state that adds up: which columns a measure keeps, how they are filled, merged and read.

A state column is named `PREFIX:ID`, where the prefix says how two of them merge and the id stems from what is measured, so
that equal parts of several indicators are kept once and a changed measure never mixes with its former self.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import polars as pl
from numpy.typing import NDArray

from slots.exact_sum import digits
from slots.expression import condition, number
from slots.slot import Measure, Slot
from slots.tally import NEUTRAL

SKETCHED = ("quantile", "distinct")


@dataclass(frozen=True, slots=True)
class Part:
    """One simple aggregate of a measure: what is aggregated (`of`, `where`) and how, and what else decides that (`basis`)."""

    agg: str
    of: str | None
    where: str | None
    q: float | None = None
    basis: str = ""

    @property
    def id(self) -> str:
        """Eight hexadecimal characters that stand for all that decides what is kept: what changes one begins anew.

        Only what is kept in the same columns shares them, so that all columns of a part have counted the same records.
        """
        kept = "sum" if self.agg == "mean" else self.agg
        return blake2b(f"{kept}\0{self.of}\0{self.where}\0{self.basis}".encode(), digest_size=4).hexdigest()

    @property
    def columns(self) -> tuple[str, ...]:
        """The state columns in the cells; a count is always kept beside the value."""
        prefixes = {"sum": ("s", "f"), "mean": ("s", "f"), "min": ("lo",), "max": ("hi",), "last": ("lt", "lv")}.get(self.agg, ())
        return tuple(f"{prefix}:{self.id}" for prefix in ("n", *prefixes))

    @property
    def sketch(self) -> str | None:
        """The name of the part's bins, or None where it keeps none."""
        return f"{self.agg[0]}:{self.id}" if self.agg in SKETCHED else None

    @property
    def answer(self) -> str:
        """The column that holds what the part's bins say."""
        return f"{self.sketch}@{self.q}"


def parts_of(measure: Measure, slot: Slot) -> list[Part]:
    """The one part of a simple measure of the slot; the two of a ratio, which begin together and so are no other ratio's."""
    if measure.ratio is None:
        return [_part(measure, slot)]
    both = "\0".join(f"{side.agg} {side.of} {side.where} {side.q}" for side in measure.ratio)
    return [_part(side, slot, both) for side in measure.ratio]


def _part(measure: Measure, slot: Slot, beside: str = "") -> Part:
    assert measure.agg is not None
    return Part(measure.agg, measure.of, measure.where, measure.q, f"{slot.basis(measure.of, measure.where)}\0{beside}")


def distinct_parts(slot: Slot) -> list[Part]:
    """Every part of the slot's indicators that differs, once."""
    return list(dict.fromkeys(part for indicator in slot.indicators for part in parts_of(indicator.measure, slot)))


def value_columns(parts: Sequence[Part], types: Mapping[str, str]) -> list[pl.Expr]:
    """Per part one column `x:ID`: the measured value of a record, null where it does not count."""
    return list({f"x:{part.id}": _value(part, types).alias(f"x:{part.id}") for part in parts}.values())


def _value(part: Part, types: Mapping[str, str]) -> pl.Expr:
    if part.of is None:
        value = pl.lit(1.0)
    elif types.get(part.of) == "string":
        value = pl.col(part.of)
    elif types.get(part.of) == "datetime":
        value = pl.col(part.of).dt.epoch("us").cast(pl.Float64)
    else:
        value = number(part.of, types)
    return pl.when(condition(part.where, types)).then(value) if part.where is not None else value


def row_states(frame: pl.DataFrame, parts: Sequence[Part]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """The state columns of each row (columns `_t`, `x:ID`), but for the counts to which every row adds one: these by name."""
    filled: dict[str, pl.Expr] = {}
    always: dict[str, None] = {}
    for part in parts:
        value, whole = pl.col(f"x:{part.id}"), not frame[f"x:{part.id}"].null_count()
        for column in part.columns:
            prefix = column.partition(":")[0]
            if whole and prefix == "n":
                always[column] = None
            else:
                filled[column] = _ROW[prefix](value).alias(column)
    return {column.name: column.to_numpy() for column in frame.select(filled.values())}, list(always)


_ROW: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "n": lambda x: x.is_not_null().cast(pl.Int64),
    "s": lambda x: x.fill_null(0.0),
    "f": lambda x: digits(x).fill_null(0),
    "lo": lambda x: x.fill_null(NEUTRAL["lo"]),
    "hi": lambda x: x.fill_null(NEUTRAL["hi"]),
    "lt": lambda x: pl.when(x.is_not_null()).then("_t").otherwise(int(NEUTRAL["lt"])),
    "lv": lambda x: x.fill_null(NEUTRAL["lv"]),
}


def merge(columns: Iterable[str]) -> list[pl.Expr]:
    """The aggregations that add state columns up, each under its own name."""
    return [_MERGE[column.split(":")[0]](column).alias(column) for column in columns]


def _latest(column: str) -> pl.Expr:
    time = pl.col(f"lt:{column.split(':')[1]}")
    return pl.col(column).filter(time == time.max()).max()  # of several at one time the greatest, whoever came first


_MERGE: Final[Mapping[str, Callable[[str], pl.Expr]]] = {
    "n": lambda name: pl.col(name).sum(),
    "s": lambda name: pl.col(name).sum(),
    "f": lambda name: pl.col(name).sum(),
    "lo": lambda name: pl.col(name).min(),
    "hi": lambda name: pl.col(name).max(),
    "lt": lambda name: pl.col(name).max(),
    "lv": _latest,
}
