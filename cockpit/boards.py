"""A board: which panels stand on it and where, once for each shape of screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from cockpit.panels.panel import Panel
from slots.problem import DocumentError, Problem, nearest, problems_of
from slots.slot import Model, Name, Titles


def _rectangle(value: Any) -> Any:
    cells = list(value) if isinstance(value, list | tuple) else []
    if len(cells) != 4 or any(isinstance(cell, bool) or not isinstance(cell, int) or cell < 1 for cell in cells):
        raise ValueError(f"a place is [column, row, width, height], four whole numbers from 1; got {value!r}")
    return value


Rectangle = Annotated[tuple[int, int, int, int], BeforeValidator(_rectangle)]
"""Column, row, width, height in cells; column and row count from 1."""


class Grid(Model):
    """A layout without scrolling: each panel has its rectangle on `columns` × `rows` cells."""

    columns: Annotated[int, Field(ge=1, le=96)]
    rows: Annotated[int, Field(ge=1, le=96)]
    at: Annotated[dict[str, Rectangle], Field(min_length=1)]


class Flow(Model):
    """A layout that runs down the page: the panels in their order, as wide as they need, on `columns` columns."""

    columns: Annotated[int, Field(ge=1, le=24)]
    flow: Annotated[tuple[str, ...], Field(min_length=1)]


class LayoutsDocument(Model):
    """The layouts a board file gives; only the wall must be there."""

    wall: Grid
    strip: Grid | None = None
    tablet: Flow | None = None
    desk: Grid | None = None


class BoardDocument(Model):
    """The shape of a board file; `refresh`: frames a second at most."""

    board: Name
    title: Annotated[Titles, Field(min_length=1)]
    refresh: Annotated[float, Field(gt=0, le=30)] = 2
    layouts: LayoutsDocument
    panels: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Layouts:
    """One real layout per shape of screen: 16:9, 32:9 and 8:1, tablet, desk."""

    wall: Grid
    strip: Grid
    tablet: Flow
    desk: Grid


@dataclass(frozen=True, slots=True)
class PlacedPanel:
    """A panel on a board: what kind it is, its own options, and a title (empty: that of what it shows)."""

    id: str
    kind: Panel
    options: Model
    title: Titles


@dataclass(frozen=True, slots=True)
class Board:
    """One board, whole and consistent."""

    board: str
    title: Titles
    refresh: float
    layouts: Layouts
    panels: Mapping[str, PlacedPanel]


References = Callable[[Mapping[str, Any], Collection[str]], list[Problem]]
"""The mistakes in what a panel's options name, given the keys this kind of panel has (`cockpit.references`)."""


def parse_board(document: Any, kinds: Mapping[str, Panel], references: References) -> Board:
    """The board a YAML document describes. Raises DocumentError with every mistake and its path."""
    try:
        shape = BoardDocument.model_validate(document)
    except ValidationError as error:
        raise DocumentError([*problems_of(error, BoardDocument), *_entry_problems(document, kinds, references)]) from None
    problems = [*_layout_problems(shape), *_entry_problems(document, kinds, references)]
    if problems:
        raise DocumentError(problems)
    panels = {id: _placed(id, entry, kinds) for id, entry in shape.panels.items()}
    return Board(shape.board, shape.title, shape.refresh, _layouts(shape.layouts, panels), panels)


def _layouts(given: LayoutsDocument, panels: Mapping[str, PlacedPanel]) -> Layouts:
    """Where a shape has no layout of its own, the wall stands in; a tablet gets all panels in the order of the file."""
    tablet = given.tablet or Flow(columns=8, flow=tuple(panels))
    return Layouts(given.wall, given.strip or given.wall, tablet, given.desk or given.wall)


def _placed(id: str, entry: Mapping[str, Any], kinds: Mapping[str, Panel]) -> PlacedPanel:
    kind = kinds[entry["panel"]]
    return PlacedPanel(id, kind, kind.Options.model_validate(_own(entry)), entry.get("title") or {})


