"""The parts of the container files as plain processes: their commands, their proxy configuration, a real nginx."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from annotate_app import ROOT
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from nginx_proxy import NGINX, _wait

FOLDER = ROOT / "review" / "serving" / "container"
MAIN = """\
{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/spotcheck.conf;
}}
"""


ONE, THREE = "compose.yaml", "compose.servers.yaml"
"""The compose files: one server on a file, and three on PostgreSQL."""
PROXIES = {ONE: "spotcheck.conf.template", THREE: "servers.conf.template"}


def service(name: str, compose: str = ONE) -> dict[str, Any]:
    """A service of a compose file."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / compose).read_text(encoding="utf-8"))["services"][name]
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of the compose file with its ${VARIABLES} replaced, as the compose program does."""

    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        return values[name] if name in values else default.removeprefix(":-")

    return re.sub(r"\$\{(\w+)((?::[-?][^}]*)?)\}", value, text)


def command(
    name: str, values: Mapping[str, str], *, port: int = 0, more: Sequence[str] = (), compose: str = ONE
) -> list[str]:
    """The command of a service, run by this Python, on another port."""
    words = [filled(re.sub("^(8501|4318)$", str(port), word), values) for word in service(name, compose)["command"]]
    assert words[0] == "spotcheck"
    return [sys.executable, "-m", "review.commands.cli", *words[1:], *more]


def environment(name: str, values: Mapping[str, str], store: Path, compose: str = ONE) -> dict[str, str]:
    """The environment of a service; its home is a folder of its own, as in the image."""
    own = {key: filled(str(text), values) for key, text in service(name, compose)["environment"].items()}
    kept = {key: text for key, text in os.environ.items() if not key.startswith(("SPOTCHECK_", "XDG_"))}
    python = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return {**kept, **own, **python, "SPOTCHECK_STORE": str(store), "HOME": str(store.parent)}


def certificate(folder: Path, host: str) -> Path:
    """Make a certificate for ``host`` that signs itself, where the proxy expects it; return it."""
    folder.mkdir()
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "fullchain.pem"


@contextmanager
def proxy(folder: Path, values: Mapping[str, str], compose: str = ONE) -> Iterator[None]:
    """nginx with the configuration of the compose file, its words replaced by ``values``."""
    assert NGINX is not None
    template = (FOLDER / PROXIES[compose]).read_text(encoding="utf-8")
    for name in service("proxy", compose)["environment"]:
        template = template.replace(f"${{{name}}}", values[name])
    folder.mkdir()
    (folder / "spotcheck.conf").write_text(template)
    user = "user root;\n" if os.geteuid() == 0 else ""  # else its worker is another user, who cannot read the folder
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder))
    arguments = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait(process, int(values["HTTPS_PORT"]), folder)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
