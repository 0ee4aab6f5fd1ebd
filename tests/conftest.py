"""What all tests share: the real servers, started when the first test asks, and the line that says which they were."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import settings

from tests.broker.kafka_server import kafka_server as start_kafka
from tests.broker.postgres_server import NoPostgres
from tests.broker.postgres_server import postgres_server as start_postgres
from tests.broker.process import ForeignServer, ServerProcess
from tests.broker.redis_server import redis_server as start_redis
from tests.forms import form, proof

pytest.register_assert_rewrite("tests.browser.duty_desk", "tests.browser.map_screen", "tests.browser.watched")


class ServersUsed:
    """The real servers of this run, in the order they were first used, named with their versions."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def add(self, name: str) -> None:
        if name not in self.names:
            self.names.append(name)


_SERVERS_USED = pytest.StashKey[ServersUsed]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SERVERS_USED] = ServersUsed()
    settings.register_profile("ours", max_examples=form(25, 100), deadline=None)  # no test is to fail because others are busy
    settings.load_profile("ours")
    # kafka-python loads its schemas with importlib.resources.read_text and open_text, which Python 3.11 and 3.12 call deprecated.
    config.addinivalue_line("filterwarnings", r"ignore:(read|open)_text is deprecated:DeprecationWarning")
    # kafka-python leaves the socket of a refused connection to the garbage collector: never connected, so without a peer.
    never_connected = r"unclosed <socket\.socket fd=\d+, family=\d+, type=1, proto=6, laddr=\('0\.0\.0\.0', \d+\)>"
    config.addinivalue_line("filterwarnings", f"ignore:{never_connected}:ResourceWarning")
    warnings.filterwarnings("ignore", never_connected, ResourceWarning)  # after the last test only this one holds


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What tries random examples tries more of them in the stage `proofs`."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(proof)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    names = config.stash[_SERVERS_USED].names
    terminalreporter.write_line(f"servers used: {' · '.join(names) or 'none'}")


@pytest.fixture(scope="session")
def servers_used(pytestconfig: pytest.Config) -> ServersUsed:
    """Where a fixture that starts a real server (or browser) says so: `servers_used.add("Chromium 156.0")`."""
    return pytestconfig.stash[_SERVERS_USED]


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory, servers_used: ServersUsed) -> Iterator[ServerProcess | ForeignServer]:
    """One Kafka for the whole run; `.address` is `host:port`. A test that stops it must start it again."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    servers_used.add(server.name)
    yield server
    _end(server)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory, servers_used: ServersUsed) -> Iterator[ServerProcess | ForeignServer]:
    """One Redis for the whole run; `.address` is a `redis://` URL. A test that stops it must start it again."""
    server = start_redis(tmp_path_factory.mktemp("redis"))
    servers_used.add(server.name)
    yield server
    _end(server)


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory, servers_used: ServersUsed
) -> Iterator[ServerProcess | ForeignServer]:
    """One PostgreSQL for the whole run; `.address` is a `postgresql://` URL. A test that stops it must start it again."""
    try:
        with start_postgres(tmp_path_factory.mktemp("postgres")) as server:
            servers_used.add(server.name)
            yield server
    except NoPostgres as reason:
        servers_used.add(str(reason))
        pytest.skip(str(reason))


def _end(server: ServerProcess | ForeignServer) -> None:
    """Nothing of it is needed any more, so it need not end in order."""
    if isinstance(server, ServerProcess):
        server.kill()
    gc.collect()  # the sockets named above, while the filter for them still holds
