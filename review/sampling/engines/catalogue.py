"""All engines in one dict, by URL scheme or file suffix, and how a source is opened with one of them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.sampling.engines.engine import Address, Engine, EngineKind

ENGINES = loaded(
    EngineKind,
    {
        ".jsonl": "review.sampling.engines.files:ENGINE",
        ".ndjson": "review.sampling.engines.files:ENGINE",
        ".csv": "review.sampling.engines.files:ENGINE",
        ".tsv": "review.sampling.engines.files:ENGINE",
        ".parquet": "review.sampling.engines.files:ENGINE",
        "folder": "review.sampling.engines.files:ENGINE",
        ".duckdb": "review.sampling.engines.duckdb:ENGINE",
        "duckdb": "review.sampling.engines.duckdb:ENGINE",
        ".sqlite": "review.sampling.engines.sqlite:ENGINE",
        ".db": "review.sampling.engines.sqlite:ENGINE",
        "sqlite": "review.sampling.engines.sqlite:ENGINE",
        "clickhouse": "review.sampling.engines.clickhouse_kind:ENGINE",
        "postgresql": "review.sampling.engines.postgres:ENGINE",
        "s3": "review.sampling.engines.s3:ENGINE",
        "delta": "review.sampling.engines.delta:ENGINE",
        "iceberg": "review.sampling.engines.iceberg:ENGINE",
    },
)
"""Every engine by the scheme or suffix of its sources. A new one is a file with an ``EngineKind`` and a line here."""

TEXT = (".jsonl", ".ndjson", ".csv", ".tsv")
"""Sources that are text and have an encoding."""


def open_source(source: str | Path, *, week: str | None = None, until: str | None = None, encoding: str = "") -> Engine:
    """Open a source for reading; ``until`` leaves out what arrived later about conversations of the imported log.
    ``encoding`` is that of text files which are not UTF-8.

    A source is a file or pattern (.jsonl, .ndjson, .csv, .tsv, .parquet, the first four also .gz); a folder of Parquet
    files such as the imported log (``week`` skips files named for other weeks); ``duckdb:///file?table=t`` or
    ``file.duckdb#t``; ``sqlite:///file?table=t`` or ``file.db#t``;
    ``clickhouse://host:8123/database?table=t[&final=1][&secure=1]``; ``postgresql://host:5432/database?table=t``, with
    ``socket`` for the folder of a socket in the place of the host; ``s3://bucket/folder``; ``delta:///folder`` or
    ``delta://bucket/folder``; ``iceberg:///catalog.db?table=t``. Four slashes make an absolute path.
    Raises InputError for anything else.
    """
    address = address_of(str(source))
    if until is not None and address.scheme == "folder":
        address = address._replace(options={**address.options, "until": until})
    if encoding and address.scheme in TEXT:
        address = address._replace(options={**address.options, "encoding": encoding})
    return ENGINES[address.scheme].open(address, week)


def address_of(source: str) -> Address:
    """Take a source apart. Raises InputError when no engine opens it."""
    if "://" in source:
        return _url(source)
    name, _, fragment = source.partition("#") if not Path(source).exists() else (source, "", "")
    options = {"table": fragment} if fragment else {}
    if Path(name).is_dir():
        return Address("folder", name, "", options)
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    if suffix not in ENGINES:
        raise InputError(f"source: found {source!r}, expected a file or address of one of: {', '.join(ENGINES)}.")
    return Address(suffix, name, "", options)


def _url(source: str) -> Address:
    try:
        parts = urlsplit(source)
        host, _ = parts.netloc, parts.port
    except ValueError as error:
        raise InputError(f"source: found {source!r}, which is not an address ({error}).") from None
    if parts.scheme not in ENGINES or parts.scheme.startswith(".") or parts.scheme == "folder":
        known = [name for name in ENGINES if not name.startswith(".") and name != "folder"]
        raise InputError(
            f"source: found the scheme {parts.scheme!r}, expected one of {', '.join(known)}. From another "
            "engine, export the week as Parquet."
        )
    if parts.username or parts.password:
        raise InputError(
            f"source: found credentials in the address of {parts.hostname}; set them in the environment instead."
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.fragment:
        options.setdefault("table", unquote(parts.fragment))
    known = list(dict.fromkeys(option for engine in ENGINES.values() for option in engine.options))
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise InputError(f"source: found the option {unknown[0]!r}, expected {', '.join(known[:-1])} or {known[-1]}.")
    path = unquote(parts.path)
    server = ENGINES[parts.scheme].on_server
    if not server:
        if host and not ENGINES[parts.scheme].in_bucket:
            raise InputError(
                f"source: found {source!r}, expected three slashes before a relative path, four before an absolute one."
            )
        path = path[1:]
    if server and not host and "socket" not in options:
        raise InputError(f"source: found {source!r}, expected {ENGINES[parts.scheme].example}.")
    return Address(parts.scheme, path, host, options)
