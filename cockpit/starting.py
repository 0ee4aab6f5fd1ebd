"""How the command `cockpit` starts: loading its modules takes a second in which Ctrl-C is to end it, too, in one line."""

from __future__ import annotations

import gc
import os
import signal
from importlib import import_module
from types import FrameType
from typing import NoReturn


def main() -> None:
    """The command `cockpit`.

    What the modules make stays for good: looking through all of it for garbage, again and again while it grows, would take
    a third of the time of loading, and later of every pass; so it is done without, and set apart when all is there.
    """
    signal.signal(signal.SIGINT, leave)
    gc.disable()
    command = import_module("app").main
    gc.freeze()
    gc.enable()
    command()


def leave(number: int, frame: FrameType | None) -> NoReturn:
    """Ends the process at once: nothing has been started yet. `app.main` puts the usual handler in its place."""
    os.write(2, b"stopped\n")
    os._exit(130)
