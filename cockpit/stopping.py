"""Ctrl-C in a command that takes long: it ends where nothing is half done, and says in one line what was done so far."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from typer.core import TyperGroup

from cockpit.terminal import STOPPED, complain, end


class Stopped(Exception):
    """Ctrl-C was pressed, and here the work may end."""


class Stop:
    """Whether Ctrl-C was pressed, and how far the work had come. The first asks the work to end, the second ends it at once."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self._asked = False
        self._resting = False

    def at(self, done: int, total: int) -> None:
        """Notes how far the work is. Raises Stopped where it is to end; what is done so far holds then."""
        self.done, self.total = done, total
        if self._asked:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Blocks so long. Ctrl-C ends it at once, with KeyboardInterrupt; where it was pressed before, Stopped is raised."""
        self._resting = True
        try:
            if self._asked:
                raise Stopped
            time.sleep(seconds)
        finally:
            self._resting = False

    def pressed(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGINT."""
        if self._asked or self._resting:
            raise KeyboardInterrupt
        self._asked = True
        complain.print("stopping after this step; Ctrl-C again stops at once")

    @property
    def share(self) -> str:
        """`5,000 of 60,000`."""
        return f"{self.done:,} of {self.total:,}"


@contextmanager
def stoppable(so_far: Callable[[Stop], str]) -> Iterator[Stop]:
    """Within it Ctrl-C ends the command with exit 130 and the line `so_far`. Main thread only."""
    stop = Stop()
    before = signal.signal(signal.SIGINT, stop.pressed)
    try:
        yield stop
    except (Stopped, KeyboardInterrupt):
        end(STOPPED, f"stopped: {so_far(stop)}")
    finally:
        signal.signal(signal.SIGINT, before)


class Stoppable(TyperGroup):
    """The commands of a command line: one that Ctrl-C ends anywhere else changes nothing but what it has acknowledged."""

    def invoke(self, ctx: Any) -> Any:  # its type is private to typer
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            end(STOPPED, "stopped; what was acknowledged is kept")
