"""What a column of a query is: one of a source, of an enclosing query, the name of an output column, or nothing."""

from __future__ import annotations

from sqlglot import exp

from review.sql.tree.frames import Folding, Frame, Source, Use

HIDDEN = {
    "sqlite": ("rowid", "oid", "_rowid_"), "duckdb": ("rowid",), "postgres": ("ctid", "xmin"),
    "clickhouse": ("_part", "_partition_id", "_shard_num"),
}  # fmt: skip
"""Columns that every table of a dialect has without listing them."""
UNITS = ("nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter",
         "year")  # fmt: skip


def look_up(frame: Frame, node: exp.Column, names: Folding) -> Use:
    """Find what a column of a query is."""
    column = names.node(node.this)
    table = node.args.get("table")
    if names.dialect == "clickhouse" and table is None and column.lower() in ("nan", "inf", "infinity"):
        # ClickHouse writes these numbers like names.
        return Use(node=node, how="unknown")
    here: Frame | None = frame
    aliased = column in frame.aliases and (
        names.dialect in ("clickhouse", "sqlite", "duckdb") or _by_alias(node, frame)
    )
    while here is not None:
        use = _in_frame(here, node, column, names, outer=here is not frame)
        if use is not None and use.how in ("found", "ambiguous"):
            if use.how == "ambiguous" and aliased:
                return Use(node=node, how="alias")
            return use
        if here is frame and table is None and aliased:
            return Use(node=node, how="alias")
        if use is not None:
            return use
        here = here.parent
    if table is not None and names.node(table) in frame.aliases:
        return Use(node=node, how="unknown")
    if names.dialect == "clickhouse" and table is None and _is_word(node):
        return Use(node=node, how="unknown")
    return Use(node=node, how="missing")


def _is_word(node: exp.Column) -> bool:
    """Whether ClickHouse reads a word that the parser takes for a column: ORDER BY ALL, timestampDiff(DAY, a, b)."""
    if isinstance(node.parent, exp.Ordered):
        return node.name.upper() == "ALL"
    return isinstance(node.parent, exp.Func) and node.name.lower().removesuffix("s") in UNITS


def _in_frame(frame: Frame, node: exp.Column, column: str, names: Folding, *, outer: bool) -> Use | None:
    """Look a column up in one query; None when an enclosing query may still have it."""
    table = node.args.get("table")
    if names.dialect == "clickhouse" and (dotted := _nested(frame, node, names)) is not None:
        holder, name = dotted
        if name in (holder.columns or {}):
            return Use(node=node, how="found", source=holder, origin=(holder.columns or {})[name], outer=outer)
        # Parts such as contacts.size0, and all of contacts at once, are for the engine to know.
        return Use(node=node, how="unknown", source=holder, outer=outer)
    if table is not None:
        wanted = names.node(table)
        source = next((s for s in frame.sources if s.name == wanted), None)
        if source is None:
            # A column of a nested type is written like one of a table: address.city.
            owner = next((s for s in frame.sources if s.has(wanted)), None)
            return Use(node=node, how="unknown", source=owner, outer=outer) if owner else None
        has = source.has(column)
        if has:
            return Use(node=node, how="found", source=source, origin=(source.columns or {})[column], outer=outer)
        if has is None or column in HIDDEN.get(names.dialect, ()):
            return Use(node=node, how="unknown", source=source, outer=outer)
        return Use(node=node, how="missing", source=source, outer=outer)
    holders = [s for s in frame.sources if s.has(column)]
    if len(holders) > 1 and column not in frame.merged and names.dialect != "clickhouse":
        return Use(node=node, how="ambiguous", source=holders[0], outer=outer)
    if holders:
        return Use(node=node, how="found", source=holders[0], origin=(holders[0].columns or {})[column], outer=outer)
    if any(s.has(column) is None for s in frame.sources):
        return Use(node=node, how="unknown", outer=outer)
    if column in HIDDEN.get(names.dialect, ()) and frame.sources:
        return Use(node=node, how="unknown", outer=outer)
    whole = next((s for s in frame.sources if s.name == column), None)
    return Use(node=node, how="row", source=whole, outer=outer) if whole else None


def _nested(frame: Frame, node: exp.Column, names: Folding) -> tuple[Source, str] | None:
    """The source of a column that ClickHouse names with a dot, with the name in it: contacts.kind, c.contacts.kind.

    A Nested column ``contacts`` is a column of the table for each of its parts.
    """
    parts = [names.node(part) for part in node.parts]
    for source in frame.sources:
        columns = [column for column in source.columns or () if "." in column]
        for start in range(len(parts)) if columns else ():
            before, rest = parts[:start], ".".join(parts[start:])
            if start and before[-1] != source.name:
                continue
            if rest in columns or any(column.startswith((f"{rest}.", f"{parts[start]}.")) for column in columns):
                return source, rest
    return None


def _by_alias(node: exp.Column, frame: Frame) -> bool:
    """Whether a column stands where every dialect takes the name of an output column."""
    here: exp.Expr | None = node
    while here is not None and here is not frame.select:
        if isinstance(here, exp.Order | exp.Group | exp.Having | exp.Qualify):
            return not isinstance(here, exp.Having | exp.Qualify) or frame.select.args.get("qualify") is not None
        here = here.parent
    return False
