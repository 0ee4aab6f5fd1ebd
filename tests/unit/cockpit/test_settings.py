"""Settings: unset means embedded, every mistake is told at once, and no secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.settings import SettingsError, loopback, masked, read_settings
from slots.retention import Retention


def test_unset_means_embedded_and_loopback() -> None:
    settings = read_settings({"HOME": "/root", "COCKPIT_KAFKA": "", "COCKPIT_TEST_KAFKA": "anything"})
    assert (settings.kafka, settings.redis, settings.state) == (None, None, None)
    assert (settings.host, settings.port) == ("127.0.0.1", 8050)
    assert (settings.minutes_kept_s, settings.hours_kept_s) == (172_800, 7_776_000)


def test_everything_set() -> None:
    environment = {
        "COCKPIT_KAFKA": "kafka://one:9092, two:9093",
        "COCKPIT_REDIS": "redis://user:geheim@cache:6379/0",
        "COCKPIT_STATE": "/var/lib/cockpit",
        "COCKPIT_HOST": "::1",
        "COCKPIT_PORT": "0",
        "COCKPIT_MINUTES_KEPT": "6h",
        "COCKPIT_HOURS_KEPT": "30d",
    }
    settings = read_settings(environment)
    assert settings.kafka == "one:9092,two:9093"
    assert settings.redis is not None and settings.redis.get_secret_value() == "redis://user:geheim@cache:6379/0"
    assert settings.redis_shown == "redis://***@cache:6379/0"
    assert settings.state == Path("/var/lib/cockpit")
    assert (settings.host, settings.port, settings.minutes_kept_s, settings.hours_kept_s) == ("::1", 0, 21_600, 2_592_000)
    assert "geheim" not in repr(settings) + str(settings)


def test_every_mistake_at_once() -> None:
    environment = {
        "COCKPIT_KAFKA": "one,two:99999",
        "COCKPIT_REDIS": "http://user:geheim@cache",
        "COCKPIT_PORT": "many",
        "COCKPIT_MINUTES_KEPT": "2 days",
        "COCKPIT_KAFKAS": "one:9092",
        "COCKPIT_DATABASE": "mysql://user:geheim@db/x",
        "COCKPIT_SECRET": "geheim",
    }
    with pytest.raises(SettingsError) as raised:
        read_settings(environment)
    said = "\n".join(raised.value.problems)
    assert len(raised.value.problems) == 7
    assert "geheim" not in said
    assert "COCKPIT_KAFKA: a server is host:port, several are host:9092,host2:9092; got 'one'" in said
    assert (
        "COCKPIT_REDIS: an address as redis://localhost:6379/0, rediss://… or unix:///path is needed, got 'http://***@cache'"
        in said
    )
    assert "COCKPIT_PORT: input should be a valid integer, unable to parse string as an integer, got 'many'" in said
    assert "COCKPIT_MINUTES_KEPT: a duration is a whole number and a unit" in said
    assert "COCKPIT_KAFKAS is no setting" in said and "did you mean 'COCKPIT_KAFKA'?" in said
    assert "COCKPIT_DATABASE: postgresql://user:password@host/database or sqlite:///file is needed, got 'mysql://***@db" in said
    assert "COCKPIT_SECRET: a secret has at least 24 characters" in said


def test_the_database_of_the_history() -> None:
    settings = read_settings({"COCKPIT_DATABASE": "postgresql://user:geheim@db:5432/city?sslmode=require"})
    assert settings.database_shown == "postgresql://***@db:5432/city?***" and "geheim" not in repr(settings)
    assert read_settings({"COCKPIT_DATABASE": "sqlite:////var/lib/h.sqlite"}).database_shown == "sqlite:////var/lib/h.sqlite"
    for wrong in ("postgresql://db", "sqlite://", "postgresql:///city", "history.sqlite"):
        with pytest.raises(SettingsError, match="is needed, got"):
            read_settings({"COCKPIT_DATABASE": wrong})


def test_who_shares_a_ledger_names_the_database_or_has_no_history() -> None:
    shared = {"COCKPIT_REDIS": "redis://cache"}
    settings = read_settings(shared)
    assert settings.history_in(Path("/state")) is None and settings.retention == Retention()
    named = read_settings({**shared, "COCKPIT_DATABASE": "postgresql://db/city"})
    assert named.history_in(Path("/state")) == "postgresql://db/city" and named.retention.hours_hot_s == 15 * 86400


def test_what_is_hot_is_not_longer_than_what_is_kept() -> None:
    settings = read_settings({"COCKPIT_HOURS_KEPT": "10d", "COCKPIT_DAYS_HOT": "30d"})
    assert settings.retention == Retention(172_800, 864_000, 864_000, 2_592_000)
    assert settings.history_in(Path("/state/city")) == "sqlite:////state/city/history.sqlite"
    assert read_settings({"COCKPIT_HOURS_HOT": "2d"}).retention.hours_hot_s == 172_800


def test_the_kafka_client_is_one_of_two() -> None:
    assert read_settings({}).kafka_client == "kafka-python"
    assert read_settings({"COCKPIT_KAFKA_CLIENT": "confluent"}).kafka_client == "confluent"
    with pytest.raises(SettingsError, match=r"COCKPIT_KAFKA_CLIENT: .*'kafka-python' or 'confluent', got 'librdkafka'"):
        read_settings({"COCKPIT_KAFKA_CLIENT": "librdkafka"})


def test_minutes_are_not_kept_longer_than_hours() -> None:
    with pytest.raises(SettingsError, match="COCKPIT_MINUTES_KEPT must not be longer"):
        read_settings({"COCKPIT_MINUTES_KEPT": "2d", "COCKPIT_HOURS_KEPT": "1d"})


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("localhost", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False),
        ("::", False), ("192.168.1.2", False), ("", False), ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert loopback(host) is expected


def test_a_masked_address_keeps_what_helps() -> None:
    assert masked("redis://:p%40ss@h:1/2?password=x") == "redis://***@h:1/2?***"
    assert masked("user:geheim@cache") == "***@cache"
    assert masked("unix:///run/redis.sock") == "unix:///run/redis.sock"
