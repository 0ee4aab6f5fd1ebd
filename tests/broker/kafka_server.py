"""A Kafka for the tests: the real one where its jars can be had, else a small stand-in that says so in its name."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.broker.process import ForeignServer, ServerError, ServerProcess, answers, free_port

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
NOIDA_VERSION = "0.2.3"
_NOIDA_PROGRAM = "lib/python*/site-packages/noida_db/noida-db"
_POM = HERE / "pom.xml"
_FETCH_TIMEOUT_S = 600


def kafka_server(folder: Path) -> ServerProcess | ForeignServer:
    """A started broker with its files in `folder`: the one COCKPIT_TEST_KAFKA names, Apache Kafka, or noida-db."""
    named = os.environ.get("COCKPIT_TEST_KAFKA")
    if named:
        return ForeignServer(f"Kafka at {named} (COCKPIT_TEST_KAFKA)", named)
    try:
        server = _apache_kafka(folder)
    except (ServerError, OSError, subprocess.SubprocessError) as reason:
        server = _noida(folder, reason)
    server.start()
    return server


def _apache_kafka(folder: Path) -> ServerProcess:
    version = _pinned_version()
    java = _java()
    jars = _jars(version)
    folder.mkdir(parents=True, exist_ok=True)
    port, controller = free_port(), free_port()
    config = folder / "server.properties"
    config.write_text(_config(folder, port, controller))
    classpath = str(jars / "*")
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [java, "-XX:TieredStopAtLevel=1", quiet, "-cp", classpath, "kafka.tools.StorageTool"]
    done = subprocess.run([*tool, "format", "-t", cluster, "-c", str(config)], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise ServerError(f"the storage of Kafka could not be formatted: {done.stdout[-500:]}{done.stderr[-500:]}")
    heap = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", quiet]  # starts in half the time
    name = f"Apache Kafka {version} (KRaft, Java {_java_version(java)})"
    address = f"127.0.0.1:{port}"
    command = [java, *heap, "-cp", classpath, "kafka.Kafka", str(config)]
    return ServerProcess(name, address, command, folder / "kafka.log", lambda: _speaks_kafka(address))


def _config(folder: Path, port: int, controller: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": folder / "logs",
        "num.partitions": 4,
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "controlled.shutdown.enable": "false",
        "log.retention.ms": -1,  # tests write records of long ago
        "log.retention.check.interval.ms": 1000,
        "log.segment.delete.delay.ms": 100,
        "num.network.threads": 2,
        "num.io.threads": 2,
        "log.cleaner.dedupe.buffer.size": 4 << 20,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def _speaks_kafka(address: str) -> bool:
    if not answers(address):
        return False
    from kafka.errors import KafkaError

    from streams.kafka_client import KafkaCluster

    try:
        with KafkaCluster((address,), "tests").admin() as admin:
            admin.list_topics()
    except KafkaError:
        return False
    return True


def _pinned_version() -> str:
    found = re.search(r"<kafka.version>([^<]+)<", _POM.read_text())
    if found is None:
        raise ServerError(f"{_POM} names no kafka.version")
    return found[1]


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise ServerError("java is missing. Hint: apt-get install openjdk-17-jre-headless maven")
    return java


def _java_version(java: str) -> str:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30).stderr
    found = re.search(r'version "(\d+)', said)
    return found[1] if found else "?"


def _jars(version: str) -> Path:
    """The folder of jars, fetched once with Maven."""
    jars = SERVERS / f"kafka-{version}"
    with _one_at_a_time():
        if not jars.exists():
            maven = shutil.which("mvn")
            if maven is None:
                raise ServerError("mvn is missing. Hint: apt-get install maven")
            fresh = SERVERS / f"kafka-{version}.part"
            shutil.rmtree(fresh, ignore_errors=True)
            goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"]
            done = subprocess.run(
                [maven, "-q", "-B", "-f", str(_POM), *goal], capture_output=True, text=True, timeout=_FETCH_TIMEOUT_S
            )
            if done.returncode:
                raise ServerError(f"Maven Central did not give Apache Kafka {version}: {done.stdout[-500:]}{done.stderr[-500:]}")
            fresh.rename(jars)
    return jars


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two test runs at once must not fetch into one folder."""
    SERVERS.mkdir(exist_ok=True)
    with (SERVERS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _noida(folder: Path, reason: Exception) -> ServerProcess:
    """noida-db from PyPI in a venv of its own: right in groups and offsets, but for topics under 200,000 records only."""
    home = SERVERS / f"noida-{NOIDA_VERSION}"
    with _one_at_a_time():
        if not list(home.glob(_NOIDA_PROGRAM)):
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=120)
            install = [str(home / "bin" / "python"), "-m", "pip", "install", "-q", f"noida-db=={NOIDA_VERSION}"]
            subprocess.run(install, check=True, timeout=_FETCH_TIMEOUT_S)
    program = next(home.glob(_NOIDA_PROGRAM))  # itself, not the Python script around it, so that a signal reaches it
    program.chmod(0o755)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [str(program), "start", "--data-dir", str(folder / "noida"), "--only", "kafka", "--kafka-port", str(port)]
    name = f"noida-db {NOIDA_VERSION} (a stand-in: not Apache Kafka, because {_first_line(reason)})"
    address = f"127.0.0.1:{port}"
    return ServerProcess(name, address, command, folder / "noida.log", lambda: _speaks_kafka(address))


def _first_line(reason: Exception) -> str:
    return str(reason).strip().split("\n")[0].replace(" · ", " - ")[:160]
