"""Join the ES modules of a component into one, because Streamlit takes one JavaScript string per component.

The scripts are real ES modules, so an editor, a browser and ``node --test`` read them as they are. Only the static
named forms are bundled, each at the start of a line::

    import { draftOf, keepDraft } from "./drafts.js";
    export function show(view) {
    export const LOW_WATER = 8;

Each module becomes a function of its own, so its private names stay private, and two modules may use the same name.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

COMPONENT = "component"
"""The name that an entry module exports; it becomes the default export, which Streamlit calls."""

_NAME = r"[A-Za-z_]\w*"
_IMPORT = re.compile(rf'^import \{{\s*({_NAME}(?:,\s*{_NAME})*),?\s*\}} from "(\.\.?/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(rf"^export (?=(?:async function|function|class|const) ({_NAME})\b)", re.MULTILINE)
_DECLARED = re.compile(rf"^(?:async function|function|class|const|let|var) ({_NAME})", re.MULTILINE)
_OTHER_FORM = re.compile(r"^\s*(?:import|export)\b.*|^(?!\s*//).*\bimport\s*[(.].*", re.MULTILINE)


class BundleError(ValueError):
    """A script that cannot be bundled; the message names the file and what to change."""


@dataclass(frozen=True)
class Module:
    """One script: the names it imports by file, the names it exports, and its text without both statements."""

    path: Path
    imports: dict[Path, list[str]]
    exports: frozenset[str]
    body: str


def bundle(entry: Path) -> str:
    """Return the entry module and all it imports as the text of one ES module; its default export is ``component``.

    Modules run in the order of their imports, each once. Raises BundleError for a missing file, a name that the other
    module does not export, modules that import each other, a name that one module declares twice, and any form of
    ``import`` or ``export`` other than the static named ones.
    """
    entry = entry.resolve()
    modules: dict[Path, Module] = {}
    _collect(entry, modules, ())
    variables = {path: f"${k}" for k, path in enumerate(modules)}
    texts = [_wrapped(module, modules, variables) for module in modules.values()]
    if COMPONENT not in modules[entry].exports:
        raise BundleError(f"{entry}: exports no {COMPONENT!r}. Add `export const {COMPONENT} = …`.")
    return "\n".join([*texts, f"export default {variables[entry]}.{COMPONENT};", ""])


def _collect(path: Path, modules: dict[Path, Module], above: tuple[Path, ...]) -> None:
    """Add a module to ``modules`` after all that it imports. ``above`` are the modules whose imports led here."""
    if path in modules:
        return
    if path in above:
        circle = " -> ".join(one.name for one in (*above[above.index(path) :], path))
        raise BundleError(f"{path}: modules import each other: {circle}. Move what they share into a third module.")
    if not path.is_file():
        raise BundleError(f"{path}: no such file. Correct the import in {above[-1] if above else 'the call'}.")
    module = _read(path)
    for other in module.imports:
        _collect(other, modules, (*above, path))
    modules[path] = module


def _read(path: Path) -> Module:
    """Read one script. Raises BundleError for a form that is not bundled and for a name that stands twice."""
    source = path.read_text(encoding="utf-8")
    imports: dict[Path, list[str]] = {}
    for names, where in _IMPORT.findall(source):
        imports.setdefault((path.parent / where).resolve(), []).extend(re.findall(_NAME, names))
    exports = _EXPORT.findall(source)
    # Line numbers in the message stay right because an import leaves its line breaks behind.
    body = _EXPORT.sub("", _IMPORT.sub(lambda found: "\n" * found[0].count("\n"), source))
    other = _OTHER_FORM.search(body)
    if other:
        line = body.count("\n", 0, other.start()) + 1
        raise BundleError(
            f'{path}, line {line}: found {other[0].strip()!r}, expected `import {{ name }} from "./file.js";` or '
            "`export` before a function, class or const."
        )
    counts = Counter([*_DECLARED.findall(body), *(name for names in imports.values() for name in names)])
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise BundleError(f"{path}: {twice[0]!r} is declared or imported twice. Rename one of them.")
    return Module(path, imports, frozenset(exports), body.strip("\n"))


def _wrapped(module: Module, modules: dict[Path, Module], variables: dict[Path, str]) -> str:
    """Return a module as a function that is called at once and returns its exports."""
    lines = []
    for other, names in module.imports.items():
        missing = sorted(set(names) - modules[other].exports)
        if missing:
            raise BundleError(f"{module.path}: imports {missing[0]!r}, which {other} does not export.")
        lines.append(f"const {{ {', '.join(names)} }} = {variables[other]};")
    returned = f"return {{ {', '.join(sorted(module.exports))} }};"
    head = f"const {variables[module.path]} = (() => {{ // {module.path.parent.name}/{module.path.name}"
    return "\n".join([head, *lines, module.body, returned, "})();"])
