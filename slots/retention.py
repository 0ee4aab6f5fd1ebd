"""How long buckets are kept and where, counted back from the latest event: a replay of old years keeps its minutes, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from slots.ledger import Health, Ledger, PageKey, Size, SlotState
from slots.pages import page_end, page_of

ALWAYS: Final = -(1 << 40)
"""Before every moment (Unix s)."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds for which minute and hour buckets are kept; days are kept for ever.

    `…_hot_s`: how long the ledger keeps them before the history alone has them; None: there is no history.
    """

    minutes_s: int = 48 * 3600
    hours_s: int = 90 * 86400
    hours_hot_s: int | None = None
    days_hot_s: int | None = None

    def horizons(self, last_event_us: int, floors: Mapping[str, int] | None = None) -> dict[Size, int]:
        """Size → the moment (Unix s) from which its buckets are kept, given the latest event (Unix µs).

        With the `floors` of the slot's state: from which the ledger takes more into them.
        """
        last_s = last_event_us // 1_000_000
        kept: dict[Size, int] = {"minute": last_s - self.minutes_s, "hour": last_s - self.hours_s, "day": ALWAYS}
        return {size: max(horizon, (floors or {}).get(size, ALWAYS)) for size, horizon in kept.items()}

    def hot(self, moment_s: int) -> dict[Size, int]:
        """Size → the moment (Unix s) before which pages leave for the history when event time has come to `moment_s`."""
        hot: dict[Size, int | None] = {"hour": self.hours_hot_s, "day": self.days_hot_s}
        return {size: moment_s - seconds for size, seconds in hot.items() if seconds is not None}

    def below(self, state: SlotState) -> dict[Size, int]:
        """Size → the moment (Unix s) before which a page may have left the ledger."""
        hot = self.hot((state.last_event_us or 0) // 1_000_000)
        return {size: max(state.floors.get(size, ALWAYS), page_of("cells", size, horizon).start) for size, horizon in hot.items()}


DEFAULT_RETENTION: Final = Retention()


def expired(ledger: Ledger, slot: str, state: SlotState, retention: Retention) -> dict[PageKey, int]:
    """The pages, with their versions, that lie wholly before the horizon of their size and that nobody else needs.

    Where there is a history, hours and days leave only through the archiver.
    """
    if state.last_event_us is None:
        return {}
    horizons = retention.horizons(state.last_event_us)
    if retention.hours_hot_s is not None:
        horizons["hour"] = ALWAYS
    found = ledger.versions(slot).items()
    return {key: version for key, version in found if key.kind != "entities" and page_end(key) <= horizons[key.size]}


def behind_s(state: SlotState, health: Health) -> int | None:
    """How far (Unix s) event time has come in the partition that is the furthest behind; None: nobody can tell.

    A partition that was read to its end holds nobody up, however old its latest record is.
    """
    marks = [state.last_event_us, *(mark for part, mark in state.watermarks.items() if part not in health.ends)]
    marks += [state.watermarks.get(part) for part, end in health.ends.items() if state.offsets.get(part, 0) < end]
    known = [mark for mark in marks if mark is not None]
    return min(known) // 1_000_000 if len(known) == len(marks) else None
