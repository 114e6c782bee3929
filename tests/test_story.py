"""The weekly loop from an imported file to an exported release, through the same verbs as pages and commands."""

from __future__ import annotations

import json
from pathlib import Path

from review.annotating.batch import batch
from review.annotating.submissions import receive
from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.closing.closing import close_week
from review.demo.triaging import triage_week
from review.evidence.evidence import paired_labels, ratings_by_dimension
from review.evidence.production import production_quality
from review.golden.approve import bulk_approve
from review.golden.releases import release, verify
from review.golden.writers.catalogue import export
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.settling.adjudication import adjudicate, cases
from review.sources.importing import import_file
from review.statistics.agreement.report import agreement_report
from review.statistics.calibration.report import calibration_report
from review.week.drawing import Request
from review.week.opening import open_week
from storage.store import Store

WEEK = "2026-W46"


def row(k: int) -> dict[str, object]:
    """Every tenth answer is wrong; the judge misses every other of them."""
    said = "wrong" if k % 20 == 0 else "correct"
    return {
        **{"id": f"c{k}", "created_at": f"2026-11-{9 + k % 7:02d}T12:00:00Z", "user_id": f"u{k}"},
        **{
            "question": f"Where is order {k}? Write to u{k}@example.com",
            "answer": "late" if k % 10 == 0 else "on time",
        },
        **{"status": "error" if k % 50 == 0 else "ok", "verdicts": {"judge": {"correctness": said}}},
    }


def test_from_import_to_release(store: Store, tmp_path: Path) -> None:
    lead = add_person(store, "maria", role="lead", by="test").id
    for name, role in (("ana", "annotator"), ("ben", "annotator"), ("cleo", "adjudicator")):
        add_person(store, name, role=role, by=lead)
    rubric = save_rubric(store, rubric_from(DEFAULT_RUBRIC), by=lead)
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(json.dumps(row(k)) for k in range(1000)), encoding="utf-8")
    done = import_file(log, log=log_of(store.path), key=hmac_key(store), by=lead)
    assert (done.read, done.added, done.rejected) == (1000, 1000, 0)

    asked = Request(week=WEEK, rate=0.05, failing="all", raters=("ana", "ben"), overlap=1.0)
    opened = open_week(store, project_of(store.path), asked, by=lead)
    assert opened.assignments == 2 * opened.new_items

    for rater in ("ana", "ben"):
        for item in batch(store, rater, week=WEEK, size=500)["items"]:
            assert "@" not in str(item["messages"])
            wrong = item["messages"][-1]["content"] == "late" and not (rater == "ben" and item["item"] == "c0")
            labels: dict[str, object] = {
                "correctness": "wrong" if wrong else "correct",
                "intent": "shipping",
                "politeness": "neutral",
            }
            labels |= {"reasons": ["wrong_fact"]} if wrong else {}
            entry = {"submission_id": f"{rater}-{item['assignment']}", "kind": "annotation", "labels": labels}
            entry |= {"corrected_answer": "It is late."} if wrong else {}
            assert receive(store, rater, [{**entry, "assignment": item["assignment"]}]).rejected == ()

    assert [c.item.id for c in cases(store, WEEK, viewer="cleo") if c.kind == "disputed"] == ["c0"]
    final = {"correctness": "wrong", "reasons": ["wrong_fact"], "intent": "shipping", "politeness": "neutral"}
    adjudicate(store, "c0", by="cleo", labels=final, rationale="It was late.", corrected_answer="It is late.")
    agreement = agreement_report(ratings_by_dimension(store, [WEEK])["correctness"])
    assert 0.9 < (agreement.coefficients["percent_agreement"].value or 0) < 1
    judged = calibration_report(paired_labels(store, [WEEK], "judge")["correctness"].data, positive="wrong")
    recall, quality = (
        judged.weighted["recall"],
        production_quality(store, [WEEK], rubric["correctness"], positive="wrong"),
    )
    assert recall.ci is not None and recall.ci[0] < 0.5 < recall.ci[1]
    assert quality.people.ci is not None and quality.people.ci[0] < 0.1 < quality.people.ci[1]

    approved = bulk_approve(store, [c.item.id for c in cases(store, WEEK, viewer="cleo")], by="cleo")
    assert len(approved.examples) == opened.new_items - len(approved.refused)
    made = release(store, "2026-W46", by="cleo")
    assert verify(store, made.name).holds
    (file,) = export(store, made.name, to="jsonl", target=tmp_path / "golden.jsonl", by="cleo")
    assert len(file.read_text(encoding="utf-8").splitlines()) == made.size
    triage_week(store, project_of(store.path), WEEK, by="cleo")
    assert close_week(store, WEEK, by=lead).reason == ""
