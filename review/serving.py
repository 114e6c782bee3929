"""Starting the application: Streamlit in a process of its own, with safe options whatever folder it starts from."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path

import requests

from review.errors import InputError, NothingToDo

ADDRESS = "127.0.0.1"
START_SECONDS = 60

OPTIONS = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "50",
    "browser.gatherUsageStats": "false",
    "runner.postScriptGC": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "type",
}
"""The settings of .streamlit/config.toml that safety and speed rest on, as flags: no other file can undo them."""


def command(app: Path, *, port: int) -> list[str]:
    """The command line that runs the application."""
    flags = [f"--{name}={value}" for name, value in {**OPTIONS, "server.port": str(port)}.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags]


def app_path() -> Path:
    """Where app.py stands: in the source tree or in the installation."""
    spec = importlib.util.find_spec("app")
    if spec is None or spec.origin is None:
        raise InputError("app.py is not installed. Install Spotcheck again.")
    return Path(spec.origin)


def config_folder(app: Path) -> Path:
    """The folder whose .streamlit/config.toml holds the theme: beside app.py, else among the installed data files."""
    beside = app.parent / ".streamlit" / "config.toml"
    installed = [
        Path(str(f.locate()))
        for f in (importlib.metadata.files("spotcheck") or [])
        if f.parts[-2:] == (".streamlit", "config.toml")
    ]
    found = next((f for f in [beside, *installed] if f.is_file()), beside)
    return found.parent.parent.resolve()


def serve(store: Path, *, port: int, browser: bool) -> int:
    """Run the application on a store until it is stopped; returns Streamlit's exit code.

    Raises InputError when the port is taken.
    """
    check_port(port)
    app = app_path()
    environment = {**os.environ, "SPOTCHECK_STORE": str(store.resolve())}
    process = subprocess.Popen(command(app, port=port), env=environment, cwd=config_folder(app))
    url = f"http://{ADDRESS}:{port}"
    if browser:
        threading.Thread(target=_open_when_ready, args=(process, url), daemon=True).start()
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        return 0


def check_port(port: int) -> None:
    """Raise InputError when the port cannot be had."""
    if not 1 <= port <= 65535:
        raise InputError(f"--port: found {port}, expected 1 to 65535.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise InputError(
                f"port {port} on {ADDRESS} is not free ({error.strerror}). Choose another: --port {port % 65535 + 1}"
            ) from None


def wait_until_ready(process: subprocess.Popen[bytes] | subprocess.Popen[str], url: str, *, seconds: float) -> None:
    """Return when the application answers. Raises NothingToDo when it ended or did not answer in time."""
    until = time.monotonic() + seconds
    answered = threading.Event()
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NothingToDo(f"the application ended while starting (exit code {process.returncode}).")
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{url}/_stcore/health", timeout=2).ok:
                return
        answered.wait(0.1)
    raise NothingToDo(f"the application did not answer at {url} within {seconds:.0f} s.")


def _open_when_ready(process: subprocess.Popen[bytes], url: str) -> None:
    with contextlib.suppress(NothingToDo):
        wait_until_ready(process, url, seconds=START_SECONDS)
        webbrowser.open(url)
