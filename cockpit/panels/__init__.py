"""The kinds of panels. One more is one file with a class as in `panel.Panel` and a line in BUILT_IN, or an entry point."""

from .clock import ClockPanel
from .feed import FeedPanel
from .map import MapPanel
from .number import NumberPanel
from .panel import Context, Panel, Props
from .ranking import RankingPanel
from .text import TextPanel
from .trend import TrendPanel

BUILT_IN: tuple[Panel, ...] = (
    NumberPanel(), TrendPanel(), RankingPanel(), FeedPanel(), MapPanel(), ClockPanel(), TextPanel(),
)  # fmt: skip

__all__ = [
    "BUILT_IN", "ClockPanel", "Context", "FeedPanel", "MapPanel", "NumberPanel", "Panel", "Props", "RankingPanel",
    "TextPanel", "TrendPanel",
]  # fmt: skip
