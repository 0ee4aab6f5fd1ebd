"""A view: one board in one scope, drawn once for however many screens look at it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from cockpit.boards import Board
from cockpit.context import ContextMaker
from cockpit.live.drawing import Drawer, Drawing
from cockpit.live.line import Parcel, parcels
from cockpit.live.picture import Picture
from cockpit.page import stamp
from cockpit.panels.panel import Context
from cockpit.panels.scheme_view import way_to_node
from cockpit.scope import Scope
from cockpit.scorecard import scored_slots

_SHARED_S = 0.2  # messages made within this time are the same for all; older ones would carry a wrong `at_ms`


class Looker(Protocol):
    """Whoever looks at a view."""

    def wake(self) -> None:
        """The view has something newer. Never blocks."""


class View:
    """Everything of one (board, scope): its drawer, its picture, who looks at it. Lives on the event loop but for `draw`."""

    def __init__(self, board: Board, scope: Scope, contexts: ContextMaker, epoch: str) -> None:
        context = contexts(scope)
        self.board = board
        self.scope = scope
        self.drawer = Drawer(board.panels, context.slots, scored_slots(context.schemes))
        self._page = stamp(board, context)
        self.picture = Picture(epoch, msgspec.json.encode(scope_message(board, context)))
        self.screens: set[Looker] = set()
        self.dirty = asyncio.Event()
        self.dirty.set()
        self.minute = -1
        self.told_s = 0.0  # when all screens last heard something
        self.idle_since_s = time.monotonic()
        self._contexts = contexts
        self._drawing = threading.Lock()  # a drawing whose screens have gone meanwhile may still be under way
        self._made: dict[int | None, tuple[float, list[Parcel]]] = {}
        self._beat: tuple[float, int, Parcel] = (0.0, -1, Parcel(()))
        self._marks = 0

    def outdated(self) -> bool:
        """Whether what its page says beside the numbers is other than when it was made."""
        return stamp(self.board, self._contexts(self.scope)) != self._page

    def draw(self, sequences: Mapping[str, int]) -> Drawing:
        """What changed. Blocks on the ledger: for a worker thread."""
        with self._drawing:
            context = self._contexts(self.scope)
            self.minute = int(context.now.timestamp() // 60)
            return self.drawer.draw(context, sequences)

    def publish(self, drawing: Drawing) -> bool:
        """Takes over a drawing and wakes the screens; True when there was anything new."""
        if not self.picture.merge(drawing.panels, drawing.frames):
            return False
        self._made.clear()
        self.told_s = time.monotonic()
        for screen in list(self.screens):
            screen.wake()
        return True

    def news(self, since: int | None, now_ms: Callable[[], int]) -> list[Parcel]:
        """The parcels that bring a screen from `since` to now; made once for all screens that stand at the same number."""
        if self.picture.seq == 0 or since == self.picture.seq:
            return []
        made = self._made.get(since)
        now_s = time.monotonic()
        if made is None or now_s - made[0] > _SHARED_S:
            payloads: list[str | bytes] = [*self.picture.texts(since, now_ms()), *self.picture.binaries(since)]
            made = self._made[since] = (now_s, parcels(payloads))
        return made[1]

    def marked(self, marks: int) -> None:
        """Somebody has drawn on the map: from now on heartbeats say this number, and who has another one asks for the marks."""
        self._marks = marks
        self._beat = (0.0, -1, self._beat[2])

    def heartbeat(self, seq: int, at_ms: int) -> Parcel:
        """The message that shows that the server lives; `seq` is what the screen has."""
        now_s = time.monotonic()
        if self._beat[1] != seq or now_s - self._beat[0] > _SHARED_S:
            beat: dict[str, object] = {"type": "heartbeat", "epoch": self.picture.epoch, "seq": seq, "at_ms": at_ms}
            if self._marks:
                beat["marks"] = self._marks
            self._beat = (now_s, seq, words(beat))
        return self._beat[2]


def words(message: dict[str, object]) -> Parcel:
    """One JSON text message."""
    return Parcel((msgspec.json.encode(message).decode(),))


def scope_message(board: Board, context: Context) -> dict[str, object]:
    """What a snapshot says of the place: board, query, region, its name, the way down to it (root first, itself last), title;
    the way down to the node of a scheme that is looked at; what is filtered by, in words; the moment it is a picture of
    (null: now); and which page shows it.
    """
    regions = context.regions
    region = regions.region(context.region)
    english = context.scope.lang == "en"
    way = [*regions.ancestors(region.code), region]
    named = [{"code": each.code, "name": (each.name_en if english else "") or each.name} for each in way]
    return {
        "board": board.board,
        "query": context.scope.query(),
        "region": region.code,
        "name": named[-1]["name"],
        "breadcrumb": named,
        "nodes": way_to_node(context),
        "only": _only(context),
        "title": context.text(board.title, board.board),
        "at_ms": int(context.now.timestamp() * 1000) if context.scope.at else None,
        "page": stamp(board, context),
    }


def _only(context: Context) -> str:
    """The dimension's value that is filtered by, as the first slot that has words for it says; empty for no filter."""
    only = context.scope.only
    if only is None:
        return ""
    fields = (slot.fields[only.dimension] for slot in context.slots.values() if only.dimension in slot.dimensions)
    return context.text(next((field.words[only.key] for field in fields if only.key in field.words), {}), only.key)
