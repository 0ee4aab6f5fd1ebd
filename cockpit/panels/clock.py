"""The panel `clock`: the city's time, date and weekday, ticking in the browser by the server's time."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from slots import Model

from .panel import Context, Props


class ClockOptions(Model):
    """`seconds`: whether the seconds are shown."""

    seconds: bool = True


class ClockPanel:
    """The time in the city, whatever zone the screen stands in."""

    name = "clock"
    Options = ClockOptions

    def layout(self, options: ClockOptions, context: Context) -> Component:
        return html.Div(className="clock-face")

    def props(self, options: ClockOptions, context: Context) -> Props:
        return {"zone": context.zone, "seconds": options.seconds}

    def slots(self, options: ClockOptions) -> set[str]:
        return set()
