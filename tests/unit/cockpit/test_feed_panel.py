"""What a feed says of the newest things, and what a text says."""

from __future__ import annotations

from cockpit.panels import FeedPanel, TextPanel
from cockpit.panels.feed import Severity
from tests.panel_city import MINUTE, NOW, city, seen, vehicle
from tests.tiny_city import TinyCity

__all__ = ["city"]


def test_the_feed_shows_the_newest_first_with_place_and_mark(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW - 2 * MINUTE)
    vehicle(city, "v2", 120.05, NOW - MINUTE, kind="fire")
    given = FeedPanel.Options(
        slot="vehicles",
        attributes=("kind", "speed_kmh"),
        severity=Severity(attribute="kind", alarm=("fire",)),
        words={"bus": {"en": "Bus"}},
    )
    rows = FeedPanel().props(given, seen(city, lang="en"))["rows"]
    assert [(row["key"], row["cells"], row["place"], row["spot"], row["light"]) for row in rows] == [
        ("v2", ["fire", 30.5], "West", "", "alarm"),
        ("v1", ["Bus", 30.5], "East", "River Street", None),
    ]


def test_an_alarm_that_is_over_carries_no_mark(city: TinyCity) -> None:
    vehicle(city, "v1", 120.05, NOW, kind="fire")
    over = Severity(attribute="kind", alarm=("fire",), unless={"kind": ("fire",)})
    rows = FeedPanel().props(FeedPanel.Options(slot="vehicles", severity=over), seen(city))["rows"]
    assert rows[0]["light"] is None


def test_an_empty_feed_says_what_will_appear(city: TinyCity) -> None:
    props = FeedPanel().props(FeedPanel.Options(slot="vehicles"), seen(city))
    assert (props["rows"], props["why"]) == ([], "nothing_yet")


def test_a_text_is_in_the_screens_language(city: TinyCity) -> None:
    options = TextPanel.Options(text={"zh": "你好", "en": "Hello"})
    assert TextPanel().props(options, seen(city, lang="en")) == {"text": "Hello"}
