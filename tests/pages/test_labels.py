"""Labels and help of widgets, which Streamlit reads as Markdown: what comes from the store goes through ``as_text``.

The syntax trees of all pages are read. A label may be our own words, numbers, a constant, or the text of ``as_text``;
what a function gets as a parameter is looked up where it is called.
"""

from __future__ import annotations

import ast
import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.syntax_trees import nodes, tree

PAGES = Path(__file__).parents[2] / "pages"

LABELLED = {
    "button", "checkbox", "date_input", "datetime_input", "dialog", "download_button", "expander", "feedback",
    "file_uploader", "form_submit_button", "link_button", "metric", "multiselect", "number_input", "page_link", "pills",
    "popover", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner", "status", "tabs",
    "text_area", "text_input", "time_input", "toast", "toggle",
}  # fmt: skip
"""Calls whose first argument is Markdown, and their ``label`` and ``help``."""
OPTIONS = {"pills", "radio", "segmented_control", "select_slider"}
"""Calls whose options are Markdown too; other choices show them as they are."""
PLAIN = {"as_text", "counted", "len", "max", "min", "percent", "range", "signed", "sum"}
"""Functions that give a number, or text without marks."""
OURS = {
    "parts/agreement/agreement_view.py": ["names"],
    "parts/compare/gate_view.py": ["e.broke", "e.fixed"],
    "parts/conversations/elsewhere.py": ["f'These are {found.kind}: go on there'"],
    "parts/conversations/mapping_form.py": ["f'{one.field} {as_text(hide(one.raw))} becomes'"],
    "parts/conversations/sources.py": [
        "f\"{setting.replace('_', ' ').capitalize()}{('' if setting in puller.needs else ' (optional)')}\"",
        "f'{capital(meaning)}.'",
    ],
    "parts/compliance/finding_form.py": ["words"],
    "parts/discuss/calibration.py": ["lambda i: f'{running.items.index(i) + 1} · {_state(states[i])}'"],
    "parts/failures/learned_view.py": ["name"],
    "parts/failures/propose_view.py": ["words"],
    "parts/health/alert_watch.py": ["label"],
    "parts/judges/choose.py": ["names"],
    "parts/judges/edit.py": ["f'Save as version {draft.version}'"],
    "parts/judges/judge_target.py": ["lambda k: f'a {k}'", "str(kind).capitalize()"],
    "parts/judges/read.py": ["titles.__getitem__"],
    "parts/shared/views.py": ["titles.__getitem__"],
    "parts/rubric/change_view.py": [
        "f'Save as version {rubric.version + 1}'",
        "f'Version {saved.version} is in force for weeks that are opened from now on'",
    ],
    "parts/rubric/rubric_editor.py": ["f'Version {after} as TOML'"],
    "parts/sampling/plan_form.py": [
        'f"Makes a group of its own of the conversations whose judges disagree in the log. spotcheck.toml (`[sampling] '
        "judges_disagree`) says: {('no such group' if cap is None else cap)}.\"",
    ],
    "parts/settle/settle_toolbar.py": ["lambda v: f'{titles[v]} · {counts[v]}'"],
    "parts/shared/figures.py": ["number(quantity.value, percent=percent)", "help or quantity.method or None"],
    "parts/shared/unsettled_view.py": ["means"],
}
"""Labels that are our own words, numbers or names of weeks, which the syntax alone does not tell."""


@functools.cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(tree(path) for path in sorted(PAGES.rglob("*.py")))


def around(module: ast.Module) -> Mapping[int, ast.AST]:
    """Return the innermost function of each node, or the module."""
    scopes = [module, *sorted(nodes(module, ast.FunctionDef), key=lambda f: f.lineno)]
    return {id(node): scope for scope in scopes for node in ast.walk(scope)}


