"""A connected screen: what it looks at and what it was sent last. It holds no queue, so a slow one gets fewer, newer frames."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cockpit.live.view import Message, View, words

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

STUCK_S = 10.0


class Screen:
    """One socket's sending side. Lives on the event loop; one task runs `serve`, everybody else only wakes it."""

    def __init__(self, send: Send, now_ms: Callable[[], int], abort: Callable[[], None]) -> None:
        self.view: View | None = None
        self._since: int | None = None
        self._error = ""
        self._beating = False
        self._send = send
        self._now_ms = now_ms
        self._abort = abort
        self._awake = asyncio.Event()
        self._sending_since_s = 0.0

    def wake(self) -> None:
        """There is something newer."""
        self._awake.set()

    def beat(self) -> None:
        """A heartbeat is due."""
        self._beating = True
        self._awake.set()

    def refuse(self, message: str) -> None:
        """Tells the screen what was wrong; the newest word wins."""
        self._error = message
        self._awake.set()

    def start(self, epoch: str | None, seq: int | None) -> None:
        """From now on what the screen has is `seq` of `epoch`; of another epoch or of the future it has nothing."""
        assert self.view is not None
        picture = self.view.picture
        known = epoch == picture.epoch and seq is not None and 0 < seq <= picture.seq
        self._since = seq if known else None
        self._awake.set()

    def stuck(self) -> bool:
        """True when one message has waited for the screen too long."""
        return self._sending_since_s > 0 and time.monotonic() - self._sending_since_s > STUCK_S

    def give_up(self) -> None:
        """Ends the connection from outside."""
        self._abort()

    async def serve(self) -> None:
        """Sends whatever is new, for ever; waits where the screen does not read. Raises when the screen is gone."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            if self._error:
                message, self._error = self._error, ""
                await self._put(words({"type": "error", "message": message}))
            await self._put_news()
            if self._beating and self.view is not None:
                self._beating = False
                await self._put(self.view.heartbeat(self._since or 0, self._now_ms()))

    async def _put_news(self) -> None:
        """Brings the screen to the view's present number; a view that was left meanwhile is not gone on with."""
        view, since = self.view, self._since
        if view is None:
            return
        seq = view.picture.seq
        for message in view.news(since, self._now_ms()):
            await self._put(message)
            if self.view is not view:
                return
        if seq and self._since == since:
            self._since = seq

    async def _put(self, message: Message) -> None:
        self._sending_since_s = time.monotonic()
        await self._send(message)
        self._sending_since_s = 0.0
