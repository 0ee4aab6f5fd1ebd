"""dash-leaflet beside our map: a Dash app of one map with one GeoJSON layer, fed in the page, with the bench's own data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server

Answer = Callable[[str], tuple[str, bytes] | None]

_INDEX = """<!doctype html><html><head><meta charset="utf-8">{%css%}
<style>html,body,#react-entry-point,#whole{margin:0;height:100%}</style>
<script>window.told = 0; window.dashExtensions = {bench: {
  dot: (feature, at) => { window.told += 1; return window.L.circleMarker(at, {radius: 2, stroke: false, fillOpacity: 1}); },
  fill: (feature) => { window.told += 1; return {fillOpacity: (window.values ?? {})[feature.properties.code] / 100, weight: 1}; },
}};</script></head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer><script src="/side.js"></script></body></html>"""


class _Silent(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing."""


@contextmanager
def dash_site(answer: Answer) -> Iterator[str]:
    """The address of the app while it is served, on a free port; everything but Dash's own paths comes from `answer`."""
    import dash_leaflet  # type: ignore[import-untyped]
    from dash import Dash, html
    from flask import Response, request

    app = Dash("bench", index_string=_INDEX, serve_locally=True)
    functions = {"pointToLayer": {"variable": "dashExtensions.bench.dot"}, "style": {"variable": "dashExtensions.bench.fill"}}
    things = dash_leaflet.GeoJSON(id="things", **functions)
    drawn = dash_leaflet.Map(
        [things], id="map", center=[30.5, 120.5], zoom=8, preferCanvas=True, zoomControl=False, style={"height": "100%"}
    )
    app.layout = html.Div(drawn, id="whole")

    def ours() -> Response | None:
        path = request.full_path.rstrip("?")
        if request.path == "/" or request.path.startswith(("/_dash", "/_favicon")):
            return None
        found = answer(path)
        return Response(found[1], mimetype=found[0]) if found else None

    app.server.before_request(ours)

    server = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
