"""Mending a judge: its prompt beside what would be sent, what changes, and saving it as the next version."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.judges import choose, near_duplicates
from pages.parts.judges.prompt import forget, llm_spec, preview
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.current.verdicts import Reference
from review.judges.versions import add_judge, changes, judge_named, versions_of
from review.judges.workbench.drafts import drafted, json_table, json_text, same_as
from review.judges.workbench.workbench import FROM_FILE, FROM_LOG, Listed
from review.rubric.rubric import current_rubric
from storage.records_judges import Judge

ELSEWHERE = {
    FROM_LOG: "Its verdicts came with the log: how it judges is decided where it runs.",
    FROM_FILE: "Its verdicts came from a file or a check: how it judges is decided elsewhere.",
    "recorded": "It is a recording of verdicts: how it judges was decided elsewhere.",
}
HIDDEN = ("training", "digest", "never")
"""What is filled in when a version is saved; nobody types it."""
SAVED = "workbench_saved"


def show(here: Session, weeks: tuple[str, ...], judge: Listed, version: Reference) -> None:
    """The editor of one judge, beginning with the version that is looked at."""
    here.need_role("adjudicator")
    if judge.kind in ELSEWHERE:
        st.info(f"{ELSEWHERE[judge.kind]} To try a prompt of your own, make a new judge.", icon=":material/lock:")
        return
    before = judge_named(here.store, str(version))
    _just_saved(here, before)
    newest = versions_of(here.store, before.name)[-1]
    if newest.id != before.id:
        st.caption(f":material/info: You begin with version {before.version}; the latest is {newest.version}.")
    left, right = st.columns(2, gap="large")
    with left:
        draft = _draft(here, before.name, before.kind, before.dimensions, before.spec, key=before.id)
    with right:
        if draft is not None and draft.kind == "llm":
            near_duplicates.warn(here, weeks, draft)
            preview(here, weeks, draft)
        elif draft is not None:
            st.caption("What a version of this kind says is seen once it has run.")
    if draft is not None:
        _save(here, draft, before, key=before.id)


def new(here: Session, weeks: tuple[str, ...]) -> None:
    """The editor of a judge that is not there yet; for whoever may not make one, what to do instead."""
    if not here.rater.may("adjudicator"):
        st.info(
            "No judge has a verdict on items of these weeks. Verdicts come with the log (field `verdicts`) or from a "
            "file: `spotcheck verdicts import FILE`; an adjudicator can make a judge here.",
            icon=":material/balance:",
        )
        return
    from review.judges.llm.spec import DEFAULTS

    st.subheader("A new judge")
    names = [d.name for d in current_rubric(here.store).dimensions]
    with st.container(horizontal=True):
        name = st.text_input("Name", key="workbench_name", placeholder="such as tone", width=300)
        dimensions = st.multiselect("Judges", names, default=names[:1], key="workbench_dimensions", width=420)
    left, right = st.columns(2, gap="large")
    with left:
        draft = _draft(here, (name or "").strip() or "unnamed", "llm", tuple(dimensions), DEFAULTS, key="new")
    with right:
        if draft is not None:
            preview(here, weeks, draft)
    if draft is not None and name:
        _save(here, draft, None, key="new")


def _draft(
    here: Session, name: str, kind: str, dimensions: tuple[str, ...], spec: dict[str, Any], *, key: str
) -> Judge | None:
    """What is typed, as the version it would be; None, with the sentence why, when it cannot be one."""
    try:
        typed = llm_spec(here, name, dimensions, spec, key=key) if kind == "llm" else _as_json(spec, key=key)
        if kind == "llm" and not (typed["endpoint"] and typed["model"] and dimensions):
            st.caption("Name a dimension, the endpoint and the model; then the prompt is shown filled in.")
            return None
        return drafted(here.store, name, kind, dimensions, typed, project=here.project)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/error:")
        return None


def _as_json(spec: dict[str, Any], *, key: str) -> dict[str, Any]:
    """The settings of a kind without a prompt."""
    shown = {k: v for k, v in spec.items() if k not in HIDDEN}
    text = st.text_area(
        "Settings", json_text(shown), height=380, key=f"workbench_spec_{key}", persist_state="session",
        help="JSON. Saving it makes a new version, which is trained on the labels that are settled by then.",
    )  # fmt: skip
    return json_table(text or "", "settings")


def _save(here: Session, draft: Judge, before: Judge | None, *, key: str) -> None:
    """What changes, why, and the button that makes it a version."""
    found = [line for line in changes(before, draft) if not line.startswith("training:")] if before else []
    if before is not None and draft.kind == "learned":
        found.append("trained anew on the labels that are settled in its weeks by now")
    elif before is not None and same_as(draft, before):
        st.caption(f"Nothing is changed yet: this is version {before.version} as it is.")
        return
    with st.container(border=True, key="workbench_changes"):
        if found:
            st.markdown("\n".join(f"- {as_text(line)}" for line in found))
        note = st.text_input(
            "Note", key=f"workbench_note_{draft.id}", placeholder="What this version tries", max_chars=300
        )
        with st.container(horizontal=True):
            wanted = st.button(
                f"Save as version {draft.version}", type="primary", icon=":material/save:", key="workbench_save"
            )
            st.button(
                "Start again", icon=":material/restart_alt:", key="workbench_again", on_click=forget,
                args=(draft.name, key), help="Let go of what was typed.",
            )  # fmt: skip
        if wanted:
            try:
                made = add_judge(
                    here.store, draft.name, kind=draft.kind, dimensions=draft.dimensions, spec=_typed(draft),
                    by=here.rater.id, note=note or "", project=here.project,
                )  # fmt: skip
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
                return
            st.session_state[SAVED] = made.id
            forget(draft.name, key)
            choose.go_to(judge=made.id, view="improve")
            st.rerun()


def _typed(draft: Judge) -> dict[str, Any]:
    return {k: v for k, v in draft.spec.items() if k not in HIDDEN}


def _just_saved(here: Session, judge: Judge) -> None:
    """After saving: run it on dev, then compare it with the version before."""
    if st.session_state.get(SAVED) != judge.id:
        return
    with st.container(border=True, key="workbench_next"):
        st.markdown(f"**Version {judge.version} is saved.** Run it on the dev half, then compare it.")
        with st.container(horizontal=True):
            st.button("Run it", type="primary", icon=":material/play_circle:", key="workbench_to_runs",
                      on_click=choose.go_to, kwargs={"view": "runs"})  # fmt: skip
            st.button("Compare", icon=":material/balance:", key="workbench_to_compare", on_click=choose.go_to,
                      kwargs={"view": "compare"})  # fmt: skip
