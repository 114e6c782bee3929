"""ClickHouse over HTTP for tests: chdb, the embedded engine, behind the interface that a server has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

KEPT = ("prefer_column_name_to_alias", "output_format_json_quote_64bit_integers")
"""Settings of a query that chdb gets too; those that forbid writing would hold for the rest of its session."""


class ClickHouseServer:
    """A running server: ``host`` with its port, what it was ``sent``, and the ``session`` of chdb behind it.

    Answers put into ``faults``, as (status, text), are given to the next queries in place of the engine's.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self.sent: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.faults: list[tuple[int, str]] = []
        self.host = ""

    def answer(self, query: str, settings: dict[str, str]) -> tuple[int, bytes]:
        """Return status and body of the answer to a query."""
        if self.faults:
            status, text = self.faults.pop(0)
            return status, text.encode()
        if query.startswith("SELECT"):
            query += " SETTINGS " + ", ".join(f"{k} = {v}" for k, v in settings.items() if k in KEPT)
        try:
            self.session.query(f"USE {settings['database']}")
            return 200, self.session.query(query, settings["default_format"]).bytes() or b""
        except RuntimeError as error:
            return 500, str(error).encode()


@contextmanager
def clickhouse_server(folder: Path) -> Iterator[ClickHouseServer]:
    """A server while inside. Skips where chdb is not installed."""
    pytest.importorskip("chdb", reason="the embedded ClickHouse (extra: clickhouse) is not installed")
    from chdb.session import Session

    running = ClickHouseServer(Session(str(folder)))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"])).decode()
            settings = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            running.sent.append((query, settings, dict(self.headers)))
            status, body = running.answer(query, settings)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    running.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        running.session.close()
