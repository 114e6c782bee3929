"""The target of a run on the Judges page: a week, a release, or an uploaded file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from pages.parts.shared.session import Session
from review.golden.releases import releases
from review.judges.runs.targets import PARTS, JudgeTarget, Part, TargetKind
from review.judges.runs.uploads import kept, looked_at
from storage.queries.weeks import weeks_in_use


@dataclass(frozen=True)
class Chosen:
    """A target; an uploaded file comes with its ``content``, because it is not on disk yet."""

    target: JudgeTarget
    content: bytes | None = None

    @contextmanager
    def to_look_at(self) -> Iterator[JudgeTarget]:
        """Provide the target to plan with."""
        if self.content is None:
            yield self.target
            return
        with looked_at(self.target.name, self.content) as path:
            yield JudgeTarget("file", str(path), self.target.split)

    @contextmanager
    def to_run(self, here: Session) -> Iterator[JudgeTarget]:
        """Provide the target to start a run with."""
        if self.content is None:
            yield self.target
            return
        with kept(here.store, self.target.name, self.content, by=here.rater.id) as path:
            yield JudgeTarget("file", str(path), self.target.split)


def choose(here: Session) -> Chosen | None:
    """Choose what to judge and which half of it; None until a file is uploaded."""
    names: dict[TargetKind, Sequence[str]] = {
        "week": [w.name for w in reversed(weeks_in_use(here.store))],
        "release": [r.name for r in reversed(releases(here.store))],
    }
    kinds: list[TargetKind] = [*(k for k, found in names.items() if found), "file"]
    kind = st.segmented_control(
        "Over", kinds, default=kinds[0], required=True, format_func=lambda k: f"a {k}", key="judge_runs_kind"
    )
    if kind == "file":
        return _file()
    name = st.selectbox(str(kind).capitalize(), names[kind], key=f"judge_runs_{kind}", width=180)
    return Chosen(JudgeTarget(kind, name, _half("dev", "judge_runs_split")))


def _half(default: Part, key: str) -> Part:
    half: Part = st.segmented_control(
        "Half", PARTS, default=default, required=True, key=key,
        help="Each conversation belongs to one half for good: dev is for tuning a judge, test for reporting on it.",
    )  # fmt: skip
    return half


def _file() -> Chosen | None:
    half = _half("all", "judge_runs_split_file")
    file = st.file_uploader(
        "File", type=["csv", "jsonl"], key="judge_runs_file", width=320,
        help="Columns: id, with question and answer, or messages. Optional: context, sql, result, steps, scenario, "
        "expected_answer, reference_sql and conversation_id. The file is kept beside the store until its run has "
        "finished.",
    )  # fmt: skip
    return None if file is None else Chosen(JudgeTarget("file", file.name, half), file.getvalue())
