"""Two runs as paired results: which cases both versions answered, which are missing, which stay out. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from review.experiments.runs.scored import IN_THE_PROMPT
from review.experiments.values import Case, ScoredCase, ScoredRun
from review.statistics.gate.cases import GateCase, MissingCase, combined_case

LEAST_WORDS, LEAST_LETTERS = 4, 20
"""A question of fewer words and letters may stand in a prompt by chance; such an example is named by its id alone."""


@dataclass(frozen=True, kw_only=True)
class Paired:
    """The paired results of two runs.

    ``cases`` are those that both versions have results for. ``missing`` are cases without one.
    ``left_out`` are cases whose example stands in the few-shots of a version. ``only_baseline`` and
    ``only_candidate`` are cases that only one run saw, or saw with other content, because the releases differ.
    ``uneven`` are cases of which the versions have different numbers of results that no plan of the gate explains.
    """

    cases: tuple[GateCase, ...]
    missing: tuple[MissingCase, ...] = ()
    left_out: tuple[str, ...] = ()
    only_baseline: tuple[str, ...] = ()
    only_candidate: tuple[str, ...] = ()
    uneven: tuple[str, ...] = ()


def pair_runs(baseline: ScoredRun, candidate: ScoredRun, *, left_out: Collection[str] = ()) -> Paired:
    """Pair two runs case by case on the combined score.

    Runs over different releases are compared on the cases that are the same in both. Within one
    release, a case that one run does not have is missing.
    """
    before, after = by_case(baseline), by_case(candidate)
    left_out = {*left_out, *_in_prompts(before), *_in_prompts(after)}
    same_release = baseline.release_digest == candidate.release_digest
    shared = [name for name in before if name in after and same_example(before[name][0].case, after[name][0].case)]
    common = set(shared)
    only_baseline = [name for name in before if name not in common]
    only_candidate = [name for name in after if name not in common]
    planned = baseline.planned or candidate.planned
    cases: list[GateCase] = []
    missing: list[MissingCase] = []
    uneven: list[str] = []
    for name in shared:
        if name in left_out:
            continue
        case, old, new = before[name][0].case, scores_of(before[name]), scores_of(after[name])
        if not old or not new:
            missing.append(MissingCase(name, case.must_pass))
            continue
        lacking = len(old) < len(before[name]) or len(new) < len(after[name])
        if len(old) != len(new) and (lacking or not planned):
            uneven.append(name)
        cases.append(gate_case(case, old, new))
    if same_release:
        all_cases = {name: some[0].case for name, some in {**before, **after}.items()}
        alone = [name for name in (*only_baseline, *only_candidate) if name not in left_out]
        missing += [MissingCase(name, all_cases[name].must_pass) for name in dict.fromkeys(alone)]
        only_baseline, only_candidate = [], []
    return Paired(
        cases=tuple(cases),
        missing=tuple(missing),
        left_out=tuple(sorted(set(left_out) & {*before, *after})),
        only_baseline=tuple(only_baseline),
        only_candidate=tuple(only_candidate),
        uneven=tuple(uneven),
    )


def by_case(run: ScoredRun) -> dict[str, list[ScoredCase]]:
    """Return the results of a run by case, in order of appearance."""
    found: dict[str, list[ScoredCase]] = {}
    for one in run.cases:
        found.setdefault(one.case.id, []).append(one)
    return found


def scores_of(results: Sequence[ScoredCase]) -> list[float]:
    """Return the combined scores of the repeats of a case that have one."""
    return [one.combined for one in results if one.combined is not None]


def in_few_shots(cases: Mapping[str, Case], prompt: str, parameters: Mapping[str, object]) -> set[str]:
    """Return the cases that a version has seen as few-shot examples, so that they cannot test it.

    These are the ids in ``few_shots`` of its parameters, and the cases whose question stands word by word in its
    prompt or in those parameters.
    """
    given = parameters.get("few_shots")
    listed = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    named = {str(one) for one in listed}
    text = f" {_plain(f'{prompt} {given or str()}')} "
    if not text.strip():
        return named & cases.keys()
    return {name for name, case in cases.items() if name in named or _stands(case.question, text)}


def _stands(question: str, text: str) -> bool:
    asked = _plain(question)
    return (len(asked.split()) >= LEAST_WORDS or len(asked) >= LEAST_LETTERS) and f" {asked} " in text


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _in_prompts(results: Mapping[str, Sequence[ScoredCase]]) -> set[str]:
    """Return the cases that a run did not score because their question stands in the prompt of its version."""
    return {name for name, some in results.items() if any(o.unscored.get("combined") == IN_THE_PROMPT for o in some)}


def same_example(one: Case, other: Case) -> bool:
    """Return whether both are the same example. Without a hash, question and expected answer decide."""
    if one.digest and other.digest:
        return one.digest == other.digest
    return (one.question, one.expected_answer, one.references) == (
        other.question,
        other.expected_answer,
        other.references,
    )


def gate_case(case: Case, baseline: Sequence[float], candidate: Sequence[float]) -> GateCase:
    """Return an example with the results of both versions, as the gate compares it."""
    return combined_case(
        case.id,
        baseline,
        candidate,
        scenario=case.scenario or "",
        kind=case.kind or "",
        tags=tuple(sorted(set(case.tags))),
        must_pass=case.must_pass,
    )
