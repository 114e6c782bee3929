"""What reviewers learn of their own work, and that nobody but a lead learns it of others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from adjudicate_app import DISPUTED, RIGHT, UNANIMOUS, WRONG, build_voted_store, vote
from annotate_app import AT, WEEK

from review.annotating.own_figures import Checked, Tally, figures_of, own_figures, share_words
from review.basics.errors import Refused
from review.closing.closing import close_week
from review.exchange.label_export import export_labels
from review.golden.approve import approve
from review.golden.provenance import provenance
from review.golden.retire import retire
from review.privacy.hidden_spans import hide_span
from review.report.gather import week_report
from review.report.page import report_html
from review.settling.adjudication import adjudicate
from review.settling.corrections import corrections, outcome_words
from review.statistics.intervals import wilson
from storage.records_review import Adjudication, Annotation
from storage.store import Store

MINE = "Order {k} was sent on Tuesday."


def corrected(store: Store, place: int) -> str:
    """Let Zelda send a corrected answer to one of the disputed items."""
    item = DISPUTED[place]
    store.add(
        Annotation(
            submission_id=f"again-{place}",
            assignment_id=f"zelda-{item.removeprefix('item-')}",
            item_id=item,
            rater_id="zelda",
            rubric_version=1,
            labels=WRONG,
            at=AT,
            corrected_answer=MINE.format(k=place),
            seconds=47.25,
            supersedes=f"0{item.removeprefix('item-')}-ballot",
        )
    )
    return item


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Zelda corrected seven answers; what became of them differs, and the week is still open."""
    store = build_voted_store(tmp_path / "s.db")
    items = [corrected(store, place) for place in range(1, 8)]
    adjudicate(store, items[0], by="mia", labels=WRONG, reason="slip", corrected_answer=MINE.format(k=1))
    approve(store, items[0], by="mia")
    adjudicate(store, items[1], by="mia", labels=WRONG, reason="slip", corrected_answer=f" {MINE.format(k=2)}\n")
    adjudicate(store, items[2], by="mia", labels=WRONG, reason="slip", corrected_answer="Ask the depot, 0800.")
    adjudicate(store, items[3], by="mia", labels=RIGHT, reason="hard case", rationale="The date is right.")
    adjudicate(store, items[4], by="mia", labels=WRONG, reason="slip", corrected_answer=MINE.format(k=5))
    approve(store, items[4], by="mia")
    retire(store, approve(store, items[4], by="mia").example_id, by="mia", note="too old")
    adjudicate(store, items[5], by="mia", labels=WRONG, reason="slip")
    return store


def test_a_correction_waits_while_its_week_is_open(store: Store) -> None:
    found = corrections(store, "zelda", viewer="zelda")
    assert {one.outcome for one in found} == {"waits"} and not [one for one in found if one.instead or one.why]
    assert outcome_words(found) == "8 wait"


def test_each_reviewer_sees_what_their_corrections_led_to(store: Store) -> None:
    close_week(store, WEEK, by="lea", reason="early")
    found = {one.item: one for one in corrections(store, "zelda", viewer="zelda")}
    outcomes = [found[DISPUTED[place]].outcome for place in range(8)]
    assert outcomes == ["waits", "golden", "adopted", "otherwise", "otherwise", "retired", "waits", "waits"]
    assert found[DISPUTED[3]].instead == "Ask the depot, 0800." and found[DISPUTED[3]].why == "slip"
    assert (found[DISPUTED[4]].instead, found[DISPUTED[4]].why) == ("", "hard case: The date is right.")
    assert found[DISPUTED[1]].yours == MINE.format(k=1)
    assert outcome_words(found.values()) == (
        "1 became golden, 1 was taken over and waits for approval, 2 were settled otherwise, "
        "1 was golden and is retired now, 3 wait"
    )


def test_a_later_correction_without_text_and_hidden_words_are_kept_out(store: Store) -> None:
    close_week(store, WEEK, by="lea", reason="early")
    hide_span(store, "conversation-003", "depot", by="lea")
    assert (
        "depot"
        not in next(one for one in corrections(store, "zelda", viewer="zelda") if one.item == DISPUTED[3]).instead
    )
    assert corrections(store, "quentin", viewer="quentin") == []


