"""A reviewer who is erased: an anonymous id takes the place of theirs, and everything that rests on votes stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import flow_store
import pytest
from flow_store import GOOD, RATERS, WEEK, Request, vote

from review.audit.verifying import check_store, in_words
from review.compliance.pack.making import make_pack
from review.compliance.pack.verifying import verify_pack
from review.current.settled import annotations_of
from review.erasure import reviewer_id
from review.erasure.proof import own_files
from review.erasure.requests import confirm, preview, request_erasure
from review.erasure.running import run
from review.erasure.states import Erasure, erasure
from review.golden.approve import approve
from review.golden.releases import examples_of, release, verify
from review.people.people import add_person, people, person
from review.privacy.holds import add_holds
from review.settings.project import project_of
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_review import Annotation
from storage.records_weeks import Item, Week
from storage.store import Store

NAME = "zofia"
FULL = "Petra Ohnesorg"


def reviewed(folder: Path) -> Store:
    """A week in which Zofia, once a lead, and Petra did everything that leaves their ids in rows."""
    store = open_store(folder / "spotcheck.db")
    flow_store.add_people(store)
    for name in (NAME, "max"):
        add_person(store, name, role="lead", by="lea")
    add_person(store, FULL, role="annotator", by=NAME, issuer="https://login", subject="petra@example.com")
    flow_store.import_rows(store, flow_store.records()[:60])
    (folder / "log.jsonl").unlink()
    petra = next(p.id for p in people(store) if p.name == FULL)
    week = Request(week=WEEK, rate=0.2, raters=(*RATERS, NAME, petra), overlap=1.0)
    open_week(store, project_of(store.path), week, by=NAME)
    item = store.find(Item, week=WEEK)[0].id
    for rater in (NAME, petra):
        vote(store, item, rater, GOOD, comment=f"{FULL} says that this is right")
    approve(store, item, by=NAME)
    release(store, "v1", by=NAME, notes=f"with {FULL}")
    add_holds(store, conversations=["c001"], reason="a claim", by=NAME)
    for rater in (NAME, petra):
        add_person(store, rater, role="none", by="lea")
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return reviewed(tmp_path_factory.mktemp("reviewed"))


def erased(store: Store, reviewer: str) -> Erasure:
    asked = request_erasure(store, "reviewer", reviewer, by="lea")
    confirm(store, asked.request.id, by="max")
    return run(store, asked.request.id, by="max")


def test_no_row_and_no_file_names_them_afterwards(store: Store, tmp_path: Path) -> None:
    petra = person(store, FULL).id
    pack = tmp_path / "before.pack"
    today = "2026-01-01", "2036-01-01"
    make_pack(store, project_of(store.path), pack, first=today[0], last=today[1], by="lea")
    votes = sorted(a.item_id for a in annotations_of(store, [WEEK]))
    for n, name in enumerate((NAME, petra), start=1):
        found = preview(store, "reviewer", name, by="lea")[reviewer_id.PLACE]
        done = erased(store, name)
        assert (done.in_words, dict(done.left)) == ("done", {}) and done.emptied[reviewer_id.PLACE] >= found
        alias = f"reviewer-{done.request.id[:12]}"
        row = store.get(Rater, alias)
        assert row is not None and row.name == f"erased reviewer {done.request.id[:4]}" and row.subject == ""
        assert len(store.find(Annotation, rater_id=alias)) == 1 and person(store, alias).role == ""
        assert check_store(store).holds, in_words(check_store(store))
        check = verify(store, "v1")
        assert check.holds and len(check.renamed) == 1 and check.recomputed == check.recorded
        assert {v["rater"] for v in examples_of(store, "v1")[0].content["votes"]} >= {alias}
        compared = verify_pack(pack, store=store)
        assert compared.holds and compared.compared["emptied"] > n
    assert sorted(a.item_id for a in annotations_of(store, [WEEK])) == votes
    held = store.get(Week, WEEK)
    assert held is not None and sum(r.startswith("reviewer-") for r in held.raters) == 2
    for path in own_files(store.path):
        data = path.read_bytes()
        for told in (NAME, petra, FULL, "petra@example.com"):
            assert told.encode() not in data, (path.name, told)


def test_a_kill_after_the_id_was_replaced_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = reviewed(tmp_path)
    asked = request_erasure(made, "reviewer", NAME, by="lea")
    confirm(made, asked.request.id, by="max")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("review.erasure.running.leave_nothing_behind", killed)
        with pytest.raises(KeyboardInterrupt):
            run(made, asked.request.id, by="max")
    assert made.get(Rater, NAME) is None and erasure(made, asked.request.id).state == "running"
    done = run(made, asked.request.id, by="max")
    assert done.state == "done" and "was a single word" in done.proof["unproved"][0] and check_store(made).holds
    assert NAME not in " ".join(done.proof["unproved"])
    add_person(made, NAME, role="annotator", by="lea")  # somebody else of this name may come
    assert person(made, NAME).role == "annotator" and check_store(made).holds


@pytest.mark.parametrize("ordinary", [False, True])
def test_a_single_word_is_looked_for_in_what_colleagues_wrote(tmp_path: Path, ordinary: bool) -> None:
    made = reviewed(tmp_path)
    if ordinary:
        messages = [{"role": "user", "content": "a coat of zofia, please"}]
        known = made.find(Conversation)[0]
        made.add(replace(known, id="said", source_id="said", messages=messages, content_hash="said"))
    item, said = made.find(Item, week=WEEK)[1].id, ("Zofia was right", "ask @zofia", "zofiason and zofia_2 are others")
    for rater, comment in zip(RATERS, said, strict=False):
        vote(made, item, rater, GOOD, comment=comment)
    done = erased(made, NAME)
    alias, proof = f"reviewer-{done.request.id[:12]}", " ".join(done.proof["unproved"])
    first = "Zofia was right" if ordinary else f"{alias} was right"
    comments = {a.comment for a in made.find(Annotation, item_id=item)}
    assert comments >= {first, f"ask {alias}", "zofiason and zofia_2 are others"}
    assert done.state == "done" and check_store(made).holds and "comments, notes and reasons" in proof
    assert ("annotations: 1 row" in proof) == ordinary and NAME not in proof.lower()
