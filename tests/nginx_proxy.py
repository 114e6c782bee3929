"""A real nginx that logs people in (by name and password) and stands in front of the application."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from annotate_app import _free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

LOCATION = """\
            proxy_pass http://127.0.0.1:{app};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-User $remote_user;
            proxy_set_header X-Spotcheck-Proxy "{secret}";
            proxy_set_header Authorization "";
            proxy_read_timeout 1h;
"""
"""What matters to Spotcheck: ``proxy_set_header`` replaces what a client sent, on the WebSocket too."""

CONFIG = """\
{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    server {{
        listen 127.0.0.1:{port};
        server_name {host};
        auth_basic "Spotcheck";
        auth_basic_user_file {folder}/people;
        client_max_body_size 50m;
        location / {{
{location}        }}
    }}
}}
"""


def login(name: str, password: str) -> tuple[str, str]:
    """The header of somebody who gives name and password to the proxy."""
    return "Authorization", "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@contextmanager
def nginx(folder: Path, *, app: int, host: str, secret: str, people: Mapping[str, str]) -> Iterator[int]:
    """nginx on a port of its own, which it gives; ``people`` are names with their passwords."""
    assert NGINX is not None
    folder.mkdir()
    user = "user root;\n" if os.geteuid() == 0 else ""  # else its worker is another user, who cannot read the folder
    (folder / "people").write_text("".join(f"{name}:{{PLAIN}}{word}\n" for name, word in people.items()))
    port = _free_port()
    location = LOCATION.format(app=app, secret=secret)
    (folder / "nginx.conf").write_text(CONFIG.format(user=user, folder=folder, port=port, host=host, location=location))
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait(process, port, folder)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)  # between two tries there is no state of another process to wait on
    log = folder / "error.log"
    raise AssertionError(f"nginx did not start:\n{log.read_text() if log.is_file() else process.stderr}")
