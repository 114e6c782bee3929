"""What stays of conversations that expired: hourly counts, and the days of users. No text, no id of a conversation.

A row of the hourly counts is one hour (UTC) of one source, model, prompt version, variant, scenario and language. There
may be several rows of the same, one from each run of retention that removed some: add them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from review.basics.log_paths import LogPaths
from review.basics.sql_literals import sql_literal
from review.log.late import listed
from review.log.retained import COUNTS, parts
from review.monitoring.latency_bins import bin_of
from review.monitoring.metrics import SLICES, Metric

KEYS = ("hour", "week", *SLICES)
"""Text; ``hour`` is such as 2026-11-21T09, NULL where a conversation had no time. The others are NULL where unknown."""
OF_USERS = ("error_rate", "thumbs_down", "copied", "edited", "cost")
"""The figures that stay of each day of a user."""
NO_TYPE = "no type given"


def counts_relation(log: LogPaths) -> str | None:
    """Return SQL for DuckDB that reads the hourly counts; None where nothing expired yet."""
    files = parts(log.logs, COUNTS)
    return listed(files) if files else None


def hourly_counts(rows: str, metrics: Mapping[str, Metric], ran: Mapping[str, frozenset[str]]) -> str:
    """Return the query of the hourly counts of some rows of the log; ``ran`` has the checks that ran by import.

    ``NAME_n`` are the rows that a share or sum is about, ``NAME_k`` those of a share that have it, ``NAME_sum`` is the
    sum. ``latency_bins`` and ``latency_counts`` belong together: how many answers took how many milliseconds, rounded
    as in :mod:`review.monitoring.latency_bins`. ``error_types`` maps types of errors to their number.
    """
    bins = f"histogram({bin_of('latency_ms')})"
    kind = f"coalesce(nullif(trim(error_type), ''), '{NO_TYPE}')"
    columns = {
        "n": "count(*)",
        **_figures(metrics, ran),
        "latency_bins": f"CAST(map_keys({bins}) AS DOUBLE[])",
        "latency_counts": f"CAST(map_values({bins}) AS BIGINT[])",
        "error_types": f"histogram({kind}) FILTER (status = 'error')",
    }
    keys = ", ".join(("substr(created_at, 1, 13) AS hour", "week", *SLICES))
    return f"SELECT {keys}, {_listed(columns)} FROM {rows} GROUP BY ALL ORDER BY ALL"  # noqa: S608 - our own names


def user_days(rows: str, metrics: Mapping[str, Metric]) -> str:
    """Return the query of what users did in each hour (UTC) of each session, by their keyed ids."""
    columns = {
        "n": "count(*)",
        "first_at": "min(created_at)",
        "last_at": "max(created_at)",
        **_figures({name: metrics[name] for name in OF_USERS}, {}),
        "outcomes": "flatten(list(outcomes) FILTER (outcomes IS NOT NULL))",
    }
    hour = "substr(created_at, 1, 10) AS day, substr(created_at, 1, 13) AS hour"
    keys = f"{hour}, week, source, variant, user_id, session_id"
    someone = "(user_id IS NOT NULL OR session_id IS NOT NULL)"
    return f"SELECT {keys}, {_listed(columns)} FROM {rows} WHERE {someone} GROUP BY ALL"  # noqa: S608 - our own names


def _figures(metrics: Mapping[str, Metric], ran: Mapping[str, frozenset[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, metric in metrics.items():
        about = f"({metric.denominator})"
        if metric.check:
            about += f" AND import_id IN ({_texts(i for i, checks in ran.items() if metric.check in checks)})"
        if metric.kind == "share":
            found[f"{name}_n"] = f"count(*) FILTER ({about})"
            found[f"{name}_k"] = f"count(*) FILTER ({about} AND ({metric.numerator}))"
            if metric.told:
                found[f"{name}_told"] = f"count(*) FILTER ({metric.told})"
        elif metric.kind == "sum":
            found[f"{name}_n"] = f"count({metric.value})"
            found[f"{name}_sum"] = f"CAST(sum({metric.value}) AS DOUBLE)"
    return found


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{words} AS {name}" for name, words in columns.items())


def _texts(values: Iterable[str]) -> str:
    return ", ".join(map(sql_literal, values)) or "NULL"
