"""How much work something is, told so that a busy machine or what other tests left behind changes it little or not at all."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from types import FrameType


def calls_of(run: Callable[[], object]) -> int:
    """How many calls, of Python and of C, `run` makes in this thread, however busy the machine.

    The first time it is more: modules load.
    """
    made = 0

    def count(frame: FrameType, event: str, told: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before)
    return made


def processor_s(run: Callable[[], object]) -> float:
    """Seconds of the processor that `run` costs this thread. Nothing is collected meanwhile: it may be the rubbish of others."""
    collects = gc.isenabled()
    gc.disable()
    began_s = time.thread_time()
    try:
        run()
        return time.thread_time() - began_s
    finally:
        if collects:
            gc.enable()
