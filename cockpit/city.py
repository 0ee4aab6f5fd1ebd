"""A city: everything one deployment changes, read from one folder and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cockpit.boards import Board, parse_board
from cockpit.city_document import Calendar, CityDocument
from cockpit.city_files import CityError, CityFiles, Stamps, parsed
from cockpit.dispatch.city_plans import city_plans, city_roster
from cockpit.dispatch.intake_rule import IntakeRule, rule_problems
from cockpit.dispatch.limit_document import LimitsDocument
from cockpit.dispatch.open311 import Service
from cockpit.dispatch.plans import Plan, PlanReferences
from cockpit.dispatch.roster import Roster
from cockpit.dispatch.templates import Template, city_templates
from cockpit.documents import Document
from cockpit.panels.panel import Panel
from cockpit.references import References
from cockpit.region_file import load_regions, named_file
from cockpit.region_lines import line_of
from cockpit.schemes import Scheme, parse_scheme
from cockpit.static_layers import LayerDocument, StaticLayer, load_layer, parse_layer
from layers import DatumError, Regions, RegionsError
from layers.datum import known
from slots import registry
from slots.live import Live
from slots.problem import DocumentError, Problem, nearest
from slots.schema_rules import schema_problems
from slots.slot import Slot, Titles, parse_slot

# What stands in for a required key that is wrong, so that the rest of the file can be checked.
_CITY: Final = MappingProxyType({"name": "unread", "title": {"en": "?"}, "timezone": "UTC"})
_SLOT: Final = MappingProxyType({
    "slot": "unread", "family": "operations", "source": {"topic": "unread"},
    "indicators": [{"name": "unread", "measure": {"agg": "count"}}],
})  # fmt: skip
_BASEMAP: Final = MappingProxyType({"zh": "底图", "en": "Base map"})
_TAKEN: Final = MappingProxyType({"regions": "the regions of the city", "basemap": "the base map of city.yaml"})
_BOARD: Final = MappingProxyType(
    {"board": "unread", "title": {"en": "?"}, "layouts": {"wall": {"columns": 1, "rows": 1, "at": {"?": [1, 1, 1, 1]}}}}
)
_SCHEME: Final = MappingProxyType(
    {"scheme": "unread", "version": "?", "tree": {"name": "unread", "indicator": "unread.unread", "score": "none"}}
)


@dataclass(frozen=True, slots=True)
class City:
    """A whole and consistent city. `zone`: IANA name. The first of `boards` is the one shown at `/`.

    Slots, boards and schemes may be exchanged while the city runs (`cockpit.reload`); all else stays until the next start.
    """

    folder: Path
    name: str
    title: Titles
    zone: str
    languages: tuple[str, ...]
    demonstration: bool
    regions: Regions
    slots: Live[Slot]
    boards: Live[Board]
    layers: tuple[StaticLayer, ...]
    schemes: Live[Scheme]
    calendar: Calendar
    limits: LimitsDocument
    plans: Mapping[str, Plan]
    roster: Roster
    unit_positions: str | None = None
    """The slot whose entities are the roster's units."""
    weather: str | None = None
    """The slot that tells the weather, so that a place can be told it."""
    services: tuple[Service, ...] = ()
    """What people may ask for by Open311."""
    incidents: IntakeRule | None = None
    templates: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """What units must be able to do, by the category of incidents."""
    stamps: Stamps | None = field(default=None, compare=False, repr=False)
    """The folder's, from before the first file was read; None where it was not read."""

    @property
    def topics(self) -> dict[str, list[Slot]]:
        """Each topic that is read, and the slots that read it."""
        topics: dict[str, list[Slot]] = {}
        for slot in self.slots.values():
            topics.setdefault(slot.source.topic, []).append(slot)
        return topics


def load_city(folder: Path, panels: Mapping[str, Panel], running: City | None = None) -> City:
    """The city in a folder, with the slots its `packs:` turn on. Blocks. Raises CityError with every mistake of every file.

    `panels`: the kinds of panels by the name a board gives them. `running`: the city as it runs, whose regions and map layers
    are taken for granted instead of being read again.
    """
    return _Loading(CityFiles(folder), panels, running).city()


