"""The form that starts a run: which version over which release, asked how, and within which limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from pages.parts.shared.currency import titled
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.experiments.runs.background import run_in_background
from review.experiments.runs.listing import list_runs
from review.experiments.runs.running import RunOptions, RunRequest, start_run
from review.experiments.targets.catalogue import target_named
from review.experiments.versions.registry import versions
from review.golden.releases import releases
from review.judges.runs.uploads import kept

UPLOAD = "a file of answers"
STARTED = "versions_runs_started"


def start_form(here: Session, version: str | None) -> None:
    """Draw the form. A page starts only targets that spotcheck.toml names, or reads answers from a file."""
    names = [version] if version else [v.id for v in reversed(versions(here.store))]
    over = [r.name for r in reversed(releases(here.store))]
    if not names or not over:
        _missing(bool(names), bool(over))
        return
    n = st.session_state.get(STARTED, 0)
    with st.container(horizontal=True):
        chosen = st.selectbox("Version", names, key=f"versions_run_version_{version}", width=200)
        release = st.selectbox("Release", over, index=_last_run(here, over), key="versions_run_release", width=200)
        target = st.selectbox(
            "Target", [*here.project.targets, UPLOAD], key="versions_run_target", width=240,
            help="How the product is asked. Each table [targets.NAME] of spotcheck.toml is one more target here.",
        )  # fmt: skip
    file = None
    if target == UPLOAD:
        file = st.file_uploader(
            "File", type=["jsonl", "csv", "json", "xml", "parquet"], key=f"versions_run_file_{n}",
            help="CSV, JSONL or Parquet; or the results of promptfoo, DeepEval or pytest.",
        )  # fmt: skip
        st.caption(
            "A table with the columns id and answer, and sql where there is one. The id is the example_id of the "
            "release as the Golden page exports it, or the question itself."
        )
    with st.container(horizontal=True):
        repeats = st.number_input("Repeats", 1, 25, 1, key=f"versions_run_repeats_{n}", width=140)
        at_once = st.number_input("At once", 1, 256, 8, key=f"versions_run_at_once_{n}", width=140)
        limit = st.number_input(
            as_text(titled("Highest cost", here.project.judges.currency)),
            0.0,
            value=None,
            key=f"versions_run_cost_{n}",
            width=160,
            placeholder="no limit",
        )
    host = _host(here, str(target))
    if host:
        st.caption(as_text(f"Masked questions go to {host}."))
    if not st.button(
        "Start the run", type="primary", icon=":material/play_arrow:", key=f"versions_run_go_{version}",
        disabled=target == UPLOAD and file is None,
    ):  # fmt: skip
        return
    options = RunOptions(repeats=int(repeats), concurrency=int(at_once), max_cost=limit)
    try:
        with _asked(here, str(target), file) as (kind, given):
            wanted = RunRequest(version=str(chosen), release=str(release), kind=kind, target=given, options=options)
            run = start_run(here.store, wanted, by=here.rater.id, project=here.project, background=True)
            run_in_background(here.store, run.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    st.session_state[STARTED] = n + 1
    st.rerun()


def _last_run(here: Session, over: list[str]) -> int:
    """Return the place of the release that was run last, so that versions stay comparable, or 0, the newest."""
    last = list_runs(here.store, limit=1)
    return over.index(last[0].run.release) if last and last[0].run.release in over else 0


def _missing(version: bool, release: bool) -> None:
    """Say what a run needs and lead there."""
    needs = [words for there, words in ((version, "a registered version"), (release, "a golden release")) if not there]
    st.info(
        f"A run asks a version every case of a release. It needs {' and '.join(needs)}.", icon=":material/play_circle:"
    )
    if not version:
        st.page_link(
            "versions.py", label="Register a version", icon=":material/new_label:", query_params={"view": "versions"}
        )
    if not release:
        st.page_link(
            "golden.py", label="Make a release", icon=":material/workspace_premium:", query_params={"view": "releases"}
        )


def _host(here: Session, target: str) -> str:
    """Return where masked text would go, "" for nowhere or a target whose address is wrong; the start says that."""
    preset = here.project.targets.get(target)
    if preset is None:
        return ""
    try:
        return target_named(preset.kind).host(preset.options)
    except (ReviewError, KeyError):
        return ""


@contextmanager
def _asked(here: Session, target: str, file: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the kind of a target and its options; the block starts the run. If it fails, no uploaded file is kept."""
    preset = here.project.targets.get(target)
    if preset is not None:
        yield preset.kind, dict(preset.options)
        return
    content = file.getvalue()
    with kept(here.store, file.name, content, by=here.rater.id) as path:
        yield "file", {"path": str(path), "digest": hashlib.sha256(content).hexdigest()}
