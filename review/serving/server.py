"""Start the application: Streamlit in a process of its own, with safe options whichever folder it starts from."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import requests

from review.basics.errors import InputError, NothingToDo
from review.basics.words import installing
from review.serving.collector_process import collecting
from review.serving.guard import PERSON
from review.serving.nightly_process import every_night
from review.serving.presence import served_at, serving
from review.serving.process_beside import end
from review.settings.access import NAMES_ARE_ENOUGH, Access, hosts_of, public_url, refusal
from review.settings.project import project_of

ADDRESS = "127.0.0.1"
PORT = 8501
EVERYWHERE = {"0.0.0.0": ADDRESS, "::": "[::1]"}  # noqa: S104 - names of what to recognise
"""Addresses that mean all addresses of the machine, and where this machine reaches such a server."""
START_SECONDS = 60

OPTIONS = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "50",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableAgentApi": "false",
    "server.maxMessageSize": "50",
    "server.enableWebsocketCompression": "true",
    "browser.gatherUsageStats": "false",
    "runner.postScriptGC": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "type",
    "client.disableDataExport": "true",
}
"""The settings of .streamlit/config.toml that safety and speed depend on. As flags, no other file can undo them."""


def command(app: Path, *, port: int, address: str = ADDRESS, access_flags: tuple[str, ...] = ()) -> list[str]:
    """Return the command line that runs the application."""
    options = {**OPTIONS, "server.address": address, "server.port": str(port)}
    if address in EVERYWHERE:
        # Its message would ask a service on the internet for the address of this machine.
        options["logger.hideWelcomeMessage"] = "true"
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags, *access_flags]


def access_flags(store: Path, access: Access, *, address: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the flags that follow from [access]: accepted host names, trusted header, the secrets file of the login.

    Raises Refused when such a server would not be safe, InputError when something for the login is missing.
    """
    secrets = store.resolve().parent / ".streamlit" / "secrets.toml"
    redirect = _redirect_uri(secrets) if access.mode == "oidc" else ""
    hosts = hosts_of(access, address=address, redirect_uri=redirect, url=public_url(access, environment))
    refused = refusal(access, address=address, hosts=hosts, environment=environment)
    if refused is not None:
        raise refused
    # Streamlit resumes a dropped session only for the same user; this is how it knows the user.
    users = {"proxy": {access.user_header: "proxy_user"}, "links": {PERSON.decode(): "link_user"}}.get(access.mode, {})
    return (
        *(f"--server.allowedHosts={host}" for host in hosts),
        f"--server.trustedUserHeaders={orjson.dumps(users).decode()}",
        *([f"--secrets.files={secrets}"] if secrets.is_file() else []),
    )


def _redirect_uri(secrets: Path) -> str:
    """Return the address that the provider sends people back to. Raises InputError when the login is not set up."""
    if importlib.util.find_spec("authlib") is None:
        raise InputError(f"access.mode is oidc, which needs Authlib. Install it: {installing('auth')}.")
    try:
        auth = tomllib.loads(secrets.read_text(encoding="utf-8")).get("auth", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{secrets}: the secrets of the login cannot be read ({error}). With access.mode = oidc this file needs an "
            "[auth] table."
        ) from None
    missing = [name for name in ("redirect_uri", "cookie_secret") if not isinstance(auth, dict) or not auth.get(name)]
    if missing:
        raise InputError(f"{secrets}, [auth]: found no {missing[0]}, expected both redirect_uri and cookie_secret.")
    return str(auth["redirect_uri"])


def app_path() -> Path:
    """Return the path of app.py in the source tree or in the installation."""
    spec = importlib.util.find_spec("app")
    if spec is None or spec.origin is None:
        raise InputError("app.py is not installed. Install Spotcheck again.")
    return Path(spec.origin)


