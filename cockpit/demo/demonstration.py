"""A demonstration: a city's folder and the thread that feeds it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cockpit.demo.generator import DemoCity
from streams.clock import system_clock
from streams.source import Log

DEMONSTRATIONS = ("yunzhou",)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """`feed` sends records into the log until the event is set; for a thread of its own."""

    folder: Path
    feed: Callable[[Log, threading.Event], None]


def demonstration(name: str, workshop: Path) -> Demonstration:
    """The demonstration of this name; `workshop`: where a city's folder is made that is not in the package."""
    folder = Path(__file__).parent / name

    def feed(log: Log, stop: threading.Event) -> None:
        DemoCity(folder).run(log, stop, system_clock)

    return Demonstration(folder, feed)
