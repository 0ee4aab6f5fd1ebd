"""Waiting for something that other processes do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 600.0
"""Until whatever is waited for must have come, on a machine that has much else to do; how fast it comes the benches say."""


def pause(seconds: float) -> None:
    """Lets the others run for so long: faults fall at random moments."""
    threading.Event().wait(seconds)


def wait(holds: Callable[[], bool], timeout_s: float, what: str, every_s: float = 0.1) -> None:
    """Returns as soon as it holds; asks every `every_s`. Raises TimeoutError."""
    end_s = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > end_s:
            raise TimeoutError(f"{what}: not within {timeout_s:.0f} s")
        pause(every_s)
