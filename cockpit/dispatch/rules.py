"""What a city lays down for its toolbox: who there is, which words are prepared, and how long things may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from cockpit.dispatch.channels import Channel
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.limit_document import LimitsDocument
from cockpit.dispatch.limits import Clocks, Limits, Move, clocks, limits_for, moves_of
from cockpit.dispatch.refusal import Wrong
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.templates import Template
from cockpit.dispatch.working_time import WorkingTime

_HANDLED: Final = ("DISPATCHED", "SIGNED", "HANDLING")
"""The steps of whoever is sent."""
_LISTED: Final = 10


@dataclass(frozen=True)
class Rules:
    """Of one city; safe in any thread."""

    roster: Roster = field(default_factory=Roster)
    templates: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    limits: LimitsDocument = field(default_factory=LimitsDocument)
    channels: Mapping[str, Channel] = field(default_factory=lambda: MappingProxyType({}))
    """Of the deployment, not of the city: by which ways people are told beside the pages."""
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    work: WorkingTime = field(default_factory=lambda: WorkingTime.around_the_clock("UTC"))

    def limits_of(self, incident: Incident) -> Limits:
        """What holds for it."""
        return limits_for(self.limits, incident.category, incident.priority, self.work)

    def clocks(self, incident: Incident, moves: Sequence[Move], now: datetime) -> Clocks:
        """Its clocks at a moment, of the moves its journal tells."""
        return clocks(moves, self.limits_of(incident), now)

    def deadline(self, incident: Incident, entries: Sequence[Entry], now: datetime) -> datetime | None:
        """By when an incident dispatched now must be handled: what its limits leave of the whole, and of the steps of whoever is
        sent, the earlier one. `entries`: its journal. None where no limit holds."""
        limits = self.limits_of(incident)
        whole = self.clocks(incident, moves_of(incident.number, entries), now).overall
        steps = [limits.steps[step] for step in _HANDLED if step in limits.steps]
        handled = limits.work.deadline(now, sum(steps, timedelta())) if "HANDLING" in limits.steps else None
        return min((at for at in (whole.due if whole else None, handled) if at is not None), default=None)

    def skills_for(self, category: str) -> frozenset[str]:
        """What a unit must be able to do for such an incident: by its category, else by its class, the part before a slash."""
        return frozenset(self.skills.get(category) or self.skills.get(category.partition("/")[0]) or ())

    def known(self, unit: str) -> bool:
        """Whether the roster has this unit."""
        return any(one.id == unit for one in self.roster.units)

    def check_unit(self, unit: str) -> None:
        """Raises Wrong, with the nearest there are, for a unit the roster does not have. A city whose roster has none sends whom
        it names."""
        if self.roster.units and not self.known(unit):
            raise Wrong(f"the roster has no unit {unit!r:.60}; {_there_are(unit, self.roster)}")


def _there_are(unit: str, roster: Roster) -> str:
    """Some of the units; the nearest ones as a hint, found by their names too."""
    names = {name: one.id for one in roster.units for name in (one.id, one.name) if name}
    near = dict.fromkeys(names[name] for name in get_close_matches(unit, names, 3, 0.5))
    listed = ", ".join(one.id for one in roster.units[:_LISTED]) + (", …" if len(roster.units) > _LISTED else ".")
    hint = f" Hint: the nearest are {', '.join(map(repr, near))}" if near else ""
    return f"it has {len(roster.units)}: {listed}{hint}"
