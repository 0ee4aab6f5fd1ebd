"""The panel `text`: words of the board's author, shown as they are (never as markup)."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from slots import Model, Titles

from .panel import Context, Props


class TextOptions(Model):
    """`text`: the words in each language."""

    text: Titles


class TextPanel:
    """A few words that stand still."""

    name = "text"
    Options = TextOptions

    def layout(self, options: TextOptions, context: Context) -> Component:
        return html.Div(className="words")

    def props(self, options: TextOptions, context: Context) -> Props:
        return {"text": context.text(options.text)}

    def slots(self, options: TextOptions) -> set[str]:
        return set()
