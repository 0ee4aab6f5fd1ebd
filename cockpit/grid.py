"""The layouts of a board as a style sheet: one real grid per shape of screen, nothing scaled."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cockpit.boards import Board, Flow, Grid

SHAPES = ("wall", "strip", "tablet", "desk")
"""What `<html data-layout=…>` may say; assets/shape.js chooses by aspect ratio and size, or as `?screen=` asks."""

_UPRIGHT = "@media (max-width:820px)"  # as in assets/frame.css


def style_sheet(board: Board) -> str:
    """The CSS that puts each panel into its rectangle (`wall`, `strip`, `desk`) or its order (`tablet`)."""
    return "\n".join(rule for shape in SHAPES for rule in _rules(shape, getattr(board.layouts, shape), board))


def _rules(shape: str, layout: Grid | Flow, board: Board) -> Iterator[str]:
    at = f"[data-layout={shape}]"
    if isinstance(layout, Flow):
        yield from _flow(at, layout, board)
        shown = {id: f"order:{place}" for place, id in enumerate(layout.flow, 1)}
    else:
        rows = f"grid-template-rows:repeat({layout.rows},minmax(0,1fr))"
        yield f"{at} .grid{{grid-template-columns:repeat({layout.columns},minmax(0,1fr));{rows}}}"
        shown = {
            id: f"grid-area:{row}/{column}/span {height}/span {width}" for id, (column, row, width, height) in layout.at.items()
        }
    for id in board.panels:
        yield f"{at} .panel[data-id={id}]{{{shown.get(id, 'display:none')}}}"


def _flow(at: str, layout: Flow, board: Board) -> Iterator[str]:
    """How many columns a panel may take, by the names the style sheets use, and rows of numbers without holes."""
    columns = layout.columns
    third, half = max(1, columns // (3 if columns % 3 == 0 else 2)), max(1, columns // 2)
    spans = f"--third:{third};--half:{half};--all:{columns}"
    yield f"{at} .grid{{grid-template-columns:repeat({columns},minmax(0,1fr));{spans}}}"
    for id, span in _widened(layout, board, columns // third):
        yield f"{at} .grid .panel[data-id={id}]{{grid-column:span {span}}}"
    if columns > 1:
        upright = dict(_widened(layout, board, 2))
        for id, _ in _widened(layout, board, columns // third):
            upright.setdefault(id, half)
        for id, span in upright.items():
            yield f"{_UPRIGHT}{{{at} .grid .panel[data-id={id}]{{grid-column:span {span}}}}}"


def _widened(layout: Flow, board: Board, in_a_row: int) -> Iterator[tuple[str, int]]:
    """The first numbers of each run of numbers that share a row among fewer: the panel and its columns."""
    for number, run in groupby(layout.flow, lambda id: board.panels[id].kind.name == "number"):
        ids = list(run)
        rest = len(ids) % in_a_row
        if number and rest:
            yield from ((id, layout.columns // rest) for id in ids[:rest])
