"""Imports on their way: progress while they run; afterwards the counts, the rejects, and the next step."""

from __future__ import annotations

import orjson
import streamlit as st

from pages.parts.conversations import judgements, undo
from pages.parts.shared import session
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.csv_safe import csv_text
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.sources.jobs import Job, dismiss, jobs_of
from review.sources.undoing import withdrawn_imports
from storage.records_log import Import

REFRESH = 1.0
"""Seconds between two refreshes while an import runs."""
COUNTS = {
    "read": "rows read",
    "added": "added",
    "duplicate": "already in the log",
    "changed": "changed since",
    "updated": "updated",
    "waiting": "waiting",
    "expired": "expired before",
    "erased": "erased",
    "rejected": "rejected",
}
REJECTS = ("line", "column", "found", "expected")


def jobs(here: Session) -> None:
    """Draw the imports of this server that run or have ended, the latest first."""
    undone = withdrawn_imports(here.store)
    for job in jobs_of(here.store.path):
        if job.result is not None and job.result.id in undone:
            dismiss(job)
    found = jobs_of(here.store.path)
    if not found:
        return
    active = [job.id for job in found if not job.ended]
    st.fragment(_jobs, run_every=REFRESH if active else None)(here, active)


def _jobs(here: Session, active: list[str]) -> None:
    session.stay(here.store, here.rater.id, "lead")
    found = jobs_of(here.store.path)
    if [job.id for job in found if not job.ended] != active:
        st.rerun()
    for place, job in enumerate(found):
        result = job.result if job.ended else None
        sentence = "" if result is None else as_text(_sentence(result, job.name))
        # Earlier imports fold into their sentence, so that the place to drop the next file stays in sight.
        if place and result is not None and not (result.rejected or job.scored):
            with st.expander(sentence, key=f"job_{job.id}"):
                _job(here, job)
        else:
            with st.container(border=True, key=f"job_{job.id}"):
                if sentence:
                    st.markdown(f"**{sentence}**")
                _job(here, job)


def _job(here: Session, job: Job) -> None:
    if not job.ended:
        share = min(job.done / job.total, 1.0)
        waits = "waits for the import before it" if job.state == "waiting" else f"{share:.0%} read"
        st.progress(share, text=as_text(f"{job.name}: {waits}"))
        return
    if job.result is None:
        text = job.error
        for file in (job.file, *job.beside):
            text = text.replace(str(file), file.name)
        st.error(as_text(f"{job.name}: nothing was added. {text}"), icon=":material/block:")
    else:
        _done(here, job, job.result)
    if st.button("Close", key=f"job_close_{job.id}", type="tertiary", icon=":material/close:"):
        dismiss(job)
        st.rerun()


def _done(here: Session, job: Job, result: Import) -> None:
    counts(result)
    for note in job.notes:
        st.caption(as_text(note))
    with st.container(horizontal=True, vertical_alignment="center"):
        if result.added or result.updated:
            st.page_link("sampling.py", label="Draw a week", icon=":material/filter_alt:")
        _scores(job)
        rejects(here, result)
        undo.button(here, result, key=f"job_undo_{job.id}")


def _scores(job: Job) -> None:
    """Draw a button for each file that may hold scores by people."""
    waiting = [file for file in job.scored if file.exists()]
    for number, file in enumerate(waiting):
        words = "Take the human scores as labels" + (f": {as_text(file.name)}" if len(waiting) > 1 else "")
        # The callback changes the page; this fragment alone would not show it.
        if st.button(
            words, type="primary", icon=":material/label:", key=f"job_scores_{job.id}_{number}",
            on_click=judgements.take_over, args=(str(file), file.name, "labels"),
        ):  # fmt: skip
            st.rerun()


def _sentence(result: Import, name: str) -> str:
    if result.added:
        return f"{counted(result.added, 'conversation')} of {name} came in."
    if result.updated:
        return f"{name} brought news of {counted(result.updated, 'conversation')}."
    if result.waiting:
        return f"{counted(result.waiting, 'row')} of {name} wait for their conversations."
    if result.expired:
        return f"{name} added nothing: retention removed its conversations earlier."
    if result.duplicate or result.changed:
        return f"{name} added nothing: its conversations are in the log already."
    if result.erased:
        return f"{name} added nothing: {counted(result.erased, 'row')} of erased conversations were dropped."
    return f"{name} added nothing: no row could be read."


def counts(result: Import) -> None:
    """Draw the counts of an import."""
    with st.container(horizontal=True):
        for name, words in COUNTS.items():
            n = getattr(result, name) or 0
            if n or name not in SOMETIMES:
                st.metric(words, f"{n:,}", border=True, help=HELP.get(name))


SOMETIMES = ("updated", "waiting", "expired", "erased")
"""Counts that are shown only where there are any."""
HELP = {
    "changed": "The log holds another version of these conversations. The first version is kept.",
    "updated": "New feedback, tags, scores or errors of conversations that the log holds. Their text stays.",
    "waiting": "They name conversations that are not in the log, and join them once those are imported.",
    "expired": "Retention removed these conversations earlier. They do not come back.",
    "erased": "Their conversation or user was erased, so they were dropped.",
}


def rejects(here: Session, result: Import) -> None:
    """Draw the download of all rejected rows of an import, while the log still has them."""
    file = log_of(here.store.path).rejects / f"{result.id}.jsonl"
    if not result.rejected or not file.exists():
        return
    st.download_button(
        f"{counted(result.rejected, 'rejected row')}",
        lambda: csv_text(REJECTS, [orjson.loads(line) for line in file.read_bytes().splitlines()]),
        file_name=f"rejected-{result.id}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"rejects_{result.id}",
        on_click="ignore",
        help="Each rejected row with its line, what was found and what was expected. Personal data is masked.",
    )
