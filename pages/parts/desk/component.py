"""Both desks as Streamlit components: how they are declared and mounted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.desk.bundle import bundle

FOLDER = Path(__file__).parent
CSS = (FOLDER / "shared" / "desk.css").read_text(encoding="utf-8")
ENTRANCE = """export default async (given) => {
for (;;) {
const desk = globalThis.spotcheckDesks?.get("NAME");
if (desk) return desk(given);
await new Promise((go) => addEventListener("spotcheck:desk", go, { once: true }));
}}"""
"""Every answer carries these lines, so they are few."""


class DeskComponents(NamedTuple):
    """The two components of a desk: ``entrance`` stands in the fragment, ``scripts`` outside it."""

    name: str
    entrance: Any
    scripts: Any


def declare(name: str, *, css: str, entry: Path) -> DeskComponents:
    """Declare the components of a desk. ``entry`` is the module that registers the desk and exports ``component``.

    A fragment sends its components whole with every answer. When a hundred thousand characters of script and style
    were among them, they kept the browser and the server busy. Therefore the component in the fragment is a few lines
    that wait for the scripts, and the scripts stand in a second component outside the fragment.

    Styles are not isolated: reviewers select text to flag it, and assistive and automatic tools must find it. All
    styles hang under one class instead.
    """
    component = st.components.v2.component
    entrance = component(f"spotcheck_{name}", js=ENTRANCE.replace("NAME", name), isolate_styles=False)
    scripts = component(f"spotcheck_{name}_desk", css=css, js=bundle(entry), isolate_styles=False)
    return DeskComponents(name, entrance, scripts)


def mount_scripts(desk: DeskComponents) -> None:
    """Mount the component that brings a desk's scripts. Call it after the desk's fragment.

    A restarted server does not know the fragment of a page that is still open. This component lets the browser rerun
    the whole page once, which makes the fragment known again.
    """
    desk.scripts(key=f"{desk.name}:desk", height=1, on_woken_change=lambda: None)


def answer_again(key: str, outbox: object, mounted: Any) -> None:
    """Rerun once after a restart of the server: it receives the state of an open page only with this run.

    ``outbox`` is the state as this run knew it at the start, ``mounted`` what the component returned.
    """
    if outbox is None and mounted.outbox is not None and not st.session_state.get(f"{key}:known"):
        st.session_state[f"{key}:known"] = True
        st.rerun()
