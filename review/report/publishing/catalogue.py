"""All warehouses that results can be published to, in one dict."""

from __future__ import annotations

from review.basics import setting
from review.basics.plug_ins import loaded
from review.report.publishing.warehouse import Warehouse
from review.settings.project import Project

WAREHOUSES = loaded(
    Warehouse,
    {
        "clickhouse": "review.report.publishing.clickhouse:WAREHOUSE",
        "postgres": "review.report.publishing.postgres:WAREHOUSE",
        "duckdb": "review.report.publishing.duckdb:WAREHOUSE",
        "parquet": "review.report.publishing.parquet:WAREHOUSE",
    },
)
"""Every warehouse by its name in ``--to``. A new one is a file with a ``Warehouse`` and a line here."""


def addresses(project: Project) -> dict[str, str]:
    """Return the address of each warehouse of [publish]. A file or folder is beside spotcheck.toml.

    Raises InputError for a name that no warehouse has.
    """
    setting.known_keys(f"{project.path}, [publish]", project.publish, tuple(WAREHOUSES))
    return {
        name: str(project.path.parent / text) if WAREHOUSES[name].local else text
        for name, text in project.publish.items()
    }
