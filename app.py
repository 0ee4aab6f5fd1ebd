"""Command line and composition root: settings → parts → server. Nothing else builds a concrete part.

Read `compose` from top to bottom to see the line being put together: log, ledger, slots, readings, hub, server.
"""

from __future__ import annotations

if __name__ == "__main__":  # as `cockpit` does: before the rest is loaded, and under its own name
    from cockpit.starting import main as start

    start()

import faulthandler
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import typer
import uvicorn

import slots
from cockpit import options as ask
from cockpit.audit_command import auditing
from cockpit.city import City
from cockpit.commands import ask_server, do_job, given_page, given_records, list_letters, send_file, show_city, show_datum
from cockpit.dispatch.running import dispatching
from cockpit.given import check_loopback, check_shared, given_address, given_city, given_moment, given_settings, given_slot, kinds
from cockpit.jobs import Jobs, Order
from cockpit.letters import replaying
from cockpit.live import bounds
from cockpit.parts import Parts, Plots
from cockpit.recomputing import recomputing
from cockpit.reload import Changed, Reload
from cockpit.server import create_app
from cockpit.serving import Announced
from cockpit.settings import Settings
from cockpit.state import StateInUse, forget, served_at, state_folder, state_root, tell_address
from cockpit.stopping import Stoppable
from cockpit.terminal import FAILED, WRONG_INPUT, banner, end, say, show_dry_run
from cockpit.tile_services import tile_proxy
from streams import EmbeddedLog, Log, Source, codec_for, system_clock
from streams.dead_letters import DeadLetters, letters_topic
from streams.replay import Pace, Replay
from streams.sinks import open_sink

command_line = typer.Typer(
    cls=Stoppable, no_args_is_help=True, pretty_exceptions_enable=False, help="City Cockpit: living numbers and maps."
)
SWITCH_S = 0.0005
"""Counting asks for the interpreter for microseconds at a time, reading ahead holds it for as long as it may."""
Hint = Callable[[str], None]
"""Told which slot has a new commit."""
Feed = Callable[[Parts, threading.Event], None]
"""Sends records into the log until the event is set; runs in a thread of its own."""


def main() -> None:
    """The command `cockpit`. `kill -USR1` makes it print what each of its threads is doing."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # until now cockpit.starting.leave
    faulthandler.register(signal.SIGUSR1)
    sys.setswitchinterval(SWITCH_S)
    command_line()


def compose(
    city: City, settings: Settings, log: Log, ledger: slots.Ledger, history: slots.History | None, dead: DeadLetters, hint: Hint
) -> tuple[Parts, slots.Workers]:
    """log → pipelines → ledger → readings: what is asked, and what feeds it. Starts nothing."""
    retention = settings.retention
    readings = slots.Readings(city.slots, ledger, city.regions, city.zone, system_clock, retention, history)
    entities = slots.Entities(city.slots, ledger, city.regions, system_clock)
    records = slots.Records(city.slots, log, city.regions, lambda source: codec_for(source, city.folder))
    parts = Parts(city, readings, entities, records, ledger, log, dead.view, system_clock, system_clock())

    def source(topic: str, apart: str = "") -> Source:
        shared = f"cockpit.{city.name}.{topic}{apart and '.'}{apart}"
        return log.source(topic, shared if settings.redis else None)  # who shares the ledger shares the topic

    def fold(slot: slots.Slot, anew: slots.Anew | None = None) -> slots.Fold:
        return slots.Fold(slot, codec_for(slot.source, city.folder), city.regions, city.zone, retention, anew)

    def pipeline(topic: str, folds: Mapping[str, slots.Fold], apart: str = "") -> slots.Pipeline:
        aside = slots.Aside(dead, system_clock)
        return slots.Pipeline(source(topic, apart), folds, ledger, aside, system_clock, hint, retention)

    workers = slots.Workers(city.slots, fold, pipeline, ledger, ledger.settle)
    again = slots.Replay(dead, lambda slot: fold(city.slots[slot]), ledger, system_clock, ledger.settle)
    aside = slots.Aside(dead, system_clock)
    anew = slots.Recompute(city.slots, fold, log, ledger, history, aside, city.zone, system_clock, ledger.settle)
    jobs = Jobs({"replay": replaying(again), "recompute": recomputing(anew)})
    return replace(parts, workers=workers.alive, jobs=jobs, set_aside=dead.write), workers


def open_log(settings: Settings, state: Path) -> Log:
    """Kafka where one is named, else the embedded log of this state folder."""
    if settings.kafka:
        from streams.connectors import kafka_log  # loading a client takes a while that nobody else need wait

        return kafka_log(settings.kafka, settings.kafka_client)
    return EmbeddedLog(state / "log.sqlite")


def open_ledger(settings: Settings, state: Path, city: City) -> slots.Ledger:
    """Redis where one is named, else memory with a snapshot file in this state folder."""
    limit = slots.Bounds(settings.cells_per_slot)
    if settings.redis:
        from slots.ledger_redis import RedisLedger

        return RedisLedger(settings.redis.get_secret_value(), prefix=f"cockpit:{city.name}", bounds=limit)
    return slots.MemoryLedger(state / "ledger.sqlite", limit)


def open_history(settings: Settings, state: Path, city: City) -> AbstractContextManager[slots.History | None]:
    """What keeps the buckets that the ledger lets go; None: the ledger keeps them all."""
    from slots.history_sql import SqlHistory  # SQLAlchemy takes a while to load

    address = settings.history_in(state)
    return closing(slots.PatientHistory(SqlHistory(address, city.name, city.zone))) if address else nullcontext()


@command_line.command()
def demo(city: ask.DemoName = "yunzhou", port: ask.Port = None, fresh: ask.Fresh = False) -> None:
    """Starts a living demonstration city with everything embedded, on this machine only, without login."""
    from cockpit.demo import DEMONSTRATIONS, demonstration  # the generator is nobody else's business

    if city not in DEMONSTRATIONS:
        allowed = f"allowed: {', '.join(DEMONSTRATIONS)}.{slots.nearest(city, DEMONSTRATIONS)}"
        end(WRONG_INPUT, f"there is no demonstration {city!r}; {allowed}")
    settings = given_settings(host="127.0.0.1", port=port).model_copy(update={"kafka": "", "redis": None, "database": None})
    shown = demonstration(city, state_root(settings) / "cities")
    _serve(shown.folder, settings, fresh=fresh, feed=shown.feed)


@command_line.command()
def serve(city: ask.City, host: ask.Host = None, port: ask.Port = None, ingest: ask.Ingest = True) -> None:
    """Serves a city's screens and HTTP interface, and reads its topics."""
    settings = given_settings(host=host, port=port)
    check_loopback(settings)
    if not ingest and settings.redis is None:
        end(WRONG_INPUT, "--no-ingest needs a ledger that another process fills. Hint: set COCKPIT_REDIS, or leave it out")
    _serve(city, settings, ingest=ingest)


