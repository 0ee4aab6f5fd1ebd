"""Incidents out of a slot: records that meet a condition are reported, each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl
import structlog

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.intake_rule import IntakeRule
from cockpit.dispatch.refusal import Refused
from cockpit.dispatch.said import Report
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.writing import Writing
from slots.expression import condition
from slots.slot import Slot
from streams.codecs import Codec
from streams.record import Batch

_LOG = structlog.get_logger("dispatch.intake")
AT_ONCE: Final = 20
"""Incidents that are one transaction."""
_REACHES_BACK: Final = timedelta(hours=24)
"""Older records are history by the time a rule is new; nobody need be sent there."""
_LONGEST: Final = 200


class Intake:
    """Takes batches of a slot's topic. The address of a record is the incident's client id, so that it is reported once."""

    def __init__(self, toolbox: Toolbox, slot: Slot, rule: IntakeRule, codec: Codec) -> None:
        self._toolbox = toolbox
        self._slot = slot
        self._rule = rule
        self._codec = codec
        wanted = [text for text in (slot.where, rule.when) if text is not None]
        self._wanted = [condition(text, slot.types) for text in wanted]
        self._actor = Actor(f"slot {slot.slot}", Role.SYSTEM)

    def ahead(self, batch: Batch) -> None:
        """Reports what meets the condition, some at a time: an order that is given meanwhile does not wait for all of them."""
        if not len(batch):
            return
        frame = self._codec.decode(batch.values, self._slot.columns, batch.headers).frame
        for piece in frame.filter(*self._wanted).iter_slices(AT_ONCE):
            with self._toolbox.store.writing() as writing:
                since = writing.now - _REACHES_BACK
                recent = piece.filter(pl.col(self._slot.time) >= since)
                new = [self._one(writing, row, batch.address(row["_row"])) for row in recent.iter_rows(named=True)]
            if any(new):
                self._toolbox.stirred.set()

    def _one(self, writing: Writing, row: Mapping[str, Any], address: str) -> bool:
        try:
            return self._toolbox.incidents.receive(writing, self._report(row, address, writing.now), self._actor)[1]
        except Refused as error:
            _LOG.warning("not reported", address=address, reason=str(error))
            return False

    def _report(self, row: Mapping[str, Any], address: str, now: datetime) -> Report:
        rule, place = self._rule, self._slot.region
        category = str(row.get(rule.category) or "").strip()[:_LONGEST] or "unknown"
        title = str(row.get(rule.title) or "").strip()[:_LONGEST] or category if rule.title else category
        lon, lat = (row[name] for name in place.point) if place.point else (None, None)
        return Report(
            title=title,
            category=category,
            client_id=address,
            channel=self._slot.slot,
            description=str(row.get(rule.description) or "")[:8000] if rule.description else "",
            priority=rule.priority,
            lon=lon,
            lat=lat,
            datum=place.datum,
            region=row[place.code] if place.code else place.fallback,
            reported_at=min(row[self._slot.time], now),
        )
