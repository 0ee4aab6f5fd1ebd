"""Where the videos of a city's boards and cameras come from: the only other hosts a page may ask."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from cockpit.boards import Board
from cockpit.panels.video import VideoOptions, checked_address
from cockpit.static_layers import StaticLayer

CAMERA = "camera"
"""The style of the layers whose features are cameras; their property `video` is an address."""


def video_origins(boards: Iterable[Board]) -> list[str]:
    """`https://host:port` of every video that does not lie on this server: what the policy of the pages has to let through."""
    shown = (placed.options for board in boards for placed in board.panels.values())
    addresses = (urlsplit(options.address) for options in shown if isinstance(options, VideoOptions))
    return sorted({f"{parts.scheme}://{parts.netloc}" for parts in addresses if parts.scheme})


def camera_origins(layers: Iterable[StaticLayer]) -> list[str]:
    """The same of the cameras in the city's map layers; an address no screen may be given is none."""
    seen = (one.layer.features for one in layers if one.layer.style == CAMERA)
    said = {str(row["video"]) for features in seen if features is not None for row in features.properties if row.get("video")}
    return sorted({origin for address in said if (origin := _origin(address))})


def _origin(address: str) -> str:
    try:
        parts = urlsplit(checked_address(address))
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme else ""
