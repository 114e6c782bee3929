"""The plan of a run before any request: how many subjects, what is sent where, and about what it costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.judges.kinds import kind_named
from review.judges.protocol.protocol import Options, Subject, Terms
from review.judges.runs.events import dimensions_of_judge, left_over, options_of
from review.judges.runs.targets import JudgeTarget, file_digest, subjects_of
from review.judges.versions import judge_named, spec_of
from review.settings.project import Project, project_of
from review.statistics.quantity import Quantity
from storage.queries.judge_runs import tokens_by_run
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
class RunPlan:
    """What :func:`review.judges.runs.running.start_run` would record.

    ``held`` counts the subjects of the target and ``left`` those that the run would judge. ``questions`` is how often a
    subject is asked (repeats and orders). ``host`` is where the masked text goes, "" if it stays on this machine.
    ``cost`` is an estimate from the tokens of earlier calls at the prices of the spec, or the reason why there is none.
    """

    judge: Judge
    target: JudgeTarget
    options: Options
    held: int
    left: int
    questions: int
    host: str
    cost: Quantity


def plan_run(
    store: Store,
    ref: str,
    target: JudgeTarget,
    options: Options,
    *,
    project: Project | None = None,
    again: bool = False,
) -> RunPlan:
    """Return the plan of a run. Raises what starting it would raise, except for roles and for runs in progress."""
    project = project or project_of(store.path)
    judge, target = checked_run(store, ref, target, options, project)
    draft = drafted(store, judge, target, options, by="", project=project, again=again)
    terms, questions = terms_of(judge), questions_each(options)
    return RunPlan(
        judge=judge,
        target=target,
        options=options,
        held=draft.held,
        left=len(draft.subjects),
        questions=questions,
        host=terms.host,
        cost=estimated_cost(store, judge, terms, len(draft.subjects) * questions),
    )


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The options that somebody chose for a run; None is what nobody chose. The fields are those of ``Options``."""

    repeats: int | None = None
    swap: bool | None = None
    fresh: bool | None = None
    concurrency: int | None = None
    timeout: float | None = None
    attempts: int | None = None


NOTHING_CHOSEN = Chosen()


def options_for(project: Project, chosen: Chosen = NOTHING_CHOSEN) -> Options:
    """Return the options of a run: those chosen, else those of spotcheck.toml, else the defaults."""
    given = {k: v for k, v in asdict(chosen).items() if v is not None}
    defaults = Options(concurrency=project.judges.concurrency, timeout=project.judges.timeout)
    return replace(defaults, **given)


def checked_run(
    store: Store, ref: str, target: JudgeTarget, options: Options, project: Project
) -> tuple[Judge, JudgeTarget]:
    """Return the judge and the target of a run, a file with its full path and digest.

    Raises UnknownError or InputError for what cannot be run.
    """
    judge = judge_named(store, ref)
    check_options(options)
    kind_named(judge.kind).checked(spec_of(judge), dimensions_of_judge(store, judge), project.judges)
    if target.kind == "file":
        target = replace(target, name=str(Path(target.name).resolve()), digest=file_digest(target.name))
    return judge, target


def check_options(options: Options) -> None:
    """Raise InputError for a number of repeats, requests, seconds or attempts outside its limits."""
    for name, (least, most) in LIMITS.items():
        found = getattr(options, name)
        if not least <= found <= most:
            raise InputError(f"{name}: found {found}, expected {least} to {most}.")


class PlanDraft(NamedTuple):
    """A run that is not recorded yet, its subjects, and how many subjects its target holds."""

    run: JudgeRun
    subjects: list[Subject]
    held: int


def drafted(
    store: Store, judge: Judge, target: JudgeTarget, options: Options, *, by: str, project: Project, again: bool
) -> PlanDraft:
    """Draft a run without recording it."""
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
    everything = subjects_of(store, target, project=project, until=run.at)
    subjects = left_over(store, run, judge, everything)
    return PlanDraft(replace(run, subjects=len(subjects)), subjects, len(everything))


def terms_of(judge: Judge) -> Terms:
    """Return where a judge sends masked text, with its port if the address has one, and at what prices."""
    terms: Terms = kind_named(judge.kind).terms(spec_of(judge))
    return terms


def questions_each(options: Options) -> int:
    """Return how often each subject is asked."""
    return options.repeats * (2 if options.swap else 1)


def estimated_cost(store: Store, judge: Judge, terms: Terms, asked: int) -> Quantity:
    """Estimate the cost of ``asked`` questions from the mean tokens of a question in earlier runs of the judge.

    Runs of the same version count; without any, those of the other versions.
    """
    if not terms.host:
        return Quantity(value=0.0, method="it runs here and costs nothing", n=asked)
    if terms.price_in is None or terms.price_out is None:
        return Quantity.missing("the judge's spec has no prices (price_in, price_out)", n=asked)
    runs = {r.id: r for r in store.find(JudgeRun, judge=judge.name)}
    rows = [{**row, "run": runs[row["run_id"]]} for row in tokens_by_run(store, judge.name)]
    rows = [r for r in rows if r["run"].version == judge.version] or rows
    questions = sum(r["subjects"] * questions_each(options_of(r["run"])) for r in rows)
    if not questions:
        return Quantity.missing("no earlier call of this judge reported its tokens", n=asked)
    paid = sum(r["tokens_in"] * terms.price_in + r["tokens_out"] * terms.price_out for r in rows) / PER
    return Quantity(value=asked * paid / questions, method=f"from the tokens of {questions} earlier questions", n=asked)


def words(plan: RunPlan) -> str:
    """Return the plan in one or two sentences, for a confirmation."""
    subjects = f"{plan.left:,} of {plan.held:,} subjects" if plan.left != plan.held else f"{plan.left:,} subjects"
    times = f", each asked {plan.questions} times" if plan.questions > 1 else ""
    where = f"Their masked text goes to {plan.host}." if plan.host else "Nothing leaves this machine."
    return f"{plan.judge.id} judges {subjects} of {plan.target}{times}. {where}"
