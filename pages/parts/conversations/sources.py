"""The sources that are pulled: the last visit to each, a pull at once, and the form to connect one."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from pages.parts.conversations.progress import rejects
from pages.parts.shared import session
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from review.basics.words import capital, counted
from review.settings.pulled import PulledSource
from review.sources.pulling.background import is_pulled, start
from review.sources.pulling.catalogue import PULLERS
from review.sources.pulling.connecting import connect, connected_sources, disconnect
from storage.queries.pulls import latest_pulls
from storage.records_log import Import, Pull

REFRESH = 1.0
"""Seconds between two refreshes while a source is pulled."""
ASKED = "conversations_pull_asked"
"""In the session: the threads of pulls that this visitor started, by source, until they end."""


def sources(here: Session) -> None:
    """Draw each source with its last visit, then the form to connect another one."""
    found = connected_sources(here.store, here.project)
    if not found:
        st.info(
            "No source is connected yet. Connect one below, and its conversations come in every night.",
            icon=":material/cable:",
        )
    else:
        running = [one.name for one in found if _runs(here, one)]
        st.fragment(_listed, run_every=REFRESH if running else None)(here, running)
    with st.expander("Connect a source", expanded=not found, icon=":material/add_link:"):
        _connect(here)


def _runs(here: Session, source: PulledSource) -> bool:
    """Return whether a source is being pulled; a pull that was asked for a moment ago counts until it ends."""
    asked = st.session_state.setdefault(ASKED, {})
    if is_pulled(here.store.path, source.name):
        return True
    if source.name not in asked:
        return False
    thread = asked[source.name]
    if not thread.is_alive():
        del asked[source.name]
        return False
    return True


def _listed(here: Session, running: list[str]) -> None:
    session.stay(here.store, here.rater.id, "lead")
    found = connected_sources(here.store, here.project)
    if [one.name for one in found if _runs(here, one)] != running:
        st.rerun()
    last = latest_pulls(here.store)
    for source in found:
        with st.container(border=True, key=f"source_{source.name}"):
            _one(here, source, last.get(source.name, []), source.name in running)


def _one(here: Session, source: PulledSource, last: list[Pull], running: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        where = source.options.get("address") or source.options.get("path") or source.options.get("query") or ""
        st.markdown(f"**{as_text(source.name)}** · {as_text(PULLERS[source.kind].about)}", width="stretch")
        if st.button("Pull now", icon=":material/download:", key=f"source_pull_{source.name}", disabled=running):
            thread = start(here.store, source, by=here.rater.id)
            st.session_state[ASKED][source.name] = thread
            st.rerun()
    if where:
        st.caption(as_text(where))
    if running:
        st.progress(0.0, text="Reading what is new …")
        return
    _last_visit(here, last)
    if all(source.name != one.name for one in here.project.pulled):
        _end(here, source)


def _last_visit(here: Session, last: list[Pull]) -> None:
    """Draw when the source was read last, what came, and what failed."""
    if not last:
        st.markdown(":gray[:material/schedule:] It has not been read yet.")
        return
    at = f"{last[0].at[:16].replace('T', ' ')} UTC"
    imports = here.store.find(Import, id=[one.import_id for one in last if one.import_id])
    failed = [one for one in last if one.status == "failed"]
    if imports or not failed:
        st.markdown(f":green[:material/check_circle:] {at} · {as_text(_came(imports, last))}")
    for one in failed:
        st.markdown(f":red[:material/error:] {at} · {as_text(one.detail)}")
    for one in last:
        if one.status != "failed" and one.detail:
            st.caption(as_text(one.detail))
    for record in imports:
        rejects(here, record)


def _came(imports: list[Import], last: list[Pull]) -> str:
    """Return what the last visit brought, in words."""
    left_out: Counter[str] = Counter()
    for one in last:
        left_out.update(one.left_out)
    words = [f"{n:,} {reason} left out" for reason, n in left_out.items()]
    if not imports:
        return ", ".join(["nothing new", *words])
    names = ("added", "duplicate", "updated", "changed", "rejected")
    total = {name: sum(getattr(one, name) or 0 for one in imports) for name in names}
    more = [
        f"{counted(total['added'], 'conversation')} came in",
        f"{total['duplicate']:,} were known",
        *([f"{total['updated']:,} were updated"] if total["updated"] else []),
        *([f"{total['changed']:,} changed at the source (the first version stays)"] if total["changed"] else []),
        f"{total['rejected']:,} rejected",
    ]
    return ", ".join([*more, *words])


def _end(here: Session, source: PulledSource) -> None:
    with st.popover("Disconnect", icon=":material/link_off:", type="tertiary"):
        st.markdown("It is not read any more. What was imported stays.")
        if st.button("Disconnect", type="primary", key=f"source_end_{source.name}"):
            tried(lambda: disconnect(here.store, source.name, by=here.rater.id))


def _connect(here: Session) -> None:
    remote = [kind for kind, puller in PULLERS.items() if puller.remote]
    kind = st.selectbox(
        "What it is",
        remote,
        format_func=lambda name: f"{name.capitalize()}: {PULLERS[name].about}",
        key="source_kind",
        help="Folders, buckets and warehouses are set up by the person who runs Spotcheck, in its settings file.",
    )
    puller = PULLERS[kind]
    with st.form("source_connect", border=False):
        name = st.text_input("Name of the source", placeholder="shop", key="source_name")
        options = {
            setting: st.text_input(
                f"{setting.replace('_', ' ').capitalize()}{'' if setting in puller.needs else ' (optional)'}",
                help=f"{capital(meaning)}.",
                placeholder=_example(setting, meaning),
                key=f"source_{kind}_{setting}",
            )
            for setting, meaning in {**puller.needs, **puller.may}.items()
        }
        st.caption(
            "Keys are never typed here. The person who runs Spotcheck sets each key as a variable whose name begins "
            "with SPOTCHECK_SOURCE_; write that name."
        )
        if st.form_submit_button("Connect", type="primary", key="source_save"):
            tried(
                lambda: connect(
                    here.store,
                    here.project,
                    name=name or "",
                    kind=kind,
                    options={key: value or "" for key, value in options.items()},
                    by=here.rater.id,
                )
            )


def _example(setting: str, meaning: str) -> str:
    """Return what a field could hold."""
    if meaning.startswith("the variable"):
        return f"SPOTCHECK_SOURCE_{setting.upper()}"
    return meaning.partition("such as ")[2] or ("2026-11-01" if setting == "since" else "")
