"""Whose hand has drawn a mark: who acts in this browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parents[2] / "assets" / "panels" / "map_plots.js"
MARK = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [118, 29]}, "properties": {"kind": "point"}}
NOBODY = "localStorage.removeItem('duty-actor')"
KEPT = """localStorage.setItem('duty-actor', JSON.stringify({name: '王芳', role: 'dispatcher'}))"""


@pytest.mark.parametrize(("before", "author", "named"), [(NOBODY, "", ""), (KEPT, "", "王芳"), (KEPT, ", () => '李强'", "李强")])
def test_a_mark_is_kept_with_who_acts_in_this_browser(chromium: Browser, before: str, author: str, named: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    kept: list[str] = []

    def answered(route: Route) -> None:
        if route.request.method == "POST":
            kept.append(json.loads(route.request.post_data or "")["features"][0]["properties"]["author"])
        answer = {"type": "FeatureCollection", "features": [{"properties": {"id": "a"}}]}
        route.fulfill(status=201, json=answer)

    page.route("**/*", lambda route: route.fulfill(body="<title>map</title>", content_type="text/html"))
    page.route("**/api/v1/plots", answered)
    page.goto("http://cockpit.test/")
    page.add_script_tag(path=str(SCRIPT))
    page.evaluate(before)
    page.evaluate(f"mark => Cockpit.mapPlots(() => {{}}, 'zh'{author}).add(mark)", MARK)
    assert kept == [named]
    context.close()
