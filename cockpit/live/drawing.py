"""Drawing a board: which panels must be drawn again, what they answer, and how fresh it is. Runs in a worker thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec
import structlog

from cockpit.boards import PlacedPanel
from cockpit.live.picture import Encoded, Frames
from cockpit.live.refusals import refusal
from cockpit.live.sources import UNAGED, panel_freshness, short_of, unfollowed
from cockpit.panels.panel import Context, Props
from slots.history import HistoryLost
from slots.ledger import LedgerError
from slots.reading import QuestionError
from slots.slot import Slot

Scored = Mapping[str, Collection[str]]
"""Scheme → the slots it scores."""

_LOG = structlog.get_logger()
_PANEL_BYTES = 512 * 1024
_FAILED: Final = {
    "zh": "面板出错，原因见服务器日志；请联系值班运维",
    "en": "The panel failed, the server's log says why; ask the operator on duty",
}
_GONE: Final = {
    "zh": "数据插槽 {} 已从城市目录中移除",
    "en": "The slot {} was removed from the city's folder",
}
_NO_HISTORY: Final = {
    "zh": "历史数据库连不上，显示的是最后一次的数值",
    "en": "The history cannot be reached; these are the last values",
}
_LOST: Final = {
    "zh": "状态存储连不上，显示的是最后一次的数值",
    "en": "The state store cannot be reached; these are the last values",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one pass made: complete panels, binary frames, and the ids of panels that failed."""

    panels: Encoded
    frames: Frames
    broken: tuple[str, ...] = ()


@dataclass(slots=True)
class _Drawn:
    """What is remembered of a panel between passes: when and from what it was drawn, and its last good keys."""

    minute: int = -1
    sequences: Mapping[str, int] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    keys: Mapping[str, bytes] = field(default_factory=dict)
    frames: Mapping[str, bytes] = field(default_factory=dict)
    problem: str = ""
    fresh: Props = field(default_factory=dict)
    sources: Mapping[str, bytes] = field(default_factory=dict)


