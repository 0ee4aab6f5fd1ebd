"""What can be done with messages to many, each thing inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from cockpit.dispatch.actor import SYSTEM, Actor, Role
from cockpit.dispatch.announcing import BROADCASTS, CHANNEL, topic_of
from cockpit.dispatch.broadcast import READ, SEND, TRIED, Broadcast, Delivery, Recipient, fold
from cockpit.dispatch.concern import check_there
from cockpit.dispatch.exercise import marked
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.incident import Incident
from cockpit.dispatch.incidents import played
from cockpit.dispatch.machine import within
from cockpit.dispatch.recipients import Recipients
from cockpit.dispatch.refusal import Forbidden, Unknown, Wrong
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.said import Names
from cockpit.dispatch.writing import Writing
from slots.problem import nearest

COMMAND: Final = frozenset({Role.DISPATCHER, Role.CHIEF, Role.LEADER, Role.ADMINISTRATOR})
"""Who may speak to many at once."""
_LONGEST: Final = 4000


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /api/v1/broadcasts`: a text, or a template with its values.

    `to`: groups, posts, people, units and kinds of units; empty: those of the template.
    """

    to: Names = ()
    text: Annotated[str, Meta(max_length=_LONGEST)] = ""
    template: str = ""
    values: dict[str, Annotated[str, Meta(max_length=400)]] = {}
    lang: Annotated[str, Meta(pattern="^(zh|en)$")] = "zh"
    incident: str = ""
    exercise: bool | None = None
    channels: Names = ()
    """Through which channels it goes beside the cockpit's own pages."""


class Broadcasts:
    """The verbs of broadcasts. Holds nothing; any thread."""

    def __init__(self, ground: Ground, zone: str, rules: Rules) -> None:
        self._ground = ground
        self._zone = ZoneInfo(zone)
        self._rules = rules
        self.recipients = Recipients(ground, rules)

    def send(self, writing: Writing, draft: Draft, actor: Actor) -> Broadcast:
        """The new one; it goes to the topic of the units, and its recipients find it. Raises Wrong, Forbidden and Illegal."""
        if actor.role not in COMMAND:
            raise Forbidden(f"messages to many are for {', '.join(sorted(COMMAND))}, not for {actor.role.value}")
        incident = self._incident(writing, draft.incident, actor)
        exercise = played(draft.exercise, writing, actor) if incident is None else incident.exercise
        text = marked(self._text(draft, incident), exercise, draft.lang)
        template = self._rules.templates.get(draft.template)
        named = draft.to or (template.to if template else ())
        recipients, left_out = self.recipients.audience(named, actor, writing.now, incident.region if incident else None)
        deliveries = list(self._deliveries(draft, recipients, exercise))
        body = {"text": text, "template": draft.template, "exercise": exercise}
        body |= {"recipients": msgspec.to_builtins(recipients), "deliveries": msgspec.to_builtins(deliveries)}
        body["left_out"] = msgspec.to_builtins(left_out)
        number = writing.number("broadcasts", f"{writing.now.astimezone(self._zone):%Y%m%d}")
        entry = writing.append(actor, number, draft.incident, SEND, body)
        broadcast = fold(None, entry)
        writing.keep_broadcast(broadcast)
        self._announce(writing, broadcast)
        for channel in dict.fromkeys(one.channel for one in deliveries if one.state == "waiting"):
            writing.send(CHANNEL + channel, broadcast.version, channel, number, {"broadcast": number})
        return broadcast

    def tried(self, writing: Writing, number: str, channel: str, recipient: str, state: str, reason: str) -> None:
        """Notes an attempt to send it through a channel."""
        broadcast = writing.broadcast(number)
        if broadcast is not None:
            body = {"channel": channel, "recipient": recipient, "to": state, "reason": reason}
            writing.keep_broadcast(fold(broadcast, writing.append(SYSTEM, number, broadcast.incident, TRIED, body)))

    def read(self, writing: Writing, number: str, recipient: str, actor: Actor) -> Broadcast:
        """The broadcast with the receipt of a recipient (an id or a name; empty: whoever asks). A second one changes nothing.

        Only a recipient, or who commands, can say that it was read. Raises Unknown and Forbidden.
        """
        broadcast = writing.broadcast(number)
        names = [recipient] if recipient else [actor.name, actor.unit]
        found = next((one for name in names if broadcast and (one := broadcast.recipient(name))), None)
        if broadcast is None or found is None:
            raise Unknown(f"there is no broadcast {number!r:.40} to {(recipient or actor.name)!r:.60}")
        if actor.role not in COMMAND | {Role.SYSTEM} and not {found.id, found.name} & actor.units:
            raise Forbidden(f"{number} can be read by {found.name} only for itself")
        if found.read_at is not None:
            return broadcast
        entry = writing.append(actor, number, broadcast.incident, READ, {"recipient": found.id})
        changed = fold(broadcast, entry)
        writing.keep_broadcast(changed)
        return changed

    def _deliveries(self, draft: Draft, recipients: Sequence[Recipient], exercise: bool) -> Iterator[Delivery]:
        """One for each channel, or, where that needs to know of whom, for each recipient. What is played is told nobody."""
        for name in dict.fromkeys(draft.channels):
            channel = self._rules.channels.get(name)
            if channel is None:
                known = ", ".join(self._rules.channels) or "none"
                raise Wrong(f"there is no channel {name!r:.60}; there are: {known}.{nearest(name, self._rules.channels)}")
            for recipient in [one.id for one in recipients] if channel.fields else [""]:
                yield Delivery(name, recipient, "withheld" if exercise else "waiting")

    def _announce(self, writing: Writing, one: Broadcast) -> None:
        told = {
            "broadcast": one.number, "text": one.text, "incident": one.incident, "at": one.sent_at, "exercise": one.exercise,
            "units": [to.id for to in one.recipients if to.kind == "unit"],
        }  # fmt: skip
        writing.send(topic_of(BROADCASTS, one.exercise), one.version, one.number, one.number, told)

    def _incident(self, writing: Writing, number: str, actor: Actor) -> Incident | None:
        found = writing.incident(number) if number else None
        if number and (found is None or not within(actor, found.region, self._ground.above)):
            raise Wrong(f"there is no incident {number!r:.40}")
        if found is not None:
            check_there(writing, found)
        return found

    def _text(self, draft: Draft, incident: Incident | None) -> str:
        if not draft.template:
            if not draft.text.strip():
                raise Wrong("a broadcast needs a 'text', or a 'template' with its 'values'")
            return draft.text
        template = self._rules.templates.get(draft.template)
        if template is None:
            known, hint = ", ".join(self._rules.templates) or "none", nearest(draft.template, self._rules.templates)
            raise Wrong(f"there is no template {draft.template!r:.60}; there are: {known}.{hint}")
        given = {"number": incident.number, "title": incident.title, "region": incident.region} if incident else {}
        about = given | ({"address": incident.address or incident.region} if incident else {}) | draft.values
        try:
            return template.words(draft.lang, about)[:_LONGEST]
        except KeyError as missing:
            raise Wrong(f"template {template.template!r} needs 'values.{missing.args[0]}'") from None
