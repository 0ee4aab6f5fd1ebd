"""Where the videos of a city's boards come from: the only other hosts a page may ask."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from cockpit.boards import Board
from cockpit.panels.video import VideoOptions


def video_origins(boards: Iterable[Board]) -> list[str]:
    """`https://host:port` of every video that does not lie on this server: what the policy of the pages has to let through."""
    shown = (placed.options for board in boards for placed in board.panels.values())
    addresses = (urlsplit(options.address) for options in shown if isinstance(options, VideoOptions))
    return sorted({f"{parts.scheme}://{parts.netloc}" for parts in addresses if parts.scheme})
