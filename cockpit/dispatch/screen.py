"""What was on somebody's screen at a moment: the values of a board's panels and its map, taken at once, drawn later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec

from cockpit.addresses import checked_scope
from cockpit.boards import Board, PlacedPanel
from cockpit.context import CityContext, context_maker
from cockpit.live.drawing import Drawer
from cockpit.page import title_of
from cockpit.panels.map import MapOptions
from cockpit.parts import Parts
from cockpit.plots import PlotsLost
from cockpit.scope import Scope, ScopeError
from cockpit.scorecard import scored_slots
from cockpit.still_map import headline, still_map
from cockpit.windows import WindowError
from slots.ledger import LedgerError
from slots.reading import QuestionError

WIDTH_PX: Final = 1280
HEIGHT_PX: Final = 720
_BESIDE: Final = ("fresh", "aside", "unfiltered", "partly", "instead")
"""What a panel says of its sources, not of what it shows."""
Draw = Callable[[], bytes]
"""The picture, a PNG; blocks for a second or two."""


class NoScreen(ValueError):
    """There is no such board, or its address cannot be looked at."""


@dataclass(frozen=True, slots=True)
class Screen:
    """`said`: all that stood there, as JSON. `draw`: its map; None where the board has none."""

    said: bytes
    draw: Draw | None


class Screens:
    """Takes what the boards of a city show. Any thread; blocks on the ledger, some tenths of a second for a large board."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._contexts = context_maker(parts)

    def taken(self, board: str, query: str, about: Mapping[str, Any], at: datetime | None = None) -> Screen:
        """The screen as it is now, or was at `at`; panels that fail say so. `about`: what else stands in it. Raises NoScreen."""
        found = self._parts.city.boards.get(board)
        if found is None:
            raise NoScreen(f"there is no board {board!r:.60}")
        try:
            query, scope = self._scope(_at(query, at))
        except (ScopeError, WindowError, ValueError) as error:
            raise NoScreen(str(error)) from None
        context = self._contexts(scope)
        panels = self._panels(found, context)
        said = {
            **about, "board": board, "title": context.text(found.title, board), "query": query, "region": context.region,
            "taken_at": self._parts.clock(), "as_of": context.now, "panels": panels,
        }  # fmt: skip
        return Screen(msgspec.json.encode(said), self._map(found, context))

    def _scope(self, query: str) -> tuple[str, Scope]:
        """The query and its scope; without its filter and its node where the city has lost them while somebody looked at them."""
        city, now = self._parts.city, self._parts.clock()
        try:
            return query, checked_scope(query, city, now)
        except ScopeError:
            kept = urlencode([(name, text) for name, text in parse_qsl(query) if name not in ("dimension", "indicator")])
            return kept, checked_scope(kept, city, now)

    def _panels(self, board: Board, context: CityContext) -> list[dict[str, Any]]:
        drawer = Drawer(board.panels, context.slots, scored_slots(context.schemes))
        drawn = drawer.draw(context, {}).panels
        return [_panel(placed, drawn[id], context) for id, placed in board.panels.items()]

    def _map(self, board: Board, context: CityContext) -> Draw | None:
        """The values are taken here; what is left for later is only drawing."""
        placed = next((one for one in board.panels.values() if isinstance(one.options, MapOptions)), None)
        if placed is None:
            return None
        try:
            title = headline(placed, context)
            try:
                container = still_map(placed, context, self._parts.plots.all())
            except PlotsLost:
                container = still_map(placed, context)
        except (QuestionError, LedgerError):
            return None

        def draw() -> bytes:
            from layers.picture import picture  # takes a while to load

            return picture(container, width_px=WIDTH_PX, height_px=HEIGHT_PX, language=context.scope.lang, title=title)

        return draw


def _panel(placed: PlacedPanel, keys: Mapping[str, bytes], context: CityContext) -> dict[str, Any]:
    props = {name: msgspec.Raw(value) for name, value in keys.items() if name not in _BESIDE}
    fresh = msgspec.Raw(keys.get("fresh", b"null"))
    return {"id": placed.id, "panel": placed.kind.name, "title": title_of(placed, context), "props": props, "fresh": fresh}


def _at(query: str, at: datetime | None) -> str:
    """The query with another moment; one it names itself is what was looked at."""
    pairs = dict(parse_qsl(query.removeprefix("?"), max_num_fields=32))
    return urlencode({"at": at.isoformat(), **pairs} if at else pairs)