@command_line.command()
def ingest(city: ask.City) -> None:
    """Reads a city's topics into the ledger in Redis, without screens; `serve --no-ingest` shows them."""
    settings = given_settings()
    check_shared(settings)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})  # before any thread starts, so that none takes them
    with _composed(city, settings, "ingest", lambda slot: None, lambda change: None) as (parts, workers, reload):
        workers.start()
        reload.start()
        say.print(f"reading {', '.join(workers.alive())} from {parts.log.address}. Ctrl-C stops.")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


@command_line.command()
def check(city: ask.City) -> None:
    """Lists every mistake in a city's files, with file, line, what was given and what is allowed."""
    show_city(given_city(city))


@command_line.command("replay")
def replay_file(
    file: ask.Recording,
    topic: ask.Topic,
    to: ask.To,
    speed: ask.Speed = None,
    shift_to_now: ask.Shift = False,
    key: ask.Key = None,
    time: ask.Time = None,
    zone: ask.Zone = "UTC",
    null: ask.Null = "NA",
) -> None:
    """Sends the records of a file into a topic, in their order, with a progress bar."""
    try:
        replay = Replay(file, Pace(speed, time, shift_to_now, zone), key, null.split(","))
        sink = open_sink(to, topic, key)
    except ValueError as error:
        end(WRONG_INPUT, str(error))
    with closing(sink):
        send_file(replay, sink, file.name, topic)


@command_line.command("dry-run")
def dry_run_slot(city: ask.City, slot: ask.SlotName, file: ask.DryFile = None, last: ask.Last = None) -> None:
    """Shows what a slot would make of some records: what it accepts, what it refuses and why, and its indicators."""
    settings, found = given_settings(), given_city(city)
    shape = given_slot(found, slot)
    records = given_records(shape, file, last, lambda: open_log(settings, state_root(settings) / found.name))
    codec = codec_for(shape.source, found.folder)
    show_dry_run(slots.dry_run(shape, records, codec, found.regions, found.zone, system_clock), len(records))


@command_line.command()
def datum(city: ask.City, slot: ask.SlotName, file: ask.DryFile = None, last: ask.Last = None, fields: ask.Fields = None) -> None:
    """Says which datum a slot's points are in: how many lie inside the region each is said to lie in."""
    settings, found = given_settings(), given_city(city)
    shape = given_slot(found, slot)
    records = given_records(shape, file, last, lambda: open_log(settings, state_root(settings) / found.name))
    show_datum(found, shape, records, codec_for(shape.source, found.folder), fields)


