"""A connected screen: what it looks at and what it was sent last. It holds no queue, so a slow one gets fewer, newer frames."""

from __future__ import annotations

import time
from collections.abc import Callable

from cockpit.live.line import Line, Parcel
from cockpit.live.view import View, words

STUCK_S = 9.0  # looked at each second: gone within ten


class Screen:
    """One socket's sending side. Lives on the event loop; nothing here waits: what cannot be sent now is made anew later."""

    def __init__(self, line: Line, now_ms: Callable[[], int]) -> None:
        self.view: View | None = None
        self._line = line
        self._now_ms = now_ms
        self._since: int | None = None
        self._error = ""
        self._beating = False
        self._rest: list[Parcel] = []  # of one picture that travels as several parcels
        self._waiting_since_s = 0.0
        line.on_ready = self.wake

    def wake(self) -> None:
        """Sends what is new for as long as the line takes it."""
        while self._line.ready():
            self._waiting_since_s = 0.0
            parcel = self._next()
            if parcel is None:
                return
            self._line.put(parcel)
            if self._has_all():
                return  # a thousand screens would be asked twice
        if not self._waiting_since_s:
            self._waiting_since_s = time.monotonic()

    def _has_all(self) -> bool:
        """Whether nothing waits, beyond doubt."""
        if self._rest or self._error or self._beating or self.view is None:
            return False
        return self._since == self.view.picture.seq

    def beat(self) -> None:
        """A heartbeat is due."""
        self._beating = True
        self.wake()

    def refuse(self, message: str) -> None:
        """Tells the screen what was wrong; the newest word wins."""
        self._error = message
        self.wake()

    def start(self, epoch: str | None, seq: int | None) -> None:
        """From now on what the screen has is `seq` of `epoch`; of another epoch or of the future it has nothing."""
        assert self.view is not None
        picture = self.view.picture
        known = epoch == picture.epoch and seq is not None and 0 < seq <= picture.seq
        self._since = seq if known else None
        self._rest = []
        self.wake()

    def stuck(self) -> bool:
        """True when the line has not been ready for too long."""
        return self._waiting_since_s > 0 and time.monotonic() - self._waiting_since_s > STUCK_S

    def give_up(self) -> None:
        """Ends the connection from outside."""
        self._line.abort()

    def _next(self) -> Parcel | None:
        """What is to be sent now: a word, what is new in the view, a heartbeat."""
        if self._error:
            error, self._error = words({"type": "error", "message": self._error}), ""
            return error
        if not self._rest and self.view is not None:
            self._rest = list(self.view.news(self._since, self._now_ms))
            if self._rest:
                self._since = self.view.picture.seq
        if self._rest:
            return self._rest.pop(0)
        if self._beating and self.view is not None:
            self._beating = False
            return self.view.heartbeat(self._since or 0, self._now_ms())
        return None
