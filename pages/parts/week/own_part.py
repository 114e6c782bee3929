"""A reviewer's own part of the Week page: what became of their corrections, how often they were settled otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pages.parts.shared import conversation, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.annotating.anchor_figures import everybodys_accuracy, own_accuracy
from review.annotating.own_figures import OwnFigures, own_figures, share_words
from review.basics.words import counted
from review.evidence.evidence import conversation_of
from review.experiments.decisions import stopped_by
from review.rubric.rubric import current_rubric
from review.settling.corrections import WORDS, Correction, corrections, outcome_words
from review.statistics.quantity import Quantity
from storage.records_weeks import Item

MOST = 40
SHOWN = 90
"""Characters of a question in the list."""


def show(here: Session) -> None:
    """Draw what the person who looks should know of their own reviews; a lead may choose somebody else."""
    st.subheader("Your reviews" if not here.rater.may("lead") else "Reviews of one person")
    whose = _whose(here) if here.rater.may("lead") else here.rater.id
    found = corrections(here.store, whose, viewer=here.rater.id)
    yours = whose == here.rater.id
    if found:
        count = counted(len(found), "corrected answer")
        stopped = stopped_by(here.store, {one.example for one in found if one.example})
        st.markdown(f"**{count}**: {as_text(led_to(found, stopped))}.")
        _corrections(here, found, stopped)
    else:
        st.caption("No corrected answers yet. On the Annotate page, press x to write what an answer should have said.")
    with st.expander(
        "How often your labels were settled otherwise" if yours else "How often their labels were settled otherwise",
        key="own_figures",
        on_change="rerun",
    ) as box:
        if box.open:
            _figures(here, own_figures(here.store, whose, viewer=here.rater.id))
            _anchors(here, whose)


def led_to(found: Sequence[Correction], stopped: Mapping[str, Sequence[str]]) -> str:
    """Return what corrections led to, with the versions that they helped to stop (``stopped``, by example). Pure."""
    counts = Counter(version for one in found for version in stopped.get(one.example, ()))
    return "; ".join([outcome_words(found), *(f"{n} helped to stop {version}" for version, n in counts.items())])


def _whose(here: Session) -> str:
    names = here.names
    known = [here.rater.id, *(i for i in names if i != here.rater.id)]
    chosen = st.selectbox("Person", known, format_func=lambda i: names[i], key="own_person")
    return str(chosen or here.rater.id)


def _ends(share: Quantity) -> str:
    return " to ".join(figures.number(end, percent=True) for end in share.ci or ())


def _anchors(here: Session, whose: str) -> None:
    """Draw how often the known label was given on items with known answers; for a lead that of everybody."""
    found = own_accuracy(here.store, whose, viewer=here.rater.id).shares
    titles = {d.name: d.title or d.name for d in current_rubric(here.store).dimensions}
    if found:
        st.markdown("**Items with known answers**")
        st.caption(
            "Some of the items that you review have an answer that is known already. They count in no figure of the "
            "week. Only closed weeks are shown."
        )
    for name, share in found.items():
        st.markdown(f"{as_text(titles.get(name, name))}: {as_text(share_words(share, 'as known'))}")
    if not here.rater.may("lead"):
        return
    rows = {
        f"{one.name}: {titles.get(name, name)}": share
        for one in everybodys_accuracy(here.store, viewer=here.rater.id)
        for name, share in one.shares.items()
    }
    if rows:
        st.markdown("**Everybody, on items with known answers**")
        figures.forest(rows, key="anchors_of_all", file_name="known-answers.csv", percent=True)


def _corrections(here: Session, found: Sequence[Correction], stopped: Mapping[str, Sequence[str]]) -> None:
    """Draw the corrections, each in a line that opens."""
    with st.expander("What became of each", key="own_corrections", on_change="rerun") as box:
        if not box.open:
            return
        for one in found[:MOST]:
            _correction(here, one, stopped.get(one.example, ()))
        if len(found) > MOST:
            st.caption(f"The latest {MOST} of {len(found)} are shown.")


def _correction(here: Session, one: Correction, stopped: Sequence[str]) -> None:
    question = conversation_of(here.store, one.item).question[:SHOWN] or one.item
    label = f"**{WORDS[one.outcome][0].capitalize()}** · {as_text(question)} · {as_text(one.week)}"
    with st.expander(label, key=f"own_correction_{one.item}", on_change="rerun") as box:
        if not box.open:
            return
        for title, text in (("What you wrote", one.yours), ("What was taken instead", one.instead), ("Why", one.why)):
            if text:
                st.caption(title)
                st.text(text)
        if stopped:
            st.caption(as_text(f"It helped to stop {' and '.join(stopped)}, which got this question wrong."))
        row = here.store.get(Item, one.item)
        conversation.opened(here, conversation_of(here.store, one.item), target_turn=row.target_turn if row else None)


def _figures(here: Session, found: OwnFigures) -> None:
    """Draw the share of each dimension with its interval, and by week in a table."""
    if not found.overall:
        st.caption("Not known yet. A label counts once its week is closed and others reviewed or settled the item too.")
        return
    titles = {d.name: d.title or d.name for d in current_rubric(here.store).dimensions}
    for name, share in found.overall.items():
        words = share_words(share, "settled otherwise", found.tallies[name])
        st.markdown(f"{as_text(titles.get(name, name))}: {as_text(words)}")
    figures.forest(
        {titles.get(name, name): share for name, share in found.overall.items()},
        key="own_shares",
        file_name="settled-otherwise.csv",
        percent=True,
        ranges={titles.get(name, name): tally.range for name, tally in found.tallies.items() if tally.unsettled},
    )
    st.caption(
        f"Closed weeks {found.weeks[0]} to {found.weeks[-1]}. The lines are 95% intervals (Wilson). "
        "Where labels differ and nobody has settled them, a bar shows the range of what the share can become. "
        "It shows where to look closer; it is not a grade."
    )
    frame = pd.DataFrame(
        [
            {
                "week": week,
                "dimension": titles.get(name, name),
                "settled otherwise": figures.number(share.value, percent=True),
                "interval": _ends(share),
                "labels": share.n,
                "not settled": found.tallies_by_week[name][week].unsettled,
            }
            for name, weeks in found.by_week.items()
            for week, share in weeks.items()
            if share.n
        ]
    )
    figures.table(frame, key="own_weeks", file_name="settled-otherwise-by-week.csv")
