"""The address book and the duty roster: who there is, who is on duty at a moment, and whom an escalation is told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from cockpit.dispatch.limits import Escalation
from cockpit.dispatch.unit import Unit


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of the address book. `region`: of which it is the business, and all below; None: everywhere."""

    id: str
    name: str
    role: str
    region: str | None = None
    unit: str = ""
    groups: frozenset[str] = frozenset()
    phone: str = ""
    email: str = ""
    address: str = ""
    """What a channel calls this person: a user's id, a webhook's path."""


@dataclass(frozen=True, slots=True)
class Shift:
    """When somebody (`who`: a person or a unit) is on duty: on these days of the week (0 is Monday) from `begin` to `end`, local.

    An end at or before the beginning lies on the next day. `first`, `last`: the days on which it may begin, both included.
    """

    who: str
    days: frozenset[int]
    begin: time
    end: time
    first: date | None = None
    last: date | None = None

    def covers(self, local: datetime) -> bool:
        """Whether a local moment lies in it."""
        today, at = local.date(), local.time()
        if self.begin < self.end:
            return self._begins_on(today) and self.begin <= at < self.end
        yesterday = today - timedelta(days=1)
        return (self._begins_on(today) and at >= self.begin) or (self._begins_on(yesterday) and at < self.end)

    def _begins_on(self, day: date) -> bool:
        inside = (self.first is None or day >= self.first) and (self.last is None or day <= self.last)
        return inside and day.weekday() in self.days


@dataclass(frozen=True, slots=True)
class Told:
    """Whom something is told. `on_duty`: they are on duty now; else nobody of that post was, and all of them are told.

    `resting`: those of the post who are not on duty, where others are.
    """

    role: str
    people: tuple[Person, ...]
    on_duty: bool
    resting: tuple[Person, ...] = ()


@dataclass(frozen=True)
class _Book:
    """What a roster says at a time."""

    people: tuple[Person, ...]
    units: tuple[Unit, ...]
    shifts: tuple[Shift, ...]

    @cached_property
    def groups(self) -> frozenset[str]:
        return frozenset(name for person in self.people for name in person.groups)

    @cached_property
    def called(self) -> frozenset[str]:
        return self.groups | {person.role for person in self.people} | ({unit.kind for unit in self.units} - {""})

    @cached_property
    def shifts_of(self) -> dict[str, list[Shift]]:
        found: dict[str, list[Shift]] = {}
        for shift in self.shifts:
            found.setdefault(shift.who, []).append(shift)
        return found


class Roster:
    """People, units and shifts of one city. Safe in any thread; `become` takes over another one's in one step."""

    def __init__(
        self,
        zone: str = "UTC",
        people: tuple[Person, ...] = (),
        units: tuple[Unit, ...] = (),
        shifts: tuple[Shift, ...] = (),
    ) -> None:
        self.zone = zone
        self._book = _Book(people, units, shifts)

    def become(self, other: Roster) -> bool:
        """Whether there was anything to take over."""
        changed, self._book = self._book != other._book, other._book
        return changed

    @property
    def people(self) -> tuple[Person, ...]:
        """The address book."""
        return self._book.people

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units that can be sent."""
        return self._book.units

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Who is on duty when."""
        return self._book.shifts

    @property
    def groups(self) -> frozenset[str]:
        """The names of the groups that people belong to."""
        return self._book.groups

    @property
    def called(self) -> frozenset[str]:
        """The names under which several are spoken to: groups, posts of people, kinds of units."""
        return self._book.called

    def on_duty(self, who: str, at: datetime) -> bool | None:
        """Whether a person or a unit is on duty; None: the roster says nothing of it."""
        shifts = self._book.shifts_of.get(who)
        if shifts is None:
            return None
        local = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return any(shift.covers(local) for shift in shifts)

    def people_on_duty(self, at: datetime, role: str | None = None, above: Sequence[str] = ()) -> tuple[Person, ...]:
        """Who is on duty, of a role and responsible for a region (its code and all above it, itself first; empty: any)."""
        return tuple(person for person in self._posted(role, above) if self.on_duty(person.id, at))

    def units_at(self, at: datetime) -> tuple[Unit, ...]:
        """All units, each with whether it is on duty: by its own shifts, else by those of its people; None where neither says."""
        return tuple(replace(unit, on_duty=self._unit_on_duty(unit.id, at)) for unit in self.units)

    def _unit_on_duty(self, unit: str, at: datetime) -> bool | None:
        crew = [self.on_duty(person.id, at) for person in self.people if person.unit == unit]
        own = self.on_duty(unit, at)
        said = [own] if own is not None else [one for one in crew if one is not None]
        return any(said) if said else None

    def _posted(self, role: str | None, above: Sequence[str]) -> Iterator[Person]:
        for person in self.people:
            if (role is None or person.role == role) and (not above or person.region is None or person.region in above):
                yield person

    def told(self, role: str, at: datetime, above: Sequence[str] = ()) -> Told:
        """Whom of a role, or of a group, a thing in a region is told: those on duty, the nearest region first.

        Where none of them is on duty all of them are told: it is better to wake somebody than nobody.
        """
        order = {code: place for place, code in enumerate(above)}
        of_group = [person for person in self._posted(None, ()) if role in person.groups]
        found = sorted(
            of_group or self._posted(role, above), key=lambda one: (order.get(one.region or "", len(order)), one.id)
        )  # fmt: skip
        present = tuple(person for person in found if self.on_duty(person.id, at))
        resting = tuple(person for person in found if person not in present) if present else ()
        return Told(role, present or tuple(found), bool(present), resting)

    def escalated(self, escalation: Escalation, at: datetime, above: Sequence[str]) -> Told:
        """Whom a rung of the ladder is told."""
        return self.told(escalation.role, at, above)
