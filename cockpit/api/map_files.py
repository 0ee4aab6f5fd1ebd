"""`/api/v1/map/{board}/{panel}.png` and `.html`: a map to take along, as a picture and as one page that needs no network."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import Query, Response

from cockpit.addresses import checked_scope
from cockpit.api.answer import Refusal, calls, known
from cockpit.api.window import asked_at
from cockpit.boards import PlacedPanel
from cockpit.context import context_maker
from cockpit.panels.map import MapOptions
from cockpit.panels.panel import Context
from cockpit.parts import Parts
from cockpit.plots import PlotsLost
from cockpit.scope import ScopeError
from cockpit.still_map import headline, still_map
from cockpit.watermark import over_page, over_picture, watermark
from layers import MapContainer
from layers.leaflet import leaflet_page
from layers.picture import picture

_AT_ONCE: Final = 2
"""Drawing is a second of work for one core; more at once would only make all of them slower, and the live screens too."""
_WAIT_S: Final = 15.0
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)

Side = Annotated[int, Query(ge=64, le=4096)]


class MapFiles:
    """The calls that draw a map panel anew, with the values of this moment (or of `at`). In threads, two at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._contexts = context_maker(parts)
        self._free = BoundedSemaphore(_AT_ONCE)
        self.router = calls(prefix="/api/v1/map", tags=["map"])
        self.router.add_api_route("/{board}/{panel}.png", self.png, methods=["GET"])
        self.router.add_api_route("/{board}/{panel}.html", self.html, methods=["GET"])

    def png(
        self, board: str, panel: str, width_px: Side = 1280, height_px: Side = 720, download: bool = False,
        region: str = "", window: str = "", at: str = "", dimension: str = "", lang: str = "zh",
    ) -> Response:  # fmt: skip
        """The map as a picture, for reports."""
        placed, context = self._found(board, panel, _query(region, window, asked_at(at, self._parts.city.zone), dimension, lang))
        with self._drawing():
            container, title = self._drawn(placed, context)
            body = picture(container, width_px=width_px, height_px=height_px, language=context.scope.lang, title=title)
            body = over_picture(body, watermark(self._parts, context.scope.lang))
        return Response(body, 200, _told(board, panel, context, "png", download), "image/png")

    def html(
        self, board: str, panel: str, download: bool = False,
        region: str = "", window: str = "", at: str = "", dimension: str = "", lang: str = "zh",
    ) -> Response:  # fmt: skip
        """The map as one page with all it needs inside: to be opened from disk (`download=true`), or in a sandboxed frame.

        Its own policy gives it an origin of its own and no way to ask anybody anything, however it is opened.
        """
        placed, context = self._found(board, panel, _query(region, window, asked_at(at, self._parts.city.zone), dimension, lang))
        with self._drawing():
            container, title = self._drawn(placed, context)
            page = leaflet_page(container, title=title, language=context.scope.lang)
            page = over_page(page, watermark(self._parts, context.scope.lang))
        headers = _told(board, panel, context, "html", download) | {"content-security-policy": policy(page)}
        return Response(page.encode(), 200, headers, "text/html; charset=utf-8")

    def _found(self, board: str, panel: str, query: str) -> tuple[PlacedPanel, Context]:
        boards = self._parts.city.boards
        panels = boards[known(board, boards, "board")].panels
        maps = {id: placed for id, placed in panels.items() if isinstance(placed.options, MapOptions)}
        placed = maps[known(panel, maps, f"map on board {board!r}")]
        try:
            return placed, self._contexts(checked_scope(query, self._parts.city, self._parts.clock()))
        except ScopeError as error:
            raise Refusal(422, str(error)) from None

    def _drawn(self, placed: PlacedPanel, context: Context) -> tuple[MapContainer, str]:
        """The map and its headline. Marks that cannot be read now are said to be missing; the map is drawn all the same."""
        title = headline(placed, context)
        try:
            return still_map(placed, context, self._parts.plots.all()), title
        except PlotsLost:
            missing = "drawings cannot be read now" if context.scope.lang == "en" else "标绘暂不可读"
            return still_map(placed, context), f"{title} · {missing}"

    @contextmanager
    def _drawing(self) -> Iterator[None]:
        if not self._free.acquire(timeout=_WAIT_S):
            raise Refusal(503, "too many maps are being drawn", "ask again in some seconds")
        try:
            yield
        finally:
            self._free.release()


def policy(page: str) -> str:
    """The Content-Security-Policy of a portable page: only its own scripts, by their hashes, in a sandbox without our origin."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in _SCRIPT.findall(page))
    return (
        f"sandbox allow-scripts allow-downloads; default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def _query(region: str, window: str, at: str, dimension: str, lang: str) -> str:
    """As the address of a screen says it."""
    pairs = {"region": region, "window": window, "at": at, "dimension": dimension, "lang": lang}
    return urlencode({key: value for key, value in pairs.items() if value})


def _told(board: str, panel: str, context: Context, form: str, download: bool) -> dict[str, str]:
    headers = {"cache-control": "no-store"}
    if download:
        parts = (board, panel, context.scope.region, f"{context.now:%Y%m%d-%H%M}")
        name = "-".join(part for part in parts if part)
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{form}', safe='')}"
    return headers
