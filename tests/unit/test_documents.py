"""What the documents promise is there, and what must not be written anywhere is not."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")
TWINS = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=["en", "zh"])


def fenced(readme: str, language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)


def committed() -> Iterator[Path]:
    """The text files of the project: git's list, or, outside a checkout, what lies in the folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [p for p in ROOT.rglob("*") if ".venv" not in p.parts]
    return (path for path in paths if path.is_file())


def text(path: Path) -> str:
    """The file's text; nothing for a binary one."""
    content = path.read_bytes()
    return "" if b"\0" in content[:8192] else content.decode("utf-8", "replace")


@TWINS
def test_the_first_commands_are_demo_and_test(readme: str) -> None:
    assert [block.strip() for block in fenced(readme, "sh")[:2]] == ["make demo", "make test"]


def test_the_chinese_twin_has_the_same_parts() -> None:
    def parts(readme: str) -> dict[str, int]:
        prose = re.sub(r"^```.*?^```$", "", readme, flags=re.DOTALL | re.MULTILINE)
        return {
            "headings": len(re.findall(r"^#+ ", prose, re.MULTILINE)),
            "table rows": len(re.findall(r"^\|", prose, re.MULTILINE)),
            "blocks": len(re.findall(r"^```\w*$", readme, re.MULTILINE)),
            "pictures": len(re.findall(r"!\[", prose)),
        }

    assert parts(CHINESE) == parts(ENGLISH)


@TWINS
def test_the_slot_of_the_readme_is_a_slot(readme: str) -> None:
    from slots.slot import parse_slot

    examples = [yaml.safe_load(block) for block in fenced(readme, "yaml")]
    slots = [parse_slot(example) for example in examples if "slot" in example]
    assert [slot.slot for slot in slots] == ["parking"]


@TWINS
def test_local_links_lead_somewhere(readme: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert not [link for link in links if not (ROOT / link).exists()]


@TWINS
def test_every_setting_is_documented(readme: str) -> None:
    from cockpit.settings import Settings

    prefix = str(Settings.model_config.get("env_prefix", "")).upper()
    names = {f"{prefix}{name}".upper() for name in Settings.model_fields}
    assert all(name.startswith("COCKPIT_") for name in names)
    assert {name for name in names if f"`{name}`" not in readme} == set()
    assert {name for name in re.findall(r"`(COCKPIT_[A-Z_]+)`", readme) if name not in names} == set()


@TWINS
def test_every_command_is_documented_with_options_it_has(readme: str) -> None:
    import app

    (shell,) = {id(value): value for value in vars(app).values() if isinstance(value, typer.Typer)}.values()
    commands = getattr(typer.main.get_command(shell), "commands", {})
    rows = dict(re.findall(r"^(\| `([a-z-]+)[ `].*)$", readme, re.MULTILINE))
    assert commands and set(rows.values()) == set(commands)
    for row, name in rows.items():
        known = {option for parameter in commands[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert set(re.findall(r"--[a-z][a-z-]*", row)) <= known


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_compose_offers_nothing_to_other_machines() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert set(services) == {"cockpit", "kafka", "valkey"}
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports and all(str(port).startswith("127.0.0.1:") for port in ports)
    assert set(services["cockpit"]["depends_on"]) == {"kafka", "valkey"}


def test_the_lock_fits_the_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    locked = dict(line.lower().replace("_", "-").split("==") for line in lines if "==" in line)
    for line in wanted:
        name, lowest = re.findall(r"^([A-Za-z0-9_-]+)[^>]*>=([\d.]+)", line)[0]
        assert version_of(locked[name.lower()]) >= version_of(lowest), line


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


FOREIGN = re.compile("|".join((r"(?<![\w.$}~-])/" + r"work/", r"\.lib" + r"rary\b", r"/root" + r"/")))
"""Paths of one machine; written in pieces, so that this file does not name them."""


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:120]}"
        for path in committed()
        for number, line in enumerate(text(path).splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert not found, "\n" + "\n".join(found)


def test_the_search_for_machine_paths_can_fail() -> None:
    assert FOREIGN.search("open('/" + "work/x')") and FOREIGN.search("see /root" + "/.cache")
    assert not FOREIGN.search("https://host.example/" + "work/x") and not FOREIGN.search("a path like frame/" + "work/x")


ADDRESS = re.compile(r"https?://[^\s\"'`<>)]+|[\"'(]//[a-z0-9-]+(?:\.[a-z0-9-]+)+/", re.IGNORECASE)
NAMESPACE = re.compile(r"http://www\.w3\.org/(?:2000/svg|1999/xlink|1999/xhtml|XML/1998/namespace)")


def foreign_addresses(source: str) -> list[str]:
    """Addresses of other hosts; names of XML name spaces only look like some."""
    return [found for found in ADDRESS.findall(source) if not NAMESPACE.fullmatch(found)]


READ_BY_PEOPLE = frozenset({".txt"})
"""Licences beside what they are of; no page loads them."""


def test_assets_name_no_other_host() -> None:
    found = {
        path.name: foreign_addresses(text(path))
        for path in (ROOT / "assets").rglob("*")
        if path.is_file() and path.suffix not in READ_BY_PEOPLE
    }
    assert found, "there are no assets"
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


@pytest.mark.parametrize(
    "source", ["url(https://fonts.example/a.woff2)", "src='//cdn.example.com/a.js'", "http://tiles.example/{z}"]
)
def test_the_search_for_other_hosts_can_fail(source: str) -> None:
    assert foreign_addresses(source)
    assert not foreign_addresses("createElementNS('http://www.w3.org/2000/svg', 'path') // a comment")
