"""1,000 sockets on one board at one frame a second: CPU of the server process against a bare broadcast of the same bytes."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.bench.row import Aim, Row, spread

ROOT = Path(__file__).resolve().parents[2]
SOCKETS = 1000
FEWER = (10, 100)
CLIENTS = 2
SETTLE_S = 3.0
SPAN_S = 10.0


def measure(rounds: int) -> list[Row]:
    """Milliseconds of CPU per second, of the cockpit and of the bare loop, in turn."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        frame = Path(folder) / "frame"
        messages = recorded_frame()
        frame.write_bytes(pickle.dumps(messages))
        ours, bare, alone = [], [], []
        fewer: dict[int, list[float]] = {count: [] for count in FEWER}
        for _ in range(rounds):
            for count in FEWER:
                fewer[count].append(cpu_ms(("cockpit",), count))
            ours.append(cpu_ms(("cockpit",), SOCKETS))
            bare.append(cpu_ms(("bare", str(frame)), SOCKETS))
            alone.append(cpu_ms(("cockpit",), 1))
        size = sum(map(len, messages))
    note = (
        f"live: CPU of the whole server process; a frame has {size:,} bytes in {len(messages)} messages. "
        "The cockpit also counts 20 records a second, "
        "draws the board and beats its heart each 5 s; what it spends with one socket is taken off to tell what the sockets cost."
    )
    by_count = {**fewer, SOCKETS: ours}
    sending = [full - one for full, one in zip(ours, alone, strict=True)]
    name, against, aim = f"{SOCKETS:,} sockets at 1 frame/s", "bare uvicorn broadcast", Aim("at most", 1.2)
    return [
        Row("live", f"{name}: sending", median(sending), "ms/s", against, median(sending) / median(bare), aim, None, note),
        Row("live", f"{name}: all of it", median(ours), "ms/s", against, median(ours) / median(bare), None, spread(ours)),
        Row("live", "the same with one socket", median(alone), "ms/s", spread=spread(alone)),
        Row("live", "the bare broadcast", median(bare), "ms/s", spread=spread(bare)),
        *(Row("live", f"a screen of {count:,}", *per_screen(took, alone, count)) for count, took in by_count.items()),
    ]


def per_screen(took: Sequence[float], alone: Sequence[float], count: int) -> tuple[float, str]:
    """What one more screen costs, in microseconds a second."""
    extra = [full - one for full, one in zip(took, alone, strict=True)]
    return max(0.0, median(extra)) * 1000 / (count - 1), "µs/s"


def recorded_frame() -> list[str | bytes]:
    """What the cockpit sends each second: a delta and the binary frames that go with it."""
    with _process("tests.bench.live_server", "cockpit") as server:
        return asyncio.run(_third_frame(int(_line(server))))


def cpu_ms(server_arguments: Sequence[str], sockets: int) -> float:
    """The server's CPU per second while so many sockets are fed. Raises RuntimeError where they got too little."""
    with ExitStack() as stack:
        server = stack.enter_context(_process("tests.bench.live_server", *server_arguments))
        port = _line(server)
        shares = [sockets // CLIENTS] * CLIENTS if sockets >= CLIENTS else [sockets]
        clients = [stack.enter_context(_process("tests.bench.live_clients", port, str(share))) for share in shares]
        for client in clients:
            _line(client)
        _rest(SETTLE_S)
        for client in clients:
            _say(client)
        began = _cpu_s(server.pid)
        _rest(SPAN_S)
        used = _cpu_s(server.pid) - began
        for client in clients:
            _say(client)
        got = sum(int(_line(client)) for client in clients)
    if got < sockets * (SPAN_S - 2):
        raise RuntimeError(f"{sockets} sockets got {got} messages in {SPAN_S:g} s: that is not one a second")
    return used / SPAN_S * 1000


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    try:
        yield process
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.terminate()
        process.wait(30)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    while line == "counting":
        line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{process.args!r} ended early")
    return line


def _say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _rest(seconds: float) -> None:
    threading.Event().wait(seconds)


def _cpu_s(pid: int) -> float:
    """User and system time of a process so far, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _third_frame(port: int) -> list[str | bytes]:
    from websockets.asyncio.client import connect

    async with connect(f"ws://127.0.0.1:{port}/live") as socket:
        await socket.send('{"type":"hello","board":"city","query":""}')
        deltas = 0
        frame: list[str | bytes] = []
        while deltas < 4:
            message = await socket.recv()
            deltas += isinstance(message, str) and '"type":"delta"' in message
            if deltas == 3 and '"type":"heartbeat"' not in str(message):
                frame.append(message)
        return frame
