"""All warehouses that results can be published to, in one dict."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.report.publishing.warehouse import Warehouse

WAREHOUSES = loaded(
    Warehouse,
    {
        "clickhouse": "review.report.publishing.clickhouse:WAREHOUSE",
        "postgres": "review.report.publishing.postgres:WAREHOUSE",
        "duckdb": "review.report.publishing.duckdb:WAREHOUSE",
        "parquet": "review.report.publishing.parquet:WAREHOUSE",
    },
)
"""Every warehouse by its name in ``--to``. A new one is a file with a ``Warehouse``, a line here, and in [publish]."""
