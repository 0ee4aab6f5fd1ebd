"""Our modules as syntax trees, and who imports whom among them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("streams", "layers", "slots", "cockpit")


@dataclass(frozen=True)
class Module:
    """One file of ours: its dotted name and its syntax tree."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        return root(self.name)

    def at(self, node: ast.AST | int, message: str) -> str:
        """`path:line message`, as editors jump to."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.path}:{line} {message}"

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name a `from … import` starts at, the leading dots resolved."""
        if not node.level:
            return node.module or ""
        parts = self.name.split(".") if self.path.endswith("__init__.py") else self.name.split(".")[:-1]
        return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names the module defines itself."""
        names: set[str] = set()
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
        return frozenset(names)


@dataclass(frozen=True)
class House:
    """All modules of ours, by name."""

    modules: Mapping[str, Module] = field(repr=False)

    @classmethod
    def of(cls, files: Mapping[str, str]) -> House:
        """From relative path → text; tests feed it wrong ones."""
        found = [Module(_dotted(path), path, text) for path, text in files.items()]
        return cls({module.name: module for module in found})

    @classmethod
    def here(cls) -> House:
        """The packages and top-level modules of this checkout."""
        paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))] + sorted(ROOT.glob("*.py"))
        return cls.of({str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths})

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())

    def imports(self, module: Module) -> Iterator[tuple[ast.AST, str]]:
        """Where and what: dotted names, of ours as the module that holds the imported thing."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node, self._home(module.absolute(node), alias.name)) for alias in node.names)

    def _home(self, package: str, name: str) -> str:
        """The module behind `from package import name`."""
        if f"{package}.{name}" in self.modules:
            return f"{package}.{name}"
        if package not in self.modules or not self.modules[package].path.endswith("__init__.py"):
            return package
        inside = (m.name for m in self if m.name.startswith(f"{package}.") and name in m.defined)
        return next(inside, package)

    @cached_property
    def graph(self) -> dict[str, set[str]]:
        """Module → the modules of ours it imports."""
        return {m.name: {name for _, name in self.imports(m) if name in self.modules} - {m.name} for m in self}


def root(name: str) -> str:
    """The first part of a dotted name."""
    return name.partition(".")[0]


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
