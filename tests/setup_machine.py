"""What the tests need from the system, installed where we may (apt as root), otherwise the exact command to run.

    python tests/setup_machine.py            install or explain
    python tests/setup_machine.py --check    only say what is there

Chromium and a Chinese font are needed. Java and Maven run the real Apache Kafka; where the system offers none of
them the fixtures fall back to another broker and the summary of the run says which. Without PostgreSQL its tests are
skipped, and the summary says so. A broker named by COCKPIT_TEST_KAFKA and a database named by COCKPIT_TEST_DATABASE
make these unnecessary. Exit 0: the tests can run; 1: they cannot, the last lines say what to do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

OLDEST_JAVA = 17


@dataclass(frozen=True)
class Need:
    """One thing the tests use: how to see it, and the Debian packages that bring it, best first; several at once by spaces."""

    name: str
    found: Callable[[], str | None]
    packages: tuple[str, ...]
    required: bool


def chromium() -> str | None:
    """`Chromium 156.0…`, or None."""
    said = _said(["chromium", "--version"])
    return said.splitlines()[-1] if said else None


def chinese_font() -> str | None:
    """The file of a font with Chinese letters, or None."""
    fonts = _said(["fc-list", ":lang=zh", "file"])
    return fonts.splitlines()[0].rstrip(": ") if fonts else None


def java() -> str | None:
    """The first line of `java -version` when it is new enough for Kafka 4."""
    said = _said(["java", "-version"])
    version = re.search(r'version "(\d+)', said or "")
    return said.splitlines()[0] if said and version and int(version[1]) >= OLDEST_JAVA else None


def maven() -> str | None:
    """`Apache Maven 3.8…`, or None."""
    said = _said(["mvn", "--version"])
    return re.sub(r"\x1b\[\d*m", "", said.splitlines()[0]) if said else None


def postgres() -> str | None:
    """`postgres (PostgreSQL) 15.1…`, or None; Debian keeps it beside the path."""
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return _said(["postgres", "--version"]) or (_said([str(beside[-1]), "--version"]) if beside else None)


def _said(command: list[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout.strip() or None


def needs(environment: Mapping[str, str]) -> tuple[Need, ...]:
    """All needs of the tests on this machine."""
    browser = (
        Need("Chromium", chromium, ("chromium",), required=True),
        Need("Chinese font", chinese_font, ("fonts-noto-cjk fontconfig",), required=True),
    )
    postgresql = Need("PostgreSQL", postgres, ("postgresql",), required=False)
    database = () if environment.get("COCKPIT_TEST_DATABASE") else (postgresql,)
    if environment.get("COCKPIT_TEST_KAFKA"):
        return (*browser, *database)
    runtimes = ("openjdk-17-jre-headless", "openjdk-21-jre-headless", "default-jre-headless")
    return (*browser, *database, Need("Java", java, runtimes, required=False), Need("Maven", maven, ("maven",), required=False))


def offered(packages: str) -> bool:
    """Whether apt knows a version of each package that it could install."""
    said = _said(["apt-cache", "policy", *packages.split()]) or ""
    return said.count("Candidate:") == len(packages.split()) and "Candidate: (none)" not in said


def best(need: Need) -> str | None:
    """The first package of the need that apt could install; where apt is unknown, the first one."""
    if shutil.which("apt-cache") is None:
        return need.packages[0]
    return next(filter(offered, need.packages), None)


def install(missing: Iterable[Need]) -> None:
    """Installs as root with apt. Blocks for minutes; a failure shows in what is missing afterwards."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=quiet, stdout=subprocess.DEVNULL, check=False)
    for need in missing:
        if package := best(need):
            tell(f"installing {package} (for: {need.name}) …")
            command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *package.split()]
            done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode:
                tell(done.stdout[-2000:])


def report(missing: Iterable[Need], is_root: bool) -> int:
    """The exit code, after saying what is missing and what to do."""
    fatal = False
    packages = []
    for need in missing:
        package = best(need)
        fatal |= need.required or (package is not None and not is_root)
        packages += [package] if package else []
        what = "the tests cannot run without it" if need.required else "the fixtures use what else they find, or skip, and say so"
        tell(f"missing: {need.name} ({what})")
    if fatal:
        tell("Install it with this command (Debian, Ubuntu), then try again:")
        tell(f"    {'' if is_root else 'sudo '}apt-get install --no-install-recommends {' '.join(packages)}")
    return int(fatal)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    wanted = needs(os.environ)
    is_root = os.geteuid() == 0
    missing = [need for need in wanted if not need.found()]
    if missing and is_root and shutil.which("apt-get") and "--check" not in arguments:
        install(missing)
        missing = [need for need in wanted if not need.found()]
    if "--check" in arguments:
        for need in wanted:
            tell(f"{need.name}: {need.found() or 'missing'}")
    return report(missing, is_root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
