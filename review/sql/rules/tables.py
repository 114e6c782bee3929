"""Only tables of the schema, and of the project's list where it has one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.places import written
from review.sql.tree.statement import Statement
from review.sql.tree.walking import is_array_join

ROWS_FROM = {
    "sqlite": {"json_each", "json_tree"},
    "postgres": {
        "generate_series", "unnest", "json_array_elements", "json_array_elements_text", "jsonb_array_elements",
        "jsonb_array_elements_text", "json_each", "json_each_text", "jsonb_each", "jsonb_each_text", "string_to_table",
        "regexp_split_to_table", "json_to_recordset", "jsonb_to_recordset",
        "jsonb_path_query",
        "jsonb_object_keys", "json_object_keys", "generate_subscripts",
    },
    "duckdb": {"generate_series", "range", "unnest", "json_each", "json_tree"},
    "clickhouse": {"numbers", "generateseries", "generate_series"},
}  # fmt: skip
"""Functions that may stand in the place of a table: they make rows from values, and read nothing."""
SOURCES = (exp.Table, exp.Subquery, exp.Select, exp.SetOperation, exp.Lateral, exp.Unnest, exp.Values)
WRAPPED = (exp.Final, exp.TableSample, exp.Paren)
MOST_ROWS = 1_000_000
"""The largest number that may be written into a function that makes rows."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at every table of every query, and at what stands in the place of one."""
    yield from _placed(statement, policy)
    if statement.schema is None:
        yield from _without_schema(statement, policy)
        return
    for node, table in statement.names.tables:
        if table is None:
            yield at(node, statement, _unknown(node, statement))
        elif policy.tables is not None and not table.names & policy.tables:
            known = ", ".join(sorted(policy.tables)[:12])
            yield at(node, statement, f"The table '{table.full_name}' may not be read here; allowed: {known}.")


def _placed(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """What is read must be a table whose name was resolved, a subquery, or a function that makes rows from values."""
    resolved = {id(node) for node, _ in statement.names.tables} | {id(node) for node in statement.names.common}
    for node in statement.all(exp.Table):
        if not isinstance(node.this, exp.Identifier):
            yield from _function(node, statement, policy)
        elif not node.this.name or (id(node) not in resolved and len(statement.trees) == 1):
            yield at(node, statement, f"'{node.name}' stands where no table is expected.")
    for clause in statement.all(exp.From, exp.Join):
        source = clause.this
        while isinstance(source, WRAPPED):
            source = source.this
        if not isinstance(source, SOURCES) and not (isinstance(clause, exp.Join) and is_array_join(clause)):
            yield at(source, statement, "A query reads only from tables and subqueries, and this is neither.")


def _function(node: exp.Table, statement: Statement, policy: Policy) -> Iterator[Mark]:
    name = table_function(named := node.this, statement)
    if name in policy.table_functions:
        return
    if name not in ROWS_FROM.get(statement.dialect, set()):
        said = f"'{name}' stands in the place of a table. Only tables of the schema may be read."
        yield at(node, statement, said)._replace(unknown=True)
    elif any(_large(number) for number in named.find_all(exp.Literal)) or _reckoned(named, statement):
        yield at(node, statement, f"'{name}' would make more than {MOST_ROWS:,} rows.")._replace(unknown=True)


def table_function(called: exp.Expr, statement: Statement) -> str:
    """Return the name of a function that stands in the place of a table, in lower case."""
    name = called.name if isinstance(called, exp.Anonymous) else written(called, statement.text).split("(", 1)[0]
    return name.strip().lower()


def _large(number: exp.Literal) -> bool:
    try:
        return not number.is_string and abs(float(number.name)) > MOST_ROWS
    except ValueError:
        return False


def _reckoned(called: exp.Expr, statement: Statement) -> bool:
    """Whether the number of rows is reckoned on ClickHouse, which makes any number of them: numbers(pow(10, 12))."""
    return statement.dialect == "clickhouse" and not all(
        isinstance(part, exp.Literal) and not part.is_string for part in called.iter_expressions()
    )


def _unknown(node: exp.Table, statement: Statement) -> str:
    name = ".".join(part.name for part in node.parts)
    near = statement.schema.nearest_table(node.name) if statement.schema else None
    hint = f" Nearest: '{near}'." if near and near != node.name else ""
    if near == node.name and node.args.get("db"):
        hint = f" There is a table '{near}' without that database in front."
    return f"There is no table '{name}' in the schema.{hint}"


def _without_schema(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """With no schema a project's list decides; without one, catalogues and files are refused all the same."""
    for node, _ in statement.names.tables:
        full = ".".join(part.name for part in node.parts)
        if policy.tables is not None and not {node.name, full} & policy.tables:
            yield at(node, statement, f"The table '{full}' may not be read here.")
        elif _catalogue(full.lower()) or "." in node.name or "/" in node.name or _from_text(node, statement):
            yield at(node, statement, f"'{full}' is a catalogue or a file, not a table of the data.")


def _from_text(node: exp.Table, statement: Statement) -> bool:
    return written(node.this, statement.text).startswith("'")


def _catalogue(name: str) -> bool:
    first = name.split(".", 1)[0]
    return first in ("system", "information_schema", "pg_catalog") or first.startswith(
        ("sqlite_", "pg_", "duckdb_", "pragma_")
    )


RULE = Rule(
    about="reads only tables of the schema, and of `tables` where the project lists them",
    check=check,
    bad="SELECT name FROM custmers",
    good="SELECT name FROM customers",
    for_running=True,
)
