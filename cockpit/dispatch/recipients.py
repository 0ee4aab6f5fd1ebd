"""To whom a message to many goes: groups, posts, people, units and kinds of units, as far as one may speak to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from cockpit.dispatch.actor import Actor
from cockpit.dispatch.broadcast import LeftOut, Recipient, Why
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.refusal import Forbidden, Wrong
from cockpit.dispatch.roster import Person
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.unit import Unit

MOST: Final = 500
SAID: Final[Mapping[Why, Mapping[str, str]]] = MappingProxyType(
    {
        "off_duty": {"zh": "当前不在班，同组有人在班", "en": "off duty now, others of it are on duty"},
        "elsewhere": {"zh": "不在发送人的辖区内", "en": "outside of the sender's region"},
    }
)
"""Why somebody was left out, in words."""


class Audience(NamedTuple):
    """Who is told, and who of those that were named together is not."""

    recipients: tuple[Recipient, ...]
    left_out: tuple[LeftOut, ...]


class Recipients:
    """Holds nothing of its own; any thread."""

    def __init__(self, ground: Ground, rules: Rules) -> None:
        self._ground = ground
        self._rules = rules

    def audience(self, names: Sequence[str], actor: Actor, now: datetime, region: str | None = None) -> Audience:
        """Everybody named, once, in the order of the names. `region`: of the incident it is about, for posts.

        Who is of a region speaks to those whose business it is as well: of a group to those alone. Raises Wrong, and Forbidden
        for somebody of elsewhere who is named.
        """
        above = self._ground.above(region) if region else ()
        found: dict[str, Recipient] = {}
        left: dict[str, LeftOut] = {}
        for name in names:
            there = list(self._called(name, now, above))
            if not there:
                where = f" for {region!r}" if region and name in self._rules.roster.called else ""
                raise Wrong(f"'to': the roster has no group, post, person, unit or kind of unit {name!r:.60}{where}")
            near = [one for one in there if self._near(actor, one.region)]
            if not near and name not in self._rules.roster.called:
                raise Forbidden(f"'to': {name!r:.60} is outside of {actor.region!r}, your region")
            found |= {one.id: _recipient(one) for one in near}
            left |= {one.id: _left(one, name, "elsewhere") for one in there if one not in near}
            left |= {one.id: _left(one, name, "off_duty") for one in self._resting(name, now, above)}
        if not found or len(found) > MOST:
            raise Wrong(f"a broadcast goes to 1 to {MOST} people and units, these are {len(found)}")
        return Audience(tuple(found.values()), tuple(one for id, one in left.items() if id not in found)[:MOST])

    def serving(self, id: str) -> tuple[str, ...]:
        """The ids under which somebody is spoken to: the own one, and the unit a person belongs to."""
        units = [person.unit for person in self._rules.roster.people if person.id == id and person.unit]
        return (id, *units)

    def _called(self, name: str, now: datetime, above: Sequence[str]) -> Iterator[Person | Unit]:
        roster = self._rules.roster
        if any(name == person.role for person in roster.people) or name in roster.groups:
            yield from roster.told(name, now, above).people
        else:
            yield from (person for person in roster.people if name == person.id)
        yield from (one for one in roster.units if name in (one.id, one.kind))

    def _resting(self, name: str, now: datetime, above: Sequence[str]) -> tuple[Person, ...]:
        """Those of a group or a post who are not told because others of it are on duty."""
        told = self._rules.roster.told(name, now, above)
        return told.resting if name in self._rules.roster.called else ()

    def _near(self, actor: Actor, region: str | None) -> bool:
        """Whether the regions of both have anything to do with each other."""
        if actor.region is None or region is None:
            return True
        return actor.region in self._ground.above(region) or region in self._ground.above(actor.region)


def _left(one: Person | Unit, of: str, why: Why) -> LeftOut:
    known = _recipient(one)
    return LeftOut(known.id, known.name, known.kind, of, why)


def _recipient(one: Person | Unit) -> Recipient:
    return Recipient(one.id, one.name or one.id, "person" if isinstance(one, Person) else "unit")
