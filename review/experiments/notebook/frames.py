"""For notebooks: everything that the commands say about versions, as functions on pandas tables.

>>> from review.experiments.notebook import frames as sp
>>> release = sp.load_release("eval/release.jsonl")
>>> before = sp.load_results("eval/baseline.jsonl", "eval/release.jsonl")
>>> after = sp.score("eval/release.jsonl", answers, version="v3")
>>> sp.gate(before, after)["decision"]

``load_release``, ``load_results``, ``load_run`` and ``score`` make tables, ``save_results`` writes one. ``accuracy``,
``compare``, ``flips``, ``slices``, ``wording`` and ``gate`` take tables of results with one row for each case and
repeat, of which only the columns ``case`` and ``combined`` are needed. A column ``people`` holds the scores that people
gave a random part of the answers; they correct the accuracy, and the gate says where they contradict it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo
from review.experiments.comparing.comparison import Comparison
from review.experiments.comparing.comparison import compare as compare_runs
from review.experiments.comparing.descriptors import describe
from review.experiments.comparing.trend import points
from review.experiments.comparing.verdict import checks, sentence
from review.experiments.gating.outcome import gate_runs
from review.experiments.gating.settings import GateSettings
from review.experiments.notebook.tables import FILE, cells_of_case, file_of, run_of, table_of
from review.experiments.runs.cases import cases_of_file
from review.experiments.runs.questions import names_of
from review.experiments.runs.result_file import read_results, whole, write_results
from review.experiments.runs.running import RunOptions, RunRequest
from review.experiments.runs.scored import latest_run
from review.experiments.runs.without_store import run_without_store
from review.experiments.values import ANSWER_FIELDS
from review.settings.project import project_of
from review.statistics.quantity import Quantity
from storage.opening import open_store
from storage.records_experiments import PromptVersion

GIVEN = ("id", *ANSWER_FIELDS)
"""The columns of answers that are read."""


def load_release(path: str | Path) -> pd.DataFrame:
    """Return the cases of a release that was exported as jsonl: case, question, expected answer, scenario, kind, ..."""
    found = pd.DataFrame([cells_of_case(case) for case in cases_of_file(Path(path)).cases])
    found.attrs[FILE] = str(path)
    return found


def load_results(path: str | Path, release: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Return the results of a run that were written to a file, one row for each case and repeat of the release.

    ``release`` is the path of the exported release, or what ``load_release`` made of it.
    """
    cases = cases_of_file(file_of(release))
    return table_of(whole(read_results(Path(path), cases.cases), cases))


def load_run(store: str | Path, version: str, release: str) -> pd.DataFrame:
    """Return the results of the latest run of a version over a release of a store.

    Raises NothingToDo when it has none.
    """
    found = latest_run(open_store(Path(store), create=False), version=version, release=release)
    if found is None:
        raise NothingToDo(f"{version} has no run over release {release} yet. Run it first.")
    return table_of(found)


def score(
    release: str | Path | pd.DataFrame, answers: pd.DataFrame, *, version: str = "candidate", settings: str | Path = "."
) -> pd.DataFrame:
    """Score answers that were made elsewhere, and return them as results.

    ``answers`` has the columns ``id`` (of the case) and any of answer, sql, latency_ms, cost, tokens_out; rows of one
    case are its repeats. ``settings`` is the folder of the project's spotcheck.toml. Cases without an answer are
    missing. ``release`` is as for ``load_results``. Raises InputError for a table without ids.
    """
    if "id" not in answers:
        raise InputError(f"answers: found the columns {', '.join(map(str, answers.columns))}; expected id too.")
    cases = cases_of_file(file_of(release))
    known = names_of(cases.cases)
    rows = [{k: v for k, v in row.items() if k in GIVEN and _given(v)} for row in answers.to_dict("records")]
    repeats: dict[str, int] = {}
    for row in rows:
        name = known.get(str(row.get("id")), "")
        repeats[name] = repeats.get(name, 0) + 1
        row["repeat"] = repeats[name]
    project = project_of(Path(settings) / "spotcheck.db")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        path.write_bytes(b"\n".join(_line(row) for row in rows))
        options = RunOptions(more={name: n for name, n in repeats.items() if name and n > 1})
        wanted = RunRequest(version=version, release="", kind="file", target={"path": str(path)}, options=options)
        made = PromptVersion(id=version, prompt_hash="", at=now(), by="")
        run, _ = run_without_store(cases, made, wanted, project=project, environment=dict(os.environ))
    return table_of(replace(run, planned=False))  # the rows of the table say how often each case was asked, no plan


