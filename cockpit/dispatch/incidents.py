"""What can be done with incidents, each thing inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.applying import apply_to_incident
from cockpit.dispatch.calling_off import call_off, check_settled
from cockpit.dispatch.concern import check_incident
from cockpit.dispatch.due import AHEAD, due_at
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.incident import ENDED, Alerted, Incident
from cockpit.dispatch.machine import ABSORB, RECEIVE, STEPS, legal, within
from cockpit.dispatch.pausing import postpone, resumed
from cockpit.dispatch.refusal import Forbidden, Illegal, Unknown, Wrong
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.said import Report, check, given
from cockpit.dispatch.writing import Writing
from slots.problem import nearest


class Incidents:
    """The verbs of incidents. Holds nothing; any thread."""

    def __init__(self, ground: Ground, zone: str, rules: Rules | None = None) -> None:
        self._ground = ground
        self._rules = rules or Rules()
        self._zone = ZoneInfo(zone)

    def receive(self, writing: Writing, report: Report, actor: Actor, alert: Alerted | None = None) -> tuple[Incident, bool]:
        """The incident, and whether it is a new one: the same `client_id` names the same one. Raises Wrong and Forbidden.

        `alert`: what is kept of the alert it came as.
        """
        if report.client_id is not None and (known := writing.by_client(report.client_id)) is not None:
            check_incident(writing, known, actor, self._ground.above)
            return known, False
        check(report)
        spot = self._ground.spot(report.lon, report.lat, report.datum, report.region)
        if report.region is None:
            self._ground.check_near(spot)
        if not within(actor, spot.region, self._ground.above):
            raise Forbidden(f"the place lies in {spot.region!r}, which is outside of {actor.region!r}, your region")
        at = report.reported_at or writing.now
        if at > writing.now + AHEAD:
            raise Wrong(f"'reported_at' is {at.isoformat()}, which lies ahead")
        body: dict[str, Any] = msgspec.to_builtins(report)
        body |= {"region": spot.region, "lon": spot.lon, "lat": spot.lat, "reported_at": at.isoformat(), "to": "REPORTED"}
        body |= {"outside": spot.outside, "datum": "wgs84", "given_datum": report.datum}
        body["exercise"] = played(report.exercise, writing, actor)
        body |= {"alert": msgspec.to_builtins(alert)} if alert else {}
        body["recurrence"] = writing.recurrences(report.recurrence_key) if report.recurrence_key else 0
        number = writing.number("incidents", f"{writing.now.astimezone(self._zone):%Y%m%d}")
        entry = writing.append(actor, number, "", RECEIVE, body)
        return apply_to_incident(writing, self._ground, entry, None), True

    def act(self, writing: Writing, number: str, verb: str, said: Mapping[str, Any], actor: Actor) -> Incident:
        """The incident after the verb. Raises Unknown, Forbidden, Illegal and Wrong."""
        incident = writing.incident(number)
        if incident is None:
            raise Unknown(f"there is no incident {number!r:.40}")
        step = STEPS.get(verb)
        if step is None:
            raise Unknown(f"there is no verb {verb!r:.40}; there are: {', '.join(STEPS)}.{nearest(verb, STEPS)}")
        check_incident(writing, incident, actor, self._ground.above)
        verbs = self.legal(incident, actor)
        if verb not in verbs:
            raise Illegal(f"{verb!r} cannot be done with {number}: {step.cause(incident.state, incident, actor)}", verbs)
        body = given(step, said)
        running = check_settled(writing, verb, number, body.get("orders"), verbs) if step.settles else []
        if "unit" in body:
            self._rules.check_unit(body["unit"])
        if "deadline" in body:
            body["deadline"] = due_at(datetime.fromisoformat(body["deadline"]), writing.now).isoformat()
        elif verb == "dispatch":
            due = self._rules.deadline(incident, writing.entries(number), writing.now)
            body |= {"deadline": due.isoformat()} if due else {}
        work = self._rules.limits_of(incident).work
        if verb == "resume":
            body |= resumed(incident, writing.now, work)
        other = self._other(writing, incident, body["duplicate_of"], actor) if "duplicate_of" in body else None
        changed = self._noted(writing, incident, verb, body | {"to": step.target or incident.state.value}, actor)
        call_off(writing, running, actor)
        if verb == "resume":
            postpone(writing, incident, changed, work)
        if other is not None:
            self._noted(writing, other, ABSORB, {"duplicate": number, "to": other.state.value}, actor)
        return changed

    def _noted(self, writing: Writing, incident: Incident, verb: str, body: Mapping[str, Any], actor: Actor) -> Incident:
        entry = writing.append(actor, incident.number, "", verb, {**body, "from": incident.state.value})
        return apply_to_incident(writing, self._ground, entry, incident)

    def _other(self, writing: Writing, incident: Incident, number: str, actor: Actor) -> Incident:
        """The incident that this one is the same as. Raises Wrong."""
        other = writing.incident(number)
        if other is None or not within(actor, other.region, self._ground.above):
            raise Wrong(f"'duplicate_of': there is no incident {number!r}")
        if number == incident.number or other.duplicate_of or other.state in ENDED:
            why = "that is itself" if number == incident.number else "that one has ended"
            raise Wrong(f"'duplicate_of': {incident.number} cannot be the same as {number}: {why}")
        if other.exercise is not incident.exercise:
            raise Wrong(f"'duplicate_of': of {incident.number} and {number} one is played and one is real")
        return other

    def legal(self, incident: Incident, actor: Actor) -> tuple[str, ...]:
        """The verbs this actor may do now."""
        return tuple(legal(incident, actor, self._ground.above))


def played(said: bool | None, writing: Writing, actor: Actor) -> bool:
    """Whether something new is part of an exercise: as somebody says, else while one runs; what machines report is real."""
    if said is not None:
        return said
    return actor.role is not Role.SYSTEM and writing.exercise().running


def stated(incident: Incident) -> Incident:
    """With the datum of the place it says, whatever program wrote it."""
    return replace(incident, datum="wgs84", given_datum=incident.given_datum or incident.datum)


def masked(incident: Incident) -> Incident:
    """Without what tells who reported it: the first letter of the name, and the ends of the phone number."""
    reporter = incident.reporter
    name = reporter.name[:1] + "*" * min(2, max(0, len(reporter.name) - 1))
    phone = (
        reporter.phone
        if not reporter.phone
        else f"{reporter.phone[:3]}****{reporter.phone[-2:] if len(reporter.phone) > 7 else ''}"
    )
    return replace(incident, reporter=replace(reporter, name=name, phone=phone))
