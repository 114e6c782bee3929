"""A session for ClickHouse over HTTP. Only SPOTCHECK_CLICKHOUSE_USER and _PASSWORD give user and password."""

from __future__ import annotations

import os

import requests


def clickhouse_session() -> requests.Session:
    """Return a session that sends the user and password of the environment, and no others."""
    session = requests.Session()
    # Without this, requests would take credentials from a netrc file.
    session.trust_env = False
    for name, header in (("USER", "X-ClickHouse-User"), ("PASSWORD", "X-ClickHouse-Key")):
        secret = os.environ.get(f"SPOTCHECK_CLICKHOUSE_{name}")
        if secret:
            session.headers[header] = secret
    return session
