"""The portable map as our server sends it, in a real Chromium: in a sandboxed frame, in no origin of ours, asking nobody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

FRAME = """address => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.style.cssText = "width:800px;height:480px";
  frame.onload = () => done();
  frame.src = address;
  document.body.append(frame);
})"""


@pytest.mark.parametrize("framed", [True, False], ids=["in a frame", "opened itself"])
def test_a_map_page_draws_under_its_own_policy(chromium: Browser, host: str, framed: bool) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.text} {message.location}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    address = f"http://{host}/api/v1/map/city/map.html?lang=en"
    if framed:
        page.goto(f"http://{host}/healthz")
        page.evaluate(FRAME, address)
    else:
        page.goto(address)
    shown = page.frames[-1]
    shown.wait_for_selector("path.leaflet-interactive", state="attached", timeout=30_000)
    assert shown.locator("path.leaflet-interactive").count() >= 3
    assert shown.evaluate("self.origin") == "null", "it can read nothing of ours"
    assert "West" in shown.content() and "Requests" in shown.content()
    assert [words for words in said if "/favicon.ico" not in words] == []  # which is asked for beside bare JSON only
    assert [url for url in asked if not url.startswith((f"http://{host}/", "data:"))] == []
    assert sum(url.startswith(f"http://{host}/") for url in asked) <= 3
    page.close()
