"""How a city is put on an address: the listening socket, and a server that says when it can be reached."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises OSError with what to try instead."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
    except OSError as error:
        hint = f"Hint: is another cockpit running? Try --port {port + 1}"
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}. {hint}") from None


class Announced(uvicorn.Server):
    """A server that calls `banner` once it can be reached."""

    def __init__(self, config: uvicorn.Config, banner: Callable[[], None]) -> None:
        super().__init__(config)
        self._banner = banner

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, and then the banner."""
        await super().startup(sockets)
        if not self.should_exit:
            self._banner()
