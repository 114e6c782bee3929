"""Improving a judge: its prompt beside what would be sent, the changes, and saving them as the next version."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.judges import choose, near_duplicates
from pages.parts.judges.prompt import forget, llm_spec, preview
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics import setting
from review.basics.errors import ReviewError
from review.basics.limits import MAX_NOTE
from review.current.verdicts import Reference
from review.judges.llm.spec import DEFAULTS
from review.judges.versions import add_judge, changes, judge_named, versions_of
from review.judges.workbench.drafts import drafted, json_text, same_as
from review.judges.workbench.workbench import FROM_FILE, FROM_LOG, Listed
from review.rubric.rubric import current_rubric
from storage.records_judges import Judge

ELSEWHERE = {
    FROM_LOG: "Its verdicts came with the log, and it is changed where it runs.",
    FROM_FILE: "Its verdicts came from a file or a check, and it is changed elsewhere.",
    "recorded": "It is a recording of verdicts, which does not change.",
}
HIDDEN = ("training", "digest", "never")
"""Settings that are filled in when a version is saved; nobody types them."""
SAVED = "workbench_saved"


def show(here: Session, weeks: tuple[str, ...], judge: Listed, version: Reference) -> None:
    """Show the editor of one judge, filled with the chosen version."""
    here.need_role("adjudicator")
    if judge.kind in ELSEWHERE:
        st.info(f"{ELSEWHERE[judge.kind]} To try your own prompt, press **New judge**.", icon=":material/lock:")
        return
    before = judge_named(here.store, str(version))
    _just_saved(here, before)
    newest = versions_of(here.store, before.name)[-1]
    if newest.id != before.id:
        st.caption(f":material/info: You are editing version {before.version}; the latest is {newest.version}.")
    left, right = st.columns(2, gap="large")
    with left:
        draft = _draft(here, before.name, before.kind, before.dimensions, before.spec, key=before.id)
    with right:
        if draft is not None and draft.kind == "llm":
            near_duplicates.warn(here, weeks, draft)
            preview(here, weeks, draft)
        elif draft is not None:
            st.caption("The verdicts of this kind of judge appear once a version has run.")
    if draft is not None:
        _save(here, draft, before, key=before.id)


def new(here: Session, weeks: tuple[str, ...]) -> None:
    """Show the editor of a new judge; to people who may not make one, say where verdicts come from."""
    if not here.rater.may("adjudicator"):
        st.info(
            "No judge has a verdict on items of these weeks. Verdicts come with the log (field `verdicts`), "
            "from an imported file, or from a judge that an adjudicator makes on this page.",
            icon=":material/balance:",
        )
        return
    st.subheader("A new judge")
    names = [d.name for d in current_rubric(here.store).dimensions]
    with st.container(horizontal=True):
        name = st.text_input("Name", key="workbench_name", placeholder="for example tone", width=300)
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
    """Return the typed settings as the version that they would make; None, with a message, when they cannot."""
    try:
        typed = llm_spec(here, name, dimensions, spec, key=key) if kind == "llm" else _as_json(spec, key=key)
        if kind == "llm" and not (typed["endpoint"] and typed["model"] and dimensions):
            st.caption("Name a dimension, the endpoint and the model to see the prompt filled in.")
            return None
        return drafted(here.store, name, kind, dimensions, typed, project=here.project)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/error:")
        return None


def _as_json(spec: dict[str, Any], *, key: str) -> dict[str, Any]:
    """Show the settings of a kind without a prompt."""
    shown = {k: v for k, v in spec.items() if k not in HIDDEN}
    text = st.text_area(
        "Settings", json_text(shown), height=380, key=f"workbench_spec_{key}", persist_state="session",
        help="As JSON. Saving makes a new version, which is trained on the labels that are settled at that moment.",
    )  # fmt: skip
    return setting.json_table("settings", text or "{}")


def _save(here: Session, draft: Judge, before: Judge | None, *, key: str) -> None:
    """Show the changes, a note, and the button that saves them as a version."""
    found = [line for line in changes(before, draft) if not line.startswith("training:")] if before else []
    if before is not None and draft.kind == "learned":
        found.append("trained again on the labels that are settled in its weeks now")
    elif before is not None and same_as(draft, before):
        st.caption(f"Nothing has changed: this is version {before.version} as it is.")
        return
    with st.container(border=True, key="workbench_changes"):
        if found:
            st.markdown("\n".join(f"- {as_text(line)}" for line in found))
        note = st.text_input(
            "Note", key=f"workbench_note_{draft.id}", placeholder="What this version tries", max_chars=MAX_NOTE
        )
        with st.container(horizontal=True):
            wanted = st.button(
                f"Save as version {draft.version}", type="primary", icon=":material/save:", key="workbench_save"
            )
            st.button(
                "Start again", icon=":material/restart_alt:", key="workbench_again", on_click=forget,
                args=(draft.name, key), help="Discard what you typed.",
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
    """Show the next steps after saving: run the version on dev, then compare it with the one before."""
    if st.session_state.get(SAVED) != judge.id:
        return
    with st.container(border=True, key="workbench_next"):
        st.markdown(f"**Version {judge.version} is saved.** Run it on the dev half, then compare it.")
        with st.container(horizontal=True):
            st.button("Run it", type="primary", icon=":material/play_circle:", key="workbench_to_runs",
                      on_click=choose.go_to, kwargs={"view": "runs"})  # fmt: skip
            st.button("Compare", icon=":material/balance:", key="workbench_to_compare", on_click=choose.go_to,
                      kwargs={"view": "compare"})  # fmt: skip
