"""The settings of a project: one ``spotcheck.toml`` beside the store. Secrets come from the environment alone."""

from __future__ import annotations

import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from review.basics import setting
from review.basics.errors import InputError
from review.checks.settings import SETTINGS as CHECK_SETTINGS
from review.checks.settings import CheckSettings, check_settings
from review.settings.access import SETTINGS as ACCESS_SETTINGS
from review.settings.access import Access, access_of
from review.settings.alerts import DEFAULTS as DEFAULT_ALERTS
from review.settings.alerts import Alert, alert_settings
from review.settings.anchors import SETTINGS as ANCHOR_SETTINGS
from review.settings.anchors import Anchors, anchor_settings
from review.settings.answers import SETTINGS as ANSWER_SETTINGS
from review.settings.answers import answer_settings
from review.settings.compliance import DUTIES, ComplianceSettings, Duties, compliance_settings, duties_settings
from review.settings.compliance import SETTINGS as COMPLIANCE_SETTINGS
from review.settings.failures import SETTINGS as FAILURE_SETTINGS
from review.settings.failures import FailureSettings, failure_settings
from review.settings.judges import SETTINGS as JUDGE_SETTINGS
from review.settings.judges import JudgeSettings, judge_settings
from review.settings.logs import SETTINGS as LOG_SETTINGS
from review.settings.logs import LogSettings, log_settings
from review.settings.notify import SETTINGS as NOTIFY_SETTINGS
from review.settings.notify import NotifySettings, notify_settings
from review.settings.privacy import Privacy
from review.settings.privacy_table import SETTINGS as PRIVACY_SETTINGS
from review.settings.privacy_table import privacy_settings
from review.settings.publish import publish_settings
from review.settings.pulled import PulledSource, pulled_sources
from review.settings.push import PushSettings, push_settings
from review.settings.retention import SETTINGS as RETENTION_SETTINGS
from review.settings.retention import Retention, retention_settings
from review.settings.scores import SETTINGS as SCORE_SETTINGS
from review.settings.scores import ScoreSettings, score_settings
from review.settings.sources import SourcePreset, source_presets, source_tables
from review.settings.sql import SETTINGS as SQL_SETTINGS
from review.settings.sql import SPOT_CHECK, SqlSettings, sql_settings
from review.settings.targets import TargetPreset, target_presets
from review.statistics.answers.thresholds import Thresholds
from storage.records_golden import EXAMPLE_KINDS

UNITS = ("session", "turn")

SETTINGS: dict[str, tuple[str, ...]] = {
    "access": ACCESS_SETTINGS,
    "answers": ANSWER_SETTINGS,
    "audit": ("heads", "openings"),
    "compliance": COMPLIANCE_SETTINGS,
    "duties": DUTIES,
    "project": ("time_zone",),
    "import": ("map", "values"),
    "privacy": PRIVACY_SETTINGS,
    "sampling": ("unit", "confidence", "judges_disagree", "sql_spot_check", *ANCHOR_SETTINGS),
    "checks": CHECK_SETTINGS,
    "failures": FAILURE_SETTINGS,
    "golden": ("plan",),
    "judges": JUDGE_SETTINGS,
    "log": LOG_SETTINGS,
    "notify": NOTIFY_SETTINGS,
    "retention": RETENTION_SETTINGS,
    "rubric": ("preset", "reveal", "dimensions"),
    "scores": SCORE_SETTINGS,
    "sql": SQL_SETTINGS,
}
"""Every table of spotcheck.toml and its settings. A misspelt one is an error; the default never applies in silence."""
BY_PLUG_IN = ("publish", "push")
"""Tables with a setting for each plug-in of a room above, which checks their names when it uses them."""
SOURCES = "sources"
"""One table for each source, under names of the team's own; also written as a list of tables with names."""
ALERTS = "alerts"
"""A list of tables, one for each figure that is watched."""
TARGETS = "targets"
"""One table for each product under test that the application may run, under names of the team's own."""

