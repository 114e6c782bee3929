"""All engines of the SQL lane in one dict, and how an address is taken apart."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.sql.engines.engine import EngineAddress, SqlEngine

SQL_ENGINES = loaded(
    SqlEngine,
    {
        "sqlite": "review.sql.engines.sqlite:ENGINE",
        "duckdb": "review.sql.engines.duckdb:ENGINE",
        "postgresql": "review.sql.engines.postgres:ENGINE",
        "clickhouse": "review.sql.engines.clickhouse:SERVER",
        "chdb": "review.sql.engines.clickhouse:EMBEDDED",
    },
)
"""Every engine by the scheme of its addresses. A new one is a file with an ``SqlEngine`` and a line here."""
SUFFIXES = {".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".duckdb": "duckdb", ".ddb": "duckdb"}
SCHEMES = {"postgres": "postgresql", "clickhouses": "clickhouse"}
OPTIONS = ("role", "socket", "database", "secure", "snapshot", "write_rights")


def is_address(text: str) -> bool:
    """Return whether a text names a database, as against a file that describes one."""
    return "://" in text or Path(text).suffix.lower() in SUFFIXES


def place_of(address: str) -> EngineAddress:
    """Take an address apart. Raises InputError when no engine opens it, or when it holds credentials."""
    if "://" not in address:
        scheme = SUFFIXES.get(Path(address).suffix.lower())
        if scheme is None:
            raise InputError(f"database: found {address!r}, expected {_examples()}.")
        return EngineAddress(scheme, address, "", {})
    try:
        parts = urlsplit(address)
        host, _ = parts.netloc, parts.port
    except ValueError as error:
        raise InputError(f"database: found {address!r}, which is no address ({error}).") from None
    scheme = SCHEMES.get(parts.scheme, parts.scheme)
    if scheme not in SQL_ENGINES:
        raise InputError(f"database: found the scheme {parts.scheme!r}, expected {_examples()}.")
    if parts.username or parts.password:
        raise InputError(
            f"database: found credentials in the address of {parts.hostname}. Set SPOTCHECK_POSTGRES_USER and "
            "_PASSWORD, or SPOTCHECK_CLICKHOUSE_USER and _PASSWORD, in the environment."
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise InputError(f"database: found the option {unknown[0]!r}, expected one of {', '.join(OPTIONS)}.")
    path = unquote(parts.path)
    if not SQL_ENGINES[scheme].on_server:
        if host:
            raise InputError(
                f"database: found {address!r}, expected three slashes before a relative path, four before an "
                "absolute one."
            )
        path = path[1:]
    return EngineAddress(scheme, path, host, options)


def _examples() -> str:
    return "one of " + ", ".join(engine.example for engine in SQL_ENGINES.values())
