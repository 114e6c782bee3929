"""One version: its state and how it came to be, its accuracy, what changed in the prompt, approval, and its runs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from pages.parts.shared import address, figures, word_changes
from pages.parts.shared.conversation import CSS
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from pages.parts.versions import run_list
from review.experiments.decisions import standing_of
from review.experiments.runs.accuracy import Accuracy
from review.experiments.versions.lineage import diff
from review.experiments.versions.registry import APPROVED, DEPRECATED, Version, approve, deprecate, versions
from storage.records_experiments import PromptVersion, VersionState

BADGES = {"approved": "green", "pending": "blue", "deprecated": "gray"}
NOTHING = "(nothing)"


def page(here: Session, version: Version, accuracy: Mapping[str, Accuracy]) -> None:
    """Draw one version."""
    row, state = version.registered, version.state.state
    st.markdown(f"### {as_text(row.id)} :{BADGES[state]}-badge[{state}]")
    if row.description:
        st.markdown(as_text(row.description))
    st.caption(as_text(" · ".join(_facts(here, row))))
    if here.rater.may("lead"):
        _decide(here, version)
    if accuracy:
        st.subheader("Accuracy")
        figures.forest(
            {release: one.combined for release, one in accuracy.items()},
            key=f"version_{row.id}_accuracy",
            file_name="accuracy.csv",
            percent="tenths",
            names="release",
        )
        for release, one in accuracy.items():
            if one.words:
                st.caption(as_text(f"{release}: {one.words}."))
    st.subheader("Prompt")
    _prompt(here, row)
    st.subheader("History")
    for s in here.store.find(VersionState, version=row.id):
        why = f", on decision {s.decision}" if s.decision else ", by waiver" if s.waiver else ""
        said = f": {s.reason}" if s.reason else ""
        st.markdown(as_text(f"{s.at[:16].replace('T', ' ')} UTC, {s.state} by {_name(here, s.by)}{why}{said}"))
    st.subheader("Runs")
    run_list.run_list(here, version=row.id)


def _name(here: Session, person: str) -> str:
    return here.names.get(person, person)


def _facts(here: Session, row: PromptVersion) -> list[str]:
    facts = [f"registered {row.at[:10]} by {_name(here, row.by)}"]
    facts += [f"made from {row.parent}"] if row.parent else []
    facts += [f"model {row.model}"] if row.model else []
    facts += [f"{name} {value}" for name, value in row.parameters.items()]
    facts += [f"commit {row.commit[:12]}"] if row.commit else []
    facts += [row.path] if row.path else []
    return facts


def _decide(here: Session, version: Version) -> None:
    """Draw what a lead may do: approve with a reason, or deprecate."""
    name, state = version.id, version.state.state
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if state != APPROVED:
            with st.popover("Approve", icon=":material/verified:"):
                _approve(here, name)
        if state != DEPRECATED:
            with st.popover("Deprecate", icon=":material/archive:"):
                reason = st.text_input("Reason", key=f"version_{name}_gone")
                if st.button("Deprecate", type="primary", key=f"version_{name}_deprecate"):
                    tried(lambda: deprecate(here.store, name, by=here.rater.id, reason=reason))


def _approve(here: Session, name: str) -> None:
    """Draw what the approval would rest on, and the button."""
    found = standing_of(here.store, name)
    if found is None:
        st.caption(
            "There is no gate decision about this version, so this is a waiver: somebody other than the person who "
            "registered it approves it, with a reason. It stays on record."
        )
    elif found.may_ship:
        st.caption(as_text(f"{found.ships} The decision stays on record."))
    else:
        st.caption(as_text(f"The gate says {found.decision.decision}; open: {', '.join(found.open)}."))
        st.page_link("compare.py", label="Compare", icon=":material/compare_arrows:")
    reason = st.text_input("Reason", key=f"version_{name}_why")
    label = "Approve by waiver" if found is None else "Approve"
    if st.button(label, type="primary", key=f"version_{name}_approve"):
        tried(lambda: approve(here.store, name, by=here.rater.id, reason=reason))


def _prompt(here: Session, row: PromptVersion) -> None:
    """Draw the prompt, by itself or against another version: its parent at first."""
    others = {v.id: v.registered for v in versions(here.store) if v.id != row.id}
    names = [NOTHING, *others]
    key = f"version_{row.id}_against"
    start = row.parent if row.parent in others else NOTHING
    address.take("against", key=key, known=[str(start), *names])
    against = st.selectbox("Compare with", names, key=key, on_change=address.follow, args=("against", key), width=240)
    if against == NOTHING:
        _text(row.prompt, row.prompt_hash)
        return
    found = diff(others[str(against)], row)
    rest = [f"{name}: {a or NOTHING} became {b or NOTHING}" for name, (a, b) in found.rest.items()]
    st.caption(as_text(" · ".join(rest)))
    if found.same_prompt:
        st.caption("The prompt is the same.")
        _text(row.prompt, row.prompt_hash)
    elif found.prompt is None:
        st.caption("The prompt differs. The text of one of them is not kept, only its hash.")
    else:
        marked = word_changes.changed(others[str(against)].prompt, row.prompt)
        st.html(f'{CSS}{word_changes.STYLE}<div class="sc-words" style="white-space:pre-wrap">{marked}</div>')


def _text(prompt: str, prompt_hash: str) -> None:
    if prompt:
        st.html(f'{CSS}<div style="white-space:pre-wrap">{escape(prompt)}</div>')
    else:
        st.caption(f"The text is not kept. Its SHA-256 is {prompt_hash}." if prompt_hash else "There is no prompt.")
