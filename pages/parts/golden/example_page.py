"""One golden example as a page: what was asked, what people said, how it was settled, what changed, what judges say."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import streamlit as st

from pages.parts.shared import conversation, figures, word_changes
from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted, spoken
from review.golden.candidates import REASONS
from review.golden.changes import field_changes, readable
from review.golden.provenance import Provenance, as_seen_by, judges_on, provenance
from review.golden.retire import retire
from review.rubric.rubric import current_rubric


def page(here: Session, example_id: str) -> None:
    """Draw everything behind an example, from the question to the releases that hold it."""
    names = here.rater.may("lead") or current_rubric(here.store).discussion_names
    found = as_seen_by(provenance(here.store, example_id), names=names)
    st.subheader(as_text(str(found.example.content["question"])[:200]))
    _facts(here, found)
    _answers(here, found)
    st.markdown("##### What people said")
    _votes(here, found)
    _settlement(here, found)
    st.markdown("##### What judges said")
    _judges(here, found)
    st.markdown("##### Versions")
    _versions(here, found)
    with st.container(horizontal=True):
        with st.popover("All data (JSON)", icon=":material/data_object:", width="content"):
            st.json(found.to_json(pace=here.rater.may("lead")), expanded=1)
        _retire(here, example_id)


def _facts(here: Session, found: Provenance) -> None:
    example, origin = found.example, found.example.content["origin"]
    drawn = f"group {found.stratum.name}, chance {found.stratum.probability:.1%}" if found.stratum else ""
    picked = "hand-picked" if found.item is not None and found.item.purposive else drawn
    facts = {
        "Kind": f"{example.kind}, must pass" if example.must_pass else example.kind,
        "Scenario": example.scenario or "none",
        "Half": example.split,
        "Source": " · ".join(
            p for p in (origin["system"] or example.source, origin["conversation"], origin["week"]) if p
        ),
        "Selected": picked or "written by hand",
        "Approved": f"{example.at[:10]} by {here.names.get(example.approved_by, example.approved_by)}",
        "In releases": ", ".join(found.releases) or "none yet",
        "Id": example.example_id,
    }
    st.caption(" · ".join(f"{name}: **{as_text(text)}**" for name, text in facts.items()))


def _answers(here: Session, found: Provenance) -> None:
    content = found.example.content
    if found.conversation is not None:
        conversation.opened(here, found.conversation, target_turn=found.item.target_turn if found.item else None)
    expected = content["expected_answer"] or f"The product should {content['expected_behaviour']}."
    st.markdown("##### Expected answer")
    if content["answer"] and content["answer"] == content["expected_answer"]:
        st.caption("The reviewed answer, unchanged.")
    else:
        st.markdown(as_text(expected))
    if content["reference_sql"]:
        st.code(content["reference_sql"], language="sql", wrap_lines=True)
        _kept_result(found)


def _kept_result(found: Provenance) -> None:
    """Show the result that the reference SQL gave when it was approved."""
    content = found.example.content
    kept = content["expected_result"]
    if not kept or not kept.get("columns"):
        st.caption("No result of this query is kept.")
        return
    rows = kept.get("rows", [])
    asked = f" The question was asked on {content['as_of']}." if content["as_of"] else ""
    st.caption(as_text(f"Its result when it was approved: {counted(len(rows), 'row')}.{asked}"))
    frame = pd.DataFrame([[str(cell) for cell in row] for row in rows], columns=_distinct(kept["columns"]))
    figures.table(frame, key="example_result", file_name=f"result-{found.example.example_id}.csv")


def _distinct(names: list[str]) -> list[str]:
    """Return names of columns, with a number behind one that came before."""
    return [name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)]


def _votes(here: Session, found: Provenance) -> None:
    if not found.votes:
        st.caption("Nobody voted: this example was written, not reviewed.")
        return
    dimensions, title = dict.fromkeys(d for vote in found.votes for d in vote.labels), titles(here.store)
    frame = pd.DataFrame(
        [
            {
                "reviewer": name,
                **{title(d): spoken(vote.labels.get(d)) or None for d in dimensions},
                "comment": vote.comment or None,
                "corrected answer": vote.corrected_answer or None,
                "date": vote.at[:10],
            }
            for vote, name in zip(found.votes, found.raters, strict=True)
        ]
    )
    figures.table(frame, key="example_votes", file_name=f"votes-{found.example.example_id}.csv")


def _settlement(here: Session, found: Provenance) -> None:
    example, final = found.example, found.adjudication
    title = titles(here.store)
    labels = ", ".join(f"{title(d)}: {spoken(v)}" for d, v in example.labels.items())
    if final is None:
        why = REASONS[example.rule].format(n=len(example.votes)) if example.rule in REASONS else "written by hand"
        st.markdown(f"**Settled:** {as_text(labels or 'no labels')}, because {as_text(why)}.")
        return
    who = here.names.get(final.adjudicator, final.adjudicator)
    st.markdown(f"**Settled:** {as_text(labels)}, by {as_text(who)} on {final.at[:10]}.")
    why = " · ".join(part for part in (final.reason, final.rationale) if part)
    if why:
        st.caption(as_text(why))


def _judges(here: Session, found: Provenance) -> None:
    said, left_out = judges_on(here.store, found.example)
    if said:
        words, title = {True: "yes", False: "no", None: None}, titles(here.store)
        frame = pd.DataFrame(
            [
                {
                    "judge": one.judge,
                    "dimension": title(one.dimension),
                    "verdict": spoken(one.value) or None,
                    "settled as": spoken(one.label) or None,
                    "right": words[one.right],
                }
                for one in said
            ]
        )
        figures.table(frame, key="example_judges", file_name=f"verdicts-{found.example.example_id}.csv")
    elif not left_out:
        st.caption("No judge has a verdict on it.")
    if left_out:
        st.caption(
            f"{counted(left_out, 'judge')} that can be tuned here stay hidden: the example is in their test half."
            if left_out > 1
            else "One judge that can be tuned here stays hidden: the example is in its test half."
        )


def _versions(here: Session, found: Provenance) -> None:
    if len(found.versions) == 1:
        st.caption("One version so far; nothing was changed since the approval.")
        return
    for before, after in reversed(list(pairwise(found.versions))):
        who = here.names.get(after.approved_by, after.approved_by)
        note = f": {as_text(after.note)}" if after.note else ""
        st.caption(f"{after.at[:16].replace('T', ' ')} by {as_text(who)}{note}")
        changed = field_changes(readable(before), readable(after))
        if changed:
            word_changes.field_changes(changed)


def _retire(here: Session, example_id: str) -> None:
    with st.popover("Retire this example", icon=":material/archive:", width="content"):
        why = st.text_input("Reason", key="curating_why")
        if st.button("Retire", key="curating_retire"):
            try:
                retire(here.store, example_id, by=here.rater.id, note=why or "")
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.rerun()
