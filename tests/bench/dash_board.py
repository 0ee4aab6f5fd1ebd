"""The board of bench_pixel as one usually builds it with Dash: `python -m tests.bench.dash_board interval|socket PORT`.

`interval`: a `dcc.Interval` of one second, its default, asks for all three panels. `socket`: a persistent callback on Dash's own
WebSocket pushes them five times a second, half as often as our board may be drawn. Both count in memory, and keep nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import uvicorn
from dash import Dash, Input, Output, ctx, dcc, html, set_props
from fastapi import FastAPI, Request

INTERVAL_MS = 1000
PAUSE_S = 0.2


class Told(msgspec.Struct):
    at: str
    district: str
    sent_s: float


class Counted:
    """What the three panels show."""

    def __init__(self) -> None:
        self.newest_s = 0.0
        self.by_minute: Counter[str] = Counter()
        self.by_district: Counter[str] = Counter()
        self._lines = msgspec.json.Decoder(Told)

    def take(self, body: bytes) -> None:
        records = self._lines.decode_lines(body)
        self.newest_s = max(self.newest_s, *(record.sent_s for record in records))
        self.by_minute.update(record.at[:16] for record in records)
        self.by_district.update(record.district for record in records)

    def shown(self) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The number and both figures."""
        minutes = sorted(self.by_minute)[-60:]
        line = {"type": "scatter", "x": minutes, "y": [self.by_minute[minute] for minute in minutes]}
        ranks = self.by_district.most_common()
        bars = {"type": "bar", "orientation": "h", "y": [name for name, _ in ranks], "x": [count for _, count in ranks]}
        return f"{self.newest_s:.3f}", {"data": [line]}, {"data": [bars]}


def create(kind: str) -> FastAPI:
    """The server with its board; asks nothing of the cockpit."""
    counted, server = Counted(), FastAPI()

    @server.post("/api/v1/topics/city.pulse/records")
    async def take(request: Request) -> dict[str, bool]:
        counted.take(await request.body())
        return {"ok": True}

    @server.get("/readyz")
    async def ready() -> dict[str, bool]:
        return {"ok": True}

    dash = Dash(
        "dash_board",
        server=server,  # type: ignore[arg-type]
        include_assets_files=False,
        websocket_callbacks=kind == "socket",
    )
    number = html.Div(html.Span(id="newest", className="number-value"), id="panel-newest")
    clock = dcc.Interval(id="clock", interval=INTERVAL_MS) if kind == "interval" else None
    dash.layout = html.Div([number, dcc.Graph(id="trend"), dcc.Graph(id="ranking"), clock])
    if kind == "interval":

        @dash.callback(
            Output("newest", "children"), Output("trend", "figure"), Output("ranking", "figure"), Input("clock", "n_intervals")
        )
        async def draw(_: int | None) -> tuple[str, dict[str, Any], dict[str, Any]]:
            return counted.shown()
    else:

        @dash.callback(websocket=True, persistent=True)
        async def push() -> None:
            async for _ in ticks():
                newest, trend, ranking = counted.shown()
                set_props("newest", {"children": newest})
                set_props("trend", {"figure": trend})
                set_props("ranking", {"figure": ranking})

    return server


async def ticks() -> AsyncIterator[None]:
    """Once per pause, until the socket of this callback has closed."""
    socket = ctx.websocket
    while not socket.is_shutdown:
        yield
        await asyncio.sleep(PAUSE_S)


if __name__ == "__main__":
    uvicorn.run(create(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