class _Loading:
    """One pass over a folder; each step goes on with what the steps before could read."""

    def __init__(self, files: CityFiles, panels: Mapping[str, Panel], running: City | None = None) -> None:
        self._files = files
        self._panels = panels
        self._running = running

    def city(self) -> City:
        document = self._files.read(Path("city.yaml")) if (self._files.folder / "city.yaml").is_file() else None
        own = self._files.parse(Path("city.yaml"), document, parsed(CityDocument), _CITY) if document else None
        named = document.values.get("regions") if document else None
        self._files.check_names(named_file(named))
        regions = self._regions(own, document) if own and document else None
        slots = dict(self._slots(regions, own, document))
        basemap = self._basemap(own, document) if own and document else ()
        layers = self._running.layers if self._running else (*basemap, *self._layers(slots))
        references = References(slots, [layer.name for layer in layers], regions, self._unread("slots", "layers"))
        schemes = dict(self._schemes(references))
        boards = dict(self._boards(replace(references, schemes=schemes.keys() | self._unread("indicators"))))
        moving = [name for name, slot in slots.items() if slot.entities]
        if own and document:
            self._check_positions(own, document, moving)
            self._check_weather(own, document, slots)
        codes = regions.codes if regions is not None else None
        roster = city_roster(self._files, own.timezone if own else "UTC", codes)
        plans = city_plans(self._files, PlanReferences(codes, self._resources(layers, moving), roster.groups))
        templates = city_templates(self._files, roster.called)
        if own and document:
            boards = self._ordered(boards, own, document)
            for problem in rule_problems(own.incidents, slots, references.unread) if own.incidents else ():
                self._files.note_at(Path("city.yaml"), document, problem)
        if self._files.problems or own is None or regions is None:
            raise CityError(self._files.problems)
        return City(
            self._files.folder, own.name, own.title, own.timezone, own.languages, own.demonstration,
            regions, Live(slots), Live(boards), layers, Live(schemes), own.calendar,
            own.limits, plans, roster, own.unit_positions, own.weather, own.services,
            incidents=own.incidents, templates=templates, skills=own.skills,
            stamps=self._files.stamps,
        )  # fmt: skip

    def _regions(self, own: CityDocument, document: Document) -> Regions | None:
        if self._running:
            return self._running.regions
        name = own.regions.file
        path = self._files.inside(name)
        if path is None or not path.is_file():
            reason = "leads out of the city's folder" if path is None else "does not exist"
            self._note_city(document, "regions", f"the file {name!r} {reason}")
            return None
        try:
            return load_regions(path, own.regions, own.datum)
        except DatumError as error:
            self._note_city(document, "datum", str(error))
            return None
        except RegionsError as error:
            for problem in error.problems:
                text = problem.removeprefix(f"{path.name}: ")
                self._files.note(Path(name), line_of(path, text), text)
            return None

    def _slots(self, regions: Regions | None, own: CityDocument | None, document: Document | None) -> Iterator[tuple[str, Slot]]:
        where: dict[str, Path] = {}
        for position, name in enumerate(own.packs if own else ()):
            try:
                slot = registry.find(name)
            except (LookupError, ValueError, TypeError, ImportError) as error:  # a plug-in may be of any quality
                self._note_city(document, "packs", str(error.args[0] if error.args else error), position)
                continue
            where[slot.slot] = Path("city.yaml")
            yield slot.slot, slot
        for file, slot_document in self._files.documents("slots"):
            for problem in _slot_problems(slot_document.values, regions, where):
                self._files.note_at(file, slot_document, problem)
            found = self._files.parse(file, slot_document, parse_slot, _SLOT)
            if found is None:
                continue
            self._check_name(file, slot_document, "slot", found.slot)
            for problem in schema_problems(found, self._files.folder):
                self._files.note_at(file, slot_document, problem)
            where.setdefault(found.slot, file)
            yield found.slot, found

    def _layers(self, slots: Mapping[str, Slot]) -> Iterator[StaticLayer]:
        for file, document in self._files.documents("layers"):
            shape = self._files.parse(file, document, parse_layer)
            if shape is None:
                continue
            self._check_name(file, document, "layer", shape.layer)
            if shape.layer in _TAKEN or shape.layer in slots:
                taken = _TAKEN.get(shape.layer, "a slot")
                self._files.note_at(
                    file,
                    document,
                    Problem(("layer",), f"{shape.layer!r} is the name of {taken}; a map could not tell them apart"),
                )
            if layer := self._files.parse(file, document, lambda _, shape=shape: self._layer(shape)):  # type: ignore[misc]
                yield layer

    def _basemap(self, own: CityDocument, document: Document) -> Iterator[StaticLayer]:
        """What `basemap:` says, as a layer of that name."""
        if own.basemap is None:
            return
        try:
            shape = parse_layer({"title": dict(_BASEMAP), **own.basemap, "layer": "basemap", "kind": "raster_tiles"})
            yield self._layer(shape)
        except DocumentError as error:
            for problem in error.problems:
                self._note_city(document, "basemap", problem.message, *problem.path)

    def _layer(self, shape: LayerDocument) -> StaticLayer:
        if shape.file is None:
            return load_layer(shape, None)
        name = f"layers/{shape.file}"
        path = self._files.inside(name)
        if path is None or not path.is_file():
            raise DocumentError([Problem(("file",), f"the file {name!r} does not exist")])
        return load_layer(shape, path)

    def _boards(self, references: References) -> Iterator[tuple[str, Board]]:
        for file, document in self._files.documents("boards"):
            board = self._files.parse(file, document, lambda values: parse_board(values, self._panels, references), _BOARD)
            if board:
                self._check_name(file, document, "board", board.board)
                yield board.board, board

    def _ordered(self, boards: dict[str, Board], own: CityDocument, document: Document) -> dict[str, Board]:
        """The boards, the default one first."""
        names = [path.stem for path in sorted((self._files.folder / "boards").glob("*.yaml"))]
        if not names:
            self._files.note(Path("boards"), 1, "a city needs at least one board. Hint: boards/city.yaml")
        if own.default_board and own.default_board not in names:
            hint = nearest(own.default_board, names)
            self._note_city(
                document, "default_board", f"there is no board {own.default_board!r}; boards: {', '.join(names)}.{hint}"
            )
        return dict(sorted(boards.items(), key=lambda item: item[0] != own.default_board))

    def _schemes(self, references: References) -> Iterator[tuple[str, Scheme]]:
        for file, document in self._files.documents("indicators"):
            scheme = self._files.parse(file, document, lambda values: parse_scheme(values, references.indicator_mistake), _SCHEME)
            if scheme:
                self._check_name(file, document, "scheme", scheme.scheme)
                yield scheme.scheme, scheme

    def _unread(self, *folders: str) -> frozenset[str]:
        """The names of files that are wrong themselves; whoever names what they hold has made no mistake."""
        return frozenset(problem.file.stem for problem in self._files.problems if problem.file.parts[0] in folders)

    def _check_positions(self, own: CityDocument, document: Document, moving: list[str]) -> None:
        given = own.unit_positions
        if given and given not in (*moving, *self._unread("slots")):
            reason = f"there is no slot {given!r} that keeps entities.{nearest(given, moving)}"
            self._note_city(document, "unit_positions", reason)

    def _check_weather(self, own: CityDocument, document: Document, slots: Mapping[str, Slot]) -> None:
        if own.weather and own.weather not in (*slots, *self._unread("slots")):
            reason = f"there is no slot {own.weather!r}; slots: {', '.join(slots) or 'none'}.{nearest(own.weather, slots)}"
            self._note_city(document, "weather", reason)

    def _resources(self, layers: tuple[StaticLayer, ...], moving: list[str]) -> set[str] | None:
        """What a plan may ask for nearby; None where that is not known, since other files are wrong."""
        return None if self._unread("slots", "layers") else {*(layer.name for layer in layers), *moving}

    def _check_name(self, file: Path, document: Document, key: str, name: str) -> None:
        if file.stem != name:
            self._files.note_at(
                file, document, Problem((key,), f"{name!r} stands in {file.name}; the file must be named {name}.yaml")
            )

    def _note_city(self, document: Document | None, key: str, message: str, *position: Any) -> None:
        if document:
            self._files.note_at(Path("city.yaml"), document, Problem((key, *position), message))


def _slot_problems(slot: Mapping[str, Any], regions: Regions | None, where: Mapping[str, Path]) -> Iterator[Problem]:
    """What a slot's document gets wrong about the city around it; told whatever else is wrong with it."""
    name, rule = slot.get("slot"), slot.get("region")
    if isinstance(name, str) and name in where:
        yield Problem(("slot",), f"{name!r} is there already, in {where[name].as_posix()}")
    if isinstance(rule, dict) and "point" in rule and regions is not None and regions.bounds(regions.root.code) is None:
        yield Problem(("region", "point"), "no region of the city has a polygon, so no point lies in any. Hint: {code: FIELD}")
    if isinstance(rule, dict) and str(rule.get("datum")).startswith("epsg:"):
        try:
            known(str(rule["datum"]))
        except DatumError as error:
            yield Problem(("region", "datum"), str(error))
    fallback = rule.get("fallback") if isinstance(rule, dict) else None
    if isinstance(fallback, str) and regions is not None and fallback not in regions:
        hint = nearest(fallback, regions.codes)
        yield Problem(("region", "fallback"), f"there is no region {fallback!r} in the tree of {len(regions)} regions.{hint}")
