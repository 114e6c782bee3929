"""What of a PostgreSQL server decides whether an acknowledged submission can be lost, and what follows."""

from __future__ import annotations

from typing import Any

from storage.postgres_engine import PostgresEngine

_SETTINGS = """
SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
  current_setting('synchronous_commit') AS commits, current_setting('synchronous_standby_names') AS names,
  (SELECT count(*) FROM pg_stat_replication) AS standbys
"""
FSYNC = (
    "fsync is off on this server: when its machine loses power, acknowledged submissions can be lost and the database "
    "can be damaged. Switch it on."
)
PAGES = (
    "full_page_writes is off on this server: when its machine loses power, the database can be damaged. Switch it on."
)
STANDBYS = (
    "Standbys follow this server, and synchronous_standby_names is empty: after a failover, what was acknowledged in "
    "the last moments can be missing. Browsers do not send it again, and people find those items open. The check names "
    "the missing entries where this machine has noted them. Name a standby in synchronous_standby_names to rule this "
    "out."
)


def risks(engine: object) -> list[str]:
    """Return a sentence for each way in which this server may lose what was acknowledged; none for a file."""
    if not isinstance(engine, PostgresEngine):
        return []
    with engine.plain_errors():
        found: Any = engine.run(_SETTINGS, ()).fetchone()
    fsync, pages, commits, names, standbys = found
    said = [FSYNC] if fsync == "off" else []
    said += [PAGES] if pages == "off" and fsync != "off" else []
    said += [STANDBYS] if standbys and not (names and commits in ("on", "remote_apply")) else []
    return said
