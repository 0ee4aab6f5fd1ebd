"""The live socket `WS /live`: hears which view a screen wants and lets the hub feed it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from cockpit.addresses import checked_scope
from cockpit.city import City
from cockpit.live.hub import Hub, HubFull
from cockpit.live.line import AsgiLine, Line, Send
from cockpit.live.protocol import LINE, MAX_MESSAGE_BYTES
from cockpit.live.screen import Screen
from cockpit.scope import Scope, ScopeError
from cockpit.windows import WindowError
from slots.problem import nearest
from streams.unreadable import UNREADABLE

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

HELLOS_A_MINUTE = 64


class Hello(msgspec.Struct, frozen=True):
    """What a screen says: which board, the address' query, and what it already has."""

    type: Literal["hello"]
    board: str
    query: str = ""
    epoch: str | None = None
    seq: int | None = None


class LiveSocket:
    """The ASGI application behind `/live`; plain ASGI, because a thousand screens pay for every layer in between."""

    def __init__(self, hub: Hub, city: City) -> None:
        self._hub = hub
        self._city = city

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serves one connection until either side ends it."""
        await receive()
        if not same_origin(scope):
            await send({"type": "websocket.close", "code": 1008})  # before accepting: the client sees HTTP 403
            return
        await send({"type": "websocket.accept"})
        line: Line = (scope.get("extensions") or {}).get(LINE) or AsgiLine(send)
        screen = Screen(line, self._hub.now_ms)
        if not self._hub.enter(screen):
            await send({"type": "websocket.close", "code": 1013, "reason": "too many screens"})
            return
        try:
            if code := await self._hear(screen, receive):
                await send({"type": "websocket.close", "code": code})
        finally:
            self._hub.leave(screen)
            line.on_ready = None

    async def _hear(self, screen: Screen, receive: Receive) -> int:
        """Obeys hellos until the screen goes (0) or must go (the close code)."""
        heard: deque[float] = deque(maxlen=HELLOS_A_MINUTE)
        while (message := await receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            if len(text or message.get("bytes") or "") > MAX_MESSAGE_BYTES:
                return 1009
            now_s = time.monotonic()
            if len(heard) == HELLOS_A_MINUTE and now_s - heard[0] < 60:
                return 1008
            heard.append(now_s)
            self._obey(screen, text if text is not None else "")
        return 0

    def _obey(self, screen: Screen, text: str) -> None:
        try:
            hello = msgspec.json.decode(text.encode(), type=Hello)
            scope = self._scope(hello)
            self._hub.look(screen, hello.board, scope)
        except UNREADABLE as error:
            screen.refuse(f'that is no hello: {error}. Hint: {{"type": "hello", "board": "NAME", "query": "region=…"}}')
        except (ScopeError, WindowError) as error:
            screen.refuse(str(error))
        except HubFull:
            screen.refuse("too many different views are open. Hint: open one that another screen shows already, or try later.")
        else:
            screen.start(hello.epoch, hello.seq)

    def _scope(self, hello: Hello) -> Scope:
        """The scope asked for, in its shortest form. Raises ScopeError or WindowError."""
        boards = self._hub.boards
        if hello.board not in boards:
            raise ScopeError(f"there is no board {hello.board!r}; boards: {', '.join(boards)}.{nearest(hello.board, boards)}")
        return checked_scope(hello.query, self._city, datetime.fromtimestamp(self._hub.now_ms() / 1000, UTC))


def same_origin(scope: Mapping[str, Any]) -> bool:
    """True for a page of this very host, and for clients that are no browsers and so send no origin."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if b"origin" not in headers:
        return True
    try:
        origin = urlsplit(headers[b"origin"])
    except ValueError:
        return False
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return (origin.scheme, origin.netloc) == (scheme, headers.get(b"host"))
