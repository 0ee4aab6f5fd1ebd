"""The two servers `bench_live` compares, each in a process of its own.

    python -m tests.bench.live_server cockpit        the tiny city, whole: records are counted, the board is drawn, every second
    python -m tests.bench.live_server bare FILE      uvicorn and Starlette, sending what is in FILE to all sockets every second

Prints the port once it listens and serves until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
import threading
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from cockpit.live import bounds
from streams.clock import system_clock
from tests.tiny_city import TinyCity, tiny_app, tiny_city

BEAT_S = 1.0


def bare(frame: list[str | bytes]) -> Starlette:
    """What anybody would write: a set of sockets and a loop over it."""
    sockets: set[WebSocket] = set()

    async def live(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            sockets.discard(socket)

    async def broadcast() -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            for socket in list(sockets):
                for message in frame:
                    await (socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        task = asyncio.create_task(broadcast())
        yield
        task.cancel()

    return Starlette(routes=[WebSocketRoute("/live", live)], lifespan=lifespan)


def feed(city: TinyCity, stop: threading.Event) -> None:
    """One commit a second in a slot that four panels draw on."""
    while not stop.wait(BEAT_S):
        city.hotline(system_clock(), count=20)


def main(kind: str, file: str = "") -> None:
    """Serves until standard input ends."""
    stop = threading.Event()
    hints: list[Any] = []
    app: Any
    if kind == "cockpit":
        city = tiny_city(system_clock, lambda slot: [hint(slot) for hint in hints])
        for hour in range(20):
            city.hotline(system_clock() - timedelta(hours=hour), count=50)
        app = tiny_app(city)
        hints.append(app.hub.hint)
        threading.Thread(target=feed, args=(city, stop), daemon=True).start()
    else:
        app = bare(pickle.loads(Path(file).read_bytes()))
    settings: dict[str, Any] = bounds() if kind == "cockpit" else {"ws": "websockets-sansio", "ws_per_message_deflate": False}
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="error", backlog=4096, **settings))
    threading.Thread(target=_end_with_input, args=(server, stop), daemon=True).start()
    asyncio.run(_serve(server))


async def _serve(server: uvicorn.Server) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving


def _end_with_input(server: uvicorn.Server, stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()
    server.should_exit = True


if __name__ == "__main__":
    main(*sys.argv[1:])
