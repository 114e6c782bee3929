"""What a run would be, before anything is asked: how many subjects, what is sent where, and about what it costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.judges.kinds import kind_named
from review.judges.protocol.protocol import Options, Subject
from review.judges.runs.events import dimensions_of_judge, options_of, subjects_of_run
from review.judges.runs.targets import Target, file_digest, subjects_of
from review.judges.versions import judge_named
from review.settings.project import Project, project_of
from review.statistics.quantity import Quantity
from storage.records_judges import Judge, JudgeRun
from storage.store import Store

LIMITS = {
    "repeats": (1, 25),
    "concurrency": (1, 256),
    "timeout": (1, 3600),
    "attempts": (1, 20),
    "batch_size": (1, 4096),
}

PER = 1_000_000
"""Prices are for this many tokens."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What :func:`review.judges.running.start_run` would write down.

    ``held`` counts the subjects of the target, ``left`` those that the run would judge, ``questions`` how often a
    subject is asked (repeats and orders). ``host`` is where masked text goes, "" when it stays here. ``cost`` is an
    estimate from the tokens of earlier calls at the prices of the spec, or why there is none.
    """

    judge: Judge
    target: Target
    options: Options
    held: int
    left: int
    questions: int
    host: str
    cost: Quantity


def plan_run(
    store: Store, ref: str, target: Target, options: Options, *, project: Project | None = None, again: bool = False
) -> Plan:
    """Say what a run would be. Raises what starting it would raise, except for roles and runs under way."""
    project = project or project_of(store.path)
    judge, target = checked_run(store, ref, target, options, project)
    _, subjects = drafted(store, judge, target, options, by="", project=project, again=again)
    held = len(subjects_of(store, target, project=project))
    questions = options.repeats * (2 if options.swap else 1)
    asked = len(subjects) * questions
    return Plan(
        judge=judge,
        target=target,
        options=options,
        held=held,
        left=len(subjects),
        questions=questions,
        host=host_of(judge),
        cost=estimated_cost(store, judge, asked),
    )


def options_for(project: Project, **said: Any) -> Options:
    """The options of a run: what is said (None is not said), else what spotcheck.toml says, else the defaults."""
    given = {k: v for k, v in said.items() if v is not None}
    defaults = Options(concurrency=project.judges.concurrency, timeout=project.judges.timeout)
    return replace(defaults, **given)


def checked_run(store: Store, ref: str, target: Target, options: Options, project: Project) -> tuple[Judge, Target]:
    """The judge and the target of a run, a file by its whole path and digest; what cannot be run is refused."""
    judge = judge_named(store, ref)
    check_options(options)
    kind_named(judge.kind).checked(judge.spec, dimensions_of_judge(store, judge), project.judges)
    if target.kind == "file":
        target = replace(target, name=str(Path(target.name).resolve()), digest=file_digest(target.name))
    return judge, target


def check_options(options: Options) -> None:
    """Raise InputError for a number of repeats, requests, seconds or attempts that cannot be."""
    for name, (least, most) in LIMITS.items():
        found = getattr(options, name)
        if not least <= found <= most:
            raise InputError(f"{name}: found {found}, expected {least} to {most}.")


def drafted(
    store: Store, judge: Judge, target: Target, options: Options, *, by: str, project: Project, again: bool
) -> tuple[JudgeRun, list[Subject]]:
    """A run that is not written down yet, and its subjects."""
    wanted = {**asdict(options), "again": again or options.fresh}
    run = JudgeRun(
        id=new_id()[:12],
        judge=judge.name,
        version=judge.version,
        target=target.to_json(),
        subjects=0,
        options=wanted,
        at=now(),
        by=by,
    )
    subjects = subjects_of_run(store, run, judge, project)
    return replace(run, subjects=len(subjects)), subjects


def host_of(judge: Judge) -> str:
    """The host, with its port, to which a judge's requests go; "" for one that runs here."""
    place = urlsplit(str(judge.spec.get("endpoint") or ""))
    if not place.hostname:
        return ""
    return place.hostname if place.port is None else f"{place.hostname}:{place.port}"


def estimated_cost(store: Store, judge: Judge, asked: int) -> Quantity:
    """What so many questions cost, from the mean tokens of a question in earlier runs of the judge.

    Runs of the same version count, without any those of the other versions.
    """
    if not host_of(judge):
        return Quantity(value=0.0, method="it runs here and costs nothing", n=asked)
    prices = judge.spec.get("price_in"), judge.spec.get("price_out")
    if not all(isinstance(p, int | float) for p in prices):
        return Quantity.missing("the judge's spec names no prices (price_in, price_out)", n=asked)
    runs = {r.id: r for r in store.find(JudgeRun, judge=judge.name)}
    rows = [{**row, "run": runs[row["run_id"]]} for row in store.query(_TOKENS_SQL, {"judge": judge.name})]
    rows = [r for r in rows if r["run"].version == judge.version] or rows
    questions = sum(r["subjects"] * _questions(r["run"]) for r in rows)
    if not questions:
        return Quantity.missing("no earlier call of this judge told its tokens", n=asked)
    price_in, price_out = (float(p or 0) for p in prices)
    paid = sum(r["tokens_in"] * price_in + r["tokens_out"] * price_out for r in rows) / PER
    return Quantity(value=asked * paid / questions, method=f"from the tokens of {questions} earlier questions", n=asked)


def _questions(run: JudgeRun) -> int:
    options = options_of(run)
    return options.repeats * (2 if options.swap else 1)


_TOKENS_SQL = """
SELECT c.run_id, count(DISTINCT c.subject) AS subjects, sum(c.tokens_in) AS tokens_in,
       sum(coalesce(c.tokens_out, 0)) AS tokens_out
FROM judge_calls c JOIN judge_runs r ON r.id = c.run_id
WHERE r.judge = :judge AND c.error = '' AND c.tokens_in IS NOT NULL GROUP BY c.run_id
"""


def words(plan: Plan) -> str:
    """The plan in one or two sentences, for a confirmation."""
    subjects = f"{plan.left:,} of {plan.held:,} subjects" if plan.left != plan.held else f"{plan.left:,} subjects"
    times = f", each asked {plan.questions} times" if plan.questions > 1 else ""
    where = f"Their masked text goes to {plan.host}." if plan.host else "Nothing leaves this machine."
    return f"{plan.judge.id} judges {subjects} of {plan.target}{times}. {where}"
