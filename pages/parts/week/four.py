"""Compute the four answers of a week, each figure once, and draw each as soon as it is known, the slowest last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.shared import cached_statistics
from pages.parts.shared.session import Session
from pages.parts.week import answers, hand_over, reasons, week_page
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.closing.closing import Check
from review.closing.doing import doing
from review.current.verdicts import judges as judges_of
from review.evidence import evidence, gathered
from review.evidence.chosen_weeks import weeks_up_to
from review.report.answers import (
    agreement_answer,
    agreements,
    differing,
    labels_wanted,
    production_answer,
    rises,
    ties_that_decide,
)
from review.report.model import Agreement, Quality
from review.rubric.rubric import current_rubric
from review.serving.last_night import failed_steps
from review.settings.project import project_of
from review.settling.unsettled import deciding_shown
from review.statistics.answers import agreement as agreement_answers
from review.statistics.answers import judges as judge_answers
from review.statistics.answers import production as production_answers
from review.statistics.answers.answer import Link
from review.statistics.answers.judge_verdict import Evidence, judge_verdict
from review.statistics.answers.judges import judges
from review.statistics.answers.next_steps import Doing, next_steps
from review.statistics.answers.thresholds import Thresholds
from storage.queries.states import one_state


def fill(
    here: Session,
    week: str,
    *,
    places: Mapping[str, DeltaGenerator],
    below: reasons.Places,
    checks: Sequence[Check],
) -> None:
    """Fill the four tiles and the reasons ``below`` them. ``checks`` is the checklist of the week.

    Where the settings cannot be read, say why instead: the words of the answers depend on them.
    """
    try:
        thresholds = project_of(here.store.path).answers
    except ReviewError as error:
        answers.failed(places["production"], production_answers.QUESTION, error)
        return
    with one_state(here.store):
        weeks = weeks_up_to(here.store, week)
        agreed = _agreement(here, weeks, thresholds, place=places["agreement"], below=below)
        _judges(here, weeks, thresholds, place=places["judges"], below=below)
        reasons.left_out(here, week, weeks, below)
        quality = _production(here, week, thresholds, place=places["production"], below=below)
    used = evidence.latest_used_rubric(here.store, weeks)
    with places["next"]:
        found = doing(
            here.store,
            week,
            viewer=here.rater,
            checks=checks,
            ties=ties_that_decide(quality),
            more=labels_wanted(quality, thresholds),
            readings=differing(agreed, used=used, current=current_rubric(here.store)),
            rises=rises(quality, used),
            failed=failed_steps(here.store) if here.rater.may("lead") else (),
        )
        answers.fill(next_steps(found), forms=_forms(here, week, found, ready=all(c.done for c in checks)))


def _forms(here: Session, week: str, found: Doing, *, ready: bool) -> answers.Forms:
    """Return what does the actions that need no other page. Writing checks the role."""
    key, give = "weekly_step", partial(hand_over.hand_over, here, week)
    return {
        "hand_over": partial(give, key=f"{key}_hand_over"),
        "hand_over_skipped": partial(give, key=f"{key}_hand_over_skipped", skipped_first=True),
        "deal": partial(hand_over.deal_form, here, week, found.nobodys, key=f"{key}_again"),
        "close": partial(week_page.close_form, here, week, ready=ready, key=key),
    }


def _agreement(
    here: Session, weeks: tuple[str, ...], thresholds: Thresholds, *, place: DeltaGenerator, below: reasons.Places
) -> list[Agreement]:
    try:
        ratings = gathered.ratings(here.store, here.rater.id, weeks)
        rubric = evidence.latest_used_rubric(here.store, weeks)
        names = [d.name for d in rubric.dimensions if d.scale.kind != "set"]
        reports = {n: r for n in names if (r := cached_statistics.agreement(here, weeks, n)) is not None}
        found = agreements(rubric, ratings, reports, thresholds)
    except ReviewError as error:
        answers.failed(place, agreement_answers.QUESTION, error)
        return []
    with place:
        answer = agreement_answer(found, thresholds)
        answers.fill(answer, weeks=weeks, week=weeks[-1])
    with below.agreement:
        reasons.agreement(here, weeks, found, answer)
    return found


def _judges(
    here: Session, weeks: tuple[str, ...], thresholds: Thresholds, *, place: DeltaGenerator, below: reasons.Places
) -> None:
    try:
        found: list[Evidence] = []
        for judge in judges_of(here.store, weeks):
            found += cached_statistics.judge_evidence(here, weeks, judge, thresholds.epsilon)
    except ReviewError as error:
        answers.failed(place, judge_answers.QUESTION, error)
        return
    verdicts = [judge_verdict(one, thresholds) for one in found]
    with place:
        answer = judges(verdicts)
        answers.fill(answer, verdicts=verdicts, weeks=weeks, week=weeks[-1])
    with below.judges:
        reasons.judges(weeks, found, verdicts, answer)


def _ties(here: Session, week: str, ties: int) -> list[Link]:
    """Return the link that settles the ties on which the share depends, for those who may."""
    if not ties or not here.rater.may("adjudicator"):
        return []
    shown = deciding_shown(here.store, week, viewer=here.rater.id)
    query = {"week": week, "view": "disputed", **({"item": shown[0]} if shown else {})}
    return [Link("adjudicate", f"Settle {counted(ties, 'tie')}", query)]


def _production(
    here: Session, week: str, thresholds: Thresholds, *, place: DeltaGenerator, below: reasons.Places
) -> Sequence[Quality]:
    try:
        found = cached_statistics.quality(here, week)
        answer = production_answer(found, thresholds)
    except ReviewError as error:
        answers.failed(place, production_answers.QUESTION, error)
        return ()
    with place:
        answers.fill(answer, more=_ties(here, week, ties_that_decide(found)), week=week)
    with below.quality, st.container():
        reasons.quality(here, week, found)
    return found
