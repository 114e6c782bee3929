"""All versions: which is in force, their accuracy and lineage, those that the log names, and the form for a new one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from pages.parts.versions import pictures, register_form, version_page
from review.basics.words import counted
from review.experiments.runs.accuracy import Accuracy
from review.experiments.runs.listing import accuracy_by_release
from review.experiments.versions.lineage import lineage
from review.experiments.versions.registry import Version, in_force, versions
from review.experiments.versions.seen import Seen, seen_in_log
from review.settings.project import project_of
from storage.queries.states import latest_key
from storage.records_experiments import ExperimentEvent, ExperimentScore
from storage.records_people import RubricVersion
from storage.store import Store


def version_list(here: Session) -> None:
    """Draw all versions, or the one that the address names."""
    known = {v.id: v for v in versions(here.store)}
    wanted = st.query_params.get("version")
    if wanted in known:
        st.button("All versions", icon=":material/arrow_back:", key="versions_back", on_click=_leave)
        version_page.page(here, known[str(wanted)], accuracy(here, str(wanted)))
        return
    seen = seen_in_log(here.store)
    _in_force(here)
    if known:
        _pictures(here, known)
        _table(here, known, seen)
    else:
        st.info(
            "No version is registered yet. Register the prompt that your product uses now, then run it over a release.",
            icon=":material/new_label:",
        )
    _unregistered(here, seen)
    with st.expander("Register a version", icon=":material/new_label:", expanded=not known):
        register_form.register_form(here, list(known), [t.version for t in seen.unregistered])


def _leave() -> None:
    del st.query_params["version"]


def accuracy(here: Session, version: str) -> Mapping[str, Accuracy]:
    """Return the accuracy of a version on each release; it is computed once until a run ends or is scored again."""
    state = [latest_key(here.store, table) for table in (ExperimentEvent, ExperimentScore, RubricVersion)]
    return _accuracy(str(here.store.path), here.store, version, str(state), repr(here.project))


@st.cache_data(show_spinner=False, max_entries=64)
def _accuracy(path: str, _store: Store, version: str, state: str, settings: str) -> dict[str, Accuracy]:
    return accuracy_by_release(_store, version, project=project_of(path))


def _in_force(here: Session) -> None:
    force = in_force(here.store)
    if force is None:
        st.caption("No version is in force: none is approved.")
        return
    on = "; ".join(
        f"{figures.number(one.combined.value, percent='tenths')} on {release} "
        f"({figures.interval(one.combined, percent='tenths')}{f'; {one.words}' if one.words else ''})"
        for release, one in accuracy(here, force.id).items()
    )
    st.markdown(f"#### {as_text(force.id)} is in force")
    st.markdown(as_text(f"Approved on {force.state.at[:10]}. " + (f"Accuracy: {on}." if on else "No run yet.")))


def _pictures(here: Session, known: dict[str, Version]) -> None:
    found = {name: accuracy(here, name) for name in known}
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Accuracy")
        drawn = pictures.accuracy_chart(found)
        if drawn is None:
            st.caption("No run has ended yet. Start one under **Runs**.")
        else:
            figures.with_table(drawn[0], drawn[1], key="versions_accuracy", file_name="accuracy.csv")
            for name, releases in found.items():
                for release, one in releases.items():
                    if one.words:
                        st.caption(as_text(f"{name} on {release}: {one.words}."))
    with right:
        st.subheader("Lineage")
        places = lineage([v.registered for v in known.values()])
        figures.draw(pictures.lineage_chart(places, known, found), key="versions_lineage")


def _table(here: Session, known: dict[str, Version], seen: Seen) -> None:
    frame = pd.DataFrame(
        [
            {
                "version": v.id,
                "state": v.state.state,
                "what is new": v.registered.description,
                "from": v.registered.parent or "",
                "model": v.registered.model,
                "in the log": seen.registered[v.id].conversations if v.id in seen.registered else 0,
                "registered": f"{v.registered.at[:10]} by {here.names.get(v.registered.by, v.registered.by)}",
            }
            for v in reversed(known.values())
        ]
    )
    st.caption(f"{counted(len(known), 'version')}. Select a cell to open a version.")
    pixels = {"version": 100, "state": 95, "what is new": 215, "from": 90, "model": 130, "in the log": 85}
    config = {name: st.column_config.Column(width=width) for name, width in {**pixels, "registered": 160}.items()}
    picked = rows.choose(
        frame,
        key="versions_table",
        id_column="version",
        named=True,
        file_name="versions.csv",
        wrapped=True,
        config=config,
    )
    if picked.opened:
        st.query_params["version"] = picked.opened
        st.rerun()


def _unregistered(here: Session, seen: Seen) -> None:
    if not seen.unregistered:
        return
    st.subheader("Seen, not registered")
    st.caption("Conversations of the log name these versions, and nobody registered them.")
    frame = pd.DataFrame(
        [
            {
                "version": t.version,
                "conversations": t.conversations,
                "first": (t.first or "")[:10],
                "last": (t.last or "")[:10],
            }
            for t in seen.unregistered
        ]
    )
    config = None
    if here.rater.may("lead"):  # only leads browse the log
        frame["read"] = [
            rows.address(here.rater.id, "conversations", view="browse", prompt_version=t.version)
            for t in seen.unregistered
        ]
        config = {"read": rows.link("read")}
    figures.table(frame, key="versions_seen", file_name="seen-versions.csv", config=config)
