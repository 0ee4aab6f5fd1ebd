"""The house's shape, read from the syntax trees: who may import whom, and what no module of ours may hold.

The table (tests/architecture/imports.py) is the one of the house style, without a list of exceptions. Where its words
leave room, this is the reading:

- A package that a room "alone may use" is refused everywhere else, in `app` too; its parts and twins count as it
  (starlette as fastapi, valkey as redis, confluent_kafka as kafka). What no room claims is free: numpy, shapely, msgspec,
  pydantic, … and **polars**, in which the columns of a Batch, of a Reading and of a `Places` question travel
  between all rooms.
- "`streams` (types)" are all modules of `streams` that are not a concrete connector. A connector is a module that
  holds a way into or out of the process: it imports a driver (kafka, redis, sqlite3, httpx, …), or stands directly on a
  module that does. For `cockpit` the concrete ledgers of `slots` are connectors too. Only `app` puts connectors together.
- `from streams import Batch` counts as an import of the module that defines Batch.
- Imports inside functions and under `TYPE_CHECKING` count like all others, in cycles too.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.architecture import imports, shape
from tests.architecture.house import ROOMS, ROOT, House, root

Check = Callable[[House], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    imports.wrong_imports,
    imports.wrong_connectors,
    imports.cycles,
    imports.foreign_private_names,
    shape.mutable_state,
    shape.work_at_import,
    shape.vague_names,
    shape.oversized,
)
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@pytest.fixture(scope="module")
def here() -> House:
    return House.here()


@every_check
def test_our_house(check: Check, here: House) -> None:
    violations = sorted(set(check(here)))
    assert not violations, "\n" + "\n".join(violations)


def test_every_room_is_read(here: House) -> None:
    assert {module.room for module in here} == {*ROOMS, "app"}


def test_every_package_folder_says_what_it_is_for() -> None:
    folders = {path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert not sorted(str(folder.relative_to(ROOT)) for folder in folders if not (folder / "README.md").is_file())


def test_every_third_party_import_is_a_declared_dependency(here: House) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {_distribution(line) for line in [*project["dependencies"], *extras["fast"], *extras["notify"]]}
    providers = packages_distributions()
    violations = []
    for module in here:
        for node, name in here.imports(module):
            package = root(name)
            ours = package in imports.OURS or package in sys.stdlib_module_names
            if not ours and not {_distribution(dist) for dist in providers.get(package, [package])} & declared:
                violations.append(module.at(node, f"{package} is not among the dependencies of pyproject.toml"))
    assert not violations, "\n" + "\n".join(violations)


def _distribution(requirement: str) -> str:
    """`kafka-python` of `kafka-python[crc32c]>=3.0.12,<4`."""
    letters = (letter if letter.isalnum() or letter in "-_." else " " for letter in requirement)
    return "".join(letters).split()[0].lower().replace("_", "-").replace(".", "-")


KAFKA = {"streams/kafka.py": "import kafka\nclass KafkaLog: ...\n"}
WRONG: dict[str, tuple[Check, dict[str, str]]] = {
    "streams may not import slots": (imports.wrong_imports, {"streams/a.py": "import slots.slot\n"}),
    "slots may not import layers": (imports.wrong_imports, {"slots/a.py": "def f():\n    from layers.regions import Regions\n"}),
    "layers may not import slots": (imports.wrong_imports, {"layers/a.py": "from slots import reading\n"}),
    "cockpit may not use redis": (imports.wrong_imports, {"cockpit/a.py": "from redis.asyncio import Redis\n"}),
    "app may not use kafka": (imports.wrong_imports, {"app.py": "import kafka\n"}),
    "slots may not use plotly": (imports.wrong_imports, {"slots/a.py": "import plotly.express as px\n"}),
    "nobody imports app": (imports.wrong_imports, {"cockpit/a.py": "from app import main\n"}),
    "nobody imports tests": (imports.wrong_imports, {"streams/a.py": "import tests.broker\n"}),
    "no connector in cockpit": (imports.wrong_connectors, {"cockpit/a.py": "from streams.kafka import KafkaLog\n", **KAFKA}),
    "no concrete ledger in cockpit": (
        imports.wrong_connectors,
        {"cockpit/a.py": "from slots.ledger_redis import RedisLedger\n", "slots/ledger_redis.py": "import redis\n"},
    ),
    "not through the package": (
        imports.wrong_connectors,
        {"streams/__init__.py": "", "slots/a.py": "from streams import KafkaLog\n", **KAFKA},
    ),
    "not one that stands on another": (
        imports.wrong_connectors,
        {"streams/sinks.py": "from streams import kafka\n", "slots/a.py": "import streams.sinks\n", **KAFKA},
    ),
    "two modules in a ring": (imports.cycles, {"slots/a.py": "import slots.b\n", "slots/b.py": "def f():\n    import slots.a\n"}),
    "three modules in a ring": (
        imports.cycles,
        {"slots/a.py": "import slots.b\n", "slots/b.py": "from slots import c\n", "slots/c.py": "from . import a\n"},
    ),
    "a private name": (imports.foreign_private_names, {"slots/a.py": "from slots.b import _f\n", "slots/b.py": ""}),
    "a private name of a module": (
        imports.foreign_private_names,
        {"slots/a.py": "from slots import b\nb._f()\n", "slots/b.py": ""},
    ),
    "a relative private name": (imports.foreign_private_names, {"slots/a.py": "from .b import _f\n", "slots/b.py": ""}),
    "a dict at module level": (shape.mutable_state, {"slots/a.py": "seen = {}\n"}),
    "an annotated dict": (shape.mutable_state, {"slots/a.py": "seen: dict[str, int] = {}\n"}),
    "a deque behind an if": (shape.mutable_state, {"slots/a.py": "import collections\nif True:\n    d = collections.deque()\n"}),
    "a comprehension": (shape.mutable_state, {"slots/a.py": "seen = [n for n in range(3)]\n"}),
    "global": (shape.mutable_state, {"slots/a.py": "n = 0\ndef f():\n    global n\n    n = 1\n"}),
    "a call at import": (shape.work_at_import, {"slots/a.py": "print('hello')\n"}),
    "a loop at import": (shape.work_at_import, {"slots/a.py": "for n in range(3):\n    pass\n"}),
    "a file read at import": (shape.work_at_import, {"slots/a.py": "from pathlib import Path\nt = Path('a').read_text()\n"}),
    "utils": (shape.vague_names, {"slots/utils.py": ""}),
    "a folder called common": (shape.vague_names, {"slots/common/page.py": ""}),
    "a long file": (shape.oversized, {"slots/a.py": "\n" * 301}),
    "a long function": (shape.oversized, {"slots/a.py": "def f():\n" + "    x = 1\n" * 40}),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_check_can_fail(name: str) -> None:
    check, files = WRONG[name]
    found = list(check(House.of(files)))
    assert found
    path, line = found[0].split(" ")[0].split(":")
    assert path in files and int(line) >= 1


RIGHT = {
    "app.py": "from streams.kafka import KafkaLog\ndef main(): ...\nif __name__ == '__main__':\n    main()\n",
    "slots/a.py": "from typing import Final\nfrom streams.record import Batch\nN: Final = {}\nPAIR = (1, 2)\n__all__ = ['f']\n",
    "streams/__init__.py": "",
    "streams/record.py": "import numpy as np\nclass Batch:\n    kinds = ()\n",
    "streams/kafka.py": "import kafka\nfrom streams import Batch\nclass KafkaLog: ...\n",
}


@every_check
def test_each_check_can_pass(check: Check) -> None:
    assert not list(check(House.of(RIGHT)))
