"""The web application of one city: our routes, Dash's, the live socket, behind one gate. Nothing here is global."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from dash.development.base_component import Component
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from cockpit.api import OPENAPI, create_routes
from cockpit.build import build_of
from cockpit.bundle import FIRST, FOLDER, LAST, STYLES, Bundles
from cockpit.cameras import camera_origins, video_origins
from cockpit.city import City
from cockpit.context import CityContext, context_maker
from cockpit.duty import DutyPage
from cockpit.error_page import error_page
from cockpit.gate import Application, Gate, Receive, Send
from cockpit.gate import Scope as Connection
from cockpit.handheld import HandheldPages
from cockpit.index import CockpitDash
from cockpit.live import Hub, HubCollector, LiveSocket, Watched
from cockpit.manifest import MANIFEST, manifest
from cockpit.page import page as draw_page
from cockpit.pages import Page, Pages
from cockpit.parts import Parts
from cockpit.scope import Lang
from cockpit.static_layers import StaticLayer
from cockpit.vendor import VendorScript, vendor_scripts
from cockpit.warming import warm

ASSETS = Path(__file__).parent.parent / "assets"


class CockpitApp:
    """The ASGI application. `hub.hint(slot)` may be called from any thread after a commit.

    Serve it with `uvicorn.run(app, **cockpit.live.bounds())`, one process per hub.
    """

    def __init__(
        self, hub: Hub, server: FastAPI, dash: CockpitDash, app: Application, layers: Sequence[StaticLayer] = ()
    ) -> None:
        self.hub = hub
        self.server = server
        self.dash = dash
        self._app = app
        self._layers = layers

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Serves one connection. The lifespan runs the hub and ends here: what Dash does there is for `app.run`."""
        if connection["type"] == "lifespan":
            warm(self._layers)
            await _live(self.hub, receive, send)
        else:
            await self._app(connection, receive, send)


def create_app(parts: Parts, assets: Path = ASSETS) -> CockpitApp:
    """The application of these parts: our routes before everything of Dash's. Blocks for about 0.2 s."""
    parts = replace(parts, build=build_of(assets))
    contexts = context_maker(parts)
    watched = Watched(parts.readings.sequences, parts.readings.freshness, parts.plots.look)
    hub = Hub(parts.city.boards, contexts, watched, parts.clock)
    parts.plots.listen(hub.drawn)
    server = FastAPI(title="City Cockpit", openapi_url=OPENAPI, docs_url=None, redoc_url=None)
    server.router.routes.extend(create_routes(parts, [HubCollector(hub)]))
    scripts = vendor_scripts()
    server.router.routes.extend(DutyPage(parts.city, assets, scripts).router.routes)
    server.router.routes.extend(HandheldPages(parts.city, assets).router.routes)
    bundles = Bundles(assets)
    _add_files(server, parts.city, scripts, bundles)
    dash = _dash(server, parts, assets, bundles, scripts)
    inner = Pages(server, parts.city, parts.clock)

    cameras = camera_origins(parts.city.layers)

    def pictures() -> list[str]:
        return sorted({*video_origins(parts.city.boards.values()), *cameras})

    gate = Gate(_with_socket(inner, LiveSocket(hub, parts.city)), dash.csp_hashes(), pictures=pictures)
    return CockpitApp(hub, server, dash, gate, parts.city.layers)


def _dash(server: FastAPI, parts: Parts, assets: Path, bundles: Bundles, scripts: Mapping[str, VendorScript]) -> CockpitDash:
    city = parts.city

    def draw(page: Page) -> Component:
        return draw_page(city, page.board, CityContext(parts, page.scope, parts.clock()))

    def title(page: Page) -> str:
        context = CityContext(parts, page.scope, parts.clock())
        return f"{context.text(page.board.title, page.board.board)} · {context.text(city.title, city.name)}"

    return CockpitDash(server, assets, bundles, draw, title, scripts)


def _add_files(server: FastAPI, city: City, scripts: Mapping[str, VendorScript], bundles: Bundles) -> None:
    """The scripts of others, ours as bundles, the manifest, and the answer to what is not there.

    Only files named at start can be asked for: no path comes from the address.
    """

    @server.get("/vendor/{name}", include_in_schema=False)
    async def vendor(name: str) -> Response:
        script = scripts.get(name)
        return FileResponse(script.path, media_type="text/javascript") if script else Response(status_code=404)

    @server.get(FOLDER + "{name}", include_in_schema=False)
    def bundle(name: str) -> Response:
        if name not in (FIRST, LAST, STYLES):
            return Response(status_code=404)
        media_type = "text/css" if name == STYLES else "text/javascript"
        return Response(bundles.bundle(name).content, media_type=media_type)

    @server.get(MANIFEST, include_in_schema=False)
    async def app_manifest(lang: Lang = "zh") -> Response:
        return JSONResponse(manifest(city, lang), media_type="application/manifest+json")

    @server.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        """A browser that opens an address sees a page, everybody else gets JSON."""
        reason = "there is nothing at this address" if error.status_code == 404 else error.detail
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(error_page(error.status_code, reason), error.status_code, error.headers)
        return JSONResponse({"error": reason}, error.status_code, error.headers)


def _with_socket(app: Application, socket: LiveSocket) -> Application:
    """Sends sockets straight to the live line, past everything Dash and FastAPI do."""

    async def choose(connection: Connection, receive: Receive, send: Send) -> None:
        await (socket if connection["type"] == "websocket" else app)(connection, receive, send)

    return choose


async def _live(hub: Hub, receive: Receive, send: Send) -> None:
    """The lifespan: the hub runs from start-up to shut-down."""
    await receive()
    running = asyncio.create_task(hub.run())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await send({"type": "lifespan.shutdown.complete"})
