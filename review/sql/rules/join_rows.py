"""No sum over repeated rows: a join that finds several partners repeats the row, and its value counts several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from review.sql.rules.lists import names_in
from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.tree.frames import Frame, Source
from review.sql.tree.joins import Joined, joined, within_groups
from review.sql.tree.places import written
from review.sql.tree.statement import Statement

SUMS = (
    exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Median,
    exp.Quantile,
    exp.PercentileCont, exp.PercentileDisc, exp.ApproxQuantile,
)  # fmt: skip


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at every sum, mean and count over a join, in the query itself or in the subquery that it reads."""
    for frame in statement.names.frames:
        facts = joined(frame)
        grouped = within_groups(frame, facts)
        for node in _aggregates(frame):
            if isinstance(node.this, exp.Distinct) or node.args.get("distinct"):
                continue
            # A count is one of rows of the join, which are those of one source when that source reaches all others.
            sources = list(frame.sources) if _counts(node) else _sources_in(node, frame)
            direct = list(_weighed(node, sources, frame, grouped, statement))
            yield from direct or _weighed_inside(node, node, frame, facts, statement)
        for node in _windowed(frame):
            sources = list(frame.sources) if _counts(node) else _sources_in(node, frame)
            if any(mark.severity is None for mark in _weighed(node, sources, frame, facts, statement)):
                yield at(
                    node, statement,
                    f"{written(node, statement.text)} looks at a window of rows that the join repeats. Cannot tell "
                    "whether the window takes each of them once.", "note",
                )  # fmt: skip


def _aggregates(frame: Frame) -> list[exp.Expr]:
    """The sums and counts of a query itself, without those of its inner queries and of window functions."""
    found = []
    waiting: list[exp.Expr] = [*frame.select.expressions]
    waiting += [n for k in ("having", "order") if isinstance(n := frame.select.args.get(k), exp.Expr)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Query | exp.Window):
            continue
        if isinstance(node, (*SUMS, exp.Count)) or _named_sum(node):
            found.append(node)
        else:
            waiting.extend(node.iter_expressions())
    return found


def _windowed(frame: Frame) -> list[exp.Expr]:
    """The sums and counts over windows in a query itself."""
    if len(frame.sources) < 2:
        return []
    windows = [w for w in frame.select.find_all(exp.Window) if w.find_ancestor(exp.Select) is frame.select]
    inner = (w.find(*SUMS, exp.Count, exp.Anonymous, exp.AnonymousAggFunc) for w in windows)
    return [n for n in inner if n is not None and (isinstance(n, (*SUMS, exp.Count)) or _named_sum(n))]


def _named_sum(node: exp.Expr) -> bool:
    return isinstance(
        node, exp.Anonymous | exp.AnonymousAggFunc | exp.CombinedAggFunc
    ) and node.name.lower() in names_in("sums")


def _reached(start: Source, frame: Frame, facts: Joined) -> set[int]:
    """The sources of which one row of ``start`` finds at most one row."""
    known = {id(start)}
    growing = True
    while growing:
        growing = False
        for source in frame.sources:
            if id(source) not in known and _one_row(source, known, facts):
                known.add(id(source))
                growing = True
    return known


def _one_row(source: Source, known: set[int], facts: Joined) -> bool:
    kind = (
        f"{_arg(source, 'kind')} {_arg(source, 'side')} {_arg(source, 'method')} {_arg(source, 'strictness')}".upper()
    )
    if any(word in kind for word in ("SEMI", "ANTI", "ANY", "ASOF")):
        return True
    bound = set(facts.fixed.get(id(source), set()))
    for pair in facts.pairs:
        for mine, other in ((pair.left, pair.right), (pair.right, pair.left)):
            if mine.source is source and mine.tells and id(other.source) in known:
                bound.add(mine.tells)
    bound = {column.lower() for column in bound}
    return any({c.lower() for c in key} <= bound for key in source.keys)


def _arg(source: Source, name: str) -> str:
    return str(source.join.args.get(name) or "") if source.join is not None else ""


def _missing(source: Source, frame: Frame, reached: Mapping[int, set[int]]) -> list[Source]:
    return [s for s in frame.sources if id(s) not in reached[id(source)]]


def _weighed(
    node: exp.Expr, sources: list[Source], frame: Frame, facts: Joined, statement: Statement
) -> Iterator[Mark]:
    reached = {id(s): _reached(s, frame, facts) for s in frame.sources}
    if not sources or any(not _missing(s, frame, reached) for s in sources):
        return
    repeated = min(sources, key=lambda s: len(_missing(s, frame, reached)))
    by = _missing(repeated, frame, reached)
    twins = [s for s in by if s.table is not None and s.table is repeated.table]
    unknown = [s for s in by if not s.keys_known and not s.keys]
    if len(unknown) == len(by) and not twins and not _crossed(by, facts):
        names = ", ".join(_called(s) for s in by)
        yield at(
            node, statement,
            f"Cannot tell whether the join repeats rows of {_called(repeated)}: no key of {names} is known. "
            "Declare its key in the settings.", "note",
        )  # fmt: skip
        return
    if any(_runs(repeated, s, facts) for s in by):
        yield at(
            node, statement,
            f"{written(node, statement.text)} adds up, for each row, the rows of {_called(repeated)} before or after "
            "it, as a running total does. Cannot tell whether that is meant.", "note",
        )  # fmt: skip
        return
    partner = (twins or [s for s in by if s not in unknown] or by)[0]
    yield at(node, statement, _message(node, frame, facts, (repeated, partner), statement, twin=bool(twins)))


