"""Pages that are listened to: what they complain of and whom they ask; and one place for pages of which one is open at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from tests.browser.chromium import PATIENCE_MS

Size = tuple[int, int]
Scheme = Literal["dark", "light"]
DRIVER: Final = ("GPU stall due to ReadPixels", "Automatic fallback to software WebGL")
"""Said by the software renderer, not by the page."""


class Watched:
    """What pages of one address do: `said` to the console, `errors` nobody caught, `failed` answers, `foreign` hosts asked."""

    def __init__(self, address: str) -> None:
        host = address.removeprefix("http://")
        self._own = (f"http://{host}/", f"ws://{host}/", "data:", "blob:")
        self.said: list[str] = []
        self.errors: list[str] = []
        self.failed: list[str] = []
        self.foreign: list[str] = []

    def watch(self, page: Page) -> Page:
        """The same page, listened to from now on, and given time."""
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("response", self._answered)
        page.on("request", lambda request: self._asked(request.url))
        return page

    def assert_clean(self) -> None:
        assert (self.said, self.errors, self.failed, self.foreign) == ([], [], [], [])

    def _heard(self, message: ConsoleMessage) -> None:
        if not any(words in message.text for words in DRIVER):
            self.said.append(f"{message.type}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def _asked(self, url: str) -> None:
        if not url.startswith(self._own):
            self.foreign.append(url)


class Screens:
    """The pages of an address, of which one is open at a time: whatever is open draws its map, in software.

    They share what the browser has loaded and compiled, and nothing else. `loaded` returns when a page that was opened shows
    what tests look at.
    """

    def __init__(self, browser: Browser, address: str, loaded: Callable[[Page], None]) -> None:
        self._context = browser.new_context(reduced_motion="reduce")
        self._address = address if address.startswith("http") else f"http://{address}"
        self._loaded = loaded
        self._open: tuple[str, Page] | None = None
        self.watched = Watched(address)

    def look(self, path: str, size: Size, scheme: Scheme = "light") -> Page:
        """The page at this path in this size; opened anew where another path, or another colour scheme, was looked at before."""
        key = f"{path} {scheme}"
        if self._open is None or self._open[0] != key:
            self._shut()
            self._open = key, self._opened(path, size, scheme)
        page = self._open[1]
        page.set_viewport_size({"width": size[0], "height": size[1]})
        return page

    def close(self) -> None:
        """Nothing is open any more."""
        self._context.close()

    def _shut(self) -> None:
        if self._open:
            self._open[1].evaluate("localStorage.clear(); sessionStorage.clear()")
            self._open[1].close()
        self._open = None

    def _opened(self, path: str, size: Size, scheme: Scheme) -> Page:
        self.watched = Watched(self._address)
        page = self.watched.watch(self._context.new_page())
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{self._address}{path}")
        self._loaded(page)
        return page
