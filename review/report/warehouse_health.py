"""The health of production from a table of a warehouse: the same figures as of the log, as queries there, not copies.

The figures are those of :mod:`review.monitoring.metrics`, whose expressions are translated for the engine. What only an
import knows (flags of checks, judges that disagree, what expired) is undefined here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp, parse_one

from review.basics.errors import InputError
from review.basics.times import utc_text
from review.log.buckets import Apart
from review.monitoring.bucket import Slice, bucket_of, empty
from review.monitoring.health import Asked, Health
from review.monitoring.measuring import ERRORS, NO_TYPE, N, aggregates_of
from review.monitoring.metrics import SLICES, metrics_for
from review.monitoring.periods import Period, moment_of, periods
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.engine import Engine
from review.sampling.engines.sql import is_null, named
from review.sampling.frame import ColumnPath, Values, find_columns, fitting, text_of
from review.sampling.needs import is_imported_log
from review.sampling.strata import FALSE_WORDS, TRUE_WORDS
from review.settings.project import Project

TEXTS = ("status", "error_type", "feedback", *SLICES)
NUMBERS = ("latency_ms", "retries", "tokens_in", "tokens_out", "cost", "confidence", "repair_rounds")
FLAGS = ("low_confidence", "repaired")
NOT_THERE: Mapping[str, str] = {"judges_disagree": "boolean", "flagged": "text"}
MOST_WINDOWS = 1_000
DIALECTS = ("duckdb", "postgres", "clickhouse")


def warehouse_health(source: str, project: Project, asked: Asked, mapping: Mapping[str, str]) -> Health:
    """Return the figures of a table by window and slice.

    Raises InputError for a source of another engine than DuckDB, PostgreSQL or ClickHouse, for one without a time, and
    for a span or a slice that there cannot be.
    """
    unknown = [name for name in asked.slices if name not in SLICES]
    if unknown:
        raise InputError(f"slice: found {unknown[0]!r}, expected one of {', '.join(SLICES)}.")
    engine = open_source(source)
    try:
        if engine.dialect not in DIALECTS:
            raise InputError(
                f"{engine.source}: health is read from {', '.join(DIALECTS)} alone. Import the log instead."
            )
        places = find_columns(engine, {**fitting(engine, project.mapping), **mapping}, (*TEXTS, *NUMBERS, *FLAGS))
        return _health(engine, places, project, asked)
    finally:
        engine.close()


def _health(engine: Engine, places: Mapping[str, ColumnPath], project: Project, asked: Asked) -> Health:
    if "created_at" not in places:
        raise InputError(
            f"{engine.source}: found no column 'created_at', which says when a conversation was.",
            command_hint="Name it with `--map created_at=COLUMN`.",
        )
    # An imported log has our own values already.
    values: Values = {} if is_imported_log(engine) else project.values
    form = {"form": project.date_format} if project.date_format and not is_imported_log(engine) else {}
    made = engine.instant(*places["created_at"], zone=project.time_zone, **form)
    spans, undated = _spans(engine, made, project, asked)
    apart = Apart(undated=undated, future=0, too_old=0, first=None, last=None)
    if not spans:
        return Health(asked=asked, buckets=(), apart=apart)
    metrics = {name: one for name, one in metrics_for(project.confidence).items() if not one.check}
    rows = _rows(engine, places, values, made, spans)
    found = _aggregated(engine, rows, asked.slices, aggregates_of(metrics))
    types = _aggregated(
        engine, rows.where("status = 'error'", dialect="duckdb"), (*asked.slices, "error_type"), {N: "count(*)"}
    )
    for (window, value), row in types.items():
        errors = found[window, value[:-1]].setdefault(ERRORS, {})
        errors[value[-1] or NO_TYPE] = errors.get(value[-1] or NO_TYPE, 0) + row[N]
    slices: list[Slice] = sorted({value for _, value in found}, key=lambda v: [(one is None, one or "") for one in v])
    buckets = [
        bucket_of(period, asked.slices, value, found[number, value], metrics=metrics, ran={})
        if (number, value) in found
        else empty(period, asked.slices, value, metrics)
        for value in slices or [()]
        for number, period in enumerate(spans)
    ]
    return Health(asked=asked, buckets=buckets, apart=apart)


def _spans(engine: Engine, made: exp.Expr, project: Project, asked: Asked) -> tuple[list[Period], int]:
    """Return every window from the first row to the last, and how many rows have no time."""
    zone = project.time_zone
    start = moment_of(asked.start, "from", zone) if asked.start else ""
    end = moment_of(asked.end, "to", zone, ends=True) if asked.end else ""
    if start and end and start >= end:
        raise InputError(f"to: found {asked.end!r}, which is before {asked.start!r}, the start. Swap them.")
    undated = exp.Count(this=exp.Case().when(is_null(made), exp.Literal.number(1)))
    ends = [_micros(engine, exp.Min(this=made.copy())), _micros(engine, exp.Max(this=made.copy()))]
    table = engine.relation(list(engine.columns()))
    first, last, missing = engine.query(exp.select(*ends, undated).from_(table))[0]
    if first is None and not (start and end):
        return [], int(missing)
    begin = start or _text(first)
    stop = utc_text(datetime.fromisoformat(end)) if end else _text(last)
    spans = [] if begin > stop else list(periods(begin, stop, asked.by, zone))
    spans = [one for one in spans if not end or one.start < end]
    if len(spans) > MOST_WINDOWS:
        raise InputError(
            f"health: found {len(spans):,} windows, expected at most {MOST_WINDOWS:,}. Choose a shorter span or longer "
            "windows.",
            command_hint="--from and --to give the span, --by the windows.",
        )
    return spans, int(missing)


def _text(micros: Any) -> str:
    return utc_text(datetime.fromtimestamp(float(micros) / 1e6, UTC))


def _micros(engine: Engine, instant: exp.Expr) -> exp.Expr:
    """Return an instant as microseconds since 1970, in the words of its engine."""
    if engine.dialect == "postgres":
        seconds = parse_one("EXTRACT(EPOCH FROM CAST(:t AS TIMESTAMPTZ)) * 1000000", dialect="postgres")
        return exp.replace_placeholders(seconds, t=instant)
    if engine.dialect == "clickhouse":
        precise = exp.Anonymous(
            this="toDateTime64", expressions=[instant, exp.Literal.number(6), exp.Literal.string("UTC")]
        )
        return exp.Anonymous(this="toUnixTimestamp64Micro", expressions=[precise])
    return instant


def _rows(
    engine: Engine, places: Mapping[str, ColumnPath], values: Values, made: exp.Expr, spans: Sequence[Period]
) -> exp.Select:
    """Return the rows of the windows with the columns of a log, and the number of their window."""
    cells: dict[str, exp.Expr] = {name: exp.cast(exp.null(), kind) for name, kind in NOT_THERE.items()}
    for name in TEXTS:
        cells[name] = exp.cast(exp.null(), "text")
        if name in places:
            cells[name] = text_of(engine, name, places[name], values.get(name, {}))
    for name in NUMBERS:
        cells[name] = engine.number(*places[name]) if name in places else exp.cast(exp.null(), "double")
    for name in FLAGS:
        cells[name] = exp.cast(exp.null(), "boolean")
        if name in places:
            word = exp.Lower(this=exp.Trim(this=engine.text(*places[name])))
            cells[name] = exp.Case().when(word.isin(*TRUE_WORDS), exp.true()).when(word.isin(*FALSE_WORDS), exp.false())
    cells["status"] = exp.Lower(this=exp.Trim(this=cells["status"]))
    edges = [engine.moment(datetime.fromisoformat(one.start)) for one in spans]
    last = engine.moment(datetime.fromisoformat(spans[-1].end))
    shown = [named(cell, name) for name, cell in cells.items()]
    shown.append(named(_window(made, edges, 0, len(edges)), "window_number"))
    within = exp.and_(exp.GTE(this=made.copy(), expression=edges[0]), exp.LT(this=made.copy(), expression=last))
    inner = exp.select(*shown).from_(engine.relation(list(engine.columns()))).where(within)
    return exp.select("*").from_(inner.subquery("entry"))


def _window(made: exp.Expr, edges: Sequence[exp.Expr], low: int, high: int) -> exp.Expr:
    """Return the number of the window that a row lies in, found by halves."""
    if high - low == 1:
        return exp.Literal.number(low)
    middle = (low + high) // 2
    before = exp.LT(this=made.copy(), expression=edges[middle].copy())
    return exp.Case().when(before, _window(made, edges, low, middle)).else_(_window(made, edges, middle, high))


def _aggregated(
    engine: Engine, rows: exp.Select, slices: Sequence[str], aggregates: Mapping[str, str]
) -> dict[tuple[int, Slice], dict[str, Any]]:
    """Return the aggregates, written for DuckDB, of each window and combination of slices."""
    keys = [exp.column("window_number", quoted=True), *(exp.column(name, quoted=True) for name in slices)]
    shown = [named(_translated(sql, engine.dialect), f"{name}_found") for name, sql in aggregates.items()]
    query = exp.select(*keys, *shown).from_(rows.subquery("entries")).group_by(*(key.copy() for key in keys))
    found = {}
    for row in engine.query(query):
        place = (int(row[0]), tuple(None if v is None else str(v) for v in row[1 : len(keys)]))
        found[place] = dict(zip(aggregates, map(_plain, row[len(keys) :]), strict=True))
    return found


def _plain(cell: Any) -> Any:
    """Return what an engine gives for nothing as None, in lists too."""
    if isinstance(cell, list | tuple):
        cells = [_plain(one) for one in cell]
        return None if all(one is None for one in cells) else cells
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def _translated(sql: str, dialect: str) -> exp.Expr:
    """Return an aggregate of DuckDB for another dialect, where sqlglot would write what is not there."""

    def changed(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.NullSafeNEQ):
            known = exp.Coalesce(this=node.this, expressions=[exp.Literal.string("")])
            return exp.NEQ(this=known, expression=node.expression)
        if dialect == "postgres" and isinstance(node, exp.Round):
            node.set("this", exp.cast(node.this, "decimal"))
        if dialect == "postgres" and isinstance(node, exp.RegexpLike):
            node.set("expression", exp.Literal.string(node.expression.name.replace(r"\b", r"\y")))
        if dialect == "clickhouse" and isinstance(node, exp.SplitPart):
            text = exp.Coalesce(this=node.this, expressions=[exp.Literal.string("")])
            split = exp.Anonymous(this="splitByChar", expressions=[node.args["delimiter"], text])
            return exp.Anonymous(this="arrayElement", expressions=[split, node.args["part_index"]])
        if dialect == "clickhouse" and isinstance(node, exp.PercentileCont):
            points = [one.copy() for one in node.expression.expressions]
            return exp.ParameterizedAgg(this="quantilesExactInclusive", expressions=points, params=[node.this])
        return node

    return parse_one(sql, dialect="duckdb").transform(changed)
