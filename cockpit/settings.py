"""What a deployment says outside its city folder: environment variables `COCKPIT_*`, checked before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from slots.problem import nearest
from slots.retention import Retention
from slots.slot import Duration

PREFIX: Final = "COCKPIT_"
TESTS: Final = "COCKPIT_TEST_"
"""Names that begin so belong to the tests."""
SECRET_LENGTH: Final = 24

_SCHEME: Final = re.compile(r"[a-z]+://")
_SERVER: Final = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


class SettingsError(ValueError):
    """Settings that cannot be used; `problems` lists every mistake, without any secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def _servers(text: str) -> str:
    servers = text.removeprefix("kafka://").rstrip("/").split(",")
    for server in servers:
        found = _SERVER.fullmatch(server.strip())
        if not found or not 0 < int(found[2]) < 65536:
            raise ValueError(f"a server is host:port, several are host:9092,host2:9092; got {server.rpartition('@')[2]!r}")
    return ",".join(server.strip() for server in servers)


def _installed(client: str) -> str:
    if client == "confluent" and find_spec("confluent_kafka") is None:
        raise ValueError("confluent-kafka is not installed. Hint: pip install 'city-cockpit[fast]'")
    return client


def _notifying(file: Path) -> Path:
    if find_spec("apprise") is None:
        raise ValueError("apprise is not installed. Hint: pip install 'city-cockpit[notify]'")
    if not file.is_file():
        raise ValueError("there is no such file")
    from cockpit.dispatch.channels import read_channels  # only who has channels needs it

    read_channels(file)  # its mistakes are those of the settings
    return file


def _redis(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path):
        shown = masked(url.get_secret_value())
        raise ValueError(f"an address as redis://localhost:6379/0, rediss://… or unix:///path is needed, got {shown!r}")
    return url


def _database(url: SecretStr) -> SecretStr:
    given = url.get_secret_value()
    parts = urlsplit(given)
    file = parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1
    if not (file or (parts.scheme in ("postgresql", "postgres") and parts.hostname and len(parts.path) > 1)):
        raise ValueError(f"postgresql://user:password@host/database or sqlite:///file is needed, got {masked(given)!r}")
    return url


def _secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SECRET_LENGTH:
        raise ValueError(f"a secret has at least {SECRET_LENGTH} characters. Hint: openssl rand -hex 32")
    return secret


