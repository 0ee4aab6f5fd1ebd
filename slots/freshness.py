"""How fresh a slot is: by the age of its latest event, and by whether its worker still hears from the log."""

from __future__ import annotations

from datetime import UTC, datetime

from slots.ledger import Health, SlotState
from slots.reading import Freshness, Status
from slots.slot import Limits

SILENT_S = 5.0


def freshness(state: SlotState, health: Health, limits: Limits, now: datetime) -> Freshness:
    """The slot's freshness at `now`; a lost log makes at least "stale" of it, whatever the age."""
    reason = _trouble(health, now)
    degraded, drift = ("", ()) if reason else (health.degraded, health.drift)
    if state.last_event_us is None:
        return Freshness("missing", None, None, reason or "no record yet", degraded, drift)
    as_of = datetime.fromtimestamp(state.last_event_us / 1e6, UTC)
    age_s = max(0.0, (now - as_of).total_seconds())
    status = by_age(age_s, limits)
    return Freshness("stale" if reason and status in ("live", "late") else status, as_of, age_s, reason, degraded, drift)


def by_age(age_s: float, limits: Limits) -> Status:
    """live, late, stale or dead."""
    if age_s >= limits.dead:
        return "dead"
    if age_s >= limits.stale:
        return "stale"
    return "late" if age_s >= limits.late else "live"


def _trouble(health: Health, now: datetime) -> str:
    if health.at_us == 0:
        return ""
    silent_s = now.timestamp() - health.at_us / 1e6
    if silent_s > SILENT_S:
        return f"the worker has been silent for {silent_s:.0f} s"
    return "" if health.connected else health.reason
