"""The live line: views drawn once, encoded once, and sent to every screen that looks."""

from .hub import Counts, Hub, HubFull
from .metrics import HubCollector
from .news import Watched
from .protocol import bounds
from .socket import LiveSocket

__all__ = ["Counts", "Hub", "HubCollector", "HubFull", "LiveSocket", "Watched", "bounds"]
