"""The page of a board: the header, the grid, and the frame around each panel. Mounted once; scripts fill it from then on."""

from __future__ import annotations

from contextlib import suppress
from hashlib import blake2b
from typing import Any, Final

import msgspec
from dash import html
from dash.development.base_component import Component

from cockpit.boards import Board, PlacedPanel
from cockpit.city import City
from cockpit.panels.panel import Context
from slots.reading import QuestionError

_WORDS: Final = {
    "demo": {"zh": "演示数据", "en": "Demonstration data"},
    "lang": {"zh": "English", "en": "中文"},
    "boards": {"zh": "看板", "en": "Boards"},
    "crumbs": {"zh": "当前位置", "en": "Where you are"},
}


def page(city: City, board: Board, context: Context) -> Component:
    """The whole page of a board in the context's language: `#app` with `.header` and `.grid`."""
    told: dict[str, Any] = {
        "data-city": context.text(city.title, city.name),
        "data-board": board.board,
        "data-lang": context.scope.lang,
        "data-zone": city.zone,
        "data-root": city.regions.root.code,
        "data-page": stamp(board, context),
    }
    return html.Div([_header(city, board, context), _grid(board, context)], id="app", **told)


def stamp(board: Board, context: Context) -> str:
    """Another one whenever a page must be loaded anew: the board's layouts, panels or titles, or our own files, have changed."""
    layouts = board.layouts
    shapes = [shape.model_dump(mode="json") for shape in (layouts.wall, layouts.strip, layouts.tablet, layouts.desk)]
    panels = [
        (placed.id, placed.kind.name, placed.options.model_dump(mode="json"), title_of(placed, context))
        for placed in board.panels.values()
    ]
    said = msgspec.json.encode([context.text(board.title, board.board), shapes, panels, context.build])
    return blake2b(said, digest_size=8).hexdigest()


def _header(city: City, board: Board, context: Context) -> Component:
    """Where we are, how the city is, what time it is; the scripts fill in all but the title and the badge."""
    lang = context.scope.lang
    title = html.H1(context.text(board.title, board.board), className="header-title")
    told: dict[str, Any] = {"aria-label": _WORDS["crumbs"][lang]}
    crumbs = html.Nav(className="crumbs", **told)
    badge = html.Span(_WORDS["demo"][lang], className="badge-demo") if city.demonstration else None
    switch = html.Button(_WORDS["lang"][lang], className="lang-switch", type="button") if len(city.languages) > 1 else None
    return html.Header(
        [
            html.Div([title, crumbs, _boards(city, board, context)], className="header-place"),
            html.Div(className="city-state", role="status"),
            html.Div([_aside(), badge, switch, html.Time(className="clock")], className="header-side"),
        ],
        className="header",
    )


def _boards(city: City, board: Board, context: Context) -> Component | None:
    """The other boards of the city, where there are any; the number key of each stands in its hint."""
    if len(city.boards) < 2:
        return None
    told: dict[str, Any] = {"aria-label": _WORDS["boards"][context.scope.lang]}
    return html.Nav(
        [_turn(key, other, other is board, context) for key, other in enumerate(city.boards.values(), 1)],
        className="boards",
        **told,
    )


def _turn(key: int, other: Board, here: bool, context: Context) -> Component:
    told: dict[str, Any] = {"data-to": other.board} | ({"data-here": "true", "aria-current": "page"} if here else {})
    name = context.text(other.title, other.board)
    return html.Button(name, className="board-turn", type="button", title=f"{name} [{key}]" if key < 10 else name, **told)


def _aside() -> Component:
    """How many records were not counted, hidden while there are none; assets/aside.js fills it and lists them."""
    return html.Button(className="aside", type="button", hidden=True)


def _grid(board: Board, context: Context) -> Component:
    return html.Main([_panel(placed, context) for placed in board.panels.values()], className="grid")


def _panel(placed: PlacedPanel, context: Context) -> Component:
    """The frame: title, age and status, and the body the panel lays out itself."""
    name = title_of(placed, context)
    untitled: dict[str, Any] = {} if name else {"hidden": True}
    title = html.H2(name, className="panel-title", **untitled)
    told: dict[str, Any] = {"data-panel": placed.kind.name, "data-id": placed.id, "data-status": "loading"}
    told |= {"role": "group", "aria-label": name} if name else {}
    return html.Div(
        [
            html.Div([title, html.Span(className="panel-age")], className="panel-head"),
            html.Div(placed.kind.layout(placed.options, context), className="panel-body"),
        ],
        id=f"panel-{placed.id}",
        className="panel",
        **told,
    )


def title_of(placed: PlacedPanel, context: Context) -> str:
    """The board's title for the panel, else that of the indicator or the slot it shows, else nothing (as where that is gone)."""
    if placed.title:
        return context.text(placed.title)
    name = getattr(placed.options, "indicator", None) or getattr(placed.options, "color", None)
    if name:
        with suppress(QuestionError):
            _, indicator = context.indicator(name)
            return context.text(indicator.title, indicator.name)
    slot = context.slots.get(getattr(placed.options, "slot", None) or "")
    return context.text(slot.title, slot.slot) if slot else ""
