"""A screen that never reads is ended within ten seconds or so, and nobody else notices."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from streams.clock import system_clock
from tests.flow.live_screen import running_city

pytestmark = pytest.mark.fault

HELLOS = 60  # each asks for a whole snapshot; one more than this in a minute would end the socket for another reason


def masked(text: bytes) -> bytes:
    """A client's text frame, masked with zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


def test_a_deaf_screen_is_ended_and_the_others_go_on() -> None:
    with running_city() as running, socket.socket() as deaf, running.screen() as other:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, _, port = running.address.partition(":")
        deaf.connect((host, int(port)))
        head = f"GET /live HTTP/1.1\r\nHost: {running.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        deaf.sendall(f"{head}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        assert deaf.recv(4096).startswith(b"HTTP/1.1 101")  # the last it ever reads
        other.hello()
        other.next("snapshot")
        assert running.app.hub.screens == 2
        deaf.sendall(masked(b'{"type":"hello","board":"city"}') * HELLOS)

        beats, value = 0, 0
        while running.app.hub.screens == 2 and beats < 5:
            value += 1
            running.city.hotline(system_clock())
            other.until("requests", "value", value)
            beats += other.next("heartbeat")["type"] == "heartbeat"
        assert running.app.hub.screens == 1
        assert running.app.hub.counts.stuck == 1
        deaf.settimeout(10)
        with suppress(ConnectionResetError):  # cut, with what was waiting thrown away, or ended in order
            while deaf.recv(65536):
                pass
