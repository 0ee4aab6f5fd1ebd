"""The toolbox as it runs in a server: its store, what sends, and what reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from cockpit.city import City
from cockpit.dispatch.anchor import AnchorFile
from cockpit.dispatch.announcing import FEEDBACK
from cockpit.dispatch.channels import Channel, read_channels
from cockpit.dispatch.feedback import Feedback
from cockpit.dispatch.follower import Follower
from cockpit.dispatch.freezer import Freezer
from cockpit.dispatch.intake import Intake
from cockpit.dispatch.journal import Sealer
from cockpit.dispatch.kept_files import KeptFiles
from cockpit.dispatch.postman import Postman
from cockpit.dispatch.relay import Relay
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.screen import Screens
from cockpit.dispatch.secret import secret_in
from cockpit.dispatch.standing import OpenIncidents
from cockpit.dispatch.store import Store
from cockpit.dispatch.strange_answers import StrangeAnswers
from cockpit.dispatch.toolbox import Toolbox
from cockpit.dispatch.working_time import WorkingTime
from cockpit.parts import Parts
from cockpit.settings import Settings
from cockpit.state import state_root
from streams.clock import Clock
from streams.codecs import codec_for

ANCHORS = "dispatch.anchors"
"""The file beside the state in which the journal's head is kept."""
ATTACHMENTS = "attachments"
"""The folder beside it in which photos and papers are kept."""


def open_store(settings: Settings, folder: Path, city: str, secret: bytes, clock: Clock) -> Store:
    """The store of a city whose state is in this folder; it connects when it is first asked."""
    sealer = Sealer(secret, settings.journal_seal)
    return Store(settings.toolbox_in(folder), city, sealer, clock, AnchorFile(folder / ANCHORS).note)


@contextmanager
def dispatching(parts: Parts, settings: Settings) -> Iterator[Parts]:
    """The parts with a toolbox that sends what it decides and reads what it is answered; ended at the end."""
    city, folder = parts.city, state_root(settings) / parts.city.name
    given = settings.secret.get_secret_value() if settings.secret else None
    store = open_store(settings, folder, city.name, secret_in(folder, given), parts.clock)
    files = KeptFiles(folder / ATTACHMENTS)
    channels = read_channels(settings.channels) if settings.channels else {}
    toolbox = Toolbox(store, city.regions, city.zone, rules_of(city, channels), files)
    with ExitStack() as stack:
        stack.callback(toolbox.close)
        relay = Relay(toolbox, parts.log, city.name)
        at_work: list[Relay | Follower | Postman] = [relay, *_followers(parts, toolbox)]
        if channels:
            at_work.append(Postman(toolbox, channels, parts.clock))
        for running in at_work:
            stack.callback(running.stop)
            running.start()
        whole = replace(parts, toolbox=toolbox, open_incidents=open_incidents(city, toolbox))
        freezer = Freezer(toolbox, files, Screens(whole), parts.clock)
        stack.callback(freezer.stop)
        freezer.start()
        yield replace(whole, issued=freezer.note)


def open_incidents(city: City, toolbox: Toolbox) -> OpenIncidents:
    """The open incidents of a city by its plans and by the rules of its toolbox."""
    return OpenIncidents(toolbox, city.plans)


def rules_of(city: City, channels: Mapping[str, Channel] = MappingProxyType({})) -> Rules:
    """What the city's files lay down for its toolbox, and the channels of the deployment."""
    work = WorkingTime.of(city.calendar, city.zone)
    return Rules(city.roster, city.templates, city.limits, channels, city.skills, work)


def _followers(parts: Parts, toolbox: Toolbox) -> Iterator[Follower]:
    strange = StrangeAnswers(toolbox.store, parts.set_aside, parts.clock)
    yield Follower(toolbox, parts.log.source(FEEDBACK), "feedback", Feedback(toolbox).take, strange.ahead)
    rule = parts.city.incidents
    if rule is not None:
        slot = parts.city.slots[rule.slot]
        intake = Intake(toolbox, slot, rule, codec_for(slot.source, parts.city.folder))
        yield Follower(toolbox, parts.log.source(slot.source.topic), f"intake:{slot.slot}", ahead=intake.ahead)
