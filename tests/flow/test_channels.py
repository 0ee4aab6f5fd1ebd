"""Messages through channels, to a receiver on this machine: once for all or for each, tried again, failures written down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cockpit.dispatch.audit import audit
from cockpit.dispatch.channels import Channel, ChannelsError, read_channels
from cockpit.dispatch.postman import TRIES, Postman
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.toolbox import Toolbox
from cockpit.server import create_app
from cockpit.settings import SettingsError, read_settings
from streams.clock import ManualClock
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.flow.test_toolbox import Caller
from tests.line import NOON
from tests.tiny_city import served, tiny_city

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what apprise loads
PEOPLE = """id,name,role,region,unit,groups,phone,email,address
E1,王芳,chief,,,command,13800001111,,wang
E2,李雷,chief,,,command,,,
"""


@dataclass
class Receiver:
    """`got`: path and JSON of what was posted; `answers`: with which status, the last one for ever."""

    port: int
    got: list[tuple[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [200])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append((self.path, json.loads(body)))
            self.send_response(found.answers.pop(0) if len(found.answers) > 1 else found.answers[0])
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join(30)
    server.server_close()


@dataclass
class Office:
    caller: Caller
    postman: Postman

    def told(self, number: str) -> list[tuple[Any, ...]]:
        found = self.caller.get(f"/broadcasts/{number}").json()["channels"]
        return [(one["channel"], one["recipient"], one["state"], one["tries"]) for one in found]

    def send(self, *channels: str, **more: Any) -> str:
        sent = self.caller.post("/broadcasts", {"text": "集合", "to": ["command"], "channels": channels, **more})
        assert sent.status_code == 201, sent.text
        number: str = sent.json()["number"]
        return number


@pytest.fixture
def office(tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    file = tmp_path / "channels.yaml"
    file.write_text(
        f"duty: json://127.0.0.1:{receiver.port}/duty\neach: json://127.0.0.1:{receiver.port}/u/{{address}}\n", "utf-8"
    )
    folder = dispatch_city(tmp_path / "city")
    (folder / "roster" / "people.csv").write_text(PEOPLE, "utf-8")
    channels = read_channels(file)
    city = tiny_city(ManualClock(NOON), folder=folder)
    with desk(tmp_path) as one:
        toolbox = Toolbox(one.store, city.parts.city.regions, city.parts.city.zone, rules_of(city.parts.city, channels))
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield Office(caller, Postman(toolbox, channels, one.clock))
    city.close()


def test_a_message_goes_once_for_all_and_to_each_who_can_be_reached(office: Office, receiver: Receiver) -> None:
    number = office.send("duty", "each")
    assert {one[2] for one in office.told(number)} == {"waiting"} and receiver.got == []
    assert office.postman.round() == 3 and office.postman.round() == 0
    assert sorted(path for path, _ in receiver.got) == ["/duty", "/u/wang"]
    assert all((body["title"], body["message"]) == (number, "集合") for _, body in receiver.got)
    assert office.told(number) == [("duty", "", "delivered", 1), ("each", "E1", "delivered", 1), ("each", "E2", "failed", 1)]
    reasons = [one["reason"] for one in office.caller.get(f"/broadcasts/{number}").json()["channels"]]
    assert reasons == ["", "", "the roster says no address of 'E2'"]
    assert office.caller.desk.store.pending(10, channels=True) == []
    one = office.caller.desk
    assert audit(one.store, one.sealer, one.city, one.heads).bad is None


def test_what_failed_is_tried_again_later_and_given_up_in_the_end(office: Office, receiver: Receiver) -> None:
    receiver.answers, clock = [500, 500, 200], office.caller.desk.clock
    number = office.send("duty")
    assert office.postman.round() == 1 and office.postman.round() == 0  # not at once
    assert office.told(number) == [("duty", "", "waiting", 1)]
    clock.advance(timedelta(seconds=15))
    assert office.postman.round() == 1
    clock.advance(timedelta(seconds=15))
    assert office.postman.round() == 0  # twice as long
    clock.advance(timedelta(seconds=15))
    assert office.postman.round() == 1 and office.told(number) == [("duty", "", "delivered", 3)]
    rows = office.caller.desk.store.journal(number)
    assert [(row.verb, row.body.get("reason")) for row in rows[1:]] == [
        ("channel", "the channel did not take it"), ("channel", "the channel did not take it"), ("channel", ""),
    ]  # fmt: skip
    receiver.answers = [500]
    lost = office.send("duty")
    for _ in range(TRIES + 2):
        office.postman.round()
        clock.advance(timedelta(hours=1))
    assert office.told(lost) == [("duty", "", "failed", TRIES)] and office.caller.desk.store.pending(10, channels=True) == []


def test_what_is_played_goes_nowhere(office: Office, receiver: Receiver) -> None:
    number = office.send("duty", exercise=True)
    assert office.postman.round() == 0 and receiver.got == [] and office.told(number) == [("duty", "", "withheld", 0)]


def test_a_channel_that_is_gone_or_breaks_ends_nothing(office: Office) -> None:
    number, toolbox = office.send("duty"), office.postman._toolbox

    def broken(url: str, title: str, text: str) -> bool:
        raise RuntimeError(f"secret {url}")

    assert Postman(toolbox, toolbox.rules.channels, office.caller.desk.clock, broken).round() == 1
    (state,) = office.caller.get(f"/broadcasts/{number}").json()["channels"]
    assert state["reason"] == "the channel failed: RuntimeError"
    office.caller.desk.clock.advance(timedelta(minutes=1))
    assert Postman(toolbox, {}, office.caller.desk.clock).round() == 1 and office.told(number)[0][2] == "failed"


def test_the_file_of_channels_is_checked_and_shows_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text("Duty: json://x\nmail: secret\nsms: 'json://token@gw/{fone}'\n", "utf-8")
    with pytest.raises(ChannelsError) as caught:
        read_channels(file)
    assert len(caught.value.problems) == 3 and "token" not in str(caught.value) and "secret" not in str(caught.value)
    with pytest.raises(SettingsError, match="snake_case"):
        read_settings({"COCKPIT_CHANNELS": str(file)})
    with pytest.raises(SettingsError, match="no such file"):
        read_settings({"COCKPIT_CHANNELS": str(tmp_path / "none.yaml")})
    assert "token" not in repr(Channel("duty", "json://token@gw"))
    assert Channel("sms", "json://gw/{phone}").to({"phone": "1/2"}) == "json://gw/1%2F2"
