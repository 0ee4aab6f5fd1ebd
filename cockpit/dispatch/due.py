"""By when something is to be done, where somebody says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from cockpit.dispatch.refusal import Wrong

AHEAD: Final = timedelta(minutes=5)
"""Clocks differ by so much, and what is sent may have waited for a line so long."""
FARTHEST: Final = timedelta(days=5 * 366)


def due_at(deadline: datetime, now: datetime) -> datetime:
    """The moment in UTC. Raises Wrong for one that has passed, which would be overdue from the first moment on and spoil what is
    counted of work in time, and for one that is years away."""
    said = deadline.isoformat(timespec="seconds")
    if deadline < now - AHEAD:
        hint = "leave it out for what the limits give"
        raise Wrong(f"'deadline' is {said}, which has passed; it is {now:%Y-%m-%dT%H:%M:%SZ}. Hint: {hint}")
    if deadline > now + FARTHEST:
        raise Wrong(f"'deadline' is {said}, which is more than five years away. Hint: is the year right?")
    return deadline.astimezone(UTC)
