"""The live socket `WS /live`: hears which view a screen wants and lets the hub feed it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

from cockpit.live.hub import Hub, HubFull
from cockpit.live.line import AsgiLine, Line, Send
from cockpit.live.protocol import LINE, MAX_MESSAGE_BYTES
from cockpit.live.screen import Screen
from cockpit.scope import FutureError, Scope, ScopeError, in_chinese, parse_scope
from cockpit.windows import WindowError, parse_window
from layers import Regions
from slots.problem import nearest

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

HELLOS_A_MINUTE = 64
_AHEAD: Final = timedelta(minutes=1)  # clocks differ


class Hello(msgspec.Struct, frozen=True):
    """What a screen says: which board, the address' query, and what it already has."""

    type: Literal["hello"]
    board: str
    query: str = ""
    epoch: str | None = None
    seq: int | None = None


class LiveSocket:
    """The ASGI application behind `/live`; plain ASGI, because a thousand screens pay for every layer in between."""

    def __init__(self, hub: Hub, regions: Regions) -> None:
        self._hub = hub
        self._regions = regions

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
        except msgspec.MsgspecError as error:
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
        return checked_scope(hello.query, self._regions, datetime.fromtimestamp(self._hub.now_ms() / 1000, UTC))


def checked_scope(query: str, regions: Regions, now: datetime) -> Scope:
    """The scope of an address' query, its region and window known to exist; the root is written as no region.

    A moment more than a minute after `now` is refused. A passport that lies open (`indicator=slot.name`) is no part of the
    scope: it changes nothing on the board behind. Raises ScopeError or WindowError.
    """
    try:
        pairs = dict(parse_qsl(query.removeprefix("?"), max_num_fields=32))
    except ValueError:
        raise ScopeError("the query has more than 32 fields", "地址中的参数超过 32 个") from None
    scope = parse_scope(pairs)
    if scope.region and scope.region not in regions:
        hint = nearest(scope.region, regions.codes)
        raise ScopeError(
            f"there is no region {scope.region!r:.100}.{hint}", f"没有代码为 {scope.region!r:.100} 的区域{in_chinese(hint)}"
        )
    if scope.at is not None and scope.at > now + _AHEAD:
        moment = scope.at.isoformat()
        raise FutureError(f"at lies in the future: {moment}. Hint: leave it out to look at now.", f"参数 at 指向将来：{moment}")
    if scope.window:
        parse_window(scope.window)
    region = "" if scope.region == regions.root.code else scope.region
    return replace(scope, region=region, indicator="" if "." in scope.indicator else scope.indicator)


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
