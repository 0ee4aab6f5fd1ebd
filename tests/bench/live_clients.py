"""Many sockets that say hello and throw away what comes: `python -m tests.bench.live_clients PORT COUNT`.

Prints `ready` once all are connected; at the end of its standard input the number of messages that all of them got.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys

HELLO = b'{"type":"hello","board":"city","query":""}'


class Reader(asyncio.Protocol):
    """One socket: shakes hands, says hello, counts whole messages by their lengths."""

    def __init__(self, port: int, up: asyncio.Semaphore) -> None:
        self.messages = 0
        self._port = port
        self._up = up
        self._shaken = False
        self._held = b""
        self._skip = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        transport.write(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        if not self._shaken:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:80]
            self._shaken = True
            assert self._transport is not None
            self._transport.write(bytes([0x81, 0x80 | len(HELLO), 0, 0, 0, 0]) + HELLO)
            self._up.release()
            data = data[end + 4 :]
        self._count(data)

    def _count(self, data: bytes) -> None:
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        data = self._held + data[self._skip :]
        self._skip = 0
        while len(data) >= 2:
            head, size = 2, data[1] & 0x7F
            if size == 126:
                head, size = 4, int.from_bytes(data[2:4], "big")
            elif size == 127:
                head, size = 10, int.from_bytes(data[2:10], "big")
            if len(data) < head:
                break
            if data[0] & 0x0F == 9 and self._transport is not None:
                self._transport.write(bytes([0x8A, 0x80 | size, 0, 0, 0, 0]) + data[head : head + size])
            self.messages += data[0] & 0x0F in (1, 2)
            if len(data) < head + size:
                self._skip, data = head + size - len(data), b""
            data = data[head + size :]
        self._held = data


async def main(port: int, count: int) -> None:
    """Connects all, waits for the end of the input, prints what they got in between."""
    loop = asyncio.get_running_loop()
    up = asyncio.Semaphore(0)
    readers: list[Reader] = []
    for _ in range(count):
        _, reader = await loop.create_connection(lambda: Reader(port, up), "127.0.0.1", port)
        readers.append(reader)
    for _ in range(count):
        await up.acquire()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    before = sum(reader.messages for reader in readers)
    print("counting", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(sum(reader.messages for reader in readers) - before, flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
