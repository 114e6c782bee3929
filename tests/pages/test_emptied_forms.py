"""Forms that empty themselves keep what was refused: the key of each of their fields comes from ``submitted.key``.

The browser test of the triage sends a refused form by key and by button. Here the syntax trees of all pages are read,
so that no other form loses what somebody typed.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path

from tests.syntax_trees import nodes, tree

PAGES = Path(__file__).parents[2] / "pages"
FIELDS = (
    *("checkbox", "date_input", "multiselect", "number_input", "segmented_control"),
    *("selectbox", "text_area", "text_input", "toggle"),
)


def empties_itself(call: ast.expr) -> bool:
    """Whether a form is emptied when it is sent; a variable may say so."""
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "st.form":
        return False
    said = next((word.value for word in call.keywords if word.arg == "clear_on_submit"), None)
    return said is not None and not (isinstance(said, ast.Constant) and said.value is False)


def helpers(module: ast.Module) -> set[str]:
    """Return the functions of a module that open such a form."""
    found = set()
    for function in nodes(module, ast.FunctionDef):
        inside = list(ast.walk(function))
        yields = any(isinstance(node, ast.Yield) for node in inside)
        if yields and any(isinstance(node, ast.Call) and empties_itself(node) for node in inside):
            found.add(function.name)
    return found


def fields_of(module: ast.Module) -> list[ast.Call]:
    """Return the fields of the module's forms that empty themselves."""
    ours = helpers(module)

    def opens(call: ast.expr) -> bool:
        if empties_itself(call):
            return True
        if not isinstance(call, ast.Call) or ast.unparse(call.func) not in ours:
            return False
        return not any(word.arg == "clear" and ast.unparse(word.value) == "False" for word in call.keywords)

    return [
        call
        for block in nodes(module, ast.With)
        if any(opens(item.context_expr) for item in block.items)
        for call in ast.walk(block)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in FIELDS
    ]


@functools.cache
def forms() -> dict[str, list[ast.Call]]:
    """Return the fields of such forms by file.

    Not read while tests are collected: every worker would parse all pages.
    """
    found = {str(path.relative_to(PAGES)): fields_of(tree(path)) for path in sorted(PAGES.rglob("*.py"))}
    return {place: fields for place, fields in found.items() if fields}


def kept(call: ast.Call) -> bool:
    """Whether the key of a field comes from ``submitted.key``."""
    key = next((word.value for word in call.keywords if word.arg == "key"), None)
    return isinstance(key, ast.Call) and ast.unparse(key.func) == "submitted.key"


def test_what_was_refused_stays_in_a_form_that_empties_itself() -> None:
    assert [(place, ast.unparse(call)) for place, fields in forms().items() for call in fields if not kept(call)] == []


def test_the_forms_are_found() -> None:
    assert sum(map(len, forms().values())) >= 25 and len(forms()) >= 7
