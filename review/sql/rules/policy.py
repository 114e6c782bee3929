"""What a project asks of its SQL: the values behind the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from review.sql.tree.finding import Severity


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The limits and lists of one project.

    ``rules`` are the names of the rules that run, None for the default ones. ``severities`` replace those of rules.
    ``functions`` and ``table_functions`` are allowed beside the built-in lists; ``settings`` may follow SETTINGS in
    ClickHouse. ``tables`` are the only ones that may be read, None for all of the schema. ``format`` is the output
    format that a statement must name. ``max_rows`` is the largest LIMIT. ``required_*`` and ``forbidden_*`` name tables
    and columns (``column`` or ``table.column``).
    """

    rules: tuple[str, ...] | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    table_functions: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    tables: frozenset[str] | None = None
    format: str = ""
    max_rows: int = 10_000
    required_tables: tuple[str, ...] = ()
    required_columns: tuple[str, ...] = ()
    forbidden_tables: tuple[str, ...] = ()
    forbidden_columns: tuple[str, ...] = ()
