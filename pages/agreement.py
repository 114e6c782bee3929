"""Agreement among people: the headline in plain words, by week, by pair, contested items; preferences on pairs."""

from __future__ import annotations

import streamlit as st

from pages.parts.agreement import agreement_view, one_pair, pair_view
from pages.parts.shared import cached_statistics, session

here = session.current()
week = here.need_week()

st.title("Agreement")
if pair := one_pair.wanted():
    one_pair.show(here, pair)
    st.stop()
weeks = agreement_view.choose_weeks(here, week)
dimension = agreement_view.choose_dimension(here, weeks)
report = None if dimension is None else cached_statistics.agreement(here, weeks, dimension)
if dimension is not None and report is not None:
    agreement_view.headline(here, weeks, dimension, report)
    agreement_view.by_week_and_pair(here, weeks, dimension, report)
    agreement_view.reviewers(dimension, report)
    agreement_view.most_contested(here, weeks, dimension)
    agreement_view.all_coefficients(dimension, report)
pair_view.pairs(here, weeks)
one_pair.each(here, weeks)
