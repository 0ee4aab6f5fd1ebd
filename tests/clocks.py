"""Pairs of clocks, of which the first one presses: the rule of wall, desk and leader, for both places it is written in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cockpit.dispatch.limits import YELLOW_ABOVE, Clock
from tests.line import NOON

HOUR_S: Final = 3600.0


def clock(name: str, limit_h: float, used_h: float, *, running: bool = True) -> Clock:
    """One as it is at noon; while it stands nothing is due."""
    due, yellow = (NOON + timedelta(hours=limit_h * share - used_h) if running else None for share in (1.0, YELLOW_ABOVE))
    return Clock(name, limit_h * HOUR_S, used_h * HOUR_S, due, running, yellow)


PAIRS: Final = (
    (clock("yellow, in an hour", 10, 9), clock("green, in half an hour", 0.5, 0)),
    (clock("green, in an hour", 5, 4), clock("green, in eight hours, with more of it used", 41, 32.8)),
    (clock("red", 10, 11), clock("yellow", 10, 9)),
    (clock("red for four hours", 10, 14), clock("red for an hour", 1, 2)),
    (clock("green, it runs", 100, 1), clock("green, it stands", 2, 1, running=False)),
    (clock("red, it stands", 1, 2, running=False), clock("green, it runs", 2, 1)),
)
