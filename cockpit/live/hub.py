"""The hub: watches the ledger's sequences, lets views be drawn when something changed, and tells every screen."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from cockpit.boards import Board
from cockpit.context import ContextMaker
from cockpit.live.drawing import Drawing
from cockpit.live.news import News, Watched
from cockpit.live.screen import Screen
from cockpit.live.view import Looker, View
from cockpit.scope import Scope
from slots.ledger import LedgerError
from streams.clock import Clock

_LOG = structlog.get_logger()

HEARTBEAT_S = 5.0
WATCH_S = 0.25  # how often the ledger is asked what has changed, where no hint came
GATHER_S = 0.02  # hints that come this close together are answered by one look
FRESHNESS_S = 1.0
MARKS_S = 1.0  # how often it is asked whether another process has drawn on the map
IDLE_S = 60.0  # how long a view nobody looks at keeps its picture
VIEWS = 256
SCREENS = 5000
"""Sockets at most; each may hold half a megabyte in the kernel and in its line."""


class HubFull(Exception):
    """So many different views are looked at already that no more are drawn."""


@dataclass(slots=True)
class Counts:
    """What the hub did since it started; read by the metrics."""

    drawings: int = 0
    frames: int = 0
    broken: int = 0
    stuck: int = 0
    refused: int = 0
    turned_away: int = 0


class _Looks(Looker, Protocol):
    view: View | None


class _Herald:
    """Looks at a view until it is drawn, so that there is a picture before the first screen has loaded its scripts."""

    def __init__(self, leave: Callable[[_Looks], None]) -> None:
        self.view: View | None = None
        self._leave = leave

    def wake(self) -> None:
        self._leave(self)


class Hub:
    """All views of one city. Everything but `hint` belongs to the event loop that runs `run`."""

    def __init__(
        self, boards: Mapping[str, Board], contexts: ContextMaker, watched: Watched, clock: Clock, screens_max: int = SCREENS
    ) -> None:
        self.counts = Counts()
        self._boards = boards
        self._contexts = contexts
        self._watched = watched
        self._clock = clock
        self._epoch = secrets.token_hex(4)
        self._made = 0
        self._views: dict[tuple[str, str], View] = {}
        self._tasks: dict[View, asyncio.Task[None]] = {}
        self._screens: set[Screen] = set()
        self._screens_max = screens_max
        self._news = News(watched)
        self._hinted = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workers: ThreadPoolExecutor | None = None
        self._watcher: ThreadPoolExecutor | None = None
        self._asked_s = 0.0

    @property
    def boards(self) -> Mapping[str, Board]:
        """The boards that can be looked at."""
        return self._boards

    @property
    def views(self) -> int:
        """How many views are kept."""
        return len(self._views)

    @property
    def screens(self) -> int:
        """How many screens are connected."""
        return len(self._screens)

    def now_ms(self) -> int:
        """The city's clock in Unix milliseconds."""
        return int(self._clock().timestamp() * 1000)

    def hint(self, slot: str) -> None:
        """Says that a slot has a new commit, so that idle screens see it at once. Any thread; a lost hint costs WATCH_S."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody looks any more
                self._loop.call_soon_threadsafe(self._hinted.set)

    def drawn(self, marks: int) -> None:
        """Says that the marks on the map are others; every screen hears the number at once, in a heartbeat. Any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._drawn, marks)

    def _drawn(self, marks: int) -> None:
        for view in self._views.values():
            view.marked(marks)
        for screen in self._screens:
            screen.beat()

    def change(self, boards: Collection[str]) -> None:
        """Says that the city's files are other than before, and which boards: all that changed is drawn anew. Any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._change, frozenset(boards))

    def _change(self, boards: Collection[str]) -> None:
        for key, view in list(self._views.items()):
            view.dirty.set()
            if view.board.board not in boards and not view.outdated():
                continue
            del self._views[key]
            screens = [screen for screen in view.screens if isinstance(screen, Screen)]
            for screen in screens if view.board.board in self._boards else ():  # a board that is gone stays till they leave
                self.look(screen, view.board.board, view.scope)
                screen.start(None, None)

    async def run(self) -> None:
        """Serves until cancelled: two workers draw, one watches."""
        self._loop = asyncio.get_running_loop()
        self._workers = ThreadPoolExecutor(2, "draw")
        self._watcher = ThreadPoolExecutor(1, "watch")
        self.look(_Herald(self._look_away), next(iter(self._boards)), Scope())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_for_ever(self._watch))
                tasks.create_task(_for_ever(self._beat))
                tasks.create_task(_for_ever(self._follow_marks))
        finally:
            for task in self._tasks.values():
                task.cancel()
            for pool in (self._workers, self._watcher):
                pool.shutdown(wait=False, cancel_futures=True)

    def enter(self, screen: Screen) -> bool:
        """A screen has connected; it looks at nothing yet. False: there are too many, it is to try later."""
        if len(self._screens) >= self._screens_max:
            self.counts.turned_away += 1
            return False
        self._screens.add(screen)
        return True

    def leave(self, screen: Screen) -> None:
        """A screen is gone."""
        self._screens.discard(screen)
        self._look_away(screen)

    def look(self, screen: _Looks, board: str, scope: Scope) -> View:
        """Turns a screen to a view. The board and the region exist. Raises HubFull."""
        view = self._view(board, scope)
        self._look_away(screen)
        view.screens.add(screen)
        screen.view = view
        if view not in self._tasks:
            view.dirty.set()
            self._tasks[view] = asyncio.create_task(self._keep(view))
        return view

    def _look_away(self, screen: _Looks) -> None:
        view, screen.view = screen.view, None
        if view is None:
            return
        view.screens.discard(screen)
        if not view.screens:
            view.idle_since_s = time.monotonic()
            if task := self._tasks.pop(view, None):
                task.cancel()

    def _view(self, board: str, scope: Scope) -> View:
        key = (board, scope.query())
        if key not in self._views:
            if len(self._views) >= VIEWS and not self._forget(oldest=True):
                self.counts.refused += 1
                raise HubFull
            self._made += 1
            self._views[key] = View(self._boards[board], scope, self._contexts, f"{self._epoch}.{self._made}")
        return self._views[key]

    def _forget(self, *, oldest: bool = False) -> bool:
        """Drops the views that were idle for long, or the one that was idle longest; True when any went."""
        idle = sorted((view.idle_since_s, key) for key, view in self._views.items() if not view.screens)
        gone = idle[:1] if oldest else [entry for entry in idle if time.monotonic() - entry[0] > IDLE_S]
        for _, key in gone:
            del self._views[key]
        return bool(gone)

    async def _keep(self, view: View) -> None:
        """Draws one view whenever it is dirty, at once when it was quiet, at most `refresh` times a second."""
        next_s = 0.0
        while True:
            await view.dirty.wait()
            await asyncio.sleep(max(0.0, next_s - time.monotonic()))
            next_s = time.monotonic() + 1 / view.board.refresh
            view.dirty.clear()
            try:
                drawing = await asyncio.get_running_loop().run_in_executor(self._workers, self._draw, view)
                self.counts.drawings += 1
                self.counts.broken += len(drawing.broken)
                self.counts.frames += view.publish(drawing)
            except Exception:
                _LOG.exception("a board could not be drawn", board=view.board.board)

    def _draw(self, view: View) -> Drawing:
        """What changed in a view. The sequences are read first, so that the numbers are at least as new. Blocks."""
        try:
            sequences = self._watched.sequences()
        except LedgerError:
            sequences = {}
        return view.draw(sequences)

    async def _watch(self) -> None:
        """Asks what has changed, after WATCH_S or at a hint, and marks the views that must be drawn again."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hinted.wait(), WATCH_S)
        await asyncio.sleep(GATHER_S)
        self._hinted.clear()
        if not self._tasks:
            return
        due = time.monotonic() - self._asked_s >= FRESHNESS_S
        slots = set(self._slots()) if due else set()
        changed = await asyncio.get_running_loop().run_in_executor(self._watcher, self._news.since_then, slots)
        if due:
            self._asked_s = time.monotonic()
            self._forget()
        self._mark(changed)

    def _slots(self) -> Iterator[str]:
        for view in self._tasks:
            yield from view.drawer.slots

    def _mark(self, changed: set[str] | None) -> None:
        for view in self._tasks:
            moment = view.scope.at or self._clock()
            if changed is None or not view.drawer.slots.isdisjoint(changed) or view.minute != int(moment.timestamp() // 60):
                view.dirty.set()

    async def _follow_marks(self) -> None:
        """Asks while somebody looks whether marks were drawn elsewhere; nothing else waits for the answer."""
        await asyncio.sleep(MARKS_S)
        if self._screens:
            await asyncio.to_thread(self._watched.marks)

    async def _beat(self) -> None:
        """A second: gives up the screens that are stuck, and shows those that heard nothing for long that the server lives.

        Whatever a screen hears is a sign of life: where numbers move there is no beat beside them.
        """
        await asyncio.sleep(1)
        now_s = time.monotonic()
        quiet = {view for view in self._tasks if now_s - view.told_s >= HEARTBEAT_S - 1}
        for view in quiet:
            view.told_s = now_s
        for screen in list(self._screens):
            if screen.stuck():
                self.counts.stuck += 1
                self.leave(screen)
                screen.give_up()
            elif screen.view in quiet:
                screen.beat()


async def _for_ever(step: Callable[[], Awaitable[None]]) -> None:
    """Does the step again and again; an error is logged and costs a second, never the hub."""
    while True:
        try:
            await step()
        except Exception:
            _LOG.exception("the hub stumbled and goes on")
            await asyncio.sleep(1)
