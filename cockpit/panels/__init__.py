"""The kinds of panels. One more is one file with a class as in `panel.Panel` and a line in BUILT_IN, or an entry point."""

from .bullet import BulletPanel
from .clock import ClockPanel
from .feed import FeedPanel
from .heat_calendar import HeatCalendarPanel
from .incidents import IncidentsPanel
from .map import MapPanel
from .number import NumberPanel
from .panel import Context, Panel, Props
from .plans import PlansPanel
from .radar import RadarPanel
from .ranking import RankingPanel
from .score_tree import ScoreTreePanel
from .table import TablePanel
from .text import TextPanel
from .trend import TrendPanel
from .video import VideoPanel

BUILT_IN: tuple[Panel, ...] = (
    NumberPanel(), TrendPanel(), RankingPanel(), BulletPanel(), RadarPanel(), HeatCalendarPanel(), TablePanel(), FeedPanel(),
    ScoreTreePanel(), MapPanel(), ClockPanel(), TextPanel(), VideoPanel(), IncidentsPanel(), PlansPanel(),
)  # fmt: skip

__all__ = [
    "BUILT_IN", "BulletPanel", "ClockPanel", "Context", "FeedPanel", "HeatCalendarPanel", "IncidentsPanel", "MapPanel",
    "NumberPanel", "Panel", "PlansPanel", "Props", "RadarPanel", "RankingPanel", "ScoreTreePanel", "TablePanel", "TextPanel",
    "TrendPanel", "VideoPanel",
]  # fmt: skip
