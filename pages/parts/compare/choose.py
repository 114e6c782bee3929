"""Choose a release and the versions to compare; the first one is the baseline."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from pages.parts.compare import data
from pages.parts.shared import address
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.experiments.comparing.comparison import Comparison
from review.experiments.comparing.verdict import checks, sentence
from storage.queries.gate import runs_finished

RELEASE, VERSIONS = "compare_release", "compare_versions"
MOST = 5


class Chosen(NamedTuple):
    """The release, the run of each chosen version, and the versions side by side."""

    release: str
    runs: tuple[str, ...]
    comparison: Comparison


def choose(here: Session, *, told: bool = True) -> Chosen | None:
    """Draw the choice of release and versions, and one sentence for each version beside the first. None without two.

    The gate says the drop itself, so that it is there once: without ``told`` the sentences are left out.
    """
    finished = runs_finished(here.store)
    by_release: dict[str, dict[str, str]] = {}
    for version, release, run in finished:
        by_release.setdefault(release, {})[version] = run
    several = [release for release, runs in reversed(by_release.items()) if len(runs) > 1]
    if not several:
        no_run(bool(finished))
        return None
    address.take("release", key=RELEASE, known=several)
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    release = str(left.selectbox("Release", several, key=RELEASE, on_change=address.follow, args=("release", RELEASE)))
    known = list(by_release[release])
    _take_versions(known, release)
    chosen = right.multiselect(
        "Versions, the one in use first",
        known,
        key=f"{VERSIONS}_{release}",
        max_selections=MOST,
        on_change=_follow_versions,
        args=(f"{VERSIONS}_{release}",),
        format_func=as_text,
    )
    if len(chosen) < 2:
        st.info(
            "Choose two or more versions. The first one is what the others are compared with.",
            icon=":material/compare_arrows:",
        )
        return None
    runs = tuple(by_release[release][version] for version in chosen)
    try:
        found = data.compared(here, runs)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return None
    if told:
        for place in range(1, len(runs)):
            st.markdown(as_text(sentence(found, place)))
        for line in checks(found):
            st.caption(as_text(line))
    for version, names in found.only.items():
        st.caption(as_text(f"{counted(len(names), 'case')} only {version} saw: not compared."))
    return Chosen(release, runs, found)


def _take_versions(known: list[str], release: str) -> None:
    key = f"{VERSIONS}_{release}"
    wanted = [v for v in st.query_params.get("versions", "").split(",") if v in known]
    if len(wanted) > 1:
        st.session_state[key] = wanted[:MOST]
    st.session_state.setdefault(key, known[-2:])


def _follow_versions(key: str) -> None:
    address.say(versions=",".join(st.session_state[key]))


def no_run(some: bool) -> None:
    """Say what a comparison needs and lead there; ``some`` tells that a version has a finished run."""
    text = (
        "Only one version has a finished run over each release. Run a second one to compare them."
        if some
        else "No version has a finished run yet. Register a version and run it over a golden release."
    )
    st.info(text, icon=":material/compare_arrows:")
    st.page_link("versions.py", label="Start a run", icon=":material/play_circle:", query_params={"view": "runs"})
