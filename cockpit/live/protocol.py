"""uvicorn's websocket protocol with two bounds it lacks: how much waits in the kernel, and a way to end a stuck line."""

from __future__ import annotations

import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

ABORT = "cockpit.abort"
"""The key under `scope["extensions"]` of a function that ends the connection although the other side does not read."""

MAX_MESSAGE_BYTES = 64 * 1024
_KERNEL_BYTES = 128 * 1024  # Linux doubles it; left alone it grows to 4 MiB, seconds of frames nobody will look at
_GRACE_S = 2.0

Abort = Callable[[], None]


class LiveProtocol(WebSocketsSansIOProtocol):
    """Given to uvicorn as `ws=LiveProtocol`; any other implementation serves as well, without the two bounds."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bounds the kernel's send buffer of this line."""
        super().connection_made(transport)
        if (line := transport.get_extra_info("socket")) is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)

    async def run_asgi(self) -> None:
        """Hands the application the way to end the line."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[ABORT] = self._abort
        await super().run_asgi()

    def _abort(self) -> None:
        """Says 1013 behind what still waits, and cuts the line if that does not get through: closing alone waits for ever."""
        if not self.close_sent and not self.transport.is_closing():
            self.conn.send_close(CloseCode.TRY_AGAIN_LATER, "too slow")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.transport.close()
        self.loop.call_later(_GRACE_S, self.transport.abort)


def bounds() -> dict[str, Any]:
    """The settings of uvicorn that the live socket relies on: `uvicorn.run(app, **bounds(), …)`."""
    return {"ws": LiveProtocol, "ws_max_size": MAX_MESSAGE_BYTES, "ws_per_message_deflate": False, "server_header": False}
