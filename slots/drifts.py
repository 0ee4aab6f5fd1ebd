"""The drift of all slots of one pipeline: told once in the log when it begins and once when it ends."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from slots.drift import Drift, DriftWatch, Kind, Sight


class Drifts:
    """A watch per slot. Used by the thread that counts."""

    def __init__(self, topic: str) -> None:
        self._watches: dict[str, DriftWatch] = {}
        self._told: dict[str, set[tuple[str, Kind]]] = {}
        self._log = structlog.get_logger("drift").bind(topic=topic)

    def add(self, slot: str, seen: Sight, now: datetime) -> None:
        """Takes note of a batch that was counted. A slot whose fields were changed is watched anew."""
        watch = self._watches.get(slot)
        if watch is None or watch.declared != seen.declared:
            watch = self._watches[slot] = DriftWatch(seen.declared)
        watch.add(seen, now.timestamp())

    def told(self, slot: str, now: datetime) -> list[Drift]:
        """The slot's drifts as of now."""
        watch = self._watches.get(slot)
        drifts = watch.told(now.timestamp()) if watch is not None else []
        before, here = self._told.get(slot, set()), {(one.field, one.kind) for one in drifts}
        for one in drifts:
            if (one.field, one.kind) not in before:
                since = datetime.fromtimestamp(one.since_us / 1e6, UTC).isoformat()
                self._log.warning("the schema drifts", slot=slot, field=one.field, kind=one.kind, since=since, share=one.share)
        for name, kind in sorted(before - here):
            self._log.info("the schema is as it was", slot=slot, field=name, kind=kind)
        self._told[slot] = here
        return drifts
