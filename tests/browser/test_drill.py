"""Why this number, in three clicks; cross-filter, time and the past; all of it in the address, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from streams.clock import ManualClock, system_clock
from tests.browser.test_wall import Wall, number
from tests.tiny_city import TinyCity, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser


@pytest.fixture
def wall() -> Iterator[Wall]:
    made = Wall()
    now = system_clock() - timedelta(seconds=1)
    request(made.city, now, "noise", 25)
    request(made.city, now, "water", 2, "770201")
    yield made
    made.stop()
    made.city.close()


def request(city: TinyCity, at: datetime, category: str, count: int, district: str = "770101", stars: int = 5) -> None:
    record = {"created_at": at.isoformat(), "district": district, "category": category, "wait_s": 5.0, "stars": stars}
    city.emit("city.hotline", *({"id": f"{category}-{at.timestamp()}-{n}", **record} for n in range(count)))


def fact(page: Page, name: str) -> Any:
    return page.locator(f'.sheet [data-fact="{name}"]')


def test_why_this_number_in_three_clicks(chromium: Browser, wall: Wall) -> None:
    page = wall.open(chromium, "/board/city?lang=en")
    number(page, "27")
    page.evaluate("window.same = true")
    page.locator("#panel-satisfaction .number-line").click()
    expect(page.locator(".sheet-title")).to_have_text("Satisfaction · Tiny")
    expect(page.locator(".sheet-value b")).to_have_text("100.0%")
    expect(fact(page, "formula")).to_have_text("count(stars >= 4) ÷ count(stars IS NOT NULL) × 100")
    told = {"owner": "市政务服务局", "target": "85.0%", "count": "27", "status": "live", "source": "city.hotline"}
    for name, words in told.items():
        expect(fact(page, name)).to_contain_text(words)
    expect(fact(page, "baseline")).to_have_text("Service 2026: the value is the score")
    for name in ("direction", "coverage", "as_of", "error", "since", "window"):
        expect(fact(page, name)).not_to_be_empty()
    expect(page.locator(".sheet-table").first.locator(".sheet-number")).to_have_text(["27", "27"])
    expect(page.locator(".sheet-heads .sheet-count").first).to_have_text("Records")
    page.locator(".sheet-child", has_text="West").click()
    expect(page.locator(".sheet-title")).to_have_text("Satisfaction · West")
    expect(fact(page, "count")).to_have_text("2")
    assert "region=7702" in page.url and "indicator=hotline.satisfaction" in page.url
    page.locator(".sheet-records").click()
    expect(page.locator(".records-table code")).to_have_count(2)
    expect(page.locator(".records-table code").first).to_have_text(re.compile(r"^city\.hotline\[\d\]@\d+$"))
    assert page.evaluate("window.same"), "no step loads the page anew"
    assert "region=7702" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)
    assert "indicator" not in page.url
    number(page, "2")
    wall.watched.assert_clean()
    page.close()


def test_an_open_passport_is_a_link_that_survives_reload_and_goes_with_back(chromium: Browser, wall: Wall) -> None:
    page = wall.open(chromium, "/board/city?region=7701&indicator=hotline.requests&lang=en")
    expect(page.locator(".sheet-title")).to_have_text("Requests · East")
    expect(page.locator(".sheet-value b")).to_have_text("25")
    expect(page.locator(".sheet-count, .sheet-heads")).to_have_count(0)  # of a count the value is the number of records
    page.reload()
    expect(page.locator(".sheet-value b")).to_have_text("25")
    request(wall.city, system_clock(), "noise", 1)
    expect(page.locator(".sheet-value b")).to_have_text("26")
    page.locator(".sheet-close").click()
    expect(page.locator(".sheet")).to_have_count(0)
    page.go_back()
    expect(page.locator(".sheet-title")).to_have_text("Requests · East")
    page.close()
    wall.watched.assert_clean()


def test_the_whole_way_by_keyboard_and_page_by_page(chromium: Browser, wall: Wall) -> None:
    page = wall.open(chromium, "/board/city?lang=en")
    number(page, "27")
    page.locator("#panel-requests .panel-why").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sheet-value b")).to_have_text("27")
    tab_to(page, "sheet-records")
    page.keyboard.press("Space")
    expect(page.locator(".records-table code")).to_have_count(20)
    expect(page.locator(".records-page")).to_have_text("page 1")
    first = page.locator(".records-table code").all_text_contents()
    tab_to(page, "records-turn")
    page.keyboard.press("Enter")
    expect(page.locator(".records-page")).to_have_text("page 2")
    expect(page.locator(".records-table code")).to_have_count(7)
    assert not set(first) & set(page.locator(".records-table code").all_text_contents())
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)
    assert page.evaluate("document.activeElement.className") == "panel-why"
    page.close()
    wall.watched.assert_clean()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until something of this class has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in str(page.evaluate("document.activeElement.className")):
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_a_value_of_a_dimension_narrows_the_board_and_the_chip_widens_it(chromium: Browser, wall: Wall) -> None:
    page = wall.open(chromium, "/board/city?lang=en&indicator=hotline.requests")
    page.locator(".sheet-child", has_text="water").click()
    expect(page.locator(".sheet-value b")).to_have_text("2")
    page.locator(".sheet-close").click()
    number(page, "2")
    assert "dimension=category%3Awater" in page.url
    expect(page.locator("#panel-ranking .rank", has_text="East").locator(".rank-value")).to_have_text("0")
    expect(page.locator("#panel-requests")).not_to_have_attribute("data-unfiltered", "")
    expect(page.locator("#panel-feed")).to_have_attribute("data-unfiltered", "")
    expect(page.locator("#panel-feed .panel-age")).to_contain_text("not filtered")
    page.reload()
    number(page, "2")
    page.locator(".chip-filter").click()
    number(page, "27")
    assert "dimension" not in page.url
    expect(page.locator("#panel-feed")).not_to_have_attribute("data-unfiltered", "")
    page.close()
    wall.watched.assert_clean()


def test_presets_and_a_free_range(chromium: Browser, wall: Wall) -> None:
    request(wall.city, system_clock() - timedelta(days=5), "noise", 3)
    page = wall.open(chromium, "/board/city?lang=en")
    number(page, "27")
    days = {"2026-11-20/2026-11-21": "2026-11-20", "2026-02-27/2026-03-02": "2026-02-27 – 2026-03-01"}
    days |= {"2026-11-20T08:00/2026-11-21": "2026-11-20 08:00 – 2026-11-21"}  # of whole days the last one that is inside is named
    assert {name: page.evaluate("name => Cockpit.chips.named(name)", name) for name in days} == days
    page.locator(".chip-time").click()
    expect(page.locator(".time-preset").first).to_have_text("Each panel's own")
    page.locator(".time-preset", has_text="Last 7 days").click()
    number(page, "30")
    assert "window=7d" in page.url
    expect(page.locator(".chip-time")).to_have_text("Last 7 days")
    page.locator(".chip-time").click()
    day = page.evaluate("Cockpit.chips.local(Date.now() - 6 * 86400e3).slice(0, 10)")
    next_day = page.evaluate("Cockpit.chips.local(Date.now() - 4 * 86400e3).slice(0, 10)")
    page.locator(".time-form input").nth(0).fill(f"{day}T00:00")
    page.locator(".time-form input").nth(1).fill(f"{next_day}T00:00")
    page.locator(".time-apply").first.click()
    number(page, "3")
    page.reload()
    number(page, "3")
    page.go_back()
    number(page, "30")
    page.close()
    wall.watched.assert_clean()


def test_a_moment_of_the_past_is_marked_over_the_whole_board_and_leads_back(chromium: Browser, wall: Wall) -> None:
    request(wall.city, system_clock() - timedelta(hours=3), "noise", 4)
    at = (system_clock() - timedelta(hours=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = wall.open(chromium, f"/board/city?lang=en&window=24h&at={at}")
    number(page, "4")
    expect(page.locator(".past b")).to_contain_text("not live")
    expect(page.locator("#panel-requests")).to_have_attribute("data-status", "past")
    expect(page.locator("#panel-requests .panel-age")).to_contain_text("not live")
    wall.city.hotline(system_clock(), count=1)
    page.wait_for_timeout(1500)
    number(page, "4")
    page.locator(".past-live").click()
    number(page, "32")
    expect(page.locator(".past")).to_have_count(0)
    expect(page.locator("#panel-requests")).to_have_attribute("data-status", "live")
    page.close()
    wall.watched.assert_clean()


def test_what_is_not_kept_so_fine_is_said_in_the_panel(chromium: Browser, wall: Wall) -> None:
    old = system_clock() - timedelta(days=10)
    day = old.strftime("%Y-%m-%d")
    page = wall.open(chromium, f"/board/city?lang=en&window={day}T08:10/{day}T08:50")
    expect(page.locator("#panel-requests .notice")).to_contain_text("Choose whole days")
    page.close()
    wall.watched.assert_clean()


MIDNIGHT = datetime(2026, 11, 21, 16, tzinfo=UTC)  # in the city


def test_at_midnight_today_begins_anew_untouched(chromium: Browser) -> None:
    clock = ManualClock(MIDNIGHT - timedelta(seconds=20))
    city = tiny_city(clock)
    city.hotline(clock(), count=5)
    with served(tiny_app(city)) as address:
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"http://{address}/board/city?lang=en")
        number(page, "5")
        expect(page.locator(".clock .clock-time")).to_contain_text("23:59")
        clock.advance(timedelta(seconds=30))
        number(page, "0")
        city.hotline(clock(), count=2)
        number(page, "2")
        page.close()
    city.close()
