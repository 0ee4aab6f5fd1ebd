"""What `/metrics` says of the live line."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from cockpit.live.hub import Hub


class HubCollector(Collector):
    """Reads the hub's counters when it is asked."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """Screens and views now; drawings, frames, broken panels, stuck and refused screens since the start."""
        yield GaugeMetricFamily("cockpit_live_screens", "Screens connected to the live socket", self._hub.screens)
        yield GaugeMetricFamily("cockpit_live_views", "Views (board and scope) whose picture is kept", self._hub.views)
        counts = self._hub.counts
        for name, value, says in (
            ("drawings", counts.drawings, "Passes over a board"),
            ("frames", counts.frames, "Passes that changed something and were sent"),
            ("broken_panels", counts.broken, "Panels that failed in a pass"),
            ("stuck_screens", counts.stuck, "Screens ended because they did not read"),
            ("refused_screens", counts.turned_away, "Sockets ended at once because too many screens were connected"),
            ("refused_views", counts.refused, "Hellos refused because too many views were open"),
        ):
            yield CounterMetricFamily(f"cockpit_live_{name}", says, value)
