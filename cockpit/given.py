"""What the command line was given, read and checked. What is wrong with it is told in full, and the command ends with exit 2."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from socket import socket
from zoneinfo import ZoneInfo

from cockpit.city import City, load_city
from cockpit.city_files import CityError
from cockpit.panels import Panel, installed
from cockpit.serving import listen
from cockpit.settings import Settings, SettingsError, loopback, read_settings
from cockpit.terminal import FAILED, WRONG_INPUT, end, many
from slots.problem import nearest
from slots.slot import Slot


def given_settings(host: str | None = None, port: int | None = None) -> Settings:
    """The settings of the environment and the command line."""
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        end(WRONG_INPUT, *error.problems)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return settings.model_copy(update=given)


def given_city(folder: Path) -> City:
    """The city of a folder."""
    try:
        return load_city(folder, kinds())
    except CityError as error:
        end(WRONG_INPUT, *map(str, error.problems), f"{many(len(error.problems), 'mistake')} in {folder}")


def kinds() -> dict[str, Panel]:
    """The kinds of panels by the name a board gives them; ends where an installed one cannot be one."""
    try:
        return installed.kinds()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        end(WRONG_INPUT, f"{error}. Hint: mend or uninstall the package that offers it")


def given_slot(city: City, name: str) -> Slot:
    """The slot of this name."""
    if name not in city.slots:
        end(WRONG_INPUT, f"{city.name} has no slot {name!r}; it has: {', '.join(city.slots)}.{nearest(name, city.slots)}")
    return city.slots[name]


def given_moment(text: str, zone: str) -> datetime:
    """A day or a moment, in the zone where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        end(WRONG_INPUT, f"a day is written 2026-11-20, a moment 2026-11-20T08:00+08:00; got {text!r:.60}")
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def check_loopback(settings: Settings) -> None:
    """Ends the command where others than this machine could reach the address."""
    if not loopback(settings.host):
        allowed = "until identities exist anybody there could read and send. Allowed: 127.0.0.1, ::1, localhost"
        end(WRONG_INPUT, f"{settings.host!r} is not a loopback address; {allowed}")


def check_shared(settings: Settings) -> None:
    """Ends a command that is of no use alone where nothing is shared with other processes."""
    if settings.redis is None or not settings.kafka:
        end(
            WRONG_INPUT,
            "ingest alone needs COCKPIT_KAFKA and COCKPIT_REDIS, which other processes share. Hint: `cockpit serve` does both",
        )


def given_address(settings: Settings) -> socket:
    """A listening socket; an address in use ends the command with exit 1."""
    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        end(FAILED, str(error))
