"""What stays of conversations that expired: hourly counts, and the days of users. No text, no id of a conversation.

A row of the hourly counts is one hour (UTC) of one source, model, prompt version, variant, scenario and language. There
may be several rows of the same, one from each run of retention that removed some: add them up.
"""

from __future__ import annotations

from collections.abc import Mapping

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
NO_ROW = "false"
"""The condition of a check that ran in none of the imports: nothing is known of its rows, so none is looked at."""


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
    keys = "substr(created_at, 1, 13) AS hour, week, source, variant, user_id, session_id"
    someone = "(user_id IS NOT NULL OR session_id IS NOT NULL)"
    grouped = f"SELECT {keys}, {_listed(columns)} FROM {rows} WHERE {someone} GROUP BY ALL"  # noqa: S608 - our own names
    return f"SELECT substr(hour, 1, 10) AS day, * FROM ({grouped})"  # noqa: S608 - our own names


def _figures(metrics: Mapping[str, Metric], ran: Mapping[str, frozenset[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, metric in metrics.items():
        about = _about(metric, ran)
        if metric.kind == "share":
            found[f"{name}_n"] = f"count(*) FILTER ({about})"
            has = NO_ROW if about == NO_ROW else f"{about} AND ({metric.numerator})"
            found[f"{name}_k"] = f"count(*) FILTER ({has})"
            if metric.told:
                found[f"{name}_told"] = f"count(*) FILTER ({metric.told})"
        elif metric.kind == "sum":
            found[f"{name}_n"] = f"count({metric.value})"
            found[f"{name}_sum"] = f"CAST(sum({metric.value}) AS DOUBLE)"
    return found


def _about(metric: Metric, ran: Mapping[str, frozenset[str]]) -> str:
    """Return the condition of the rows that a figure is about; DuckDB counts figures of the same condition once."""
    if not metric.check:
        return f"({metric.denominator})"
    imports = [import_id for import_id, checks in ran.items() if metric.check in checks]
    if not imports:
        return NO_ROW
    return f"({metric.denominator}) AND import_id IN ({', '.join(map(sql_literal, imports))})"


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{words} AS {name}" for name, words in columns.items())
