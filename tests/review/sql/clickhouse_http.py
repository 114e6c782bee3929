"""ClickHouse behind HTTP: chdb answers as the server does, in a process of its own. Prints its port once ready."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb.session import Session

SESSION = Session(sys.argv[1])
SEEN: list[dict[str, str]] = []
PASSED = ("output_format_json_quote_decimals", "output_format_json_quote_denormals")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"])).decode()
        settings = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        SEEN.append({**settings, "user": self.headers.get("X-ClickHouse-User", ""), "query": query})
        try:
            SESSION.query(f"USE {settings['database']}")
            # A setting of the address holds for one query: a real server would take all of them.
            ending = ", ".join(f"{k} = {settings[k]}" for k in PASSED if k in settings)
            status, body = 200, SESSION.query(f"{query}\nSETTINGS {ending}", settings["default_format"]).bytes()
        except RuntimeError as error:
            status, body = 500, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        body = json.dumps(SEEN).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
