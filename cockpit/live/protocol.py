"""uvicorn's websocket protocol with what it lacks: a bound on what waits in the kernel, and a line that takes ready frames."""

from __future__ import annotations

import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from cockpit.live.line import Parcel

LINE = "cockpit.line"
"""The key under `scope["extensions"]` of the connection's WireLine."""

MAX_MESSAGE_BYTES = 64 * 1024
_KERNEL_BYTES = 128 * 1024  # Linux doubles it; left alone it grows to 4 MiB, seconds of frames nobody will look at
_GRACE_S = 2.0


class LiveProtocol(WebSocketsSansIOProtocol):
    """Given to uvicorn as `ws=LiveProtocol`. With another implementation the socket works as well, without the bounds."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bounds the kernel's send buffer of this connection."""
        super().connection_made(transport)
        self.wire = WireLine(self)
        if (line := transport.get_extra_info("socket")) is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)

    async def run_asgi(self) -> None:
        """Hands the application the line."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[LINE] = self.wire
        await super().run_asgi()

    def resume_writing(self) -> None:
        """The screen has read: there is room again."""
        super().resume_writing()
        if self.wire.on_ready is not None:
            self.wire.on_ready()

    def cut(self) -> None:
        """Says 1013 behind what still waits, and cuts if that does not get through: closing alone would wait for ever."""
        if not self.close_sent and not self.transport.is_closing():
            self.conn.send_close(CloseCode.TRY_AGAIN_LATER, "too slow")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.transport.close()
        self.loop.call_later(_GRACE_S, self.transport.abort)


class WireLine:
    """Writes whole frames straight to the transport: a thousand screens cost a thousand writes and nothing else."""

    def __init__(self, protocol: LiveProtocol) -> None:
        self.on_ready: Callable[[], None] | None = None
        self._protocol = protocol

    def ready(self) -> bool:
        """As Line.ready; the transport stops at its high-water mark of 64 KiB."""
        protocol = self._protocol
        return protocol.writable.is_set() and not protocol.disconnected and not protocol.close_sent

    def put(self, parcel: Parcel) -> None:
        """As Line.put."""
        self._protocol.transport.write(parcel.wire)

    def abort(self) -> None:
        """As Line.abort."""
        self._protocol.cut()


def bounds() -> dict[str, Any]:
    """The settings of uvicorn that the live socket relies on: `uvicorn.run(app, **bounds(), …)`."""
    return {"ws": LiveProtocol, "ws_max_size": MAX_MESSAGE_BYTES, "ws_per_message_deflate": False, "server_header": False}
