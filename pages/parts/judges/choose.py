"""The frame of the judges page: weeks, judge, version and section, all kept in the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from pages.parts.shared import address, cached_statistics
from pages.parts.shared.conversation import CSS as CONVERSATION_CSS
from pages.parts.shared.currency import currency_of
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted
from review.current.verdicts import Reference
from review.evidence.chosen_weeks import weeks_between
from review.judges.kinds import JUDGES
from review.judges.workbench.workbench import Economy, Listed, listed

CSS = f"<style>{(Path(__file__).parent / 'workbench.css').read_text(encoding='utf-8')}</style>"
KINDS = {**{name: kind.title for name, kind in JUDGES.items()}, "log": "from the log", "file": "imported"}
VIEWS = {
    "trust": "Trust",
    "read": "Disagreements",
    "improve": "Improve",
    "compare": "Compare",
    "time": "Over time",
    "runs": "Runs",
}
ADJUDICATORS = ("improve", "runs")
NO_CURRENCY = "The currency of the costs is not set: give it in spotcheck.toml, under [judges] as currency."
NEW = "new"
"""The judge parameter of the address while a new judge is made."""


def choose_weeks(here: Session, week: str) -> tuple[str, ...]:
    """Choose the weeks, by default the last four under one rubric version; and show the button for a new judge."""
    names = weeks_between(here.store, None)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        chosen = st.pills(
            "Weeks", names, selection_mode="multi", default=names, key="weeks", bind="query-params",
            label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        if here.rater.may("adjudicator"):
            st.button(
                "New judge", icon=":material/add:", key="workbench_new", on_click=go_to,
                kwargs={"judge": NEW, "view": "improve"},
                help="A model behind an OpenAI-compatible endpoint.",
            )  # fmt: skip
    return tuple(sorted(chosen)) or (week,)


def choose_view(here: Session) -> str:
    """Choose the section of the page; sections that change judges are for adjudicators."""
    known = [v for v in VIEWS if v not in ADJUDICATORS or here.rater.may("adjudicator")]
    current = _remembered("view", known) or known[0]
    st.session_state["workbench_view"] = current
    st.segmented_control(
        "Section",
        known,
        format_func=VIEWS.__getitem__,
        required=True,
        key="workbench_view",
        label_visibility="collapsed",
        on_change=address.follow,
        args=("view", "workbench_view"),
    )
    return current


def _remembered(name: str, known: Sequence[str]) -> str | None:
    """Return the value in the address, else the last one used, and write it into the address so it can be shared."""
    last = f"workbench_last_{name}"
    for value in (st.query_params.get(name), st.session_state.get(last)):
        if isinstance(value, str) and value in known:
            st.session_state[last] = value
            if st.query_params.get(name) != value:
                st.query_params[name] = value
            return value
    return None


def go_to(**places: str) -> None:
    """Open another section or judge; for use as a callback."""
    for name, value in places.items():
        st.query_params[name] = value


def choose_judge(here: Session, weeks: tuple[str, ...]) -> tuple[Listed | None, Reference | None]:
    """Show a card for each judge; return the chosen judge and version, (None, None) while a new judge is made."""
    st.html(f"{CONVERSATION_CSS}{CSS}")
    found = listed(here.store, weeks)
    may = here.rater.may("adjudicator")
    by_reference = {str(Reference(j.name, v)): j for j in found for v in j.versions}
    asked = _remembered("judge", [*by_reference, *(j.name for j in found), *([NEW] if may else [])])
    chosen = by_reference.get(asked or "") or next((j for j in found if j.name == asked), None)
    if chosen is None and asked != NEW and found:
        chosen = found[0]
    if found:
        with st.container(horizontal=True, key="workbench_cards", gap="small"):
            for judge in found:
                _card(here, weeks, judge, judge is chosen)
        if not currency_of(here) and any(
            cached_statistics.economy(here, weeks, judge.latest).cost_per_1000 for judge in found
        ):
            st.caption(NO_CURRENCY)
    if chosen is None:
        return None, None
    version = Reference(chosen.name, asked.rpartition("@")[2]) if asked in by_reference and asked else chosen.latest
    return chosen, version


def _card(here: Session, weeks: tuple[str, ...], judge: Listed, chosen: bool) -> None:
    facts = cached_statistics.economy(here, weeks, judge.latest)
    key = "workbench_chosen" if chosen else f"workbench_card_{judge.name}"
    with st.container(border=True, width=215, height="stretch", key=key, gap="xsmall"):
        st.button(
            as_text(judge.name),
            key=f"workbench_pick_{judge.name}",
            icon=":material/check:" if chosen else None,
            width="stretch",
            on_click=go_to,
            kwargs={"judge": str(judge.latest)},
        )
        many = len([v for v in judge.versions if v.isdigit()])
        versions = f" :gray-badge[{counted(many, 'version')}]" if many else ""
        st.markdown(f":blue-badge[{KINDS.get(judge.kind, judge.kind)}]{versions}")
        lines = [", ".join(judge.dimensions), *economy_lines(judge, facts, currency_of(here))]
        st.caption("  \n".join(as_text(line) for line in lines))


def economy_lines(judge: Listed, facts: Economy, currency: str) -> list[str]:
    """Describe a judge in words: cost, time, missing verdicts and the last run, as far as they are known."""
    asked = facts.verdicts + facts.missing_total
    cost = [] if facts.cost_per_1000 is None else [f"{money(facts.cost_per_1000, currency)} per 1,000"]
    time = []
    if facts.latency_p50 is not None:
        time = [f"median {span(facts.latency_p50)}, 95% within {span(facts.latency_p95)}"]
    missing = (
        f"{facts.missing_total:,} of {counted(asked, 'verdict')} missing" if asked else "no verdict in these weeks"
    )
    last = f"last run {ago(facts.last_run)}" if facts.last_run else "never ran here" if judge.tunable else ""
    return [*cost, *time, missing, *([last] if last else [])]


def money(value: float, currency: str) -> str:
    """Format a cost with its currency, where one is set."""
    text = f"{value:,.2f}" if value >= 0.01 or value == 0 else f"{value:.2g}"
    return f"{text} {currency}".rstrip()


def span(ms: float | None) -> str:
    """Format a latency: 320 ms, 4.1 s."""
    if ms is None:
        return "–"
    # The blank does not break: a unit alone in a line says nothing.
    return f"{ms:.0f}\u00a0ms" if ms < 1000 else f"{ms / 1000:.1f}\u00a0s"


def ago(at: str) -> str:
    """Say roughly how long ago something was: "2 h ago"."""
    minutes = max((datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds() / 60, 0)
    if minutes < 60:
        return f"{minutes:.0f} min ago"
    return f"{minutes / 60:.0f} h ago" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days ago"


def choose_version(judge: Listed, version: Reference) -> None:
    """Choose the version of a judge that has several, and write it into the address."""
    if len(judge.versions) < 2:
        return
    order = list(reversed(judge.versions))
    st.session_state["workbench_version"] = version.version
    st.selectbox(
        "Version",
        order,
        format_func=lambda v: f"version {v}" + ("" if v in judge.spoke else " (no verdicts yet)"),
        key="workbench_version",
        label_visibility="collapsed",
        width=220,
        on_change=_follow_version,
        args=(judge.name,),
    )


def _follow_version(name: str) -> None:
    st.query_params["judge"] = str(Reference(name, st.session_state["workbench_version"]))


def without_figures(version: Reference) -> None:
    """Show the empty state of a version with verdicts that cannot be compared with people."""
    st.info(
        f"{as_text(str(version))} has no figures for these weeks. Figures need verdicts in a dimension that has one "
        "value for each item and stands in the rubric of these weeks.",
        icon=":material/balance:",
    )


def without_verdicts(here: Session, judge: Listed, version: Reference) -> None:
    """Show the empty state of a version without verdicts in these weeks."""
    st.info(
        f"{as_text(str(version))} has no verdict on items of these weeks yet."
        + (" Run it on the dev half of a week first." if judge.tunable else ""),
        icon=":material/balance:",
    )
    if judge.tunable and here.rater.may("adjudicator"):
        st.button("Run it", icon=":material/play_circle:", on_click=go_to, kwargs={"view": "runs"}, key="workbench_run")
