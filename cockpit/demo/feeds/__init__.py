"""What the departments of the invented city send: one file a feed, one frame of records an hour."""

from .feed import Feed, Hour
from .fleet import Fleet
from .registry import FEEDS

__all__ = ["FEEDS", "Feed", "Fleet", "Hour"]