def config_folder(app: Path) -> Path:
    """Return the folder with .streamlit/config.toml: the one of app.py, else that of the installed data files."""
    beside = app.parent / ".streamlit" / "config.toml"
    installed = [
        Path(str(f.locate()))
        for f in (importlib.metadata.files("spotcheck") or [])
        if f.parts[-2:] == (".streamlit", "config.toml")
    ]
    found = next((f for f in [beside, *installed] if f.is_file()), beside)
    return found.parent.parent.resolve()


def serve(
    store: Path,
    *,
    port: int,
    browser: bool,
    address: str = ADDRESS,
    names_are_enough: bool = False,
    nightly: str = "",
    collector: list[str] | None = None,
) -> int:
    """Run the application on a store until somebody stops it. Returns Streamlit's exit code.

    ``nightly`` is when to do the nightly steps (HH:MM in the time zone of the project), "" for never; ``collector`` is
    the command line of a collector to run beside it. Raises InputError when the port is taken, Refused when anybody
    could pose as anybody at this address.
    """
    # Only the option sets the variable: one that a shell happens to hold is not a decision.
    environment = {**os.environ, "SPOTCHECK_STORE": str(store.resolve()), NAMES_ARE_ENOUGH: ""}
    if names_are_enough:
        environment[NAMES_ARE_ENOUGH] = "yes"
    flags = access_flags(store, project_of(store).access, address=address, environment=environment)
    check_port(port, address)
    app = app_path()
    arguments = command(app, port=port, address=address, access_flags=flags)
    try:
        # In a process group of its own, Ctrl+C reaches this command alone, which then ends the application quietly.
        with (
            _ended_by_signals(),
            serving(store, url_of(address, port)),
            every_night(store, nightly, environment=environment, folder=app.parent),
            collecting(collector or [], environment=environment, folder=app.parent),
            subprocess.Popen(arguments, env=environment, cwd=config_folder(app), process_group=0) as process,
        ):
            try:
                if browser:
                    opening = (process, url_of(address, port))
                    threading.Thread(target=_open_when_ready, args=opening, daemon=True).start()
                return process.wait()
            finally:
                end(process, seconds=10)
    except KeyboardInterrupt:
        return 0


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Turn the signals of a closing terminal, systemd or a container into KeyboardInterrupt, which ends both processes.

    A signal that is already ignored, as under nohup, stays ignored.
    """

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    names = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {n: signal.signal(n, interrupt) for n in names if signal.getsignal(n) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def url_of(address: str, port: int) -> str:
    """Return the URL at which this machine reaches a server; one on all addresses answers on the loopback address."""
    host = EVERYWHERE.get(address, f"[{address}]" if ":" in address else address)
    return f"http://{host}:{port}"


def link_base(store: Path, access: Access, *, environment: Mapping[str, str]) -> str:
    """Return the address with which links begin: as the settings say, else where this store is served now."""
    served = served_at(store)
    here = served.split(" ", 1)[0] if served and served.startswith("http") else url_of(ADDRESS, PORT)
    return public_url(access, environment) or here


def check_port(port: int, address: str = ADDRESS) -> None:
    """Raise InputError when the port is out of range or taken."""
    if not 1 <= port <= 65535:
        raise InputError(f"--port: found {port}, expected 1 to 65535.")
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise InputError(
                f"port {port} on {address} is not free ({error.strerror}). Choose another: --port {port % 65535 + 1}"
            ) from None


def wait_until_ready(process: subprocess.Popen[bytes] | subprocess.Popen[str], url: str, *, seconds: float) -> None:
    """Return once the application answers. Raises NothingToDo when it ends first or does not answer in time."""
    until = time.monotonic() + seconds
    answered = threading.Event()
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NothingToDo(f"the application stopped while it was starting (exit code {process.returncode}).")
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{url}/_stcore/health", timeout=2).ok:
                return
        answered.wait(0.1)
    raise NothingToDo(f"the application did not answer at {url} within {seconds:.0f} s.")


def _open_when_ready(process: subprocess.Popen[bytes], url: str) -> None:
    with contextlib.suppress(NothingToDo):
        wait_until_ready(process, url, seconds=START_SECONDS)
        webbrowser.open(url)