def save_results(results: pd.DataFrame, path: str | Path) -> None:
    """Write results to a file, which the gate takes as the baseline or candidate of a pull request."""
    write_results(Path(path), run_of(results))


def accuracy(*results: pd.DataFrame) -> pd.DataFrame:
    """Return the combined accuracy of each table of results with its interval over cases.

    ``checked`` is how many answers people checked at random. Five or more correct ``value``; ``by_rules`` is the figure
    without them.
    """
    found = points([run_of(frame, name=f"version {k}") for k, frame in enumerate(results, start=1)])
    return pd.DataFrame(
        [
            {
                "version": p.version,
                "release": p.release,
                **_figure(p.accuracy.combined),
                "by_rules": p.accuracy.by_rules.value,
                "checked": p.accuracy.checked,
            }
            for p in found
        ]
    )


def compare(*results: pd.DataFrame) -> pd.DataFrame:
    """Return every measure of each version, and its difference to the first one; ``better`` says which way is good.

    Its attribute ``attrs["sentences"]`` holds one sentence for each version beside the first, and ``attrs["checks"]``
    what people's checks say of the accuracies.
    """
    found = _compared(results)
    rows = []
    for name, measure in found.measures.items():
        for place, version in enumerate(found.versions):
            change = _figure(found.difference(name, place)) if place else {}
            rows.append(
                {
                    "measure": name,
                    "better": measure.better,
                    "version": version,
                    **_figure(found.figure(name, place)),
                    **{f"difference_{key}": value for key, value in change.items() if key != "n"},
                    "relative": measure.relative,
                }
            )
    frame = pd.DataFrame(rows)
    frame.attrs["sentences"] = [sentence(found, place) for place in range(1, len(found.runs))]
    frame.attrs["checks"] = checks(found)
    return frame


def flips(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the cases that broke or were fixed, broken ones first, with both answers."""
    found = _compared((before, after))
    rows = []
    for row in found.rows:
        if row.change != "same":
            cells = cells_of_case(row.case)
            scores: dict[str, Any] = {"before": row.scores[0], "after": row.scores[1]}
            scores |= {"answer_before": row.answer(0), "answer_after": row.answer(1)}
            rows.append({"change": row.change, **cells, **scores})
    return pd.DataFrame(rows, columns=None if rows else ["change", "case"])


def slices(*results: pd.DataFrame) -> pd.DataFrame:
    """Return the combined accuracy of each version by scenario, kind and tag."""
    found = _compared(results)
    return pd.DataFrame(
        [
            {"slice": kind, "name": name, "version": version, **_figure(quantity)}
            for (kind, name), quantities in found.slices.items()
            for version, quantity in zip(found.versions, quantities, strict=True)
        ]
    )


def wording(*results: pd.DataFrame, patterns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return how the answers of each version read, and how they differ from the first one and the expected ones.

    ``patterns`` are regular expressions of your own, by name.
    """
    found = _compared(results)
    rows = []
    for name, one in describe(found, patterns).items():
        for place, version in enumerate(found.versions):
            change = one.differences[place]
            rows.append(
                {
                    "property": name,
                    "better": one.descriptor.better,
                    "version": version,
                    **_figure(one.versions[place]),
                    "to_first": change.value if change is not None else None,
                    "to_expected": one.to_expected[place].value,
                }
            )
    return pd.DataFrame(rows)


def gate(
    before: pd.DataFrame, after: pd.DataFrame, *, margin: float = 0.02, alpha: float = 0.05, strict: bool = False
) -> dict[str, Any]:
    """Decide whether the second version can replace the first, as ``spotcheck gate --json`` does.

    Raises InputError for tables of other cases.
    """
    settings = GateSettings(margin=margin, alpha=alpha, strict=strict)
    return gate_runs(run_of(before, name="before"), run_of(after, name="after"), settings).to_json()


def _compared(results: tuple[pd.DataFrame, ...]) -> Comparison:
    return compare_runs([run_of(frame, name=f"version {k}") for k, frame in enumerate(results, start=1)])


def _figure(quantity: Quantity) -> dict[str, Any]:
    low, high = quantity.ci or (None, None)
    return {"value": quantity.value, "low": low, "high": high, "n": quantity.n}


def _line(row: Mapping[str, Any]) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY, default=_plain)


def _plain(value: Any) -> Any:
    """Return a cell that JSON has no form for: an array of texts as a list, anything else as a text."""
    return value.tolist() if isinstance(value, np.ndarray) else str(value)


def _given(value: Any) -> bool:
    return isinstance(value, list | dict | tuple | np.ndarray) or not pd.isna(value)
