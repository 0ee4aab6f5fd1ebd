"""What alerts of the Common Alerting Protocol do here: report something, say it anew, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from cockpit.dispatch.actor import Actor
from cockpit.dispatch.applying import apply_to_incident
from cockpit.dispatch.cap import Alert, CapRefused
from cockpit.dispatch.cap_incident import alerted_of, client_of, named, region_codes, report_of, sender_of
from cockpit.dispatch.concern import check_there
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.incident import SETTLED, Incident, State
from cockpit.dispatch.incidents import Incidents
from cockpit.dispatch.machine import RENEW, WITHDRAW
from cockpit.dispatch.refusal import Illegal, Unknown, Wrong
from cockpit.dispatch.writing import Writing

Did = Literal["reported", "renewed", "withdrawn", "nothing"]
_ENDS: Final[Mapping[State, State]] = {
    State.REPORTED: State.REJECTED, State.ACCEPTED: State.CANCELLED, State.FILED: State.CANCELLED,
}  # fmt: skip
"""What an alert that is taken back comes to while nobody was sent; later it is for people to say what becomes of it."""
_TAKEN_BACK: Final = "the sender withdrew the alert"


class Taken(NamedTuple):
    """The incident after an alert, and what the alert did; `nothing`: it was known, or older than what is known."""

    incident: Incident
    did: Did


class Alerting:
    """Holds nothing of its own; any thread."""

    def __init__(self, incidents: Incidents, ground: Ground) -> None:
        self._incidents = incidents
        self._ground = ground

    def take(self, writing: Writing, alert: Alert, actor: Actor) -> Taken:
        """Raises CapRefused for what reports nothing, Unknown for a Cancel of nothing, Wrong for what is played and real at once,
        and Illegal for an Update of what is settled or was put away."""
        if alert.status not in ("Actual", "Exercise"):
            raise CapRefused([f"only what has status Actual or Exercise is an incident, got {alert.status}"])
        known = _known(writing, alert)
        if known is not None:
            check_there(writing, known)
            if known.exercise is not (alert.status == "Exercise"):
                raise Wrong(f"{known.number} is {'played' if known.exercise else 'real'}, the alert's status is {alert.status}")
        if alert.kind == "Cancel":
            return self._withdrawn(writing, known, alert, actor)
        if known is None:
            report = report_of(alert, root=self._region(alert))
            _check_in_force(alert, writing.now)
            return Taken(self._incidents.receive(writing, report, actor, alerted_of(alert))[0], "reported")
        report_of(alert)  # refuses answers and errors, and what says nothing
        if alert.kind == "Alert" or _said_before(known, alert):
            return Taken(known, "nothing")
        return self._renewed(writing, known, alert, actor)

    def _renewed(self, writing: Writing, known: Incident, alert: Alert, actor: Actor) -> Taken:
        if known.state in SETTLED:
            raise Illegal(f"{known.number} is {known.state.value}, its alert cannot be renewed. Hint: send a new Alert", ())
        report = report_of(alert, root=self._region(alert))
        spot = self._ground.spot(report.lon, report.lat, report.datum, report.region)
        said: dict[str, Any] = {"title": report.title, "description": report.description, "priority": report.priority}
        said |= {"region": spot.region, "lon": spot.lon, "lat": spot.lat, "outside": spot.outside, "address": report.address}
        said |= {"alert": msgspec.to_builtins(alerted_of(alert, before=_messages(known))), "to": known.state.value}
        return Taken(self._noted(writing, known, RENEW, said, actor), "renewed")

    def _withdrawn(self, writing: Writing, known: Incident | None, alert: Alert, actor: Actor) -> Taken:
        if known is None:
            raise Unknown(f"{alert.sender!r:.80} sent no alert that {alert.identifier!r:.80} could withdraw")
        if known.withdrawn_at is not None:
            return Taken(known, "nothing")
        end = None if writing.open_orders(known.number) else _ENDS.get(known.state)
        why = alert.note or next((one.headline or one.description for one in alert.infos), "") or _TAKEN_BACK
        said = {"reason": why[:2000], "to": (end or known.state).value}
        return Taken(self._noted(writing, known, WITHDRAW, said, actor), "withdrawn")

    def _region(self, alert: Alert) -> str:
        """The first region it names that is one of the city's, else the city: an alert is its business wherever its middle is."""
        named = region_codes(alert) if alert.infos else ()
        return next((code for code in named if self._ground.knows(code)), self._ground.root)

    def _noted(self, writing: Writing, incident: Incident, verb: str, said: Mapping[str, Any], actor: Actor) -> Incident:
        entry = writing.append(actor, incident.number, "", verb, {**said, "from": incident.state.value})
        return apply_to_incident(writing, self._ground, entry, incident)


def _known(writing: Writing, alert: Alert) -> Incident | None:
    """The incident that one of the messages it is about began, or else renewed."""
    names = list(named(alert))
    began = (writing.by_client(client_of(alert, name)) for name in names)
    return next((one for one in began if one is not None), None) or writing.by_message(sender_of(alert), names)


def _messages(known: Incident) -> tuple[str, ...]:
    return known.alert.messages if known.alert else ()


def _said_before(known: Incident, alert: Alert) -> bool:
    """Whether it was taken already, or is older than what is known."""
    return alert.identifier in _messages(known) or (known.alert is not None and alert.sent < known.alert.sent)


def _check_in_force(alert: Alert, now: datetime) -> None:
    """Raises CapRefused for what had run out before it came: nobody need be sent for it."""
    ends = [one.expires for one in alert.infos]
    if ends and all(end is not None and end < now for end in ends):
        raise CapRefused([f"expires: it ran out at {ends[0]:%Y-%m-%dT%H:%M:%S%z}, before it came"])
