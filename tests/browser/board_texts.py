"""What a board says and where it says it, as the page measures it: for tests that nothing is cut, too small or over another."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Page

Size = tuple[int, int]
Box = list[float]

RESTED: Final = """([width, height]) => {
  if (innerWidth !== width || innerHeight !== height) return false;
  const page = document.documentElement;
  const parts = [...document.querySelectorAll('#app .panel, #app .header *')];
  const now = [page.dataset.layout, page.scrollHeight, ...parts.map((one) => one.offsetWidth)].join();
  const before = window.rested || { looks: 0, times: 0 };
  window.rested = { now, looks: before.looks + 1, times: before.now === now ? before.times + 1 : 0 };
  return window.rested.times >= 2 || window.rested.looks >= 30;
}"""
"""What fits is worked out anew by observers of the size: nothing has moved for two looks, or it never rests."""

TEXTS: Final = """() => {
  const found = [];
  for (const panel of document.querySelectorAll('#app .panel')) {
    if (!panel.offsetParent) continue;
    const frame = panel.getBoundingClientRect();
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const shown = parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
      if (!node.data.trim() || !shown || parent.closest('.map, .spark')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 1);
      const box = range.getBoundingClientRect();
      const clips = parent.clientWidth > 0 && getComputedStyle(parent).overflow !== 'visible';
      found.push({ panel: panel.dataset.id, kind: panel.dataset.panel, text: node.data.trim(), lines: rects.length,
        svg: Boolean(parent.closest('svg')), class: parent.className.baseVal ?? parent.className,
        cut: clips && parent.scrollWidth > parent.clientWidth + 1,
        rect: [box.left, box.top, box.right, box.bottom], frame: [frame.left, frame.top, frame.right, frame.bottom] });
    }
  }
  return found;
}"""
"""Every text that is seen, with its box and that of its panel."""

HEADER: Final = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('#app .header'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const boards = parent.closest('.boards');
    if (boards && box.top >= boards.getBoundingClientRect().bottom - 2) continue; // found no room, and is not shown at all
    const clips = one => getComputedStyle(one).overflow !== 'visible' && one.scrollWidth > one.clientWidth + 1;
    const cut = clips(parent) || (!boards && clips(parent.parentElement));
    // What an ellipsis cuts reaches no further than the frame that cuts it.
    const ends = [parent, parent.parentElement].filter(clips).map(one => one.getBoundingClientRect().right);
    const right = Math.max(box.left, Math.min(box.right, ...ends));
    found.push({ text: node.data.trim(), class: parent.className, cut, rect: [box.left, box.top, right, box.bottom] });
  }
  return found;
}"""
"""Every text of the header, and whether all of it is seen."""

SMALL: Final = """() => [...document.querySelectorAll('#app .panel button')]
  .filter(node => node.offsetParent && !node.closest('.map'))
  .map(node => [(node.closest('tr') ?? node).getBoundingClientRect(), node.textContent])
  .filter(([box]) => Math.min(box.width, box.height) < 43.5)"""


def resized(page: Page, size: Size) -> Page:
    """The page in this size, when it has come to rest in the layout of its shape."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("window.rested = null")
    page.wait_for_function(RESTED, arg=list(size), polling=200)
    return page


def named(text: dict[str, Any]) -> str:
    """How a test that fails names a text."""
    return f"{text['panel']}.{text['class']}: {text['text']}"


def inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] - 1 and box[1] >= frame[1] - 1 and box[2] <= frame[2] + 1 and box[3] <= frame[3] + 1


def overlap(one: Box, other: Box) -> bool:
    """By more than the air above and below the letters of a line."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > 1.5 and high > 0.3 * min(one[3] - one[1], other[3] - other[1])
