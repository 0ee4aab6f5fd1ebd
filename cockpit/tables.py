"""What a panel shows, as a table: for whoever cannot see a chart, wants to sort it, or takes it along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cockpit.boards import PlacedPanel
from cockpit.columns import Cell, Column, Kind, figure, headed, local, state, word
from cockpit.page import title_of
from cockpit.panels.panel import Context, Props
from cockpit.table_shapes import SHAPES, Parted

__all__ = ["Cell", "Column", "Table", "table_of"]

_SILENT: Final = frozenset({"key", "here", "region", "indicator", "id", "path", "parent", "open", "leaf"})
"""What a row carries for the screen alone."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as long as `columns`; None is a missing value, never a zero."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table_of(placed: PlacedPanel, context: Context) -> Table:
    """What the panel shows now; a kind may make it itself with `table(props, options, context)`.

    Blocks on the ledger. Raises slots.QuestionError.
    """
    props = placed.kind.props(placed.options, context)
    own: Callable[[Props, Any, Context], Table] | None = getattr(placed.kind, "table", None)
    if own is not None:
        return own(props, placed.options, context)
    title = title_of(placed, context) or str(props.get("title") or placed.id)
    columns, rows = _shape(placed, props)(props, placed, context)
    return _filled(Table(title, tuple(columns), tuple(tuple(row) for row in rows)))


def _filled(table: Table) -> Table:
    """Without the texts nobody has: a column of states where nothing is judged."""
    kept = [at for at, column in enumerate(table.columns) if column.kind != "text" or any(row[at] for row in table.rows)]
    if not table.rows:
        return table
    return Table(table.title, tuple(table.columns[at] for at in kept), tuple(tuple(row[at] for at in kept) for row in table.rows))


def _shape(placed: PlacedPanel, props: Props) -> Callable[[Props, PlacedPanel, Context], Parted]:
    """By the kind, else by what the props hold, so that a kind from elsewhere has its table, too."""
    own = SHAPES.get(placed.kind.name)
    if own is not None:
        return lambda props, _, context: own(props, context)
    if isinstance(props.get("rows"), list):
        return _rows
    values = props.get("values")
    if isinstance(values, list) and "from_ms" in props:
        return _series
    return _places if isinstance(values, dict) else _facts


def _headed(props: Props, context: Context) -> str:
    """The indicator with its unit, as a heading."""
    return headed(str(props.get("title") or word("value", context)), props.get("unit"), context)


def _series(props: Props, placed: PlacedPanel, context: Context) -> Parted:
    step, zone = timedelta(seconds=props["step_s"]), ZoneInfo(context.zone)
    start = datetime.fromtimestamp(props["from_ms"] / 1000, UTC)
    before = list(props.get("before") or [])
    columns = [Column(word("at", context), "time"), Column(_headed(props, context), "number")]
    columns += [Column(headed(word("before", context), props.get("unit"), context), "number")] if before else []
    values = list(props["values"]) + [None] * (len(before) - len(props["values"]))
    digits = props.get("decimals")
    pairs = [(figure(value, digits), figure(before[i], digits) if i < len(before) else None) for i, value in enumerate(values)]
    return columns, [((start + i * step).astimezone(zone), *pair[: len(columns) - 1]) for i, pair in enumerate(pairs)]


def _places(props: Props, placed: PlacedPanel, context: Context) -> Parted:
    lights, lang = props.get("lights") or {}, context.scope.lang
    columns = [Column(word("code", context)), Column(word("place", context)), Column(_headed(props, context), "number")]
    rows = [
        (code, context.regions.region(code).title(lang), figure(value, props.get("decimals")), state(lights.get(code), context))
        for code, value in props["values"].items()
        if code in context.regions
    ]
    return [*columns, Column(word("light", context))], rows


def _facts(props: Props, placed: PlacedPanel, context: Context) -> Parted:
    if "value" not in props and "text" in props:
        return [Column(word("name", context))], [(str(props["text"]),)]
    change, digits = props.get("change") or {}, props.get("decimals")
    told = {
        "value": props.get("value"),
        "target": props.get("target"),
        "now": change.get("now"),
        "then": change.get("then"),
    }
    columns = [Column(word("indicator", context))]
    columns += [Column(headed(word(key, context), props.get("unit"), context), "number") for key in told]
    row = [str(props.get("title") or ""), *(figure(value, digits) for value in told.values())]
    return [*columns, Column(word("light", context))], [(*row, state(props.get("light"), context))]


def _rows(props: Props, placed: PlacedPanel, context: Context) -> Parted:
    """The keys of the rows that hold plain values, in the order they first occur; `cells` become columns of their own."""
    rows: list[dict[str, Any]] = [
        _flat(row, placed, context, props.get("decimals")) for row in props["rows"] if isinstance(row, dict)
    ]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    columns = [Column(_heading(key, props, context), _kind(row.get(key) for row in rows)) for key in keys]
    return columns, [[row.get(key) for key in keys] for row in rows]


def _heading(key: str, props: Props, context: Context) -> str:
    return _headed(props, context) if key == "value" and props.get("title") else word(key, context)


def _flat(row: dict[str, Any], placed: PlacedPanel, context: Context, digits: object = None) -> dict[str, Cell]:
    flat: dict[str, Cell] = {}
    for key, value in row.items():
        if key == "at_ms":
            flat["at"] = local(value, context)
        elif key == "light":
            flat["light"] = state(value, context)
        elif key == "cells" and isinstance(value, list):
            names = getattr(placed.options, "attributes", ())
            flat |= {names[i] if i < len(names) else str(i + 1): cell for i, cell in enumerate(value)}
        elif key not in _SILENT and (value is None or isinstance(value, str | int | float)):
            flat[key] = figure(value, digits) if isinstance(value, float) else value
    return flat


def _kind(cells: Iterable[Cell]) -> Kind:
    kinds: set[Kind] = {_kind_of(cell) for cell in cells if cell is not None}
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind_of(cell: Cell) -> Kind:
    if isinstance(cell, datetime):
        return "time"
    return "number" if isinstance(cell, int | float) and not isinstance(cell, bool) else "text"
