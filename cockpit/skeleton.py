"""The page as plain HTML, so that titles and places stand on the screen before any script has run."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Final

from dash.development.base_component import Component

_SHOWN = ("className", "title", "lang")
_NAMES: Final = {"className": "class"}


def skeleton(component: Component) -> str:
    """The HTML of a tree of `dash.html` components without ids; what only a script can draw is left out."""
    return f'<div id="skeleton" aria-hidden="true">{_html(component)}</div>'


def _html(node: Any) -> str:
    if node is None:
        return ""
    if isinstance(node, str | int | float):
        return escape(str(node))
    if not isinstance(node, Component):
        return "".join(_html(child) for child in node)
    written: dict[str, Any] = node.to_plotly_json()  # type: ignore[no-untyped-call]
    if written["namespace"] != "dash_html_components":
        return ""
    tag = written["type"].lower()
    props = written["props"]
    return f"<{tag}{_attributes(props.items())}>{_html(props.get('children'))}</{tag}>"


def _attributes(props: Iterable[tuple[str, Any]]) -> str:
    """The attributes that only say how a thing looks; the page's id becomes a class, for the style sheets."""
    kept = ((name, value) for name, value in props if name in _SHOWN or name.startswith("data-"))
    return "".join(f' {_NAMES.get(name, name)}="{escape(str(value))}"' for name, value in kept)
