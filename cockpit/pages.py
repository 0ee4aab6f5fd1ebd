"""Which page an address means: turns `/board/NAME` into Dash's one index, and tells it what to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from cockpit.addresses import checked_scope
from cockpit.boards import Board
from cockpit.city import City
from cockpit.error_page import error_page
from cockpit.gate import Application, Receive, Send
from cockpit.gate import Scope as Connection
from cockpit.scope import FutureError, Lang, Scope, ScopeError, in_chinese
from cockpit.windows import WindowError
from slots.problem import nearest
from streams.clock import Clock

PREFIX = "/page/"
"""Under `/page/BOARD/LANG/` a page finds Dash's own routes: so Dash knows whose layout is asked for."""

_SUITES = "_dash-component-suites/"

_LOOKS: Final = {"screen": ("wall", "strip", "tablet", "desk"), "theme": ("dark", "light")}
"""What an address may ask a screen to look like; assets/shape.js obeys."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one request shows; it travels as `request.state.page`."""

    board: Board
    scope: Scope

    @property
    def prefix(self) -> str:
        """Where this page's layout and callbacks are found."""
        return f"{PREFIX}{self.board.board}/{self.scope.lang}/"


class Pages:
    """ASGI: answers `/`, names the page of `/board/NAME` and of what stands under PREFIX, passes on everything else."""

    def __init__(self, app: Application, city: City, clock: Clock) -> None:
        self._app = app
        self._city = city
        self._boards = city.boards
        self._clock = clock

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Serves one request."""
        path: str = connection.get("path", "")
        if connection["type"] != "http" or not (path == "/" or path.startswith(("/board/", PREFIX))):
            await self._app(connection, receive, send)
            return
        query = connection["query_string"].decode("latin-1")
        found = self._find(path, query)
        if isinstance(found, Response):
            await found(connection, receive, send)
            return
        page, inner = found
        state = {**(connection.get("state") or {}), "page": page}
        await self._app({**connection, "path": inner, "raw_path": inner.encode(), "state": state}, receive, send)

    def _find(self, path: str, query: str) -> tuple[Page, str] | Response:
        """The page and the path inside Dash, or the answer itself."""
        if path == "/":
            return self._first(query)
        return self._board(path, query) if path.startswith("/board/") else self._part(path)

    def _first(self, query: str) -> Response:
        first = next(iter(self._boards))
        return RedirectResponse(f"/board/{first}" + (f"?{query}" if query else ""), 307)

    def _board(self, path: str, query: str) -> tuple[Page, str] | Response:
        name = path.removeprefix("/board/")
        if name not in self._boards:
            hint = nearest(name, self._boards)
            zh = f"没有名为 {name!r:.100} 的看板；现有：{'、'.join(self._boards)}{in_chinese(hint)}"
            return _refused(404, f"there is no board {name!r:.100}; boards: {', '.join(self._boards)}.{hint}", zh)
        try:
            _check_screen(query)
            return Page(self._boards[name], checked_scope(query, self._city, self._clock())), "/"
        except FutureError as error:
            return _refused(400, str(error), error.zh, live=f"{path}?{_without_at(query)}")
        except (ScopeError, WindowError) as error:
            return _refused(400, str(error), error.zh, board=path)

    def _part(self, path: str) -> tuple[Page, str] | Response:
        name, _, rest = path.removeprefix(PREFIX).partition("/")
        lang, _, inner = rest.partition("/")
        if inner.startswith(_SUITES):
            return RedirectResponse(f"/{inner}", 308, headers={"cache-control": "max-age=3600"})
        if name not in self._boards or lang not in ("zh", "en") or not inner.startswith("_dash-"):
            return _refused(404, "there is nothing here", "这里什么也没有")
        chosen: Lang = "en" if lang == "en" else "zh"
        return Page(self._boards[name], Scope(lang=chosen)), f"/{inner}"


def _without_at(query: str) -> str:
    return urlencode([(key, value) for key, value in parse_qsl(query) if key != "at"])


def _check_screen(query: str) -> None:
    """Raises ScopeError where the address asks for a screen or a theme that there is not."""
    given = dict(parse_qsl(query))
    for key, allowed in _LOOKS.items():
        value = given.get(key, allowed[0])
        if value not in allowed:
            hint = nearest(value, allowed)
            zh = f"参数 {key} 只能是 {'、'.join(allowed)}，现为 {value!r:.100}{in_chinese(hint)}"
            raise ScopeError(f"{key} must be one of {', '.join(allowed)}; got {value!r:.100}.{hint}", zh)


def _refused(status: int, reason: str, zh: str, live: str = "", board: str = "") -> Response:
    """A page that says what is wrong with the address and leads on; `live`: the same as of now; `board`: without its query."""
    return HTMLResponse(error_page(status, reason, live, zh=zh, board=board), status)