class Drawer:
    """Draws the panels of one board for one scope, each only when it may have changed. One thread at a time."""

    def __init__(self, panels: Mapping[str, PlacedPanel], known: Collection[str], scored: Scored = MappingProxyType({})) -> None:
        """`known`: the slots of the city; whatever else a panel names is none. `scored`: scheme → the slots it scores."""
        self._slots = {name: _named(placed, scored) & set(known) for name, placed in panels.items()}
        self.slots = frozenset().union(*self._slots.values())
        self._panels = panels
        self._drawn = {name: _Drawn() for name in panels}

    def draw(self, context: Context, sequences: Mapping[str, int]) -> Drawing:
        """All panels as they are now, those drawn again that may have changed. `sequences`: slot → the ledger's sequence.

        Always whole: what one pass made and nobody took over must come with the next. Never raises for a panel.
        """
        panels: dict[str, Mapping[str, bytes]] = {}
        frames: dict[tuple[str, str], bytes] = {}
        for name, placed in self._panels.items():
            drawn = self._drawn[name]
            self._renew(name, placed, drawn, context, sequences)
            panels[name] = {**drawn.keys, **drawn.sources}
            frames.update({(name, layer): frame for layer, frame in drawn.frames.items()})
        return Drawing(panels, frames, tuple(name for name, drawn in self._drawn.items() if drawn.problem))

    def _renew(self, name: str, placed: PlacedPanel, drawn: _Drawn, context: Context, sequences: Mapping[str, int]) -> None:
        """Draws the panel again where its slots or its minute moved on."""
        slots = {slot: found for slot in sorted(self._slots[name]) if (found := context.slots.get(slot)) is not None}
        seen = {slot: sequences.get(slot, 0) for slot in slots}
        minute = int(context.now.timestamp() // 60)
        if drawn.minute != minute or drawn.sequences != seen or not _same(drawn.slots, slots):
            drawn.minute, drawn.sequences, drawn.slots = minute, seen, slots
            self._draw_panel(name, placed, drawn, context)
        drawn.sources = {**_sources(slots, self._slots[name] - slots.keys(), drawn, context), **_instead(placed, context)}

    def _draw_panel(self, name: str, placed: PlacedPanel, drawn: _Drawn, context: Context) -> None:
        """Sets the panel's keys, or its problem; then the last good keys stay."""
        try:
            keys = _encoded(placed.kind.props(placed.options, context))
            drawn.frames = _frames(placed, context, drawn.frames)
        except HistoryLost:
            drawn.sequences, drawn.problem = {}, _NO_HISTORY[context.scope.lang]  # what is recent may well be there
        except LedgerError:
            drawn.sequences = {}  # draw again as soon as the ledger answers; freshness says what is wrong
        except QuestionError as error:
            drawn.problem = refusal(str(error), context.scope.lang)
        except Exception as error:
            if drawn.problem == "" and self._slots[name] <= context.slots.keys():  # else a slot is gone, and that is said
                _LOG.exception("a panel failed", panel=name, kind=placed.kind.name, error=type(error).__name__)
            drawn.problem = _FAILED[context.scope.lang]
        else:
            drawn.keys, drawn.problem = keys, ""


def _named(placed: PlacedPanel, scored: Scored) -> set[str]:
    """The slots a panel draws on, those of the schemes it draws among them."""
    schemes = getattr(placed.kind, "schemes", None)
    below = (scored.get(name, ()) for name in (schemes(placed.options) if schemes else ()))
    return set(placed.kind.slots(placed.options)).union(*below)


def _same(before: Mapping[str, Slot], now: Mapping[str, Slot]) -> bool:
    """Whether the slots mean what they did."""
    return before.keys() == now.keys() and all(before[name] is slot for name, slot in now.items())


def _sources(slots: Collection[str], gone: Collection[str], drawn: _Drawn, context: Context) -> dict[str, bytes]:
    """What is to be said of the panel's sources, whatever failed: a broken one keeps the age of its last good values.

    `gone`: slots it draws on that are no part of the city any more.
    """
    told = dict(drawn.sources)
    try:
        if context.scope.only is not None:
            left = unfollowed(slots, context)
            told["unfiltered"] = msgspec.json.encode(left)
            told["partly"] = msgspec.json.encode(0 < len(left) < len(slots))
        drawn.fresh = panel_freshness(slots, context)
        told["aside"] = msgspec.json.encode(short_of(slots, context))
    except LedgerError:
        drawn.fresh = {**(drawn.fresh or UNAGED), "status": "stale", "reason": _LOST[context.scope.lang]}
    broken = {"status": "broken", "reason": drawn.problem} if drawn.problem else {}
    if gone:
        broken = {"status": "missing", "reason": _GONE[context.scope.lang].format(", ".join(sorted(gone)))}
    return {**told, "fresh": msgspec.json.encode({**drawn.fresh, **broken})}


def _instead(placed: PlacedPanel, context: Context) -> dict[str, bytes]:
    """The window of the address, where the panel has another one of its own, of which its title may speak."""
    own, asked = getattr(placed.options, "window", ""), context.scope.window
    return {"instead": msgspec.json.encode(asked)} if asked and own and own != asked else {}


def _encoded(props: Props) -> dict[str, bytes]:
    keys = {key: msgspec.json.encode(value) for key, value in props.items()}
    size = sum(map(len, keys.values()))
    if size > _PANEL_BYTES:
        raise QuestionError(f"the panel would send {size:,} bytes, at most {_PANEL_BYTES:,} may. Hint: fewer rows or steps.")
    return keys


def _frames(placed: PlacedPanel, context: Context, before: Mapping[str, bytes]) -> dict[str, bytes]:
    """The binary frames of a panel that has moving objects: layer → message; the one before where nothing has moved."""
    make = getattr(placed.kind, "frames", None)
    made: dict[str, bytes] = make(placed.options, context, placed.id) if make else {}
    return {layer: _moved(before.get(layer), frame) for layer, frame in made.items()}


def _moved(before: bytes | None, frame: bytes) -> bytes:
    return before if before is not None and _points(before) == _points(frame) else frame


def _points(frame: bytes) -> tuple[dict[str, object], bytes]:
    """What a frame of layers.point shows, without the moment it was heard at."""
    end = 8 + int.from_bytes(frame[4:8], "little")
    header: dict[str, object] = msgspec.json.decode(frame[8:end])
    return {**header, "at_ms": 0}, frame[end:]