def test_figures_and_corrections_are_ones_own(store: Store) -> None:
    for verb in (corrections, own_figures):
        for viewer in ("quentin", "mia"):
            with pytest.raises(Refused, match="shown to Zelda and to leads"):
                verb(store, "zelda", viewer=viewer)
        verb(store, "zelda", viewer="lea")


def test_how_often_labels_were_settled_otherwise(store: Store) -> None:
    assert own_figures(store, "zelda", viewer="zelda").overall == {}
    close_week(store, WEEK, by="lea", reason="early")
    found = own_figures(store, "zelda", viewer="zelda")
    # Six were settled, one of them otherwise; on two both said the same. On four they differ, and nobody settled them.
    share, tally = found.overall["correctness"], found.tallies["correctness"]
    assert (tally, share.value) == (Tally(n=12, otherwise=1, unsettled=4), None)
    assert share.ci == pytest.approx((wilson(1, 12)[0], wilson(5, 12)[1]))
    assert found.by_week["correctness"][WEEK] == share and found.weeks == (WEEK,)
    assert found.overall["politeness"].value == 0 and found.tallies["politeness"].unsettled == 0
    assert own_figures(store, "quentin", viewer="quentin").tallies["correctness"] == Tally(12, 5, 4)
    assert own_figures(store, "noa", viewer="noa").overall == {}
    assert set(UNANIMOUS) and share_words(share, "settled otherwise", tally) == (
        "1 of 12 labels settled otherwise; 4 labels differ from others and nobody has settled them (hardly known yet)."
    )


def test_a_majority_is_that_of_the_others_and_half_that_differ_are_never_a_well_known_zero(store: Store) -> None:
    # Zelda said wrong and Quentin said right. With Noa on her side, she has no majority without her own vote; Quentin
    # has two others against him.
    store.add(vote(DISPUTED[7], "noa", WRONG))
    close_week(store, WEEK, by="lea", reason="early")
    assert own_figures(store, "zelda", viewer="zelda").tallies["correctness"] == Tally(12, 1, 4)
    assert own_figures(store, "quentin", viewer="quentin").tallies["correctness"] == Tally(12, 6, 3)

    said = [Checked(week="w", dimension="d", yours="a", settled=None if k % 2 else "a") for k in range(200)]
    found = figures_of(said, ["w"])
    assert found.overall["d"].value is None and found.tallies["d"].range == (0, 0.5)
    assert share_words(found.overall["d"], "settled otherwise", found.tallies["d"]) == (
        "0 of 200 labels settled otherwise; 100 labels differ from others and nobody has settled them "
        "(hardly known yet)."
    )


def test_many_labels_are_well_known_and_no_label_is_no_zero() -> None:
    said = [Checked(week="w", dimension="d", yours="a", settled="b" if k < 4 else "a") for k in range(100)]
    found = figures_of(said, ["v", "w"])
    assert share_words(found.overall["d"], "settled otherwise") == (
        "4 of 100 labels settled otherwise: 1.6% to 9.8% in the long run (well known)."
    )
    assert found.by_week["d"]["v"].value is None


def test_ones_own_decisions_do_not_confirm_oneself(store: Store) -> None:
    item = DISPUTED[7]
    own = Adjudication(
        id="own", item_id=item, rubric_version=1, labels=RIGHT, rationale="", adjudicator="noa", at=AT, reason="slip"
    )
    store.add(vote(item, "noa", RIGHT), own)
    close_week(store, WEEK, by="lea", reason="early")
    assert own_figures(store, "noa", viewer="noa").overall == {}
    assert own_figures(store, "zelda", viewer="zelda").overall["correctness"].n == 12


def test_only_leads_learn_how_long_colleagues_took(store: Store, tmp_path: Path) -> None:
    close_week(store, WEEK, by="lea", reason="early")
    assert (
        "47" not in report_html(week_report(store, WEEK, viewer="quentin")).split("Reviewers")[1].split("</table>")[0]
    )
    for by, told in (("mia", False), ("lea", True)):
        export_labels(store, tmp_path / f"{by}.jsonl", by=by)
        rows = [json.loads(line) for line in (tmp_path / f"{by}.jsonl").read_text().splitlines()]
        assert any(row["seconds"] for row in rows) is told
    example = approve(store, DISPUTED[1], by="mia").example_id
    assert "seconds" not in json.dumps(provenance(store, example).to_json(pace=False)["votes"])
    assert "47.25" in json.dumps(provenance(store, example).to_json())
