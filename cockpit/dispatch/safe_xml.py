"""XML from strangers: no document types, no entities, nothing fetched, bounded in size, depth and number of elements."""

from __future__ import annotations

from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

BYTES_MAX: Final = 1024 * 1024
DEPTH_MAX: Final = 40
ELEMENTS_MAX: Final = 20_000


class XmlRefused(ValueError):
    """It is not well formed, or holds what is not taken from strangers."""


def parse(raw: bytes, bytes_max: int = BYTES_MAX, elements_max: int = ELEMENTS_MAX) -> Element:
    """The root element; names as `{namespace}name`. Raises XmlRefused."""
    if len(raw) > bytes_max:
        raise XmlRefused(f"more than {bytes_max // 1024} KiB are not read, got {len(raw) // 1024} KiB")
    building = _Building(elements_max)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.text
    for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "UnparsedEntityDeclHandler", "ExternalEntityRefHandler"):
        setattr(parser, handler, _refuse)
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise XmlRefused(f"not well-formed XML: {error}") from None
    except (ValueError, LookupError) as error:  # an encoding that is none
        raise XmlRefused(str(error)) from None
    return building.tree.close()


class _Building:
    """Fills a tree as the parser goes, and stops when it grows too large."""

    def __init__(self, elements_max: int) -> None:
        self.tree = TreeBuilder()
        self._most = elements_max
        self._depth = self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_MAX or self._count > self._most:
            raise XmlRefused(f"more than {DEPTH_MAX} levels or {self._most:,} elements are not read")
        self.tree.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self.tree.end(_qualified(name))

    def text(self, words: str) -> None:
        self.tree.data(words)


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse(*_: Any) -> None:
    raise XmlRefused("document types and entities are not taken. Hint: leave <!DOCTYPE …> out")
