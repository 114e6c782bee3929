"""When `spotcheck serve` ends, the application ends too and its port is free again."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from review.serving import server
from storage.store import Store

ROOT = Path(__file__).resolve().parents[2]


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with server._ended_by_signals():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def start(store: Store, port: int, number: signal.Signals, **options: Any) -> subprocess.Popen[str]:
    """Start the command with this signal on, although a shell turns it off for tests in its background."""
    words = [sys.executable, "-m", "review.commands.cli", "serve", "--port", str(port), "--no-browser", "--store"]
    before = signal.signal(number, signal.SIG_DFL)
    try:
        return subprocess.Popen(
            [*words, str(store.path)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, **options
        )
    finally:
        signal.signal(number, before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((server.ADDRESS, 0))
        return int(probe.getsockname()[1])


def test_ctrl_c_in_a_terminal_ends_both_without_an_error(store: Store) -> None:
    """A terminal sends the interrupt to the whole process group of the command."""
    port = free_port()
    process = start(
        store, port, signal.SIGINT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        server.wait_until_ready(process, f"http://{server.ADDRESS}:{port}", seconds=60)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 0 and "Aborted" not in said and "Traceback" not in said
        server.check_port(port)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda n: n.name)
def test_the_application_ends_with_the_command(store: Store, number: signal.Signals) -> None:
    port = free_port()
    process = start(store, port, number, stdout=subprocess.DEVNULL)
    try:
        server.wait_until_ready(process, f"http://{server.ADDRESS}:{port}", seconds=60)
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        server.check_port(port)
    finally:
        process.kill()
        process.wait()