def _own(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in ("panel", "title")}


class _Title(Model):
    title: Titles = Field(default_factory=dict)


def _entry_problems(document: Any, kinds: Mapping[str, Panel], references: References) -> Iterator[Problem]:
    """What is wrong inside the panels, told even where the board around them is wrong, too."""
    panels = document.get("panels") if isinstance(document, dict) else None
    for id, entry in panels.items() if isinstance(panels, dict) else ():
        if isinstance(entry, dict):
            yield from _within(("panels", id), _panel_problems(entry, kinds, references))


def _within(path: tuple[str | int, ...], problems: list[Problem]) -> list[Problem]:
    return [Problem((*path, *problem.path), problem.message) for problem in problems]


def _panel_problems(entry: Mapping[str, Any], kinds: Mapping[str, Panel], references: References) -> list[Problem]:
    name = entry.get("panel")
    if name is None:
        return [Problem((), f"the key 'panel' is missing; panels: {', '.join(sorted(kinds))}")]
    if not isinstance(name, str) or name not in kinds:
        return [Problem(("panel",), f"there is no panel {name!r}; panels: {', '.join(sorted(kinds))}.{nearest(name, kinds)}")]
    problems = _shape_problems({key: entry[key] for key in ("title",) if key in entry}, _Title)
    problems += _shape_problems(_own(entry), kinds[name].Options)
    wrong = {problem.path[0] for problem in problems if problem.path}
    named = references(_own(entry), kinds[name].Options.model_fields)
    return problems + [problem for problem in named if problem.path[0] not in wrong]


def _shape_problems(values: Mapping[str, Any], model: type[Model]) -> list[Problem]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        return problems_of(error, model)
    except DocumentError as error:
        return list(error.problems)
    return []


def _layout_problems(board: BoardDocument) -> Iterator[Problem]:
    layouts = {"wall": board.layouts.wall, "strip": board.layouts.strip, "desk": board.layouts.desk}
    placed: set[str] = set()
    for name, grid in layouts.items():
        if grid is not None:
            placed |= grid.at.keys()
            yield from _grid_problems(("layouts", name, "at"), grid, board.panels)
    if board.layouts.tablet is not None:
        placed |= set(board.layouts.tablet.flow)
        yield from _flow_problems(("layouts", "tablet", "flow"), board.layouts.tablet, board.panels)
    for id in board.panels.keys() - placed:
        yield Problem(("panels", id), f"the panel {id!r} stands in no layout. Hint: place it or remove it.")


def _unknown(id: str, panels: Mapping[str, Any]) -> str:
    return f"there is no panel {id!r} on this board; there are: {', '.join(panels)}.{nearest(id, panels)}"


def _grid_problems(path: tuple[str | int, ...], grid: Grid, panels: Mapping[str, Any]) -> Iterator[Problem]:
    for id, (column, row, width, height) in grid.at.items():
        if id not in panels:
            yield Problem((*path, id), _unknown(id, panels))
        last_column, last_row = column + width - 1, row + height - 1
        if last_column > grid.columns or last_row > grid.rows:
            given = f"[{column}, {row}, {width}, {height}] ends at column {last_column}, row {last_row}"
            yield Problem((*path, id), f"{given}; the grid has {grid.columns} columns and {grid.rows} rows")
    for (first, one), (second, other) in combinations(grid.at.items(), 2):
        if _overlap(one, other):
            yield Problem((*path, second), f"{list(other)} overlaps {first!r} at {list(one)}")


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))


def _flow_problems(path: tuple[str | int, ...], flow: Flow, panels: Mapping[str, Any]) -> Iterator[Problem]:
    for position, id in enumerate(flow.flow):
        if id not in panels:
            yield Problem((*path, position), _unknown(id, panels))
        if id in flow.flow[:position]:
            yield Problem((*path, position), f"{id!r} stands there twice")
