"""A line to one screen: parcels that are framed once for all lines, and what a line must be able to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_TEXT, _BINARY = 0x81, 0x82  # a whole message in one frame
_PARCEL = 256 * 1024


@dataclass(frozen=True)
class Parcel:
    """Messages that travel together: one write for all of them. The same object goes to every screen."""

    payloads: tuple[str | bytes, ...]

    @cached_property
    def wire(self) -> bytes:
        """The websocket frames as they travel (RFC 6455 §5.2): servers do not mask, so the bytes are the same for everybody."""
        return b"".join(map(_frame, self.payloads))


def parcels(payloads: Iterable[str | bytes]) -> list[Parcel]:
    """The messages in as few parcels as keep each small enough to wait in a line; a single message is never split."""
    packed: list[list[str | bytes]] = []
    size = _PARCEL
    for payload in payloads:
        if size + len(payload) > _PARCEL:
            packed.append([])
            size = 0
        packed[-1].append(payload)
        size += len(payload)
    return [Parcel(tuple(group)) for group in packed]


def _frame(payload: str | bytes) -> bytes:
    opcode, content = (_TEXT, payload.encode()) if isinstance(payload, str) else (_BINARY, payload)
    size = len(content)
    if size < 126:
        return bytes((opcode, size)) + content
    if size < 1 << 16:
        return bytes((opcode, 126)) + size.to_bytes(2, "big") + content
    return bytes((opcode, 127)) + size.to_bytes(8, "big") + content


class Line(Protocol):
    """One connection's way out. Everything on the event loop, nothing blocks."""

    on_ready: Callable[[], None] | None
    """Called whenever the line becomes ready again."""

    def ready(self) -> bool:
        """Whether it takes a parcel now. A line that is not ready holds at most one parcel and 64 KiB besides."""

    def put(self, parcel: Parcel) -> None:
        """Sends; only a ready line may be given anything."""

    def abort(self) -> None:
        """Ends the connection although the other side does not read."""


class AsgiLine:
    """A line over any ASGI server, one parcel under way at a time: slower than that of `protocol.py`, the same to a screen."""

    def __init__(self, send: Send) -> None:
        self.on_ready: Callable[[], None] | None = None
        self._send = send
        self._task: asyncio.Task[None] | None = None
        self._gone = False

    def ready(self) -> bool:
        return not self._gone and (self._task is None or self._task.done())

    def put(self, parcel: Parcel) -> None:
        self._task = asyncio.create_task(self._deliver(parcel))

    def abort(self) -> None:
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    async def _deliver(self, parcel: Parcel) -> None:
        try:
            for payload in parcel.payloads:
                await self._send({"type": "websocket.send", "text" if isinstance(payload, str) else "bytes": payload})
        except Exception:
            self._gone = True  # the screen is gone; whoever hears it is told so
            return
        if self.on_ready is not None:
            asyncio.get_running_loop().call_soon(self.on_ready)
