"""What several workers of one slot say of their sources, put together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from slots.drift import Drift
from slots.ledger import Health

HEARD_US = 10_000_000
KNOWN_US = 60_000_000
"""A report counts for so long after the newest one; the log's ends it knew for longer, until somebody has taken over."""


def together(reports: Collection[Health]) -> Health:
    """One report: connected where any worker is, the newest reason where none is; the ends of all their partitions.

    A field that several saw drift is told with the greatest share, and since the earliest of them.
    """
    if not reports:
        return Health()
    ordered = sorted(reports, key=lambda report: report.at_us)
    newest = ordered[-1]
    heard = [report for report in ordered if newest.at_us - report.at_us <= HEARD_US]
    ends: dict[str, int] = {}
    for report in ordered:
        if newest.at_us - report.at_us <= KNOWN_US:
            ends |= {part: max(end, ends.get(part, 0)) for part, end in report.ends.items()}
    connected = any(report.connected for report in heard)
    drifts: dict[tuple[str, str], Drift] = {}
    for drift in (drift for report in heard for drift in report.drift):
        known = drifts.get((drift.field, drift.kind), drift)
        share, since_us = max(known.share, drift.share), min(known.since_us, drift.since_us)
        drifts[drift.field, drift.kind] = replace(drift, share=share, since_us=since_us)
    return Health(
        connected=connected,
        reason="" if connected else newest.reason,
        at_us=newest.at_us,
        ends=ends,
        degraded=next((report.degraded for report in reversed(heard) if report.degraded), ""),
        drift=tuple(drifts.values()),
    )
