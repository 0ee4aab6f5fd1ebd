"""The rows of the history's tables, from the frames of slots.pages and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from slots.ledger import Kind
from slots.pages import BIN_KEYS, CELL_KEYS, merge_frames

KEY_COLUMNS: Final = {"t": "start", "d": "dimension", "k": "value", "r": "region", "c": "sketch", "b": "bin", "n": "n"}
"""Column of a page → column of a table."""

_TYPES: Final[Mapping[str, type[pl.DataType]]] = {
    "t": pl.Int64, "r": pl.String, "d": pl.String, "k": pl.String, "c": pl.String, "b": pl.Int32, "n": pl.Int64
}  # fmt: skip
_NUL: Final = "\0"
_NUL_SHOWN: Final = "\u2400"


def digests(frame: pl.DataFrame) -> dict[int, int]:
    """Bucket start → a number (64 bits, signed) that stands for its rows, in whatever order rows and columns are."""
    rows = frame.select(sorted(frame.columns))
    hashed = rows.select("t", rows.hash_rows().alias("h")).group_by("t").agg(pl.col("h").bitwise_xor(), pl.len().alias("n"))
    return dict(hashed.select("t", (pl.col("h") ^ pl.col("n").cast(pl.UInt64)).reinterpret(signed=True).alias("h")).rows())


def states_of(frame: pl.DataFrame) -> dict[str, bool]:
    """The state columns of cells, and whether they hold whole numbers."""
    return {name: dtype.is_integer() for name, dtype in frame.schema.items() if name not in CELL_KEYS}


def rows_of(kind: Kind, frame: pl.DataFrame, before: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The rows as a table takes them, in the order of its columns; `before`: the values of the first ones (slot, size)."""
    frame = _without_nul(kind, frame)
    if kind == "bins":
        ordered = frame.select("t", "d", "k", "r", "c", "b", "n")
    else:
        states = [name for name in frame.columns if name not in CELL_KEYS]
        ordered = frame.select("t", "d", "k", "r", pl.struct(states).struct.json_encode().alias("state"))
    return [(*before, *row) for row in ordered.rows()]


def frame_of_rows(kind: Kind, rows: Sequence[Any], states: Mapping[str, bool]) -> pl.DataFrame:
    """The frame of rows `t d k r` and `c b n`, or `state`. `states`: the state columns there are."""
    keys = ("t", "d", "k", "r", "c", "b", "n") if kind == "bins" else ("t", "d", "k", "r")
    schema: dict[str, Any] = {name: _TYPES[name] for name in keys}
    if kind == "bins":
        return pl.DataFrame(rows, schema=schema, orient="row").select(*BIN_KEYS, "n")
    frame = pl.DataFrame(rows, schema={**schema, "state": pl.String}, orient="row")
    fields = pl.Struct({name: pl.Int64 if whole else pl.Float64 for name, whole in states.items()})
    return frame.with_columns(pl.col("state").str.json_decode(fields)).unnest("state").select(*CELL_KEYS, *states)


def _without_nul(kind: Kind, frame: pl.DataFrame) -> pl.DataFrame:
    """PostgreSQL has no texts with a NUL in them: a sign that shows it takes its place."""
    if not frame.select(pl.col("k").str.contains(_NUL, literal=True).any()).item():
        return frame
    shown = frame.with_columns(pl.col("k").str.replace_all(_NUL, _NUL_SHOWN, literal=True))
    return merge_frames(kind, [shown, shown.clear()])
