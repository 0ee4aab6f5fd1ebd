"""How long buckets are kept, counted back from a slot's latest event, so that a replay of old years keeps its minutes too."""

from __future__ import annotations

from dataclasses import dataclass

from slots.ledger import Kind, Ledger, PageKey, Size, SlotState
from slots.pages import page_end


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds for which minute and hour buckets are kept; days are kept for ever."""

    minutes_s: int = 48 * 3600
    hours_s: int = 90 * 86400

    def horizons(self, last_event_us: int) -> dict[Size, int]:
        """Size → the moment (Unix s) from which its buckets are kept, given the latest event (Unix µs)."""
        last_s = last_event_us // 1_000_000
        return {"minute": last_s - self.minutes_s, "hour": last_s - self.hours_s, "day": -(1 << 62)}


DEFAULT_RETENTION = Retention()


def expired(ledger: Ledger, slot: str, state: SlotState, retention: Retention) -> list[PageKey]:
    """The pages that lie wholly before the horizon of their size."""
    if state.last_event_us is None:
        return []
    kinds: tuple[Kind, ...] = ("cells", "bins")
    horizons = retention.horizons(state.last_event_us)
    kept = (key for kind in kinds for size in horizons for key in ledger.pages(slot, kind, size))
    return [key for key in kept if page_end(key) <= horizons[key.size]]
