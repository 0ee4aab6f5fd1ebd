"""A demonstration: a city's folder and the thread that feeds it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cockpit.demo.duty import keep_desk
from cockpit.demo.field import answer_orders
from cockpit.demo.generator import DemoCity
from cockpit.demo.montreal import MontrealStations, build
from cockpit.demo.past import begin_past
from cockpit.parts import Parts
from streams.clock import system_clock

DEMONSTRATIONS = ("yunzhou", "montreal")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """`feed` sends records into the log of a running city until the event is set; for a thread of its own."""

    folder: Path
    feed: Callable[[Parts, threading.Event], None]


def demonstration(name: str, workshop: Path) -> Demonstration:
    """The demonstration of this name; `workshop`: where a city's folder is made that is not whole in the package."""
    return _montreal(workshop) if name == "montreal" else _yunzhou()


def _yunzhou() -> Demonstration:
    folder = Path(__file__).parent / "yunzhou"

    def desk(parts: Parts, stop: threading.Event) -> None:
        begin_past(parts)
        keep_desk(parts, stop)

    def feed(parts: Parts, stop: threading.Event) -> None:
        threading.Thread(target=desk, args=(parts, stop), name="demo-desk", daemon=True).start()  # before the first record
        city = DemoCity(folder)
        threading.Thread(
            target=answer_orders, args=(city, parts.log, stop, system_clock), name="field-units", daemon=True
        ).start()
        city.run(parts.log, stop, system_clock)

    return Demonstration(folder, feed)


def _montreal(workshop: Path) -> Demonstration:
    def feed(parts: Parts, stop: threading.Event) -> None:
        MontrealStations().run(parts.log, stop, system_clock)

    return Demonstration(build(workshop / "montreal"), feed)
