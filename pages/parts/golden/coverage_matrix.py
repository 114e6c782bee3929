"""The coverage matrix: how many examples each scenario has of each kind, and where to find more for a cell."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts.golden.candidate_list import GROUP, SCENARIO
from pages.parts.shared import address, figures
from pages.parts.shared.chart_parts import CELLS, DARK_INK
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.evidence.chosen_weeks import weeks_between
from review.golden.candidates import NO_SCENARIO, candidates
from review.golden.coverage import Coverage, cover, worth_a_look
from review.golden.examples import current_examples
from review.log.log import weeks_in_log
from review.log.search_choices import choices
from review.log.searching import REASONS
from storage.records_golden import EXAMPLE_KINDS

CELL, VIEW = "curating_cell", "golden_view"


def coverage_matrix(here: Session) -> None:
    """Draw the matrix of scenarios and kinds. A selected cell offers what could fill it."""
    target = int(st.number_input("Planned per scenario", 1, 1000, 25, key="curating_target", width=220))
    logged = _scenarios_of_the_log(str(here.store.path), tuple(weeks_in_log(log_of(here.store.path)).items()))
    plan = {**dict.fromkeys(logged, target), **here.project.plan}
    found = cover(current_examples(here.store), target=target, plan=plan)
    if not found.totals:
        st.info("There is no golden example yet, and the log names no scenario.", icon=":material/grid_on:")
        return
    frame = matrix(found)
    # Dark letters on light blue read well on any page, so the cells have both colours.
    most = max(1, int(frame[list(EXAMPLE_KINDS)].to_numpy().max()))
    picked = st.dataframe(
        frame.style.map(lambda n: _shade(n, most), subset=list(EXAMPLE_KINDS)),
        hide_index=True,
        width="stretch",
        key=f"{CELL}_{hash(tuple(frame['scenario']))}",
        on_select="rerun",
        selection_mode="single-cell",
        alt="Golden examples by scenario and kind",
    )
    st.caption(
        f"{counted(found.n, 'example')}. {found.missing:,} more would give each scenario what is planned. "
        "Select a cell to find conversations for it."
    )
    figures.download(frame, key="curating_coverage", file_name="coverage.csv")
    cells = picked.selection.get("cells", [])
    if cells and cells[0][0] < len(frame):
        row, column = cells[0]
        _ways(here, str(frame["scenario"].iloc[row]), column if column in EXAMPLE_KINDS else "normal")


def matrix(found: Coverage) -> pd.DataFrame:
    """Return one row for each scenario: its examples of each kind, all of them, and how many are missing."""
    by_cell = {(c.scenario, c.kind): c.n for c in found.cells}
    return pd.DataFrame(
        [
            {
                "scenario": t.scenario or NO_SCENARIO,
                **{kind: by_cell.get((t.scenario, kind), 0) for kind in EXAMPLE_KINDS},
                "all": t.n,
                "missing": t.missing,
            }
            for t in found.totals
        ]
    )


def _shade(n: int, most: int) -> str:
    if not n:
        return ""
    low, high = (tuple(int(c[k : k + 2], 16) for k in (1, 3, 5)) for c in CELLS)
    mixed = [round(a + (b - a) * n / most) for a, b in zip(low, high, strict=True)]
    return f"background-color: #{bytes(mixed).hex()}; color: {DARK_INK}"


@st.cache_data(show_spinner=False, max_entries=4)
def _scenarios_of_the_log(path: str, weeks: tuple[tuple[str, int], ...]) -> Sequence[str]:
    return sorted(choices(log_of(path)).values.get("scenario", [])) if weeks else []


def _ways(here: Session, scenario: str, kind: str) -> None:
    """Offer the candidates of a scenario, and for a lead its conversations in the log that fit a kind."""
    named = "" if scenario == NO_SCENARIO else scenario
    waiting = [
        c for c in candidates(here.store, weeks_between(here.store, None), viewer=here.rater.id) if c.scenario == named
    ]
    with st.container(border=True):
        st.markdown(f"**{as_text(scenario)} · {kind}**")
        with st.container(horizontal=True):
            if waiting:
                st.button(
                    f"Show {counted(len(waiting), 'candidate')}", icon=":material/workspace_premium:",
                    key="curating_to_candidates", on_click=_to_candidates, args=(scenario,),
                )  # fmt: skip
            if here.rater.may("lead") and st.button(
                "Find conversations in the log", icon=":material/search:", key="curating_gap_go"
            ):
                st.session_state["conversations_view"] = "browse"
                st.session_state["browse_scenario"] = [named] if named else []
                st.session_state["browse_reasons"] = list(worth_a_look(kind))
                st.switch_page("conversations.py")
        _hint(here, kind, waiting=bool(waiting))


def _hint(here: Session, kind: str, *, waiting: bool) -> None:
    reasons = [REASONS[reason] for reason in worth_a_look(kind)]
    if not here.rater.may("lead"):
        st.caption("A lead can look for more in the log." if not waiting else "A lead can also look in the log.")
    elif reasons:
        st.caption(f"In the log this shows: {', '.join(reasons)}. There you can also assign scenarios.")
    else:
        st.caption("There you can pick conversations for a week, and assign scenarios to them.")


def _to_candidates(scenario: str) -> None:
    st.session_state[SCENARIO] = [scenario]
    st.session_state.pop(GROUP, None)
    st.session_state[VIEW] = "candidates"
    address.follow("view", VIEW)
