"""What is said of a tile service that does not answer; apart from who asks it, which not every city needs to load."""

from __future__ import annotations

from layers import TileError


class ServiceLost(TileError):
    """The service did not answer with a tile, and none is kept."""
