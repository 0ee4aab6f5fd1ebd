"""The layouts of a board as a style sheet: one real grid per shape of screen, nothing scaled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cockpit.boards import Board, Flow, Grid

SHAPES = ("wall", "strip", "tablet", "desk")
"""What `<html data-layout=…>` may say; assets/shape.js chooses by aspect ratio and size, or as `?screen=` asks."""


def style_sheet(board: Board) -> str:
    """The CSS that puts each panel into its rectangle (`wall`, `strip`, `desk`) or its order (`tablet`)."""
    return "\n".join(rule for shape in SHAPES for rule in _rules(shape, getattr(board.layouts, shape), board.panels))


def _rules(shape: str, layout: Grid | Flow, panels: Iterable[str]) -> Iterator[str]:
    at = f"[data-layout={shape}]"
    if isinstance(layout, Flow):
        yield f"{at} .grid{{grid-template-columns:repeat({layout.columns},minmax(0,1fr))}}"
        shown = {id: f"order:{place}" for place, id in enumerate(layout.flow, 1)}
    else:
        rows = f"grid-template-rows:repeat({layout.rows},minmax(0,1fr))"
        yield f"{at} .grid{{grid-template-columns:repeat({layout.columns},minmax(0,1fr));{rows}}}"
        shown = {
            id: f"grid-area:{row}/{column}/span {height}/span {width}" for id, (column, row, width, height) in layout.at.items()
        }
    for id in panels:
        yield f"{at} .panel[data-id={id}]{{{shown.get(id, 'display:none')}}}"
