"""How the values of a dimension read: the panel's words, then those of the slot's file, then the value itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cockpit.context import CityContext
from cockpit.live.view import scope_message
from cockpit.panels.words import worded
from cockpit.scope import Lang, Only, Scope
from slots.live import Live
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
WORDS = {"noise": {"zh": "噪声", "en": "Noise"}}


@pytest.fixture(scope="module")
def city() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    slot = made.parts.city.slots["hotline"]
    named = slot.model_copy(
        update={"fields": {**slot.fields, "category": slot.fields["category"].model_copy(update={"words": WORDS})}}
    )
    own = replace(made.parts.city, slots=Live({**made.parts.city.slots, "hotline": named}))
    yield replace(made, parts=replace(made.parts, city=own))
    made.close()


def context(city: TinyCity, lang: Lang, only: Only | None = None) -> CityContext:
    return CityContext(city.parts, Scope(lang=lang, only=only), NOW)


@pytest.mark.parametrize(("lang", "wanted"), [("en", "Noise"), ("zh", "噪声")])
def test_the_slots_words_are_shown_and_a_panels_own_come_first(city: TinyCity, lang: Lang, wanted: str) -> None:
    seen = context(city, lang)
    slot = seen.slots["hotline"]
    assert worded("noise", "category", slot, seen) == wanted
    assert worded("noise", "category", slot, seen, {"noise": {"en": "Din", "zh": "喧哗"}}) in ("Din", "喧哗")
    assert worded("water", "category", slot, seen) == "water"
    assert worded("noise", "nothing", slot, seen) == worded("noise", "category", None, seen) == "noise"


def test_a_filter_is_told_in_words(city: TinyCity) -> None:
    board = city.parts.city.boards["city"]
    assert scope_message(board, context(city, "en", Only("category", "noise")))["only"] == "Noise"
    assert scope_message(board, context(city, "en", Only("category", "water")))["only"] == "water"
    assert scope_message(board, context(city, "en"))["only"] == ""
