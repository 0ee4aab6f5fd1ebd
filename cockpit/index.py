"""The HTML around Dash: its own scripts and style sheets in a fixed order, and the skeleton of the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from cockpit.grid import style_sheet
from cockpit.manifest import MANIFEST
from cockpit.pages import Page
from cockpit.skeleton import skeleton
from cockpit.vendor import ENGINES, PANEL, VendorScript
from layers import SCRIPTS

_HEAD = "shape.js"
_FIRST_SCRIPTS = ("i18n.js", "format.js", "dom.js", "panel.js")
_LAST_SCRIPTS = ("scope.js", "notice.js", "aside.js", "records.js", "sheet.js", "chips.js", "board.js", "live.js")
_FONT = "/assets/fonts/inter-latin.woff2?v=4.1"  # as assets/fonts/fonts.css asks for it
_APART = ("duty/", "field/", "leader/")
"""Folders of pages that are no boards."""
_FIRST_STYLES = ("tokens.css", "frame.css", "panels.css")

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
{scripts}
{own}
{renderer}
</body>
</html>"""


class CockpitDash(dash.Dash):
    """Dash whose page is that of the request: `request.state.page` says which board, in which scope.

    `draw` makes the components of a page. Without a request (while Dash sets itself up) the page is empty.
    """

    def __init__(
        self,
        server: Any,
        assets: Path,
        draw: Callable[[Page], Component],
        title: Callable[[Page], str],
        vendor: Mapping[str, VendorScript],
    ) -> None:
        super().__init__(
            "cockpit", server=server, assets_folder=str(assets), include_assets_files=False, add_log_handler=False,
            compress=False, update_title="", websocket_callbacks=False, enable_mcp=False, suppress_callback_exceptions=True,
        )  # fmt: skip
        self._draw = draw
        self._page_title = title
        self._vendor = vendor
        self._assets = assets
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
            styles="\n".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in self._styles()),
            grid=style_sheet(page.board),
            engines="\n".join(_engine(kind, self._vendor[name].url) for kind, name in ENGINES.items() if kind in kinds),
            head=_script(_stamped(self._assets, _HEAD)),
            skeleton=skeleton(self._draw(page)),
            app_entry=parts["app_entry"],
            config=_config(parts["config"], page.prefix),
            scripts=parts["scripts"],
            own="\n".join(map(_script, self._scripts())),
            renderer=parts["renderer"],
        )

    def _drawn(self) -> Component:
        page = self._page()
        return self._draw(page) if page else html.Div()

    def _page(self) -> Page | None:
        if not self.backend.has_request_context():
            return None
        page: Page | None = getattr(self.backend.request_adapter().context, "page", None)
        return page

    def _scripts(self) -> Iterator[str]:
        """Ours in the order they need each other: words and shapes, panels, the map's, and the line that starts them all."""
        firsts = (_HEAD, *_FIRST_SCRIPTS, *_LAST_SCRIPTS)
        found = [path.relative_to(self._assets).as_posix() for path in sorted(self._assets.rglob("*.js"))]
        rest = [name for name in found if name not in firsts and not name.startswith(("map/", *_APART))]
        for name in (*_FIRST_SCRIPTS, *(f"map/{name}" for name in SCRIPTS), *rest):
            yield _stamped(self._assets, name)
        yield from (script.url for name, script in self._vendor.items() if name.startswith(PANEL))
        for name in _LAST_SCRIPTS:
            yield _stamped(self._assets, name)

    def _styles(self) -> Iterator[str]:
        found = [path.relative_to(self._assets).as_posix() for path in sorted(self._assets.rglob("*.css"))]
        for name in (*_FIRST_STYLES, *(name for name in found if name not in _FIRST_STYLES and not name.startswith(_APART))):
            yield _stamped(self._assets, name)


def _stamped(folder: Path, name: str) -> str:
    """The address of an asset, another one whenever the file has changed."""
    return f"/assets/{name}?m={(folder / name).stat().st_mtime_ns}"


def _script(url: str) -> str:
    return f'<script src="{escape(url)}"></script>'


def _engine(kind: str, url: str) -> str:
    """A large script that panels of one kind draw with; assets/board.js runs it once the first numbers stand."""
    return f'<link rel="prefetch" as="script" href="{escape(url)}" data-engine-of="{kind}">'


def _config(tag: str, prefix: str) -> str:
    """Dash's settings for the browser: whose page it is; and nothing of the machine."""
    config = json.loads(tag[tag.index("{") : tag.rindex("}") + 1])
    config |= {"requests_pathname_prefix": prefix, "python_version": "", "validation_layout": None}
    config.pop("websocket", None)  # Dash's own socket; the live line is ours
    written = json.dumps(config).replace("<", "\\u003c")
    return f'<script id="_dash-config" type="application/json">{written}</script>'
