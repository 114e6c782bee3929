"""The settings of a project: one ``spotcheck.toml`` beside the store; secrets come from the environment alone."""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import tomlkit

from review.basics.errors import InputError
from review.checks.settings import SETTINGS as CHECK_SETTINGS
from review.checks.settings import CheckSettings, check_settings
from review.privacy.presidio import LIBRARIES
from review.settings.access import SETTINGS as ACCESS_SETTINGS
from review.settings.access import Access, access_of
from review.settings.judges import SETTINGS as JUDGE_SETTINGS
from review.settings.judges import JudgeSettings, judge_settings

ORIGINALS = ("apart", "encrypted", "none")
UNITS = ("session", "turn")

SETTINGS: dict[str, tuple[str, ...]] = {
    "access": ACCESS_SETTINGS,
    "project": ("time_zone",),
    "import": ("map", "values"),
    "privacy": ("originals", "patterns", "phone_region", "library"),
    "sampling": ("unit", "confidence", "judges_disagree"),
    "checks": CHECK_SETTINGS,
    "golden": ("plan",),
    "judges": JUDGE_SETTINGS,
    "rubric": ("reveal", "dimensions"),
}
"""Every table of spotcheck.toml with its settings; a misspelt one is an error, never silently the default."""


@dataclass(frozen=True)
class Privacy:
    """What happens to unmasked originals, the team's own patterns (token name -> regex), the default phone region.

    ``library`` is "presidio" where its recognisers of national numbers run beside ours, "" where they do not.
    """

    originals: str = "apart"
    patterns: Mapping[str, str] = field(default_factory=dict)
    phone_region: str = "US"
    library: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """The settings that hold for one store.

    ``mapping`` renames fields on import (field -> dotted path), ``values`` translates cells (field -> raw -> value).
    ``confidence`` is the bound under which a conversation counts as low confidence. ``rubric`` is the document of the
    ``[rubric]`` table, or None for the default rubric. ``judges_disagree`` is how many conversations whose judges
    contradict each other are drawn as a group of their own ("all", a number, None: no such group). ``plan`` is how many
    golden examples each scenario should have, as a number or by kind. ``access`` is how visitors of the application are
    told apart. ``judges`` is where judges may send masked text, and how fast. ``checks`` is what runs on import.
    """

    path: Path
    time_zone: str = "UTC"
    unit: str = "session"
    confidence: float = 0.5
    judges_disagree: int | Literal["all"] | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    privacy: Privacy = Privacy()
    rubric: Mapping[str, Any] | None = None
    plan: Mapping[str, int | Mapping[str, int]] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    judges: JudgeSettings = field(default_factory=JudgeSettings)
    checks: CheckSettings = field(default_factory=CheckSettings)


