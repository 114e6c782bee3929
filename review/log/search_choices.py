"""What a search of the log can narrow down to, and which of these lists is cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.judges_disagree import verdict_text
from review.log.log import log_relation
from review.log.rereading import rereading
from review.log.searching import FILTERS, Judged, as_table, with_assigned

MOST_CHOICES = 200
MOST_VERDICTS = 5_000
JUDGED = "judged"
"""The name of the list of judges' verdicts among the lists that are cut."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a search can narrow down to: the most frequent values by column, the values of judges, and names of checks.

    ``cut`` names the lists of which there are more than ``MOST_CHOICES``.
    """

    values: Mapping[str, Sequence[str]]
    judged: Sequence[Judged]
    checks: Sequence[str] = ()
    cut: Collection[str] = ()


@rereading
def choices(log: LogPaths, assigned: Mapping[str, str] | None = None) -> Choices:
    """Return what occurs in the log, with the scenarios ``assigned`` to conversations."""
    relation, values = with_assigned(log_relation(log), assigned or {}), dict[str, list[str]]()
    with in_memory() as db:
        db.register("assigned", as_table(assigned or {}))
        for name in FILTERS:
            order = "1 DESC" if name == "week" else "count(*) DESC, 1"
            sql = f"SELECT {name} FROM {relation} WHERE {name} IS NOT NULL GROUP BY {name} ORDER BY {order} LIMIT ?"  # noqa: S608 - names and paths of our own
            values[name] = [row[0] for row in db.execute(sql, [MOST_CHOICES + 1]).fetchall()]
        sql = f"SELECT DISTINCT verdicts FROM {relation} WHERE verdicts <> '{{}}' LIMIT ?"  # noqa: S608 - names and paths of our own
        verdicts = [orjson.loads(row[0]) for row in db.execute(sql, [MOST_VERDICTS + 1]).fetchall()]
        sql = (
            "SELECT DISTINCT unnest(string_split(names, ' ')) FROM "  # noqa: S608 - names and paths of our own
            f"(SELECT DISTINCT flagged AS names FROM {relation} WHERE flagged <> '') ORDER BY 1"
        )
        checks = [row[0] for row in db.execute(sql).fetchall()]
    judged = sorted({one for found in verdicts for one in _judged(found)})
    cut = [name for name, found in values.items() if len(found) > MOST_CHOICES]
    cut += [JUDGED] if len(judged) > MOST_CHOICES or len(verdicts) > MOST_VERDICTS else []
    return Choices(
        values={name: found[:MOST_CHOICES] for name, found in values.items()},
        judged=judged[:MOST_CHOICES],
        checks=checks,
        cut=cut,
    )


def _judged(verdicts: Mapping[str, Any]) -> list[Judged]:
    return [
        Judged(judge, dimension, text)
        for judge, dimensions in verdicts.items()
        if isinstance(dimensions, Mapping)
        for dimension, cell in dimensions.items()
        if (text := verdict_text(cell)) and "|" not in text
    ]
