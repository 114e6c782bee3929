"""The bundling of the desks' ES modules, and rules that their scripts follow."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pages.parts.desk.adjudicator import ENTRY as ADJUDICATOR
from pages.parts.desk.annotator import ENTRY as ANNOTATOR
from pages.parts.desk.bundle import BundleError, bundle
from pages.parts.desk.component import FOLDER

SCRIPTS = sorted(FOLDER.rglob("*.js"))
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")


def written(folder: Path, **scripts: str) -> Path:
    """Write scripts under their names and return the first, which is the entry."""
    for name, source in scripts.items():
        (folder / f"{name}.js").write_text(source, encoding="utf-8")
    return folder / f"{next(iter(scripts))}.js"


def evaluated(folder: Path, entry: Path) -> str:
    """Bundle a module, call its default export in node, and return what it gives."""
    (folder / "whole.mjs").write_text(bundle(entry), encoding="utf-8")
    (folder / "run.mjs").write_text('import main from "./whole.mjs";\nconsole.log(main());\n', encoding="utf-8")
    ran = subprocess.run(["node", str(folder / "run.mjs")], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@needs_node
def test_modules_run_once_in_the_order_of_their_imports_and_keep_private_names(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        entry='import { left } from "./left.js";\nimport { right } from "./right.js";\n'
        'const name = "entry";\nexport const component = () => `${name} ${left()} ${right()}`;\n',
        left='import {\n  log,\n} from "./log.js";\nlog.push("left");\nconst name = "left";\n'
        "export function left() {\n  return name;\n}\n",
        right='import { log } from "./log.js";\nlog.push("right");\nconst name = "right";\n'
        "export const right = () => `${name} ${log}`;\n",
        log='export const log = ["log"];\n',
    )
    assert evaluated(tmp_path, entry) == "entry left right log,left,right"
    assert bundle(entry).count('["log"]') == 1


@needs_node
def test_a_name_that_is_not_imported_is_not_there(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        entry='import { shown } from "./other.js";\nexport const component = () => `${shown} ${typeof hidden}`;\n',
        other='const hidden = "no";\nexport const shown = "yes";\n',
    )
    assert evaluated(tmp_path, entry) == "yes undefined"


END = "export const component = () => 1;\n"


@pytest.mark.parametrize(
    ("scripts", "message"),
    [
        ({"entry": f'import {{ a }} from "./gone.js";\n{END}'}, r"gone\.js: no such file.*entry\.js"),
        (
            {"entry": f'import {{ a }} from "./b.js";\n{END}', "b": "export const c = 1;\n"},
            r"entry\.js: imports 'a', which .*b\.js does not export",
        ),
        (
            {
                "entry": f'import {{ a }} from "./a.js";\n{END}',
                "a": 'import { b } from "./b.js";\nexport const a = b;\n',
                "b": 'import { a } from "./a.js";\nexport const b = a;\n',
            },
            r"import each other: a\.js -> b\.js -> a\.js",
        ),
        ({"entry": f"function a() {{}}\nfunction a() {{}}\n{END}"}, "'a' is declared or imported twice"),
        (
            {"entry": f'import {{ a }} from "./b.js";\nconst a = 1;\n{END}', "b": "export const a = 1;\n"},
            "'a' is declared or imported twice",
        ),
        (
            {
                "entry": f'import {{ a }} from "./a.js";\nimport {{ a }} from "./b.js";\n{END}',
                "a": "export const a = 1;\n",
                "b": "export const a = 1;\n",
            },
            "'a' is declared or imported twice",
        ),
        ({"entry": "export const other = 1;\n"}, "exports no 'component'"),
        ({"entry": f"const a = 1;\nexport default a;\n{END}"}, r"line 2: found 'export default a;', expected"),
        ({"entry": f'export * from "./b.js";\n{END}'}, "line 1: found"),
        ({"entry": f"const a = 1;\nexport {{ a }};\n{END}"}, "line 2: found"),
        ({"entry": f"export let a = 1;\n{END}"}, "line 1: found"),
        ({"entry": f'import b from "./b.js";\n{END}'}, "line 1: found"),
        ({"entry": f'import * as b from "./b.js";\n{END}'}, "line 1: found"),
        ({"entry": f'import {{ a as b }} from "./b.js";\n{END}'}, "line 1: found"),
        ({"entry": f'import "./b.js";\n{END}'}, "line 1: found"),
        ({"entry": f'import {{ readFile }} from "node:fs";\n{END}'}, "line 1: found"),
        ({"entry": f'\n\nconst a = () => import("./b.js");\n{END}'}, "line 3: found"),
        ({"entry": f'  import {{ a }} from "./b.js";\n{END}'}, "line 1: found"),
    ],
)
def test_what_cannot_be_bundled_is_refused_by_name(tmp_path: Path, scripts: dict[str, str], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        bundle(written(tmp_path, **scripts))


@pytest.mark.parametrize("entry", [ANNOTATOR, ADJUDICATOR], ids=["annotator", "adjudicator"])
def test_every_script_is_part_of_the_component(entry: Path) -> None:
    own = [path for folder in (entry.parent, FOLDER / "shared") for path in folder.glob("*.js")]
    bundled = re.findall(r"^const \$\d+ = \(\(\) => \{ // (\S+)$", bundle(entry), flags=re.MULTILINE)
    assert sorted(bundled) == sorted(path.relative_to(FOLDER).as_posix() for path in own)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_script_turns_data_into_markup(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in source


@needs_node
@pytest.mark.parametrize("entry", [ANNOTATOR, ADJUDICATOR], ids=["annotator", "adjudicator"])
def test_the_scripts_are_one_module(tmp_path: Path, entry: Path) -> None:
    whole = tmp_path / "whole.mjs"
    whole.write_text(bundle(entry), "utf-8")
    checked = subprocess.run(["node", "--check", str(whole)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def code_of(source: str) -> str:
    """A script without its comments and texts; of a template only the expressions are left."""
    source = re.sub(r"//.*|\"(?:[^\"\\\n]|\\.)*\"", "", source)
    return re.sub(r"`[^`]*`", lambda found: " ".join(re.findall(r"\$\{([^{}]*)\}", found[0])), source)


EXPORTED = {
    name: path
    for path in SCRIPTS
    for name in re.findall(
        r"^export (?:async function|function|const|class) (\w+)", path.read_text("utf-8"), re.MULTILINE
    )
}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_imports_what_it_calls_and_nothing_else(path: Path) -> None:
    """The browser finds a missing import only when it comes to the line, so it is looked for here."""
    code = code_of(path.read_text(encoding="utf-8"))
    imported = [
        n for names in re.findall(r"^import \{([^}]*)\}", code, re.MULTILINE) for n in re.findall(r"\w+", names)
    ]
    rest = re.sub(r"^import \{[^}]*\} from ;\n", "", code, flags=re.MULTILINE)
    assert [name for name in imported if not re.search(rf"(?<![\w.]){name}\b|\.\.\.{name}\b", rest)] == []
    declared = set(re.findall(r"\b(?:function|const|let|class) (\w+)", rest))
    called = set(re.findall(r"(?<![\w.])(\w+)\(", rest)) - declared - set(imported)
    assert sorted(called & EXPORTED.keys()) == []
