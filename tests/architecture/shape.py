"""What a module of ours may hold: no state, no work at import, a name that says something, a size one can read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.architecture.house import House, Module

VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "base", "data", "misc"}
MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "OrderedDict", "Counter", "ChainMap"}
STEADY = {"Final", "tuple", "frozenset", "MappingProxyType"}
WORK = (ast.For, ast.While, ast.With, ast.AsyncFor, ast.AsyncWith, ast.Delete, ast.AugAssign, ast.Raise, ast.Assert)
OUTSIDE = {"open", "read_text", "read_bytes", "mkdir", "connect"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef
Assignment = ast.Assign | ast.AnnAssign


def mutable_state(house: House) -> Iterator[str]:
    """Module-level lists, dicts and sets that nothing declares steady, and `global`."""
    for module in house:
        for node in _at_module_level(module.tree.body):
            if isinstance(node, Assignment) and _is_mutable(node):
                yield module.at(node, "mutable at module level; use a tuple, frozenset or MappingProxyType, or annotate it Final")
        for inner in ast.walk(module.tree):
            if isinstance(inner, ast.Global):
                yield module.at(inner, f"global {', '.join(inner.names)}; pass it in")


def _at_module_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import, inside `if`, `try` and `with` too."""
    for node in body:
        yield node
        if not isinstance(node, Function | ast.ClassDef):
            for part in ("body", "orelse", "finalbody", "handlers"):
                yield from _at_module_level(getattr(node, part, []))


def _is_mutable(node: Assignment) -> bool:
    """Names with two underscores on both sides are the language's (`__all__`), not ours."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if all(isinstance(target, ast.Name) and target.id.startswith("__") for target in targets):
        return False
    if isinstance(node, ast.AnnAssign) and _name(node.annotation) in STEADY:
        return False
    if isinstance(node.value, ast.Call):
        return _name(node.value.func) in MUTABLE_CALLS
    return isinstance(node.value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _name(node: ast.expr) -> str:
    """What a type or a call is of: `Final` in `Final[dict[str, int]]`, `deque` in `collections.deque`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def work_at_import(house: House) -> Iterator[str]:
    """Statements that do something as soon as a module is imported."""
    for module in house:
        for node in _at_module_level(module.tree.body):
            if isinstance(node, WORK):
                yield module.at(node, f"{type(node).__name__.lower()} runs at import; put it into a function")
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not _under_main(module, node):
                yield module.at(node, "a call runs at import; put it into a function")
            elif isinstance(node, Assignment) and isinstance(node.value, ast.Call) and _name(node.value.func) in OUTSIDE:
                yield module.at(node, "reads the outside world at import; put it into a function")


def _under_main(module: Module, node: ast.Expr) -> bool:
    guards = (n for n in module.tree.body if isinstance(n, ast.If) and ast.unparse(n.test) == "__name__ == '__main__'")
    return any(node in guard.body for guard in guards)


def vague_names(house: House) -> Iterator[str]:
    """Modules and folders whose name says nothing."""
    for module in house:
        vague = (part for part in module.name.split(".") if part in VAGUE)
        yield from (module.at(1, f"'{part}' is no name for a module; find the noun") for part in vague)


def oversized(house: House) -> Iterator[str]:
    """Files and functions that hide a noun."""
    for module in house:
        if (lines := module.text.count("\n")) > LONGEST_FILE:
            yield module.at(1, f"{lines} lines, at most {LONGEST_FILE}; find the missing noun")
        for node in ast.walk(module.tree):
            if isinstance(node, Function) and (lines := _lines(node)) > LONGEST_FUNCTION:
                yield module.at(node, f"{node.name} has {lines} lines, at most {LONGEST_FUNCTION}; find the missing noun")


def _lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
