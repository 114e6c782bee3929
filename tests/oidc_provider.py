"""A small OpenID Connect provider on the loopback address, which logs in whomever a test names."""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT = "spotcheck-tests"


class Provider:
    """Whom the next login names (``user``: claims) and how long its token holds (``seconds``)."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.url = ""
        self.user: dict[str, Any] = {}
        self.seconds = 3600.0
        self.nonces: dict[str, str] = {}

    def answer(self, path: str, query: dict[str, str]) -> dict[str, Any] | str:
        """A JSON document, or the address to go on to."""
        if path == "/.well-known/openid-configuration":
            ends = {f"{n}_endpoint": f"{self.url}/{n}" for n in ("authorization", "token")}
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **ends} | {
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }  # fmt: skip
        if path == "/keys":
            numbers = self.key.public_key().public_numbers()
            n, e = (_text(v.to_bytes((v.bit_length() + 7) // 8)) for v in (numbers.n, numbers.e))
            return {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": n, "e": e}]}
        if path == "/authorization":
            code = f"code-{len(self.nonces)}"
            self.nonces[code] = query.get("nonce", "")
            return f"{query['redirect_uri']}?{urllib.parse.urlencode({'code': code, 'state': query['state']})}"
        now = time.time()
        claims = {"iss": self.url, "aud": CLIENT, "iat": int(now), "exp": int(now + self.seconds)}
        token = self.signed({**claims, "nonce": self.nonces[query["code"]], **self.user})
        return {"access_token": "none", "token_type": "Bearer", "expires_in": 3600, "id_token": token}

    def signed(self, claims: dict[str, Any]) -> str:
        """A JSON Web Token by RS256."""
        head = {"alg": "RS256", "typ": "JWT", "kid": "1"}
        body = ".".join(_text(json.dumps(part).encode()) for part in (head, claims))
        return f"{body}.{_text(self.key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider."""
    told = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            address = urllib.parse.urlsplit(self.path)
            sent = f"{address.query}&{self.rfile.read(length).decode()}"
            said = told.answer(address.path, dict(urllib.parse.parse_qsl(sent)))
            self.send_response(302 if isinstance(said, str) else 200)
            if isinstance(said, str):
                self.send_header("Location", said)
            body = b"" if isinstance(said, str) else json.dumps(said).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
