"""A page with one map, served the way the cockpit serves it: same origin, strict Content-Security-Policy."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from layers import SCRIPTS, ImageLayer, Layer, MapContainer, RasterTileLayer, Regions, VectorTileLayer, deck_spec, script_path

ASSETS = Path(__file__).parents[2] / "assets" / "map"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; worker-src 'none'; base-uri 'none'"
)
PAGE_CSS = b"html,body{margin:0;height:100%;background:#0B1220}#map{width:100%;height:100%}"
PAGE_JS = b"""
window.seen = {picks: [], features: [], plots: [], areas: [], hovers: [], unavailable: 0, errors: []};
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(e.violatedDirective + " " + e.blockedURI));
window.map = CityMap.create(document.getElementById("map"), {
  lang: new URLSearchParams(location.search).get("lang") || "zh",
  reducedMotion: new URLSearchParams(location.search).has("still") || undefined,
  onPick: (code, hasChildren) => window.seen.picks.push([code, hasChildren]),
  onHover: (code) => window.seen.hovers.push(code),
  onPlot: (feature) => window.seen.plots.push(feature),
  onArea: (feature) => window.seen.areas.push(feature),
  onPickFeature: (layer, properties) => window.seen.features.push([layer, properties]),
  onPickPoint: (layer, id) => window.seen.picks.push([layer, id]),
  onUnavailable: () => { window.seen.unavailable += 1; },
  onError: (error) => { window.seen.errors.push(String(error)); console.error(String(error)); },
});
const region = new URLSearchParams(location.search).get("region") || "";
fetch("/spec?" + region).then((r) => r.json()).then((spec) => { window.spec = spec; window.map.setSpec(spec); });
"""


class MapPage:
    """The routes of the page over one region tree and its layers."""

    def __init__(self, regions: Regions, layers: tuple[Layer, ...], container: MapContainer | None = None) -> None:
        self.container = container or MapContainer(regions, layers, regions.root.code)
        self.paths: list[str] = []

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body, None = not found."""
        self.paths.append(path)
        route, _, query = path.partition("?")
        if route == "/":
            scripts = ["/deck.js", *(f"/map/{name}" for name in SCRIPTS), "/page.js"]
            tags = "".join(f'<script src="{address}"></script>' for address in scripts)
            links = (("stylesheet", "/map/map.css"), ("stylesheet", "/page.css"), ("icon", "data:,"))
            styles = "".join(f'<link rel="{kind}" href="{address}">' for kind, address in links)
            size = '<meta name="viewport" content="width=device-width, initial-scale=1">'
            return "text/html", f'<!doctype html><meta charset="utf-8">{size}{styles}<div id="map"></div>{tags}'.encode()
        if route == "/spec":
            container = self.container.drill(query) if query else self.container
            return "application/json", json.dumps(deck_spec(container)).encode()
        fixed = {"/page.js": ("text/javascript", PAGE_JS), "/page.css": ("text/css", PAGE_CSS)}
        return fixed.get(route) or self._file(route) or self._shapes(route)

    def _file(self, route: str) -> tuple[str, bytes] | None:
        if route == "/deck.js":
            return "text/javascript", script_path().read_bytes()
        file = ASSETS / route.removeprefix("/map/")
        if route.startswith("/map/") and file.is_file():
            return ("text/css" if file.suffix == ".css" else "text/javascript"), file.read_bytes()
        return None

    def _shapes(self, route: str) -> tuple[str, bytes] | None:
        parts = route.split("/")
        if route.startswith("/api/v1/regions/"):
            regions = self.container.regions
            body = regions.outline(parts[4]) if parts[5] == "outline" else regions.geojson(parts[4])
            return "application/json", body
        for layer in self.container.layers:
            if route == f"/api/v1/layers/{layer.id}/geometry":
                return "application/json", layer.geojson()
            if isinstance(layer, ImageLayer) and route == f"/api/v1/layers/{layer.id}/image":
                return layer.media_type, layer.content
            if isinstance(layer, (RasterTileLayer, VectorTileLayer)) and route.startswith(f"/api/v1/layers/{layer.id}/tiles/"):
                tile = layer.tile(*map(int, parts[6:9]))
                return (tile.media_type, gzip.decompress(tile.body) if tile.gzipped else tile.body) if tile else ("", b"")
        return None


@contextmanager
def served(page: MapPage, policy: bool = True) -> Iterator[str]:
    """The address of the page while it is served, on a free port of the loopback. `policy`: with our Content-Security-Policy."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = page.answer(self.path)
            kind, body = found or ("text/plain", b"not found")
            self.send_response((200 if body else 204) if found else 404)
            for name, value in _headers(kind, body).items():
                if name == "Content-Security-Policy" and not policy:
                    continue
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _headers(kind: str, body: bytes) -> Mapping[str, str]:
    return {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(body)),
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
    }