def _runs(repeated: Source, by: Source, facts: Joined) -> bool:
    """Whether a source is joined with itself on one column being less than the same column."""
    names = [s.node.name.lower() if isinstance(s.node, exp.Table) else "" for s in (repeated, by)]
    if not names[0] or names[0] != names[1]:
        return False
    return any(
        {id(pair.left.source), id(pair.right.source)} == {id(repeated), id(by)}
        and pair.left.column.lower() == pair.right.column.lower() != ""
        for pair in facts.ordered
    )


def _weighed_inside(
    node: exp.Expr, value: exp.Expr, frame: Frame, facts: Joined, statement: Statement
) -> Iterator[Mark]:
    """Look into the subquery that all of ``value`` comes from, when its join has already repeated the rows.

    A condition outside that fixes a column of the subquery may choose one of the repeats: then nothing is said.
    """
    sources = _sources_in(value, frame)
    if _counts(node) or len(sources) != 1 or facts.fixed.get(id(sources[0])):
        return
    inner = sources[0].inside
    if inner is None:
        return
    inner_facts = joined(inner)
    for column in value.find_all(exp.Column):
        shown = _shown(inner, column.name)
        if shown is None:
            continue
        repeated = list(_weighed(node, _sources_in(shown, inner), inner, inner_facts, statement))
        found = repeated or list(_weighed_inside(node, shown, inner, inner_facts, statement))
        if found:
            yield found[0]
            return


def _shown(inner: Frame, name: str) -> exp.Expr | None:
    """Return the expression that a SELECT gives out under a name."""
    given = (p for p in inner.select.expressions if p.output_name.lower() == name.lower())
    found = next(given, None)
    return found.unalias() if found is not None else None


def _counts(node: exp.Expr) -> bool:
    """Whether rows are counted: count(x), or a sum of ones and zeros."""
    if isinstance(node, exp.Count) or node.name.lower() == "countif":
        return True
    inner = node.this
    while isinstance(inner, exp.Paren | exp.Cast):
        inner = inner.this
    if isinstance(inner, exp.Case | exp.If):
        cases = inner.args.get("ifs") or [inner]
        results = [c.args.get("true") for c in cases] + [inner.args.get("default") or inner.args.get("false")]
        return all(r is None or isinstance(r, exp.Literal | exp.Null) for r in results)
    return isinstance(inner, exp.Condition) and isinstance(inner, exp.Predicate | exp.Boolean | exp.Literal)


def _sources_in(node: exp.Expr, frame: Frame) -> list[Source]:
    found: dict[int, Source] = {}
    for column in node.find_all(exp.Column):
        use = frame.use_of(column)
        if use is not None and use.source is not None and use.how == "found" and not use.outer:
            found[id(use.source)] = use.source
    return list(found.values())


def _crossed(by: list[Source], facts: Joined) -> bool:
    """Whether one of the sources is joined on nothing at all."""
    tied = {id(side.source) for pair in facts.pairs for side in (pair.left, pair.right)}
    return any(id(s) not in tied and s.table is not None for s in by)


def _message(
    node: exp.Expr, frame: Frame, facts: Joined, two: tuple[Source, Source], statement: Statement, *, twin: bool
) -> str:
    repeated, partner = two
    columns = sorted(
        {
            mine.column
            for pair in facts.pairs
            for mine, other in ((pair.left, pair.right), (pair.right, pair.left))
            if mine.source is partner and mine.column and other.source is repeated
        }
    )
    what = "counts rows" if _counts(node) else "adds up values"
    joined_on = f" ({', '.join(columns)} is no key of it)" if columns else ""
    text = (
        f"{written(node, statement.text)} {what} of {_called(repeated)} several times: the join repeats each "
        f"for every row of {_called(partner)} that it finds{joined_on}. Aggregate {_called(partner)} before the join."
    )
    inner = (partner.join is not None and not partner.join.args.get("side")) or repeated.join is None
    if twin and inner:
        text += " The join also drops what exists on one side only."
    return text


def _called(source: Source) -> str:
    table = source.table.name if source.table is not None else ""
    if table and source.name and source.name.lower() != table.lower():
        return f"{table} ({source.name})"
    return table or source.name or "a subquery"


RULE = Rule(
    about="sums and counts no rows that a join repeats, by the keys of the schema",
    check=check,
    bad="SELECT sum(c.credit) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id",
    good="SELECT sum(o.amount) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id",
    severity="warning",
)