@functools.cache
def calls() -> Mapping[str, list[tuple[ast.Call, ast.AST]]]:
    """Return the calls on all pages by the last name of what they call, each with the function around it."""
    found: defaultdict[str, list[tuple[ast.Call, ast.AST]]] = defaultdict(list)
    for module in modules():
        scopes = around(module)
        for call in nodes(module, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            found[name].append((call, scopes[id(call)]))
    return found


def is_plain(node: ast.AST | None, scope: ast.AST) -> bool:
    """Whether an expression gives our own words, a number, or what went through ``as_text``."""
    match node:
        case None | ast.Constant() | ast.Name(id="as_text"):
            return True
        case ast.Name(id=name):
            return name.isupper() or is_plain_name(name, scope)
        case ast.Attribute(value=one, attr=name):
            return name.isupper() or (name in ("__getitem__", "get") and is_plain(one, scope))
        case ast.FormattedValue(value=one, format_spec=ast.JoinedStr(values=[*_, ast.Constant(value=form)])):
            return str(form)[-1:] in ",fd%" or is_plain(one, scope)
        case ast.Call():
            return is_plain_call(node, scope)
        case _:
            parts = parts_of(node)
            return bool(parts) and all(is_plain(one, scope) for one in parts)


def parts_of(node: ast.AST) -> Sequence[ast.AST]:
    """Return the parts of which an expression is put together; none for what is not known to be."""
    match node:
        case ast.Subscript(value=one) | ast.Starred(value=one) | ast.UnaryOp(operand=one) | ast.Lambda(body=one):
            return [one]
        case ast.GeneratorExp(elt=one) | ast.ListComp(elt=one) | ast.FormattedValue(value=one):
            return [one]
        case ast.List(elts=some) | ast.Tuple(elts=some) | ast.BoolOp(values=some) | ast.JoinedStr(values=some):
            return some
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return [one, other]
        case _:
            return []


def is_plain_call(call: ast.Call, scope: ast.AST) -> bool:
    match call:
        case ast.Call(func=ast.Name(id=name)) if name in PLAIN:
            return True
        case ast.Call(func=ast.Name(id="_" | "list" | "str"), args=[one]):
            return is_plain(one, scope)
        case ast.Call(func=ast.Name(id=name)):
            return returns_plain(name)
        case ast.Call(func=ast.Attribute(value=one), args=some, keywords=named):
            return all(is_plain(part, scope) for part in (one, *some, *(k.value for k in named)))
        case _:
            return False


def returns_plain(name: str) -> bool:
    """Whether all functions of this name on the pages return something plain."""
    found = [f for module in modules() for f in nodes(module, ast.FunctionDef) if f.name == name]
    given = [(n.value, f) for f in found for n in ast.walk(f) if isinstance(n, ast.Return)]
    return bool(given) and all(is_plain(value, f) for value, f in given)


def is_plain_name(name: str, scope: ast.AST) -> bool:
    """Whether all that a name stands for is plain: a function, what is assigned or looped over, what callers pass."""
    values = [value for node in ast.walk(scope) for value in given_to(name, node)]
    if values:
        return all(is_plain(value, scope) for value in values)
    if isinstance(scope, ast.FunctionDef) and name in parameters(scope):
        passed = [(passed_to(scope, name, call), place) for call, place in calls()[scope.name]]
        return bool(passed) and all(is_plain(value, place) for value, place in passed)
    return returns_plain(name)


def given_to(name: str, node: ast.AST) -> Iterator[ast.AST]:
    """Yield what an assignment or a loop gives to a name."""
    match node:
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from part_of(name, target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from part_of(name, target, value)
        case ast.For(target=target, iter=ast.Tuple(elts=rows) | ast.List(elts=rows)):
            for row in rows:
                yield from part_of(name, target, row)
        case ast.comprehension(target=target, iter=ast.Tuple(elts=rows) | ast.List(elts=rows)):
            for row in rows:
                yield from part_of(name, target, row)
        case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
            if name in {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}:
                yield source


def part_of(name: str, target: ast.AST, value: ast.AST) -> Iterator[ast.AST]:
    """Yield what a name gets when a value is taken apart as the target says."""
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        parts = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
        for one, part in zip(target.elts, parts, strict=False):
            yield from part_of(name, one, part)


def parameters(function: ast.FunctionDef) -> Sequence[str]:
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def passed_to(function: ast.FunctionDef, name: str, call: ast.Call) -> ast.AST | None:
    """Return what a call passes for a parameter; None where it leaves the default."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    place = parameters(function).index(name)
    return call.args[place] if place < len(call.args) else None


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call of a widget shows as Markdown."""
    assert isinstance(call.func, ast.Attribute)
    named = {k.arg: k.value for k in call.keywords}
    yield from call.args[: 3 if call.func.attr == "metric" else 1]
    yield from (
        named[k]
        for k in ("label", "help", "value", "delta", "body")
        if k in named and (k in ("label", "help", "body") or call.func.attr == "metric")
    )
    if call.func.attr in OPTIONS:
        yield from [named["format_func"]] if "format_func" in named else call.args[1:2]


def widgets(module: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that draw a widget, not those of a function of ours that has the name of one."""
    ours = {a.name for n in nodes(module, ast.ImportFrom) if str(n.module).startswith("pages") for a in n.names}
    for call in nodes(module, ast.Call):
        drawn = isinstance(call.func, ast.Attribute) and call.func.attr in LABELLED
        if drawn and getattr(call.func.value, "id", "") not in ours:
            yield call


def suspects(module: ast.Module) -> list[str]:
    scopes = around(module)
    shown_ones = [(one, scopes[id(call)]) for call in widgets(module) for one in shown(call)]
    return [ast.unparse(one) for one, scope in shown_ones if not is_plain(one, scope)]


@pytest.mark.parametrize("path", sorted(PAGES.rglob("*.py")), ids=lambda p: str(p.relative_to(PAGES)))
def test_no_label_shows_text_of_the_store_as_markup(path: Path) -> None:
    ours = OURS.get(path.relative_to(PAGES).as_posix(), [])
    assert sorted(set(suspects(tree(path)))) == sorted(ours), "put as_text around what comes from the store"


@pytest.mark.parametrize(
    ("line", "suspected"),
    [
        ("st.button(row.name)", True),
        ("st.button(f'Open {row.name}')", True),
        ("st.button(f'Open {as_text(row.name)}')", False),
        ("st.button(f'{row.n:,} more')", False),
        ("st.toast(TITLES[row.kind])", False),
        ("st.selectbox('Judge', names)", False),
        ("st.segmented_control('Judge', names)", True),
        ("st.segmented_control('Judge', names, format_func=as_text)", False),
        ("st.segmented_control('Judge', names, format_func=lambda n: n.title())", True),
        ("st.metric('Judge', row.name)", True),
        ("st.checkbox('Read it', help=row.about)", True),
    ],
)
def test_a_label_with_text_of_the_store_is_found(line: str, suspected: bool) -> None:
    assert bool(suspects(ast.parse(f"def draw(row, names):\n    {line}"))) is suspected
