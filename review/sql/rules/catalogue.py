"""All rules in one dict."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.sql.rules.rule import Rule

RULES = loaded(
    Rule,
    {
        "text": "review.sql.rules.text:RULE",
        "statement": "review.sql.rules.statement:RULE",
        "syntax": "review.sql.rules.syntax:RULE",
        "functions": "review.sql.rules.functions:RULE",
        "tables": "review.sql.rules.tables:RULE",
        "columns": "review.sql.rules.columns:RULE",
        "row_values": "review.sql.rules.row_values:RULE",
        "settings": "review.sql.rules.settings:RULE",
        "format": "review.sql.rules.format:RULE",
        "join_types": "review.sql.rules.join_types:RULE",
        "join_rows": "review.sql.rules.join_rows:RULE",
        "required": "review.sql.rules.required:RULE",
        "forbidden": "review.sql.rules.forbidden:RULE",
        "star": "review.sql.rules.star:RULE",
        "limit": "review.sql.rules.limit:RULE",
    },
)
"""Every rule by its name in findings and in ``[sql]``. A new one is a file with a ``Rule`` and a line here."""

PARSE = "parse"
"""The name under which a statement that cannot be read is reported. It is no rule: such a statement is not checked."""
