"""Runs on the Judges page: preview what is sent where, start a run, follow it, pause it, resume it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from pages.parts.judges import judge_target
from pages.parts.shared import session
from pages.parts.shared.currency import currency_of
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.judges.protocol.protocol import Options
from review.judges.runs import running
from review.judges.runs.events import latest_event
from review.judges.runs.planning import LIMITS, Chosen, RunPlan, options_for, plan_run, words
from review.judges.runs.results import written_results
from review.judges.runs.summary import CAUSE_WORDS, RunStatus, agreement_words, amount
from review.judges.runs.targets import target_of
from review.judges.runs.worker import in_background
from review.judges.versions import judges_of, versions_of
from review.statistics.quantity import Quantity
from storage.opening import open_store
from storage.records_judges import Judge, JudgeRun

LOOKED = "judge_runs_looked"
STARTED = "judge_runs_started"
"""How many runs this session started; the boxes that cost money are reset after each."""
AGAIN = "Also judge what it has judged before"
SHOWN = 8
REFRESH = 2.0
"""Seconds between two refreshes while a run is in progress."""

COLOURS = {"running": "blue", "paused": "orange", "interrupted": "orange", "finished": "green", "failed": "red"}


def show(here: Session, judge: str | None = None) -> None:
    """Show the runs of a judge, or of all judges, and the form that starts a run."""
    known = {j.name: j for j in judges_of(here.store)}
    if judge is not None and (judge not in known or known[judge].kind == "recorded"):
        st.caption("Its verdicts came with the log or from a file, so there is nothing to run here.")
        return
    if here.rater.may("adjudicator"):
        with st.expander("Start a run", icon=":material/play_circle:"):
            _start(here, [judge] if judge else [j.name for j in known.values() if j.kind != "recorded"])
    active = [s.run.id for s in _latest(here, judge) if s.state == "running"]
    # Refresh only while a run is in progress.
    st.fragment(_list, run_every=REFRESH if active else None)(here, judge, active)


def _start(here: Session, names: Sequence[str]) -> None:
    if not names:
        st.info(
            "There is no judge to run yet. Press **New judge** to make one.",
            icon=":material/balance:",
        )
        return
    name = names[0] if len(names) == 1 else st.selectbox("Judge", names, key="judge_runs_judge")
    with st.container(horizontal=True):
        made = _version(here, str(name))
        chosen = judge_target.choose(here)
    options, again = _options(here, made)
    if chosen is None:
        return
    # After the first preview, the plan follows every change of the form.
    looked = st.session_state.get(LOOKED, False)
    if not looked and not st.button("Preview", icon=":material/visibility:", key="judge_runs_look"):
        return
    st.session_state[LOOKED] = True
    try:
        with chosen.to_look_at() as target:
            plan = plan_run(here.store, made.id, target, options, project=here.project, again=again)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    _confirm(here, chosen, plan, again)


def _version(here: Session, name: str) -> Judge:
    """Choose the version to run, by default the latest."""
    made = {j.version: j for j in reversed(versions_of(here.store, name))}
    key = f"judge_runs_version_{name}_{len(made)}"
    return made[str(st.selectbox("Version", list(made), key=key, width=110))]


def _options(here: Session, judge: Judge) -> tuple[Options, bool]:
    """Choose how to run it and whether to judge everything again; only llm judges repeat questions."""
    n = st.session_state.get(STARTED, 0)
    if judge.kind != "llm":
        return options_for(here.project), st.checkbox(AGAIN, key=f"judge_runs_again_{n}")
    with st.container(horizontal=True):
        most = LIMITS["repeats"][1]
        repeats = st.number_input(
            "Repeats", 1, most, 1, key=f"judge_runs_repeats_{n}", width=140,
            help="How often each question is asked. Several replies show how consistent the judge is.",
        )  # fmt: skip
        with st.container(width="content"):
            swap = st.checkbox("Values in both orders", key=f"judge_runs_swap_{n}")
            again = st.checkbox(AGAIN, key=f"judge_runs_again_{n}")
            fresh = st.checkbox("Ask again instead of using remembered replies", key=f"judge_runs_fresh_{n}")
    return options_for(here.project, Chosen(repeats=int(repeats), swap=swap, fresh=fresh)), again or fresh


def _confirm(here: Session, chosen: judge_target.Chosen, plan: RunPlan, again: bool) -> None:
    """Show what the run will do, and the button that starts it."""
    with st.container(border=True, key="judge_runs_plan"):
        st.markdown(as_text(words(plan)))
        st.markdown(f"Estimated cost: {as_text(_cost(plan.cost, currency_of(here)))}")
        if not plan.left:
            st.caption(f"Everything has been judged. Tick **{AGAIN}** to judge it again.")
        if not st.button(
            "Start this run", type="primary", icon=":material/play_arrow:", disabled=not plan.left, key="judge_runs_go"
        ):
            return

    def start() -> None:
        with chosen.to_run(here) as target:
            run = running.start_run(
                here.store, plan.judge.id, target, plan.options, by=here.rater.id, project=here.project, again=again,
                background=True,
            )  # fmt: skip
        in_background(here.store.path, run.id)

    if _tried(start):
        del st.session_state[LOOKED]
        st.session_state[STARTED] = st.session_state.get(STARTED, 0) + 1
        st.rerun()


def _cost(cost: Quantity, currency: str) -> str:
    return f"undefined, {cost.undefined}." if cost.value is None else f"{amount(cost.value, currency)} ({cost.method})."


def _tried(act: Callable[[], object]) -> bool:
    """Do something and return whether it succeeded; show the message when it was refused."""
    try:
        act()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return False
    return True


def _list(here: Session, judge: str | None, active: Sequence[str]) -> None:
    """Show the latest runs; when one of them ends, rerun the page so that it shows the verdicts."""
    session.stay(here.store, here.rater.id, "reader")
    found = _latest(here, judge)
    if {s.run.id for s in found if s.state == "running"} != set(active):
        st.rerun()
    if not found:
        st.caption("No run yet." + (" Start one above." if here.rater.may("adjudicator") else ""))
    for status in found:
        _run(here, status)


def _latest(here: Session, judge: str | None) -> list[RunStatus]:
    """Return the latest runs; a run that has ended is counted once, not at every refresh."""
    where = {"judge": judge} if judge else {}
    found = []
    for run in here.store.find(JudgeRun, order_by="rowid desc", **where)[:SHOWN]:
        event = latest_event(here.store, run.id)
        if event is not None and event.event in ("finished", "failed"):
            found.append(_ended(str(here.store.path), run.id, event.id))
        else:
            found.append(running.status_of(here.store, run.id))
    return found


@st.cache_data(show_spinner=False, max_entries=256)
def _ended(path: str, run_id: str, event_id: str) -> RunStatus:
    """Return the status of a run that ended with this event; it stays the same until another event."""
    return running.status_of(open_store(path, create=False), run_id)


def _run(here: Session, s: RunStatus) -> None:
    with st.container(border=True, key=f"judge_run_{s.run.id}"):
        badge = f":{COLOURS[s.state]}-badge[{s.state}]"
        st.markdown(
            f"**{as_text(f'{s.run.judge}@{s.run.version}')}** over {as_text(str(target_of(s.run.target)))} {badge}"
        )
        share = min(s.done / s.total, 1.0) if s.total else 1.0
        st.progress(share, text=f"{s.done:,} of {counted(s.total, 'subject')}")
        st.markdown(" · ".join(_figures(s, currency_of(here))))
        for cause, n in s.missing.items():
            st.caption(f"{counted(n, 'missing verdict')}: {CAUSE_WORDS.get(cause, as_text(cause))}")
        for text in agreement_words(s):
            st.caption(as_text(text[0].upper() + text[1:]))
        if s.said:
            (st.error if s.state == "failed" else st.warning)(as_text(s.said), icon=":material/info:")
        st.caption(
            f"{s.run.at[:16].replace('T', ' ')} UTC · {as_text(here.names.get(s.run.by, s.run.by))} · {s.run.id}"
        )
        if here.rater.may("adjudicator"):
            _buttons(here, s)


def _figures(s: RunStatus, currency: str) -> list[str]:
    cost = "cost undefined" if s.cost is None else f"cost {amount(s.cost, currency)}"
    parts = [counted(s.verdicts, "verdict"), cost, counted(s.calls, "call")]
    if s.cached:
        parts.append(f"{s.cached:,} remembered")
    if s.latency_p50 is not None and s.latency_p95 is not None:
        parts.append(f"median {s.latency_p50:,.0f} ms, 95% within {s.latency_p95:,.0f} ms")
    if s.tokens_in:
        parts.append(f"{s.tokens_in:,} tokens in, {s.tokens_out or 0:,} out")
    if s.self_consistency is not None:
        parts.append(f"self-consistency {s.self_consistency:.2f}")
    return parts


def _buttons(here: Session, s: RunStatus) -> None:
    if s.state == "finished" and s.run.target["kind"] == "file":
        st.download_button(
            "Verdicts", lambda: written_results(here.store, s.run.id, by=here.rater.id), mime="text/csv",
            file_name=f"{Path(s.run.target['name']).stem}-{s.run.judge}@{s.run.version}.csv",
            icon=":material/download:", key=f"judge_run_verdicts_{s.run.id}", on_click="ignore",
        )  # fmt: skip
    elif s.state == "running" and st.button("Pause", icon=":material/pause:", key=f"judge_run_pause_{s.run.id}"):
        if _tried(lambda: running.ask_pause(here.store, s.run.id, by=here.rater.id)):
            st.rerun()
    elif s.state in ("paused", "interrupted", "failed") and st.button(
        "Resume", icon=":material/play_arrow:", key=f"judge_run_resume_{s.run.id}"
    ):

        def resume() -> None:
            running.ask_resume(here.store, s.run.id, by=here.rater.id, background=True)
            in_background(here.store.path, s.run.id)

        if _tried(resume):
            st.rerun()
