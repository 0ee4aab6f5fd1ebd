"""One thing has one word: the table of the reports and the table of the screens are the same, in every language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from cockpit.dispatch import words
from cockpit.dispatch.incident import State
from cockpit.dispatch.order import OrderState
from cockpit.dispatch.words import Kind, word

ASSETS: Final = Path(__file__).resolve().parents[4] / "assets"
SHARED: Final = ASSETS / "dispatch_words.js"
_PAIR: Final = re.compile(r'(?:"([^"]+)"|\b([\w-]+)): \["([^"]*)", "([^"]*)"\]')
NAMES: Final[dict[str, Kind]] = {
    "STATES": "state", "DONE": "verb", "PRIORITIES": "priority", "CLOCKS": "light", "REASONS": "reason",
}  # fmt: skip


def table(script: Path, name: str) -> dict[str, tuple[str, str]]:
    """The words of one object in a script: name → (zh, en)."""
    found = re.search(rf"const {name} = \{{(.*?)\}};", script.read_text("utf-8"), re.DOTALL)
    assert found, (script, name)
    return {quoted or plain: (zh, en) for quoted, plain, zh, en in _PAIR.findall(found[1])}


@pytest.mark.parametrize("name", NAMES)
def test_screens_and_reports_have_the_same_words(name: str) -> None:
    kind = NAMES[name]
    shown = table(SHARED, name)
    assert shown == {key: (word(kind, key, "zh"), word(kind, key, "en")) for key in shown}
    assert name == "CLOCKS" or list(shown) == list(words.named(kind))


def test_the_desk_names_roles_as_reports_do() -> None:
    shown, told = table(ASSETS / "duty" / "words.js", "ROLES"), words.named("role")
    assert {key: shown.get(key) for key in told} == told


def test_no_surface_has_words_of_its_own_for_a_state_or_a_priority() -> None:
    scripts = [path for path in ASSETS.rglob("*.js") if path != SHARED]
    names = "|".join(sorted({*State, *OrderState, "HIGH", "URGENT", "NORMAL", "LOW"}))
    own = re.compile(rf'\b\w*?(?:{names}): \["')
    assert [(path.name, found[0]) for path in scripts if (found := own.search(path.read_text("utf-8")))] == []


def test_no_two_states_of_an_incident_and_no_two_priorities_share_a_word() -> None:
    for kind, names in (("state", [*State]), ("priority", ["LOW", "NORMAL", "HIGH", "URGENT"])):
        for language in ("zh", "en"):
            said = [word(kind, name, language) for name in names]  # type: ignore[arg-type]
            assert len(set(said)) == len(said), (kind, language)
