"""Panels stand each for itself: one that fails blanks no other, one may come with a package, a camera's may be dark."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from streams.clock import system_clock
from tests.tiny_city import FOLDER, served, tiny_app, tiny_city

pytestmark = pytest.mark.browser

PACKAGE = """
from pathlib import Path

from dash import html

from slots import Model


class Options(Model):
    slot: str


class Gauge:
    name = "gauge"
    Options = Options
    script = Path(__file__).with_name("gauge.js")

    def layout(self, options, context):
        return html.Div(className=self.name)

    def props(self, options, context):
        return {"accepted": context.counters(options.slot)["accepted"]}

    def slots(self, options):
        return {options.slot}


class Throws(Gauge):
    name = "throws"
    script = Path(__file__).with_name("throws.js")


class Raises(Gauge):
    name = "raises"

    def props(self, options, context):
        raise RuntimeError("the key of /srv/secret is 42")
"""
SCRIPT = """Cockpit.define("NAME", {body: "NAME", build: (root) => Cockpit.dom.make("b", "gauge-value", root), paint: PAINT});"""
PAINT = """(node, props) => Cockpit.dom.say(node, `${props.accepted} in all`)"""
FAIL = """() => { throw new Error("a panel's own mistake"); }"""
BOARD = """
board: mixed
title: {zh: 各种面板, en: Mixed}
layouts:
  wall:
    columns: 4
    rows: 2
    at: {requests: [1, 1, 1, 1], gauge: [2, 1, 1, 1], throws: [3, 1, 1, 1], raises: [4, 1, 1, 1],
         film: [1, 2, 1, 1], player: [2, 2, 1, 1], dark: [3, 2, 1, 1], list: [4, 2, 1, 1]}
panels:
  requests: {panel: number, indicator: hotline.requests, window: today}
  gauge: {panel: gauge, slot: hotline, title: {zh: 仪表, en: Gauge}}
  throws: {panel: throws, slot: hotline}
  raises: {panel: raises, slot: hotline}
  film: {panel: video, kind: file, address: /films/film.webm, title: {zh: 录像, en: Film}}
  player: {panel: video, kind: page, address: /films/player, title: {zh: 播放器, en: Player}}
  dark: {panel: video, kind: file, address: /films/none.webm, title: {zh: 断线, en: Dark}}
  list: {panel: video, kind: hls, address: /films/none.m3u8, title: {zh: 直播, en: List}}
"""
RECORD = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 64, height: 36});
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: "video/webm;codecs=vp8"});
  const parts = [];
  recorder.ondataavailable = ({data}) => parts.push(data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  for (let n = 0; n < 20; n++) {
    pen.fillStyle = `rgb(${n * 12}, 90, 160)`;
    pen.fillRect(0, 0, 64, 36);
    await new Promise((done) => setTimeout(done, 40));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def install(folder: Path) -> None:
    """A distribution that offers three panels, as pip would have left it."""
    (folder / "gauges.py").write_text(PACKAGE)
    (folder / "gauge.js").write_text(SCRIPT.replace("NAME", "gauge").replace("PAINT", PAINT))
    (folder / "throws.js").write_text(SCRIPT.replace("NAME", "throws").replace("PAINT", FAIL))
    about = folder / "gauges-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gauges\nVersion: 1.0\n")
    points = "\n".join(f"{name.lower()} = gauges:{name}" for name in ("Gauge", "Throws", "Raises"))
    (about / "entry_points.txt").write_text(f"[cockpit.panels]\n{points}\n")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    plugged, folder = tmp_path_factory.mktemp("plugged"), tmp_path_factory.mktemp("city") / "tiny"
    shutil.copytree(FOLDER, folder)
    (folder / "boards" / "mixed.yaml").write_text(BOARD, "utf-8")
    install(plugged)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(plugged)
        city = tiny_city(system_clock, folder=folder)
        city.hotline(system_clock() - timedelta(seconds=1), count=7)
        with served(tiny_app(city)) as found:
            yield found
        city.close()


@pytest.fixture(scope="module")
def page(chromium: Browser, address: str) -> Iterator[Page]:
    made = chromium.new_page(viewport={"width": 1280, "height": 720})
    film = base64.b64decode(made.evaluate(RECORD))
    assert len(film) > 500

    def film_or_nothing(route: Route) -> None:
        if route.request.url.endswith("film.webm"):
            route.fulfill(body=film, content_type="video/webm")
        elif route.request.url.endswith("player"):
            route.fulfill(body="<p id=said>the gateway's player</p>", content_type="text/html")
        else:
            route.fulfill(status=404)

    made.route("**/films/*", film_or_nothing)
    made.goto(f"http://{address}/board/mixed?lang=en&screen=desk")
    yield made
    made.close()


def test_a_panel_that_fails_on_either_side_blanks_no_other(page: Page) -> None:
    expect(page.locator("#panel-requests .number-value")).to_have_text("7")
    expect(page.locator("#panel-throws")).to_have_attribute("data-status", "broken")
    expect(page.locator("#panel-raises")).to_have_attribute("data-status", "broken")
    expect(page.locator("#panel-raises .notice")).not_to_be_empty()
    assert "secret" not in page.content()
    expect(page.locator("#panel-requests")).to_have_attribute("data-status", "live")
    expect(page.locator("#panel-throws .panel-age")).to_contain_text("broken")
    expect(page.locator("#panel-throws .notice")).to_contain_text("cannot be drawn")


def test_a_panel_of_an_installed_package_is_drawn_like_any_other(page: Page) -> None:
    expect(page.locator("#panel-gauge .gauge-value")).to_have_text("7 in all")
    expect(page.locator("#panel-gauge")).to_have_attribute("data-status", "live")
    expect(page.locator("#panel-gauge .panel-title")).to_have_text("Gauge")


def test_a_film_runs_and_a_players_page_is_framed_apart(page: Page) -> None:
    expect(page.locator("#panel-film .video")).to_have_attribute("data-state", "playing")
    assert page.evaluate("(({muted, videoWidth}) => [muted, videoWidth])(document.querySelector('#panel-film video'))") == [
        True,
        64,
    ]
    expect(page.locator("#panel-player .video")).to_have_attribute("data-state", "playing")
    expect(page.frame_locator("#panel-player iframe").locator("#said")).to_have_text("the gateway's player")
    assert page.locator("#panel-player iframe").get_attribute("sandbox") == "allow-scripts"


def test_a_picture_that_does_not_come_says_so_in_its_place(page: Page) -> None:
    for panel in ("dark", "list"):
        expect(page.locator(f"#panel-{panel} .video")).to_have_attribute("data-state", "failed")
        expect(page.locator(f"#panel-{panel} .video-state")).to_be_visible()
        expect(page.locator(f"#panel-{panel} .video-state")).not_to_be_empty()
