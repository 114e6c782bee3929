"""The ledger: every draw with its groups."""

from __future__ import annotations

import dataclasses

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, rows
from pages.parts.shared.session import Session
from review.basics.words import spoken
from review.current.assignments import with_due_dates
from storage.records_log import Draw, Stratum
from storage.records_weeks import Week


def show(here: Session) -> None:
    """Show every draw with its groups: population, drawn, probability."""
    draws = here.store.find(Draw, order_by="at desc")
    if not draws:
        st.info("Nothing has been drawn yet. Open the first week in the other tab.", icon=":material/filter_alt:")
        return
    by_draw: dict[str, list[Stratum]] = {}
    for s in here.store.find(Stratum, draw_id=[d.id for d in draws]):
        by_draw.setdefault(s.draw_id, []).append(s)
    strata = [{**dataclasses.asdict(s), "name": spoken(s.name)} for d in draws for s in by_draw.get(d.id, ())]
    frame = pd.DataFrame(strata)[["week", "name", "population", "sampled", "probability", "draw_id"]]
    frame["open"] = [rows.address(here.rater.id, "week", week=week) for week in frame["week"]]
    figures.table(
        frame.rename(columns={"name": "group"}),
        key="planning_ledger",
        file_name="ledger.csv",
        config={"open": rows.link("the week")},
    )
    weeks = {w.name: w for w in with_due_dates(here.store, here.store.find(Week))}
    details = [
        {
            "week": d.week,
            "drawn": d.at[:16],
            "by": d.by,
            "seed": d.seed,
            "rate": d.rate,
            "rows": d.frame.get("rows"),
            "without id": d.frame.get("null_ids"),
            "duplicate ids": d.frame.get("duplicate_ids"),
            "digest": d.digest,
            "due": weeks[d.week].due if d.week in weeks else "",
            "open": rows.address(here.rater.id, "week", week=d.week),
        }
        for d in draws
    ]
    figures.table(
        pd.DataFrame(details), key="planning_draws", file_name="draws.csv", config={"open": rows.link("the week")}
    )
