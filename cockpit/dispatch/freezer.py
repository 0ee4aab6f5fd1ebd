"""Keeps what was on the screen when an order was given: the values at once, the picture of the map after, the order never waits.

What a crash or a full queue leaves out is made up for from the orders themselves: as the screen was at that moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from queue import Empty, Full, Queue
from typing import Final

import structlog

from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.kept_files import FilesFull, KeptFiles
from cockpit.dispatch.order import NOTHING, Order
from cockpit.dispatch.screen import Draw, NoScreen, Screens
from cockpit.dispatch.toolbox import Toolbox
from slots.ledger import LedgerError
from streams.clock import Clock

_WAITING: Final = 64
_PICTURES: Final = 16
"""So many maps wait to be drawn at most; of the orders behind them the values are kept, and the next sweep draws the map."""
_SWEEP_S: Final = 20.0
_EVERY: Final = timedelta(minutes=1)
_MADE_UP: Final = 5
"""So many orders of before in one go: those of now come first."""
_SETTLED: Final = timedelta(minutes=1)
"""Whoever issued it has had the time."""
_REACHES_BACK: Final = timedelta(hours=24)
_LOG = structlog.get_logger("dispatch.freezer")


class Freezer:
    """`note` from any thread, at once after the commit; `start` makes threads of it. The others are one go each, for them."""

    def __init__(self, toolbox: Toolbox, files: KeptFiles, screens: Screens, clock: Clock) -> None:
        self._toolbox = toolbox
        self._files = files
        self._screens = screens
        self._clock = clock
        self._issued: Queue[Order | None] = Queue(_WAITING)
        self._maps: Queue[tuple[str, Draw] | None] = Queue(_PICTURES)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in (("dispatch-freeze", self._freeze), ("dispatch-draw", self._draw))
        ]

    def note(self, order: Order) -> None:
        """An order was issued from a screen. Never blocks, never raises."""
        if order.board:
            try:
                self._issued.put_nowait(order)
            except Full:
                _LOG.warning("left for later", order=order.number)

    def take(self, order: Order, late: bool = False) -> Draw | None:
        """Keeps the values of its screen and notes it in the journal; what remains to be drawn. `late`: as it was when issued.

        Raises StoreLost, OSError, FilesFull, LedgerError.
        """
        about = {"order": order.number, "issued_at": order.issued_at}
        try:
            screen = self._screens.taken(order.board, order.query, about, order.issued_at if late else None)
        except NoScreen as error:
            _LOG.warning("no screen", order=order.number, reason=str(error))
            self._note(order.number, NOTHING, NOTHING)
            return None
        name = order.screen or self._files.put(screen.said, "application/json").name
        self._note(order.number, name, "" if screen.draw else NOTHING)
        return screen.draw

    def picture(self, number: str, draw: Draw) -> None:
        """Keeps the picture of its map. Raises StoreLost, OSError, FilesFull."""
        name = self._files.put(draw(), "image/png").name
        self._note(number, "", name)

    def sweep(self) -> int:
        """How many orders of before were made up for. Raises as `take`."""
        now = self._clock()
        with self._toolbox.store.alone("freezer") as alone:
            left = self._toolbox.store.unfrozen(now - _REACHES_BACK, _MADE_UP) if alone else []
            left = [one for one in left if one.issued_at and one.issued_at < now - _SETTLED]
            for order in left:
                draw = self.take(order, late=True)
                if draw is not None and not order.picture:
                    self.picture(order.number, draw)
        return len(left)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Waits for what they are at; what waits is made up for at the next start."""
        self._stopped.set()
        for queue in (self._issued, self._maps):
            try:
                queue.put_nowait(None)
            except Full:
                continue
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(15)

    def _note(self, number: str, screen: str, picture: str) -> None:
        with self._toolbox.store.writing() as writing:
            self._toolbox.orders.freeze(writing, number, screen, picture)

    def _freeze(self) -> None:
        swept = self._clock()
        while not self._stopped.is_set():
            try:
                order = self._issued.get(timeout=_SWEEP_S)
            except Empty:
                order = None
            if order is not None:
                self._tried(lambda order=order: self._both(order))  # type: ignore[misc]
            if not self._stopped.is_set() and self._clock() - swept >= _EVERY:
                swept = self._clock()
                self._tried(self.sweep)

    def _both(self, order: Order) -> None:
        draw = self.take(order)
        if draw is not None:
            try:
                self._maps.put_nowait((order.number, draw))
            except Full:
                _LOG.warning("map left for later", order=order.number)

    def _draw(self) -> None:
        while not self._stopped.is_set():
            try:
                job = self._maps.get(timeout=_SWEEP_S)
            except Empty:
                continue
            if job is not None:
                self._tried(lambda job=job: self.picture(*job))  # type: ignore[misc]

    def _tried(self, do: Callable[[], object]) -> None:
        try:
            do()
        except (StoreLost, OSError, FilesFull, LedgerError) as error:
            _LOG.warning("not kept yet", reason=str(error))
        except Exception:
            _LOG.exception("failed")
