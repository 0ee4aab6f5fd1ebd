"""The channels beside the cockpit's own pages: DingTalk, WeCom, Feishu, SMS gateways, email, through apprise.

A file outside the city's folder, which is in Git, names them: their addresses hold secrets. `{address}`, `{phone}` and `{email}`
in one stand for what the roster says of each recipient; without them the channel is told once for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import yaml

from cockpit.dispatch.roster import Roster

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIELDS: Final = ("address", "phone", "email")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")


class ChannelsError(ValueError):
    """The file of channels cannot be used; `problems` lists every mistake, without an address."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out. `url`: as apprise writes it; its repr shows nothing of it."""

    name: str
    url: str

    def __repr__(self) -> str:
        return f"Channel({self.name!r})"

    @property
    def fields(self) -> tuple[str, ...]:
        """What of each recipient it needs; none: it is told once for all."""
        return tuple(dict.fromkeys(_BRACES.findall(self.url)))

    def to(self, said: Mapping[str, str]) -> str | None:
        """The address of a recipient; None where the roster does not say all of it."""
        if any(not said.get(name) for name in self.fields):
            return None
        return _BRACES.sub(lambda found: quote(said[found[1]], safe=""), self.url)


def read_channels(file: Path) -> Mapping[str, Channel]:
    """The channels by name. Blocks. Raises ChannelsError with every mistake."""
    try:
        document = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ChannelsError([f"{file.name} cannot be read: {type(error).__name__}"]) from None
    if not isinstance(document, dict):
        raise ChannelsError([f"{file.name} must name channels, as `duty: dingtalk://…`"])
    if problems := [fault for name, url in document.items() for fault in _faults(name, url)]:
        raise ChannelsError(problems)
    return {name: Channel(name, url) for name, url in document.items()}


def said_of(roster: Roster, id: str) -> Mapping[str, str]:
    """What the roster says of how a person or a unit is reached."""
    person = next((one for one in roster.people if one.id == id), None)
    unit = next((one for one in roster.units if one.id == id), None)
    return {name: str(getattr(person or unit, name, "")) for name in _FIELDS}


def _faults(name: Any, url: Any) -> Iterator[str]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"a channel's name is snake_case, got {str(name)!r:.60}"
    elif not isinstance(url, str) or "://" not in url:
        yield f"channel {name!r}: an address as apprise writes it is needed, as dingtalk://… or mailto://…"
    elif wrong := [field for field in _BRACES.findall(url) if field not in _FIELDS]:
        yield f"channel {name!r}: {{{wrong[0]}}} is none of {', '.join(_FIELDS)}"


def tell(url: str, title: str, text: str) -> bool:
    """Whether the channel took it. Blocks for some seconds at most; never raises for what a channel does."""
    import apprise  # takes a while to load, and only who has channels needs it

    told = apprise.Apprise()
    return bool(told.add(url) and told.notify(body=text, title=title))
