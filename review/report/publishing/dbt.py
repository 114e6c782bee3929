"""The published tables as sources of dbt, with tests, and a page that says what each column means."""

from __future__ import annotations

from pathlib import Path

from review.basics.whole_files import replacing
from review.report.publishing.schema import PREFIX, TABLES, described

PROJECT = "dbt_project.yml"
_PROJECT = """name: spotcheck
version: "1.0.0"
profile: spotcheck
model-paths: ["models"]
test-paths: ["tests"]
"""
_ESTIMATE = """-- The share of production in SQL equals the estimate from people's labels that Spotcheck shows.
with found as (
  select store, week, dimension, sum(weight * positive) / sum(weight) as share
  from {{ source('spotcheck', 'spotcheck_settlements') }}
  where positive is not null and weight > 0
  group by store, week, dimension
)
select f.store, f.week, f.dimension, f.share, e.value
from found f
join {{ source('spotcheck', 'spotcheck_estimates') }} e
  on e.store = f.store and e.week = f.week and e.dimension = f.dimension and e.basis = 'people'
where e.value is not null and abs(f.share - e.value) > 1e-9
"""


def write_dbt(folder: Path) -> list[Path]:
    """Write a dbt project with the sources, their tests and the page of the schema; return its files."""
    with replacing(folder, marker=PROJECT) as part:
        for name, text in _files().items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_text(text, encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _files() -> dict[str, str]:
    return {
        PROJECT: _PROJECT,
        "models/sources.yml": _sources(),
        "tests/people_estimate.sql": _ESTIMATE,
        "SCHEMA.md": schema_page(),
    }


def _sources() -> str:
    lines = ["version: 2", "sources:", "  - name: spotcheck", '    schema: "{{ target.schema }}"', "    tables:"]
    for name, table in TABLES.items():
        lines += [f"      - name: {PREFIX}{name}", f'        description: "{table.about}"', "        columns:"]
        for column, meaning in described(name).items():
            lines += [
                f"          - name: {column}",
                f'            description: "{meaning.about}"',
                "            quote: true",
            ]
            if column == "row_key":
                lines.append("            tests: [unique, not_null]")
            elif column in ("store", "digest", "weight"):
                lines.append("            tests: [not_null]")
    return "\n".join(lines) + "\n"


def schema_page() -> str:
    """Return the page that says what each table and column holds."""
    parts = ["# Tables that Spotcheck publishes\n"]
    for name, table in TABLES.items():
        rows = [f"| `{column}` | {meaning.kind} | {meaning.about} |" for column, meaning in described(name).items()]
        head = "| column | kind | what it holds |\n|---|---|---|"
        told = [f"{table.about[0].upper()}{table.about[1:]}.\n"]
        if table.unweighted:
            told.append(f"Rows have no group, probability and weight: {table.unweighted}.\n")
        parts.append("\n".join([f"## {PREFIX}{name}\n", *told, head, *rows, ""]))
    return "\n".join(parts)
