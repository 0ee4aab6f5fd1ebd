"""A PostgreSQL for the tests: the one COCKPIT_TEST_DATABASE names, or one made from the system's own programs."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.broker.process import ForeignServer, ServerError, ServerProcess, free_port

HERE = "/usr/lib/postgresql"
UNPRIVILEGED = ("postgres", "nobody")
"""Who runs it when the tests run as root, which it refuses."""


class NoPostgres(Exception):
    """There is neither a server to use nor one to start; the message says what is missing."""


class PostgresProcess(ServerProcess):
    """A PostgreSQL of ours."""

    def stop(self) -> None:
        """Ends it in order, without waiting until its clients have gone (SIGINT)."""
        self._end(signal.SIGINT)


@contextmanager
def postgres_server(folder: Path) -> Iterator[ServerProcess | ForeignServer]:
    """A started server with its files in `folder`; `address` is a URL (`postgresql://…/postgres`).

    It writes through at each commit, so that it may be killed and started again. Raises NoPostgres and ServerError.
    """
    named = os.environ.get("COCKPIT_TEST_DATABASE")
    if named:
        yield ForeignServer(f"PostgreSQL at {named.rpartition('@')[2]} (COCKPIT_TEST_DATABASE)", named)
        return
    programs, run_as = programs_folder(), _run_as()
    with TemporaryDirectory(prefix="cockpit-postgres-") as apart:  # who runs it for root cannot enter root's folders
        server = _started(Path(apart) if run_as else folder, folder / "postgres.log", programs, run_as)
        try:
            yield server
        finally:
            server.stop()


def _started(folder: Path, log: Path, programs: Path, run_as: Sequence[str]) -> ServerProcess:
    log.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    if run_as:
        os.chown(folder, *(int(part.partition("=")[2]) for part in run_as[1:3]))
    files, port = folder / "files", free_port()
    command = [str(programs / "initdb"), "-D", str(files), "-U", "cockpit", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    made = subprocess.run([*run_as, *command], capture_output=True, text=True, timeout=120, cwd=folder)
    if made.returncode:
        raise ServerError(f"initdb failed:\n{made.stdout[-1000:]}{made.stderr[-1000:]}")
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "shared_buffers": "64MB"}
    serve = [str(programs / "postgres"), "-D", str(files), *(f"--{name}={value}" for name, value in settings.items())]
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    server = PostgresProcess(
        f"PostgreSQL {_version(programs)}",
        f"postgresql://cockpit@127.0.0.1:{port}/postgres",
        [*run_as, *serve],
        log,
        lambda: subprocess.run(ready, timeout=10).returncode == 0,
    )
    server.start()
    return server


def programs_folder() -> Path:
    """Where the server's programs are: on the path, else the newest of those the system keeps beside it."""
    found = sorted(Path(HERE).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*([Path(on_path).resolve().parent] if on_path else []), *(path.parent for path in found)]
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise NoPostgres(f"no PostgreSQL: neither COCKPIT_TEST_DATABASE nor initdb on the path or in {HERE}")


def _run_as() -> list[str]:
    """What must stand before a command so that root does not run it; empty for everybody else."""
    if os.geteuid() != 0:
        return []
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next((known[name] for name in UNPRIVILEGED if name in known), None)
    if user is None or shutil.which("setpriv") is None:
        raise NoPostgres(f"no PostgreSQL: root cannot run it, and there is no setpriv or none of the users {UNPRIVILEGED}")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _version(programs: Path) -> str:
    said = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, timeout=30).stdout
    found = re.search(r"[\d.]+", said)
    return found[0] if found else "?"
