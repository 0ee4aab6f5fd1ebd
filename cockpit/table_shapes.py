"""The tables of the kinds of panels whose rows are more than a list of plain values: props in, columns and rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from cockpit.columns import Cell, Column, figure, headed, local, state, unit_word, word
from cockpit.panels.panel import Context, Props

Parted = tuple[Sequence[Column], Iterable[Sequence[Cell]]]
Shape = Callable[[Props, Context], Parted]


def _titled(keys: Mapping[str, Any], context: Context) -> list[Column]:
    return [Column(word(key, context), kind) for key, kind in keys.items()]


def bullet(props: Props, context: Context) -> Parted:
    """A row an indicator; units differ, so each row has its own."""
    columns = _titled({"indicator": "text", "value": "number", "target": "number", "unit": "text", "light": "text"}, context)
    return columns, [
        (
            row["title"], figure(row["value"], row["decimals"]), figure(row["target"], row["decimals"]),
            unit_word(row["unit"], context), state(row["light"], context),
        )
        for row in props["rows"]
    ]  # fmt: skip


def radar(props: Props, context: Context) -> Parted:
    """A row an axis: its score, what it is held against, and the value where the axis is an indicator."""
    points = props["kind"] == "score"
    against = str(props["against"] or "")
    columns = [Column(word("indicator", context))]
    columns += [Column(headed(word("score", context), word("points", context) if points else "%", context), "number")]
    columns += [Column(word(against, context), "number")] if against else []
    columns += [] if points else _titled({"value": "number", "unit": "text"}, context)
    rows = []
    for axis in props["axes"]:
        held = [figure(axis["against"], 1)] if against else []
        own = [] if points else [figure(axis["value"], axis["decimals"]), unit_word(axis["unit"], context)]
        rows.append([axis["title"], figure(axis["score"], 1), *held, *own, state(axis["light"], context)])
    return [*columns, Column(word("light", context))], rows


def score_tree(props: Props, context: Context) -> Parted:
    """The tree from the top, a row a node: level, score, weight, what it adds, and what was measured."""
    columns = [
        Column(word("level", context), "number"), Column(word("indicator", context)),
        Column(headed(word("score", context), word("points", context), context), "number"),
        *_titled({"weight": "number"}, context),
        Column(headed(word("contribution", context), word("points", context), context), "number"),
        Column(headed(word("coverage", context), "%", context), "number"),
        *_titled({"value": "number", "unit": "text", "light": "text"}, context),
    ]  # fmt: skip
    return columns, [
        (
            row["depth"], row["title"], row["score"], row["weight"], row["contribution"], _percent(row["coverage"]),
            figure(row.get("value"), row.get("decimals")), unit_word(row.get("unit"), context), state(row["light"], context),
        )
        for row in props["rows"]
    ]  # fmt: skip


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100)


def table(props: Props, context: Context) -> Parted:
    """As it stands on the screen: a row a place or value, its rank, a column each with its unit."""
    own, ranked = props["columns"], any("place" in row for row in props["rows"])
    units = [word("points", context) if column["kind"] == "score" else column["unit"] for column in own]
    columns = [Column(word("code", context)), Column(word("name", context))]
    columns += [Column(word("rank", context), "number")] if ranked else []
    columns += [Column(headed(column["title"], unit, context), "number") for column, unit in zip(own, units, strict=True)]
    rows = []
    for row in props["rows"]:
        cells = [figure(cell, column["decimals"]) for cell, column in zip(row["cells"], own, strict=True)]
        rows.append([row["key"], row["name"], *([row.get("place")] if ranked else []), *cells])
    return columns, rows


def heat_calendar(props: Props, context: Context) -> Parted:
    """A row a day with its hours, or a row a weekday with its weeks."""
    count = len(props["rows"][0]["cells"]) if props["rows"] else 0
    names = [f"{n:02}:00" if props["shape"] == "hours" else word("week", context).format(n + 1) for n in range(count)]
    columns = [Column(word("day", context)), *(Column(headed(name, props["unit"], context), "number") for name in names)]
    return columns, [[row["day"], *(figure(cell, props["decimals"]) for cell in row["cells"])] for row in props["rows"]]


def incidents(props: Props, context: Context) -> Parted:
    """A row an open incident, as the duty desk names things."""
    columns = _titled(
        {
            "number": "text", "label": "text", "category": "text", "priority": "text", "state": "text", "order": "text",
            "crew": "text", "at": "time", "due": "time", "place": "text", "spot": "text", "light": "text",
        },
        context,
    )  # fmt: skip
    return columns, [
        (
            row["number"], row["title"], row["category"], row["priority"], row["state"], row["order"], row["unit"],
            local(row["at_ms"], context), local(row["due_ms"], context), row["place"], row["spot"], state(row["light"], context),
        )
        for row in props["rows"]
    ]  # fmt: skip


SHAPES: Final[Mapping[str, Shape]] = {
    "bullet": bullet, "radar": radar, "score_tree": score_tree, "table": table, "heat_calendar": heat_calendar,
    "incidents": incidents,
}  # fmt: skip
"""By the name of the kind."""
