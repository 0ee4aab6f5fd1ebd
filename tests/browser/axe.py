"""What axe-core finds wrong with a page."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from playwright.sync_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def complaints(page: Page) -> list[str]:
    """By the rules of WCAG 2.2 A and AA and axe's own best practices; a graphics canvas has no text."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", list(TAGS))
    return [
        f"{one['id']}: {node['html'][:160]}: {node['failureSummary']}" for one in found["violations"] for node in one["nodes"]
    ]