NAMED = (ALERTS, SOURCES, TARGETS)
"""Tables with settings of their own for each entry, which the team names."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """The settings of one store.

    ``mapping`` renames fields on import (field -> dotted path), ``values`` translates cells (field -> raw -> value);
    ``sources`` holds the same and more by the name of a source, and ``pulled`` are the sources that Spotcheck reads by
    itself. Below ``confidence`` a conversation counts as low confidence. ``judges_disagree`` is how many conversations
    with contradicting judges are drawn as a group of their own ("all", a number, or None for no such group).
    ``sql_spot_check`` is the least share of conversations with a query outside the other groups, None for no such
    group.
    ``anchors`` says how many items with known answers are mixed in. ``rubric`` is the ``[rubric]`` table, or None for
    the default rubric. ``plan`` is how many golden examples each scenario should have, as a number or by kind.
    ``access``, ``answers``, ``judges``, ``checks``, ``compliance``, ``duties``, ``failures``, ``log``, ``notify``,
    ``push``, ``retention``, ``scores`` and ``sql`` are the tables of these names; with ``openings`` each conversation
    that somebody opens is an entry of the audit chain; ``targets`` are the products under test that the application may
    run, ``alerts`` the figures of production that are watched.
    ``date_format`` and ``encoding`` say how sources are written that are read without an import of their own: what is
    remembered of a source fills them. ``heads`` is the file to which the head of the audit chain is written every
    night, or None. ``publish`` holds the addresses of warehouses by kind, as they are written.
    """

    path: Path
    time_zone: str = "UTC"
    unit: str = "session"
    confidence: float = 0.5
    judges_disagree: int | Literal["all"] | None = None
    sql_spot_check: float | None = None
    anchors: Anchors = field(default_factory=Anchors)
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    encoding: str = ""
    sources: Mapping[str, SourcePreset] = field(default_factory=dict)
    pulled: tuple[PulledSource, ...] = ()
    privacy: Privacy = field(default_factory=Privacy)
    rubric: Mapping[str, Any] | None = None
    plan: Mapping[str, int | Mapping[str, int]] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    answers: Thresholds = field(default_factory=Thresholds)
    judges: JudgeSettings = field(default_factory=JudgeSettings)
    log: LogSettings = field(default_factory=LogSettings)
    checks: CheckSettings = field(default_factory=CheckSettings)
    failures: FailureSettings = field(default_factory=FailureSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    push: PushSettings = field(default_factory=PushSettings)
    publish: Mapping[str, str] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    scores: ScoreSettings = field(default_factory=ScoreSettings)
    sql: SqlSettings = field(default_factory=SqlSettings)
    compliance: ComplianceSettings = field(default_factory=ComplianceSettings)
    duties: Duties = field(default_factory=Duties)
    openings: bool = False
    targets: Mapping[str, TargetPreset] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = DEFAULT_ALERTS
    heads: Path | None = None


def project_of(store_path: str | Path) -> Project:
    """Read the spotcheck.toml beside the store, or return the defaults. Raises InputError for a wrong setting."""
    path = Path(store_path).parent / "spotcheck.toml"
    if not path.exists():
        return Project(path=path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as TOML ({error}).") from None
    unknown = sorted(set(data) - {*SETTINGS, *BY_PLUG_IN, *NAMED})
    if unknown:
        expected = ", ".join(sorted([*SETTINGS, *BY_PLUG_IN, *NAMED]))
        raise InputError(f"{path}: found table [{unknown[0]}], expected one of {expected}.")
    tables = _tables(path, data)
    sources = source_tables(path, data.get(SOURCES, {}))
    imports, sampling = tables["import"], tables["sampling"]
    sql = sql_settings(path, tables["sql"])
    values = setting.table(f"{path}, import.values", imports.get("values", {}), header="[import.values]")
    return Project(
        path=path,
        time_zone=_time_zone(f"{path}, project.time_zone", tables["project"].get("time_zone", "UTC")),
        unit=setting.one_of(f"{path}, sampling.unit", sampling.get("unit", "session"), UNITS),
        confidence=setting.number(f"{path}, sampling.confidence", sampling.get("confidence", 0.5), least=0, most=1),
        judges_disagree=_cap(f"{path}, sampling.judges_disagree", sampling.get("judges_disagree")),
        sql_spot_check=_spot_check(path, sampling, declared=sql.lane is not None),
        anchors=anchor_settings(path, sampling),
        mapping=setting.text_table(f"{path}, import.map", imports.get("map", {})),
        values={name: setting.text_table(f"{path}, import.values.{name}", table) for name, table in values.items()},
        sources=source_presets(path, sources),
        pulled=pulled_sources(path, sources),
        privacy=privacy_settings(path, tables["privacy"]),
        rubric=data.get("rubric"),
        plan=_plan(f"{path}, golden.plan", tables["golden"].get("plan", {})),
        access=access_of(path, tables["access"]),
        answers=answer_settings(path, tables["answers"]),
        judges=judge_settings(path, tables["judges"]),
        log=log_settings(path, tables["log"]),
        checks=check_settings(path, tables["checks"], lane=sql.lane),
        failures=failure_settings(path, tables["failures"]),
        notify=notify_settings(path, tables["notify"]),
        push=push_settings(path, tables["push"]),
        publish=publish_settings(path, tables["publish"]),
        retention=retention_settings(path, tables["retention"]),
        scores=score_settings(path, tables["scores"], sql=sql.declared),
        sql=sql,
        compliance=compliance_settings(path, tables["compliance"]),
        duties=duties_settings(path, tables["duties"]),
        openings=setting.flag(f"{path}, audit.openings", tables["audit"].get("openings", False)),
        targets=target_presets(path, data.get(TARGETS, {})),
        alerts=alert_settings(path, data.get(ALERTS, [])),
        heads=_file(path, "audit.heads", tables["audit"].get("heads", "")),
    )


def _spot_check(path: Path, sampling: Mapping[str, Any], *, declared: bool) -> float | None:
    """Return the share of queries that people check: the usual one where [sql] is ``declared``, None for no group."""
    found = sampling.get("sql_spot_check", SPOT_CHECK if declared else 0)
    return setting.number(f"{path}, sampling.sql_spot_check", found, least=0, most=1) or None


def _file(path: Path, name: str, found: object) -> Path | None:
    """Return a path of the settings, read from the folder of spotcheck.toml; None for ""."""
    if not isinstance(found, str):
        raise setting.wrong(f"{path}, {name}", found, "the path of a file")
    return path.parent / Path(found).expanduser() if found else None


def _tables(path: Path, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every table, empty where the file has none. Raises InputError for an unknown setting."""
    names = (*SETTINGS, *BY_PLUG_IN)
    tables = {name: setting.table(f"{path}, {name}", data.get(name, {}), header=f"[{name}]") for name in names}
    for name, known in SETTINGS.items():
        setting.known_keys(f"{path}, [{name}]", tables[name], known)
    return tables


def _time_zone(where: str, name: Any) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise setting.wrong(where, name, "a name such as Europe/Berlin or UTC") from None
    return str(name)


def _cap(where: str, found: object) -> int | Literal["all"] | None:
    """Return how many to draw as a group: "all", a number, or None for no such group."""
    if found is None:
        return None
    return "all" if found == "all" else setting.whole_number(where, found, least=1, unit="'all' or a whole number")


def _plan(where: str, found: object) -> dict[str, int | Mapping[str, int]]:
    by_kind = "Numbers by kind are written as {normal = 19, edge = 4, adversarial = 2}."
    plan = setting.table(where, found, header="[golden.plan]")
    for scenario, wanted in plan.items():
        if not isinstance(wanted, dict):
            setting.whole_number(f"{where}.{scenario}", wanted, least=0, remedy=by_kind)
            continue
        setting.known_keys(f"{where}.{scenario}", wanted, EXAMPLE_KINDS)
        for kind, number in wanted.items():
            setting.whole_number(f"{where}.{scenario}.{kind}", number, least=0)
    return plan