def project_of(store_path: str | Path) -> Project:
    """Read the spotcheck.toml beside the store; without one, the defaults. Raises InputError for a wrong setting."""
    path = Path(store_path).parent / "spotcheck.toml"
    if not path.exists():
        return Project(path=path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as TOML ({error}).") from None
    unknown = sorted(set(data) - set(SETTINGS))
    if unknown:
        raise InputError(f"{path}: found table [{unknown[0]}], expected one of {', '.join(sorted(SETTINGS))}.")
    tables = {name: _settings(path, name, data.get(name, {})) for name in SETTINGS}
    imports, privacy, sampling = tables["import"], tables["privacy"], tables["sampling"]
    return Project(
        path=path,
        time_zone=_time_zone(path, tables["project"].get("time_zone", "UTC")),
        unit=_one_of(path, "sampling.unit", sampling.get("unit", "session"), UNITS),
        confidence=_share(path, "sampling.confidence", sampling.get("confidence", 0.5)),
        judges_disagree=_cap(path, "sampling.judges_disagree", sampling.get("judges_disagree")),
        mapping=_texts(path, "import.map", imports.get("map", {})),
        values={
            field: _texts(path, f"import.values.{field}", table)
            for field, table in _table(path, "import.values", imports.get("values", {})).items()
        },
        privacy=Privacy(
            _one_of(path, "privacy.originals", privacy.get("originals", "apart"), ORIGINALS),
            _patterns(path, _table(path, "privacy.patterns", privacy.get("patterns", {}))),
            str(privacy.get("phone_region", "US")),
            _one_of(path, "privacy.library", privacy.get("library", ""), LIBRARIES),
        ),
        rubric=data.get("rubric"),
        plan=_plan(path, tables["golden"].get("plan", {})),
        access=access_of(path, tables["access"]),
        judges=judge_settings(path, tables["judges"]),
        checks=check_settings(path, tables["checks"]),
    )


def remember_import(project: Project, mapping: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> None:
    """Write the mapping and value tables of an import into spotcheck.toml, keeping everything else as it stands."""
    document = tomlkit.parse(project.path.read_text(encoding="utf-8")) if project.path.exists() else tomlkit.document()
    imports = document.setdefault("import", tomlkit.table())
    for name, table in (("map", mapping), *((("values", values),) if values else ())):
        target = imports.setdefault(name, tomlkit.table())
        for key, value in table.items():
            target[key] = value if isinstance(value, str) else dict(value)
    temporary = project.path.with_suffix(".toml.part")
    temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
    temporary.replace(project.path)


STARTER = """\
# Settings of this Spotcheck project. Everything is optional; secrets never stand here.

[project]
time_zone = "UTC"        # weeks are ISO weeks in this zone

[access]
mode = "names"           # who is who in the application: names (loopback only) | oidc | proxy

[privacy]
originals = "apart"      # unmasked originals: apart | encrypted (needs SPOTCHECK_ORIGINALS_KEY) | none
phone_region = "US"      # how to read phone numbers without a country code
# library = "presidio"   # national numbers of fourteen more countries; needs `pip install 'spotcheck[privacy]'`

[privacy.patterns]       # your own: token name = regular expression
# CUSTOMER = "KD-[0-9]{6}"

[sampling]
unit = "session"         # what a reviewer sees as one item: session | turn
confidence = 0.5         # below this a conversation counts as low confidence
# judges_disagree = 50   # conversations whose judges contradict each other: a group of its own, "all" or how many

[checks]                 # what is looked for in each masked conversation on import; all: `spotcheck check --help`
run = ["personal_data", "language", "length", "repetition", "refusal"]
failing = []             # what one of these flags is drawn with the failing ones, such as ["repetition", "toxicity"]

[checks.length]          # fixed bounds for the characters of an answer; `spotcheck check` shows how long answers are
shortest = 2
longest = 6000

# [checks.toxicity]      # with "toxicity" in run: a text-classification model of Hugging Face, from a folder, offline
# model = "models/toxicity"
# threshold = 0.5

# [checks.similarity]    # with "similarity" in run: where a record brings metadata.expected_answer
# below = 0.4

[judges]                 # judges that run here
hosts = []               # where masked text may be sent, such as ["localhost:11434"]; nowhere without an entry
concurrency = 8          # requests at once
timeout = 60             # seconds for one request
device = "auto"          # where local models compute: auto | cpu | cuda | mps

# [golden.plan]          # golden examples wanted in each scenario, as a number or by kind
# order_status = 25
# returns = { normal = 19, edge = 4, adversarial = 2 }

# [[rubric.dimensions]] tables replace the default rubric; `spotcheck rubric show --toml` prints it to start from.
"""


def _table(path: Path, name: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise InputError(f"{path}, {name}: found {found!r}, expected a table [{name}].")
    return found


def _settings(path: Path, name: str, found: Any) -> dict[str, Any]:
    unknown = sorted(set(_table(path, name, found)) - set(SETTINGS[name]))
    if unknown:
        raise InputError(f"{path}, [{name}]: found setting {unknown[0]!r}, expected {' or '.join(SETTINGS[name])}.")
    return dict(found)


def _texts(path: Path, name: str, found: Any) -> dict[str, str]:
    for key, value in _table(path, name, found).items():
        if isinstance(value, dict | list):
            raise InputError(f"{path}, {name}.{key}: found {value!r}, expected a text.")
    return {str(key): str(value) for key, value in found.items()}


def _time_zone(path: Path, name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise InputError(
            f"{path}, project.time_zone: found {name!r}, expected a name such as Europe/Berlin or UTC."
        ) from None
    return name


def _one_of(path: Path, setting: str, found: Any, allowed: tuple[str, ...]) -> str:
    if found not in allowed:
        raise InputError(f"{path}, {setting}: found {found!r}, expected one of {', '.join(allowed)}.")
    return str(found)


def _share(path: Path, setting: str, found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
        raise InputError(f"{path}, {setting}: found {found!r}, expected a number from 0 to 1.")
    return float(found)


def _cap(path: Path, setting: str, found: Any) -> int | Literal["all"] | None:
    if found is None or (isinstance(found, int) and not isinstance(found, bool) and found >= 1):
        return found
    if found != "all":
        raise InputError(f"{path}, {setting}: found {found!r}, expected 'all' or a whole number of at least 1.")
    return "all"


def _plan(path: Path, plan: Any) -> dict[str, int | Mapping[str, int]]:
    expected = "a whole number, or numbers by kind: {normal = 19, edge = 4, adversarial = 2}"
    for scenario, wanted in _table(path, "golden.plan", plan).items():
        numbers = wanted.values() if isinstance(wanted, dict) else [wanted]
        kinds = set(wanted) if isinstance(wanted, dict) else set()
        right = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers)
        if not right or not kinds <= {"normal", "edge", "adversarial"}:
            raise InputError(f"{path}, golden.plan.{scenario}: found {wanted!r}, expected {expected}.")
    return dict(plan)


def _patterns(path: Path, patterns: Mapping[str, Any]) -> dict[str, str]:
    for name, pattern in patterns.items():
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise InputError(f"{path}, privacy.patterns: found the name {name!r}, expected capitals such as CUSTOMER.")
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise InputError(
                f"{path}, privacy.patterns.{name}: {pattern!r} is no regular expression ({error})."
            ) from None
    return dict(patterns)
