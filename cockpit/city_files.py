"""The files of a city's folder: reading them, and collecting every mistake of every file with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from cockpit.documents import Document, UnreadableDocument, read_document
from cockpit.mending import Parser, mend
from cockpit.static_layers import FORMATS as LAYER_FORMATS
from slots.problem import DocumentError, Problem, nearest, problems_of
from slots.slot import Model

FOLDERS: Final = ("slots", "indicators", "boards", "layers", "plans", "roster", "messages", "schemas")
ROSTER_FILES: Final = ("people.csv", "units.csv", "duty.csv")
SCHEMA_FORMATS: Final = (".avsc", ".desc", ".proto")

Stamps = frozenset[tuple[str, int, int, int, int]]
"""Of each file below a folder: its path, inode, size, and when it and what is said of it were changed last."""

Value = TypeVar("Value")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One mistake in a city's folder: the file (relative to the folder), the line from 1, and what is wrong."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file.as_posix()}:{self.line}: {self.message}"


class CityError(ValueError):
    """A folder that is no city yet; `problems` lists every mistake of every file, by file and line."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def folder_stamps(folder: Path) -> Stamps:
    """Another value whenever a file below the folder has been changed, added or taken away. Blocks for a moment."""
    return frozenset(_stamps(folder))


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # gone since
            stat = path.stat()
            if S_ISREG(stat.st_mode):
                yield path.relative_to(folder).as_posix(), stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


class CityFiles:
    """Reads documents out of one folder and notes what is wrong with them. One use, one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stamps = folder_stamps(folder)
        self.problems: list[FileProblem] = []

    def note(self, file: Path, line: int, message: str) -> None:
        """Notes one mistake; `file` is relative to the folder."""
        self.problems.append(FileProblem(file, line, message))

    def note_at(self, file: Path, document: Document, problem: Problem) -> None:
        """Notes a mistake at the line its path has in the document."""
        path = tuple(step for step in problem.path if step != "[key]")  # pydantic's word for a wrong key
        shown = Problem(path, problem.message)
        self.note(file, document.line(path), str(shown) if path else shown.message)

    def read(self, file: Path) -> Document | None:
        """The document of a file, or None when it could not be read (then that is noted)."""
        try:
            return read_document(self.folder / file)
        except UnreadableDocument as error:
            for line, message in error.mistakes:
                self.note(file, line, message)
            return None

    def parse(
        self, file: Path, document: Document, parser: Parser[Value], fillers: Mapping[str, Any] | None = None
    ) -> Value | None:
        """What the parser makes of the document; every DocumentError on the way is noted.

        Of a wrong document it is what the right parts of it make, with `fillers` for required keys, or None.
        """
        mended = mend(document.values, parser, fillers or {})
        for problem in mended.problems:
            self.note_at(file, document, problem)
        return mended.value

    def documents(self, folder: str) -> Iterator[tuple[Path, Document]]:
        """The readable `*.yaml` files of one sub-folder, by name."""
        for path in sorted((self.folder / folder).glob("*.yaml")):
            file = path.relative_to(self.folder)
            if document := self.read(file):
                yield file, document

    def inside(self, name: str) -> Path | None:
        """The path of a file named in a document, or None where it would lead out of the folder."""
        path = self.folder / name
        return path if path.resolve().is_relative_to(self.folder.resolve()) and not Path(name).is_absolute() else None

    def check_names(self, regions: str) -> None:
        """Notes every file and folder that nobody reads. What begins with a dot, and *.md and LICENSE, is people's own."""
        if not (self.folder / "city.yaml").is_file():
            self.note(
                Path("city.yaml"), 1, f"there is no city.yaml in {self.folder.name or '.'}/. Hint: is this a city's folder?"
            )
        for path in _others(self.folder, {"city.yaml", regions.split("/")[0], *FOLDERS}):
            allowed = ["city.yaml", regions, *(f"{name}/" for name in FOLDERS)]
            self._note_unread(path, allowed)
        for name in FOLDERS:
            self._check_folder(self.folder / name)

    def _check_folder(self, folder: Path) -> None:
        if folder.is_file():
            self.note(folder.relative_to(self.folder), 1, "must be a folder, it is a file")
            return
        if folder.name == "schemas":
            return self._check_schemas(folder)
        if folder.name == "roster":
            for path in _others(folder, set(ROSTER_FILES)):
                self._note_unread(path, list(ROSTER_FILES))
            return
        allowed = ["NAME.yaml"] + ([f"*{suffix}" for suffix in LAYER_FORMATS] if folder.name == "layers" else [])
        for path in _others(folder, set()) if folder.is_dir() else ():
            known = path.suffix == ".yaml" or (folder.name == "layers" and path.suffix in LAYER_FORMATS)
            if path.is_dir() or not known:
                self._note_unread(path, allowed)

    def _check_schemas(self, folder: Path) -> None:
        """Schemas may lie in folders of their own, one per registry."""
        for path in _others(folder, set()) if folder.is_dir() else ():
            if path.is_dir():
                self._check_schemas(path)
            elif path.suffix not in SCHEMA_FORMATS:
                self._note_unread(path, [f"*{suffix}" for suffix in SCHEMA_FORMATS])

    def _note_unread(self, path: Path, allowed: list[str]) -> None:
        name = path.relative_to(self.folder)
        shown = f"{name.name}/" if path.is_dir() else name.name
        hint = f" Hint: did you mean '{path.stem}.yaml'?" if path.suffix == ".yml" else nearest(shown, allowed)
        self.note(name, 1, f"nothing reads {shown!r}; allowed here: {', '.join(allowed)}.{hint}")


def parsed(model: type[M]) -> Parser[M]:
    """A parser for `CityFiles.parse` that validates by a model."""

    def parse(values: dict[str, Any]) -> M:
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise DocumentError(problems_of(error, model)) from None

    return parse


def _others(folder: Path, known: set[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        own = path.name.startswith((".", "__")) or path.suffix == ".md" or path.name == "LICENSE"
        if path.name not in known and not own:
            yield path
