"""The HTML around Dash: its own scripts and style sheets in a fixed order, and the skeleton of the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import dash
from dash import html
from dash.backends import get_backend
from dash.development.base_component import Component

from cockpit.bundle import FIRST, HEAD, LAST, STYLES, Bundles
from cockpit.grid import style_sheet
from cockpit.manifest import MANIFEST
from cockpit.pages import Page
from cockpit.skeleton import skeleton
from cockpit.vendor import ENGINES, PANEL, PLOTLY, VendorScript

_FONT = "/assets/fonts/inter-latin.woff2?v=4.1"  # as assets/fonts/fonts.css asks for it
_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}
<title>{title}</title>
<meta name="theme-color" content="#0B1220">
<link rel="icon" type="image/svg+xml" href="{icon}">
<link rel="apple-touch-icon" href="{touch_icon}">
<link rel="manifest" href="{manifest}">
<link rel="preload" as="font" type="font/woff2" href="{font}" crossorigin>
{styles}
<style>{grid}</style>
{engines}
{head}
</head>
<body>
{skeleton}
{app_entry}
{config}
{own}
{scripts}
{renderer}
</body>
</html>"""

_ENGINE = '<meta name="engine" content="{}" data-kind="{}">'
"""A large script that panels of one kind draw with; assets/engines.js asks for it and runs it once the first numbers stand."""
_CHARTS = '<meta name="charts" content="{}">'
"""Plotly, which Dash asks for where there is a chart; it waits in the same way."""


class CockpitDash(dash.Dash):
    """Dash whose page is that of the request: `request.state.page` says which board, in which scope.

    `draw` makes the components of a page. Without a request (while Dash sets itself up) the page is empty.
    """

    def __init__(
        self,
        server: Any,
        assets: Path,
        bundles: Bundles,
        draw: Callable[[Page], Component],
        title: Callable[[Page], str],
        vendor: Mapping[str, VendorScript],
    ) -> None:
        super().__init__(
            "cockpit", backend=_backend(server), assets_folder=str(assets), include_assets_files=False, add_log_handler=False,
            compress=False, update_title="", websocket_callbacks=False, enable_mcp=False, suppress_callback_exceptions=True,
        )  # fmt: skip
        self._draw = draw
        self._page_title = title
        self._vendor = vendor
        self._assets = assets
        self._bundles = bundles
        self.layout = self._drawn

    def interpolate_index(self, *_: Any, **parts: Any) -> str:
        """The HTML of the page in the request."""
        page = self._page()
        assert page is not None
        kinds = {placed.kind.name for placed in page.board.panels.values()}
        return _INDEX.format(
            lang="en" if page.scope.lang == "en" else "zh-CN",
            metas=parts["metas"],
            title=escape(self._page_title(page)),
            icon=_stamped(self._assets, "favicon.svg"),
            touch_icon=_stamped(self._assets, "icons/cockpit-180.png"),
            manifest=escape(f"{MANIFEST}?lang={page.scope.lang}"),
            font=_FONT,
            styles=f'<link rel="stylesheet" href="{escape(self._bundles.address(STYLES))}">',
            grid=style_sheet(page.board),
            engines="\n".join([*self._engines(kinds), _CHARTS.format(escape(self._vendor[PLOTLY].url))]),
            head=_script(_stamped(self._assets, HEAD)),
            skeleton=skeleton(self._draw(page)),
            app_entry=parts["app_entry"],
            config=_config(parts["config"], page.prefix),
            scripts=parts["scripts"],
            own="\n".join(map(_script, self._scripts())),
            renderer=parts["renderer"],
        )

    def _engines(self, kinds: Collection[str]) -> Iterator[str]:
        return (_ENGINE.format(escape(self._vendor[name].url), kind) for kind, name in ENGINES.items() if kind in kinds)

    def _drawn(self) -> Component:
        page = self._page()
        return self._draw(page) if page else html.Div()

    def _page(self) -> Page | None:
        if not self.backend.has_request_context():
            return None
        page: Page | None = getattr(self.backend.request_adapter().context, "page", None)
        return page

    def _scripts(self) -> Iterator[str]:
        """Ours, those of installed panels in between; before Dash's, so that the live line is open while those are being read."""
        yield self._bundles.address(FIRST)
        yield from (script.url for name, script in self._vendor.items() if name.startswith(PANEL))
        yield self._bundles.address(LAST)


def _backend(server: Any) -> Any:
    """Dash's way of standing on FastAPI, with the server there is: Dash would load Flask to find out what a `server=` is."""
    return type("Backend", (get_backend("fastapi"),), {"create_app": staticmethod(lambda name: server)})


def _stamped(folder: Path, name: str) -> str:
    """The address of an asset, another one whenever the file has changed."""
    return f"/assets/{name}?m={(folder / name).stat().st_mtime_ns}"


def _script(url: str) -> str:
    return f'<script src="{escape(url)}"></script>'


def _config(tag: str, prefix: str) -> str:
    """Dash's settings for the browser: whose page it is; and nothing of the machine."""
    config = json.loads(tag[tag.index("{") : tag.rindex("}") + 1])
    config |= {"requests_pathname_prefix": prefix, "python_version": "", "validation_layout": None}
    config.pop("websocket", None)  # Dash's own socket; the live line is ours
    written = json.dumps(config).replace("<", "\\u003c")
    return f'<script id="_dash-config" type="application/json">{written}</script>'