class Settings(BaseSettings):
    """Unset means embedded and on this machine. The repr shows no secret."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    kafka: Annotated[str, AfterValidator(_servers)] | None = None
    """`host:9092,host2:9092`; None: the embedded log."""
    kafka_client: Annotated[Literal["kafka-python", "confluent"], AfterValidator(_installed)] = "kafka-python"
    """The library that speaks to Kafka; `confluent` is several times as fast and comes with the extra `fast`."""
    redis: Annotated[SecretStr, AfterValidator(_redis)] | None = None
    """The address of Redis or Valkey; None: a ledger in memory with a snapshot file."""
    database: Annotated[SecretStr, AfterValidator(_database)] | None = None
    """The address of the database that keeps the history; None: an SQLite file in the state folder, or, where several
    processes share a ledger in Redis, no history: the ledger keeps everything."""
    secret: Annotated[SecretStr, AfterValidator(_secret)] | None = None
    """What the toolbox seals its journal with; None: a secret made in the state folder at the first start."""
    journal_seal: Literal["hmac-sha256", "hmac-sha512", "hmac-sm3"] = "hmac-sha256"
    """How new rows of the journal are sealed; older ones keep the seal they have."""
    channels: Annotated[Path, AfterValidator(_notifying)] | None = None
    """A YAML file that names the channels messages go through beside the pages; it holds secrets, so it is not in the city."""
    state: Path | None = None
    """The folder for the embedded log, snapshots and dead letters; None: `state/` beside the city, or the command's own."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8050
    """0: any free port."""
    minutes_kept: Duration = 48 * 3600
    """Seconds for which minute buckets are kept, written `48h`."""
    hours_kept: Duration = 90 * 86400
    """Seconds for which hour buckets are kept, written `90d`."""
    cells_per_slot: Annotated[int, Field(ge=1000)] = 5_000_000
    """Cells of all bucket sizes one slot may hold; beyond it finer buckets take no new ones, see slots.bounds."""
    hours_hot: Duration = 15 * 86400
    """Seconds for which the ledger keeps hour buckets; older ones are in the history alone."""
    days_hot: Duration = 400 * 86400
    """Seconds for which the ledger keeps day buckets; older ones are in the history alone, for ever."""

    map_key: SecretStr | None = None
    """The key of the city's tile service, as 天地图 asks for; only our server sends it, a browser never sees it."""
    watch: Literal["events", "poll"] = "events"
    """How changes in the city's folder are noticed: told by the system, or looked for, where a network folder tells nobody."""

    @property
    def retention(self) -> Retention:
        """How long buckets are kept, and for how long of that in the ledger."""
        if self.redis and not self.database:
            return Retention(self.minutes_kept, self.hours_kept)
        return Retention(self.minutes_kept, self.hours_kept, min(self.hours_hot, self.hours_kept), self.days_hot)

    def history_in(self, folder: Path) -> str | None:
        """The URL of the history of a city whose state is in this folder; None: it has none."""
        if self.database:
            return self.database.get_secret_value()
        return None if self.redis else f"sqlite:///{folder.absolute() / 'history.sqlite'}"

    def marks_in(self, folder: Path) -> str:
        """The URL of the database of the marks drawn on the map of a city whose state is in this folder."""
        return self.database.get_secret_value() if self.database else f"sqlite:///{folder.absolute() / 'plots.sqlite'}"

    def toolbox_in(self, folder: Path) -> str:
        """The URL of the toolbox's database of a city whose state is in this folder."""
        if self.database:
            return self.database.get_secret_value()
        return f"sqlite:///{folder.absolute() / 'dispatch.sqlite'}"

    @property
    def minutes_kept_s(self) -> int:
        """As `slots.Retention` takes it."""
        return self.minutes_kept

    @property
    def hours_kept_s(self) -> int:
        """As `slots.Retention` takes it."""
        return self.hours_kept

    @property
    def redis_shown(self) -> str | None:
        """The address without its password, for people."""
        return masked(self.redis.get_secret_value()) if self.redis else None

    @property
    def database_shown(self) -> str | None:
        """The address without its password, for people."""
        return masked(self.database.get_secret_value()) if self.database else None

    @property
    def history_shown(self) -> str:
        """Where the history is, for people."""
        return self.database_shown or ("none, the ledger keeps everything" if self.redis else "SQLite, in the state folder")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read_settings` hands in: it has looked at the whole environment, unknown names included."""
        return (init_settings,)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; an empty value counts as unset. Raises SettingsError with every mistake."""
    given = {name: value.strip() for name, value in environment.items() if name.startswith(PREFIX) and value.strip()}
    known = {f"{PREFIX}{field}".upper(): field for field in Settings.model_fields}
    problems = list(_unknown(given, known))
    values = {known[name]: value for name, value in given.items() if name in known}
    try:
        settings = Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [_worded(detail, values) for detail in error.errors(include_url=False)]
        raise SettingsError(problems) from None
    if settings.minutes_kept > settings.hours_kept:
        problems.append("COCKPIT_MINUTES_KEPT must not be longer than COCKPIT_HOURS_KEPT")
    if problems:
        raise SettingsError(problems)
    return settings


def loopback(host: str) -> bool:
    """Whether nobody but this machine can reach the address. A name other than localhost could mean anything: False."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def masked(url: str) -> str:
    """The address with `***` for all that stands before its host and for what follows its path."""
    found = _SCHEME.match(url)
    scheme = found[0] if found else ""
    place, question, _ = url[len(scheme) :].partition("?")
    _, at, host = place.rpartition("@")
    return scheme + ("***@" if at else "") + host + ("?***" if question else "")


def _unknown(given: Mapping[str, str], known: Mapping[str, str]) -> Iterator[str]:
    for name in given:
        if name not in known and not name.startswith(TESTS):
            yield f"{name} is no setting; there are: {', '.join(sorted(known))}.{nearest(name, known)}"


def _worded(detail: Any, values: Mapping[str, str]) -> str:
    field = str(detail["loc"][0])
    message = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else f"{detail['msg']}, got {values[field]!r}"
    return f"{PREFIX}{field.upper()}: {message[:1].lower()}{message[1:]}"
