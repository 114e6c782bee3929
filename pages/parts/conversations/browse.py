"""Browse the log: search, open one conversation, add some to a week by hand."""

from __future__ import annotations

import dataclasses

import pandas as pd
import streamlit as st

from pages.parts.conversations import pick, search_more
from pages.parts.shared import address, noted, rows
from pages.parts.shared import conversation as drawn
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.feedback_words import NEGATIVE_FEEDBACK
from review.basics.log_paths import LogPaths, log_of
from review.basics.words import counted, spoken
from review.current.assignments import owed_items
from review.log.log import read_conversations, weeks_in_log
from review.log.search_choices import Choices, choices
from review.log.searching import REASONS, Judged, LogSearch, ids_found, search_log
from review.sources.scenarios import assigned_scenarios, with_scenarios
from storage.records_log import Import
from storage.records_weeks import Item

PAGE = 25
OPEN = "browse_open"
TITLES = {
    "week": "Week",
    "source": "Source",
    "status": "Status",
    "scenario": "Scenario",
    "model": "Model",
    "prompt_version": "Prompt version",
    "variant": "Variant",
    "language": "Language",
    "feedback": "Feedback",
}


def log(here: Session) -> None:
    """Draw the search, what it finds, and the conversation that is open."""
    where = log_of(here.store.path)
    weeks = weeks_in_log(where)
    if not weeks:
        st.info("The log is empty. Import a file first, under **Import**.", icon=":material/upload_file:")
        return
    assigned = assigned_scenarios(here.store)
    known = _choices(str(here.store.path), tuple(weeks.items()), assigned)
    owed = frozenset(i.conversation_id for i in here.store.find(Item, id=list(owed_items(here.store, here.rater.id))))
    search = dataclasses.replace(_search(here, known), assigned=assigned, without=owed, brought_by=_one_import(here))
    pages = st.session_state.get("browse_page", 1)
    found = search_log(where, search, most=PAGE, skip=(pages - 1) * PAGE)
    if not found.rows and pages > 1:
        st.session_state["browse_page"] = 1
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{counted(found.total, 'conversation')}** found.")
        if found.total > 1:
            pick.scenario(
                here,
                found.total,
                lambda: ids_found(where, search, most=found.total),
                known.values["scenario"],
                words=f"Assign a scenario to all {found.total:,}",
                key="assign_all",
            )
    if search.tells and owed:
        st.caption("Conversations that you have yet to review are left out of this search.")
    if not found.rows:
        _nothing(where, search)
        return
    frame = pd.DataFrame(found.rows)
    frame["created_at"] = [(text or "")[:16].replace("T", " ") for text in frame["created_at"]]
    frame = frame[["id", "created_at", "question", *[n for n in TITLES if n in frame and frame[n].notna().any()]]]
    picked = rows.choose(
        frame.rename(columns={"created_at": "date (UTC)", **{n: t.lower() for n, t in TITLES.items()}}),
        key="browse_rows",
        id_column="id",
        boxes=True,
        file_name="conversations.csv",
        narrow=False,
    )
    if found.total > PAGE:
        st.pagination(-(-found.total // PAGE), key="browse_page")
    if picked.opened:
        st.session_state[OPEN] = picked.opened
    if picked.ticked:
        with st.container(horizontal=True):
            pick.form(here, picked.ticked)
            ids, words = picked.ticked, f"Assign a scenario to {counted(len(picked.ticked), 'conversation')}"
            pick.scenario(here, len(ids), lambda: ids, known.values["scenario"], words=words, key="assign")
    else:
        st.caption("Select a cell to read a conversation. Tick rows to add them to a week or to assign a scenario.")
    opened = st.session_state.get(OPEN)
    if opened in set(frame["id"]):
        _open(here, str(opened))


def _one_import(here: Session) -> str:
    """Return the import that the address narrows the log down to, "" for none, with the button that shows all again."""
    found = here.store.get(Import, st.query_params.get("import", ""))
    if found is None:
        return ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(as_text(f"Only what came with {found.file} on {found.at[:16].replace('T', ' ')} UTC."))
        st.button("All imports", icon=":material/close:", key="browse_all_imports", type="tertiary", on_click=_all)
    return found.id


def _all() -> None:
    del st.query_params["import"]
    st.session_state["browse_page"] = 1


def _nothing(where: LogPaths, search: LogSearch) -> None:
    """Say what to do when nothing fits. A text that is in ids instead of messages is offered as an id."""
    as_id = dataclasses.replace(search, text="", id=search.text.strip())
    ids = search_log(where, as_id, most=1).total if search.text.strip() and not search.id.strip() else 0
    if not ids:
        st.caption("Nothing fits. Remove a filter, or search for fewer words.")
        return
    have = "has" if ids == 1 else "have"
    st.info(
        as_text(f"No message has '{search.text.strip()}', but {counted(ids, 'conversation')} {have} it in the id."),
        icon=":material/tag:",
    )
    st.button("Search the ids", icon=":material/search:", key="browse_as_id", on_click=_search_ids)


def _search_ids() -> None:
    st.session_state["browse_id"] = st.session_state["browse_text"].strip()
    st.session_state["browse_text"] = ""
    _say()


@st.cache_data(show_spinner=False, max_entries=16)
def _choices(path: str, weeks: tuple[tuple[str, int], ...], assigned: dict[str, str]) -> Choices:
    return choices(log_of(path), assigned)


def _from_the_address(known: Choices) -> None:
    """Take what a link searches for. A text or an id that is typed into the fields goes into the address again."""
    for name in ("text", "id"):
        field, said, asked = f"browse_{name}", f"browse_said_{name}", st.query_params.get(name)
        if asked is not None and (asked != st.session_state.get(said) or field not in st.session_state):
            st.session_state[field] = st.session_state[said] = asked
    for name in TITLES.keys() - {"week"}:  # the week of an address is the one under review
        said, asked = f"browse_said_{name}", st.query_params.get(name)
        if asked in known.values[name] and asked != st.session_state.get(said):
            st.session_state[f"browse_{name}"], st.session_state[said] = [asked], asked


def _say() -> None:
    for name in ("text", "id"):
        typed = str(st.session_state.get(f"browse_{name}") or "").strip()
        st.session_state[f"browse_said_{name}"] = typed
        address.say(**{name: typed or None})


def _search(here: Session, known: Choices) -> LogSearch:
    _from_the_address(known)
    with st.container(horizontal=True):
        text = st.text_input("Text in a message", key="browse_text", icon=":material/search:", on_change=_say) or ""
        identity = st.text_input("Id", key="browse_id", on_change=_say) or ""
    with st.expander("Filters", icon=":material/filter_list:"), st.container(horizontal=True):
        values = {
            name: st.multiselect(
                title, known.values[name], key=f"browse_{name}", width=260, accept_new_options=name in known.cut
            )
            for name, title in TITLES.items()
            if known.values[name]
        }
        judged = (
            st.selectbox(
                "Verdict of a judge",
                list(known.judged),
                index=None,
                format_func=lambda one: f"{one.judge}, {spoken(one.dimension)}: {spoken(one.value)}",
                key="browse_judged",
                width=260,
            )
            if known.judged
            else None
        )
        reasons = st.multiselect(
            "Reason to look", list(REASONS), format_func=lambda name: REASONS[name], key="browse_reasons", width=260
        )
        checks = (
            st.multiselect("Flagged by the check", list(known.checks), key="browse_checks", width=260)
            if known.checks
            else []
        )
        among = search_more.judged_here(here)
        search_more.cut(known, TITLES)
    return LogSearch(
        text=text,
        id=identity,
        values=values,
        judged=None if judged is None else Judged(*judged),
        checks=tuple(checks),
        among=among,
        reasons=tuple(reasons),
        negative=NEGATIVE_FEEDBACK,
        confidence=here.project.confidence,
    )


def _open(here: Session, conversation: str) -> None:
    for one in with_scenarios(here.store, read_conversations(log_of(here.store.path), [conversation])):
        noted.opened(here, one.id)
        with st.container(border=True):
            scenario = f" · {as_text(one.scenario)}" if one.scenario else ""
            st.markdown(f"**{as_text(one.id)}** · {one.week} · {as_text(one.source)}{scenario}")
            drawn.show(one)