@command_line.command("dead-letters")
def dead_letters(
    city: ask.City,
    slot: ask.SlotName,
    action: ask.Action = ask.Letters.LIST,
    limit: ask.Limit = 50,
    before: ask.Before = None,
    stage: ask.Stage = None,
    field: ask.Field = None,
    as_json: ask.Json = False,
) -> None:
    """Lists the records a slot could not use, and why; or counts them, each once, after a fix."""
    settings, found = given_settings(), given_city(city)
    page = given_page(found, slot, limit, before, stage, field)
    if action is ask.Letters.REPLAY:
        return _job(found, settings, "replay", Order(given_slot(found, slot).slot))
    with closing(open_log(settings, state_root(settings) / found.name)) as log:
        letters = DeadLetters(log, letters_topic(found.name), state_root(settings) / found.name / "letters.sqlite")
        with closing(letters):
            list_letters(letters, slot, page, as_json)


@command_line.command()
def recompute(city: ask.City, slot: ask.SlotName, since: ask.From, server: ask.Server = "") -> None:
    """Counts a slot again from the log, from a day on. It shows the old numbers until the new ones take their place at once."""
    found = given_city(city)
    _job(found, given_settings(), "recompute", Order(given_slot(found, slot).slot, given_moment(since, found.zone)), server)


def _job(city: City, settings: Settings, kind: str, order: Order, server: str = "") -> None:
    """Does a job here, or has the server do it that holds the state."""
    role = kind if settings.redis else "ingest"
    if server := server or served_at(settings, city.name, role):
        return ask_server(server, kind, order)
    with _composed(city.folder, settings, role, lambda slot: None, lambda change: None) as (parts, *_):
        do_job(parts.jobs, kind, order)


@contextmanager
def _composed(
    folder: Path, settings: Settings, role: str, hint: Hint, changed: Callable[[Changed], None], fresh: bool = False
) -> Iterator[tuple[Parts, slots.Workers, Reload]]:
    """The line of a city with its workers and what takes over changed files, not yet started; all is closed at the end."""
    city = given_city(folder)
    with ExitStack() as stack:
        try:
            state = stack.enter_context(state_folder(settings, city.name, role))
            if fresh:
                forget(state)
            history = stack.enter_context(open_history(settings, state, city))
        except (StateInUse, slots.HistoryError) as error:
            end(FAILED, str(error))
        log = stack.enter_context(closing(open_log(settings, state)))
        ledger = stack.enter_context(closing(open_ledger(settings, state, city)))
        letters = stack.enter_context(DeadLetters(log, letters_topic(city.name), state / "letters.sqlite").following())
        tiles = stack.enter_context(tile_proxy(city.layers, settings.map_key, state, system_clock))
        if history is not None and role == "ingest":
            stack.enter_context(slots.Archiver(city.slots, ledger, history, settings.retention, city.zone).running())
        parts, workers = compose(city, settings, log, ledger, history, letters, hint)
        reload = Reload(city, kinds(), [lambda _: workers.change(), changed], polling=settings.watch == "poll")
        for stop in (workers.stop, reload.stop, parts.jobs.close):
            stack.callback(stop)
        marks = Plots(city.name, settings.marks_in(state))
        yield replace(parts, problems=reload.problems, tiles=tiles, plots=marks), workers, reload


def _serve(folder: Path, settings: Settings, *, ingest: bool = True, fresh: bool = False, feed: Feed | None = None) -> None:
    """Runs one city until it is told to stop. `feed`: what makes its records, for a demonstration."""
    role = "ingest" if ingest else "web"
    with _composed(
        folder, settings, role, lambda slot: web.hub.hint(slot), lambda change: web.hub.change(change.boards), fresh
    ) as (parts, workers, reload):
        stop = threading.Event()
        with closing(given_address(settings)) as listener, dispatching(parts, settings) as parts:
            web = create_app(parts)
            config = uvicorn.Config(web, log_config=None, timeout_graceful_shutdown=2, **bounds())
            if ingest:
                workers.start()
            reload.start()
            address = "http://{}:{}/".format(*listener.getsockname()[:2])

            def ready() -> None:
                tell_address(settings, parts.city.name, role, address)
                banner(parts, address, settings, demonstration=feed is not None)
                if feed is not None:  # only now: what it has to catch up with must not delay the first picture
                    threading.Thread(target=feed, args=(parts, stop), name="demonstration", daemon=True).start()

            Announced(config, ready).run([listener])
        stop.set()


audit = command_line.command()(auditing(open_log))
