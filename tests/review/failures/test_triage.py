"""The weekly triage: a task for many failures, golden candidates for few, always a root cause; the week waits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from failed_log import WEEK, bring, row
from golden_store import new_store
from quick_stores import copy_store

from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.closing.checklist_shown import shown_checklist
from review.closing.closing import checklist, close_week
from review.failures.analysis import accept, proposed_modes
from review.failures.archive import failure_shown, failures
from review.failures.last_groups import keep_groups, last_groups
from review.failures.modes import ignore_mode, merge_modes, mode_list, name_mode, rename_mode
from review.failures.proposals import approve_proposal, reject_proposal
from review.failures.shares import mode_shares
from review.failures.triage import TriageWish, triage, triage_groups
from review.failures.working import give_mode, write_note
from review.golden.examples import current_examples
from review.log.failed import Narrowed
from review.settings.project import project_of
from storage.opening import open_store
from storage.queries.failures import latest_notes, open_proposals
from storage.records_failures import FailureTriage
from storage.records_log import Conversation
from storage.records_weeks import Week
from storage.store import Store

QUESTIONS = (
    "Which shop sold most?",
    "What is the revenue of May?",
    "List the returns of Berlin.",
    "Who ordered twice?",
)
WHY = TriageWish(root_cause="the prompt does not say how dates are written")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = new_store(tmp_path_factory.mktemp("triage"))
    rows = [row(f"c{n}", "column_not_found", question=QUESTIONS[n % 4] + f" {n}") for n in range(5)]
    rows += [row("d1", "date_format", question="Revenue between the first and the fifth of May?", scenario="revenue")]
    rows += [row("d2", "date_format", question="Show me all orders from last Monday."), row("fine")]
    bring(store, rows)
    week = {"opened_at": "2026", "opened_by": "lea", "due": "2026-11-20", "seed": "s", "unit": "session"}
    store.add(Week(name=WEEK, **week, overlap=0, overlap_raters=0, raters=("ana",), rubric_version=1))
    store.close()
    return store.path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    return open_store(copy_store(made, tmp_path / "spotcheck.db"))


def test_few_failures_leave_golden_candidates_with_everything_filled_in(store: Store) -> None:
    project = project_of(store.path)
    assert [(g.title, g.found.n, g.suggested) for g in triage_groups(store, project, WEEK)] == [
        ("Column not found", 5, "task"),
        ("Date format", 2, "golden"),
    ]
    done = triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="eva")
    assert (done.decision, done.failures, sorted(done.candidates)) == ("golden", 2, ["d1", "d2"])
    assert store.get(Conversation, "d1"), "what somebody works on is copied into the store"
    one = next(p for p in open_proposals(store) if p.origin == "d1")
    assert one.content["question"].startswith("Revenue between") and one.content["kind"] == "edge"
    assert one.content["tags"] == ["Date format", "date_format"] and one.content["scenario"] == "revenue"
    with pytest.raises(InputError, match="expected_answer: the proposal has none"):
        approve_proposal(store, one.id, by="eva")
    example = approve_proposal(store, one.id, by="eva", changes={"reference_sql": "SELECT sum(x) FROM orders"})
    assert [e.example_id for e in current_examples(store)] == [example.example_id]
    assert (example.conversation_id, example.kind, example.source) == ("d1", "edge", "historical")
    with pytest.raises(NothingToDo, match="approved already"):
        reject_proposal(store, one.id, by="eva", reason="twice")
    reject_proposal(store, open_proposals(store)[0].id, by="eva", reason="nobody asks that")
    assert open_proposals(store) == []


def test_a_decision_that_is_sent_twice_counts_once(store: Store) -> None:
    sent = replace(WHY, submission="s-1")
    done = [triage(store, project_of(store.path), WEEK, "date_format", "v1", wish=sent, by="eva") for _ in range(2)]
    assert done[0] == done[1] and store.find(FailureTriage) == [done[0]]
    assert len(open_proposals(store)) == 2


def test_many_failures_need_a_task_with_an_owner_and_a_date(store: Store) -> None:
    project = project_of(store.path)

    def decide(**more: object) -> FailureTriage:
        wish = TriageWish(root_cause="the schema in the prompt is old", **more)  # type: ignore[arg-type]
        return triage(store, project, WEEK, "column_not_found", "v1", wish=wish, by="eva")

    with pytest.raises(InputError, match="owner: found nobody"):
        decide()
    with pytest.raises(InputError, match="due: found 'soon', expected a date"):
        decide(owner="eva", due="soon")
    with pytest.raises(InputError, match="due: found '20261204', expected a date"):
        decide(owner="eva", due="20261204")
    with pytest.raises(UnknownError, match="nobody called 'zoe'"):
        decide(owner="zoe", due="2026-12-01")
    with pytest.raises(InputError, match="5 failures of this group; more than 3 a week need a task"):
        decide(decision="golden")
    done = decide(owner="Eva", due="2026-12-01", fix_version="v2")
    assert (done.decision, done.owner, done.due, done.fix_version) == ("task", "eva", "2026-12-01", "v2")
    assert len(done.candidates) == 3 and [g.state for g in triage_groups(store, project, WEEK)] == ["open", "triaged"]
    (store.path.parent / "spotcheck.toml").write_text("[failures]\ntask_above = 5\n")
    assert triage_groups(store, project_of(store.path), WEEK)[0].suggested == "golden"


def test_a_group_without_a_candidate_needs_a_reason_and_always_a_root_cause(store: Store) -> None:
    project = project_of(store.path)

    def decide(wish: TriageWish) -> FailureTriage:
        return triage(store, project, WEEK, "date_format", "v1", wish=wish, by="eva")

    with pytest.raises(InputError, match="root cause: found nothing"):
        decide(TriageWish(root_cause=" "))
    with pytest.raises(InputError, match="Say why none is proposed"):
        decide(TriageWish(root_cause="x", candidates=[]))
    with pytest.raises(InputError, match="Say why these failures are ignored"):
        decide(TriageWish(root_cause="x", decision="ignored"))
    assert decide(TriageWish(root_cause="x", candidates=[], reason="golden has five of them")).candidates == ()
    assert decide(TriageWish(root_cause="x", candidates=["d2"])).candidates == ("d2",), "a later decision replaces it"
    with pytest.raises(UnknownError, match=r"has no failures of 'Syntax' under version 'v1'\. Its groups are: Column"):
        triage(store, project, WEEK, "syntax", "v1", wish=WHY, by="eva")
    with pytest.raises(
        UnknownError, match=r"of 'Date format' without a version\. It has some under version v1: name it"
    ):
        triage(store, project, WEEK, "Date format", "", wish=WHY, by="eva")
    with pytest.raises(Refused, match="adjudicator"):
        triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="ana")


def test_a_week_closes_only_when_every_failure_is_triaged_or_with_a_reason(store: Store) -> None:
    project = project_of(store.path)
    check = checklist(store, WEEK)[-1]
    assert (check.name, check.open, check.total) == ("triaged", 2, 2)
    assert check.todo == "2 failure groups to triage: Column not found 5, Date format 2"
    with pytest.raises(Refused, match="2 failure groups to triage"):
        close_week(store, WEEK, by="lea")
    triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="eva")
    wish = TriageWish(root_cause="old schema", owner="eva", due="2026-12-01")
    triage(store, project, WEEK, "column_not_found", "v1", wish=wish, by="eva")
    assert checklist(store, WEEK)[-1].done
    bring(store, [row("late", "table_not_found")])
    assert checklist(store, WEEK)[-1].todo == "1 failure group to triage: Table not found 1", "it came later"
    close_week(store, WEEK, by="lea", reason="the table is gone")
    assert shown_checklist(store, WEEK)[-1].todo == "1 failure group of 3 was not triaged"


def test_a_group_of_few_failures_that_grows_needs_a_task_after_all(store: Store) -> None:
    project = project_of(store.path)
    triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="eva")
    bring(store, [row("d3", "date_format")])
    assert [(g.found.n, g.state) for g in triage_groups(store, project, WEEK)] == [(5, "open"), (3, "triaged")]
    bring(store, [row("d4", "date_format")])
    assert [(g.found.n, g.state, g.suggested) for g in triage_groups(store, project, WEEK)] == [
        (5, "open", "task"),
        (4, "open", "task"),
    ]
    assert triage_groups(store, project, WEEK)[1].reopened
    listed = failures(store, project, Narrowed(group="date_format"))
    assert {f.state for f in listed} == {"open"}, "the list, too, opens them again"
    shown = failure_shown(store, project, "d1").failure
    assert shown and shown.state == "open"
    assert checklist(store, WEEK)[-1].todo.endswith("Column not found 5, Date format 4")
    wish = TriageWish(root_cause="no format in the prompt", owner="eva", due="2026-12-01")
    triage(store, project, WEEK, "date_format", "v1", wish=wish, by="eva")
    bring(store, [row("d5", "date_format")])
    assert triage_groups(store, project, WEEK)[-1].state == "triaged", "the task is about all of them"


def test_settings_that_cannot_be_read_do_not_let_a_week_close_unseen(store: Store) -> None:
    (store.path.parent / "spotcheck.toml").write_text("[failures]\ntask_above = -1\n")
    assert "the failures cannot be counted" in checklist(store, WEEK)[-1].todo


def test_a_decision_that_somebody_else_made_meanwhile_is_not_replaced_unseen(store: Store) -> None:
    project, unseen = project_of(store.path), replace(WHY, candidates=[], reason="one only", after="")
    first = triage(store, project, WEEK, "date_format", "v1", wish=unseen, by="eva")
    with pytest.raises(Refused, match="eva has decided about this group while you looked at it"):
        triage(store, project, WEEK, "date_format", "v1", wish=unseen, by="lea")
    assert store.find(FailureTriage) == [first]
    again = triage(store, project, WEEK, "date_format", "v1", wish=replace(unseen, after=first.id), by="lea")
    assert store.find(FailureTriage) == [first, again]


def test_a_mode_that_is_merged_while_somebody_triages_it_is_not_decided_about(store: Store) -> None:
    project = project_of(store.path)
    dates = name_mode(store, "German dates", groups=["date_format"], by="eva")
    times = name_mode(store, "dates and times", by="eva", description="anything with a clock")
    seen = mode_list(store).version
    merge_modes(store, "German dates", into="dates and times", by="lea")
    with pytest.raises(Refused, match="'German dates' was merged into 'dates and times' while you decided"):
        triage(store, project, WEEK, dates.id, "v1", wish=TriageWish(root_cause="x", seen=seen), by="eva")
    done = triage(store, project, WEEK, "dates and times", "v1", wish=WHY, by="eva")
    assert done.mode == times.id and [g.state for g in triage_groups(store, project, WEEK)] == ["open", "triaged"]
    with pytest.raises(Refused, match="are the same failure mode"):
        merge_modes(store, "German dates", into="dates and times", by="eva")


def test_modes_are_named_split_renamed_and_ignored_in_versions(store: Store) -> None:
    project = project_of(store.path)
    one = name_mode(store, "  wrong   month ", by="eva")
    assert one.name == "wrong month"
    with pytest.raises(InputError, match="'wrong month' exists"):
        name_mode(store, "Wrong Month", by="eva")
    with pytest.raises(InputError, match="groups: found 'dates', expected one of"):
        name_mode(store, "x", groups=["dates"], by="eva")
    with pytest.raises(InputError, match="found 0 characters"):
        name_mode(store, " ", by="eva")
    give_mode(store, ["d1", "fine"], "wrong month", by="eva")
    give_mode(store, ["fine"], "", by="eva")
    assert rename_mode(store, one.id, name="month off by one", by="eva").id == one.id
    names = {f.row.id: f.mode for f in failures(store, project, Narrowed())}
    assert names["d1"] == "month off by one" and names["d2"] == "Date format", "a person's word counts more"
    ignore_mode(store, one.id, reason="the data of May are missing", by="eva")
    assert {g.title: g.state for g in triage_groups(store, project, WEEK)}["month off by one"] == "ignored"
    assert mode_list(store).version == 3
    with pytest.raises(UnknownError, match="there is no failure mode 'nothing'; there are: month off by one"):
        give_mode(store, ["d1"], "nothing", by="eva")
    with pytest.raises(UnknownError, match="conversation 'gone' is not here"):
        give_mode(store, ["gone"], one.id, by="eva")


def test_notes_are_events_of_people_who_may(store: Store) -> None:
    write_note(store, "d1", " it read the fifth of May as May the first ", by="eva")
    write_note(store, "d1", "month and day swapped", by="lea")
    assert latest_notes(store) == {"d1": "month and day swapped"}
    for by, text, error in (("ana", "x", Refused), ("eva", " ", InputError)):
        with pytest.raises(error):
            write_note(store, "d1", text, by=by)
    [one] = failures(store, project_of(store.path), Narrowed(ids=["d1"]))
    assert one.note == "month and day swapped"


def test_a_mode_that_is_called_like_a_kind_of_error_leaves_that_kind_alone(store: Store) -> None:
    project = project_of(store.path)
    one = name_mode(store, "Date Format", by="eva")
    give_mode(store, ["c0"], one.id, by="eva")
    assert {(g.title, g.found.group, g.found.n, g.is_named) for g in triage_groups(store, project, WEEK)} == {
        ("Column not found", "column_not_found", 4, False),
        ("Date format (no mode)", "date_format", 2, False),
        ("Date Format", one.id, 1, True),
    }
    assert triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="eva").mode == "date_format"
    assert {g.found.group: g.state for g in triage_groups(store, project, WEEK)}[one.id] == "open"
    modes = mode_list(store)
    assert [modes.asked(said) for said in ("date format", "date_format", "Date format (no mode)", one.id)] == [
        *(one.id, "date_format", "date_format", one.id),
    ]
    assert modes.asked("column not found") == "column_not_found", "a kind is found by what the page calls it, too"
    assert [f.row.id for f in failures(store, project, Narrowed(group="Date Format"))] == ["c0"]
    shares = {m.key: (m.title, m.mode) for m in mode_shares(store, project, [WEEK]).modes}
    assert shares["date_format"] == ("Date format (no mode)", None) and shares[one.id][1] == one
    proposed = proposed_modes(store, project, [WEEK], by="eva", meaning=False)
    assert {i for one in proposed for i in one.alike.ids} == {"c1", "c2", "c3", "c4", "d1", "d2"}


def test_what_was_decided_follows_a_failure_into_other_modes(store: Store) -> None:
    project = project_of(store.path)
    task = TriageWish(root_cause="the schema in the prompt is old", owner="eva", due="2026-12-01")

    def states() -> dict[str, tuple[int, int, str]]:
        return {g.title: (g.found.n, g.waiting, g.state) for g in triage_groups(store, project, WEEK)}

    triage(store, project, WEEK, "column_not_found", "v1", wish=task, by="eva")
    triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="eva")
    old = accept(store, ["c0", "c1"], "old names", by="eva")
    give_mode(store, ["d1"], name_mode(store, "months", by="eva").id, by="eva")
    assert {state for *_, state in states().values()} == {"triaged"}, "named, they stay decided"
    assert {f.state for f in failures(store, project, Narrowed())} == {"triaged"}
    assert checklist(store, WEEK)[-1].done
    rename_mode(store, old.id, name="outdated names", by="eva")
    merge_modes(store, "months", into="outdated names", by="eva")
    name_mode(store, "every other name", groups=["column_not_found"], by="eva")
    accept(store, ["c1"], "split off", by="eva")
    give_mode(store, ["c0"], "", by="eva")
    assert states() == {
        "every other name": (4, 0, "triaged"),
        "split off": (1, 0, "triaged"),
        "outdated names": (1, 0, "triaged"),
        "Date format": (1, 0, "triaged"),
    }, "renamed, merged, taken over, split and taken back"
    [split] = [g for g in triage_groups(store, project, WEEK) if g.title == "split off"]
    assert split.decided and split.decided.root_cause == task.root_cause and not split.reopened


def test_failures_that_nobody_decided_about_stay_open_in_a_mode_that_takes_decided_ones_in(store: Store) -> None:
    project = project_of(store.path)
    triage(store, project, WEEK, "date_format", "v1", wish=WHY, by="eva")
    dates = name_mode(store, "dates", groups=["date_format"], by="eva")
    names = name_mode(store, "names", groups=["column_not_found"], by="eva")
    merge_modes(store, dates.id, into=names.id, by="eva")
    [g] = triage_groups(store, project, WEEK)
    assert (g.state, g.waiting, g.found.n, g.reopened) == ("open", 5, 7, True)
    assert {f.row.id: f.state for f in failures(store, project, Narrowed())}["d1"] == "triaged"
    wish = TriageWish(root_cause="old schema", owner="eva", due="2026-12-01")
    triage(store, project, WEEK, names.id, "v1", wish=wish, by="eva")
    bring(store, [row("c9", "column_not_found")])
    assert [(g.state, g.found.n) for g in triage_groups(store, project, WEEK)] == [("triaged", 8)]


def test_the_groups_that_were_proposed_last_say_what_came_after_them(store: Store) -> None:
    project, weeks = project_of(store.path), [WEEK]
    assert last_groups(store, project, weeks, viewer="eva") is None
    keep_groups(
        store, weeks, proposed_modes(store, project, weeks, by="eva", meaning=False), viewer="eva", how="letters"
    )

    def kept() -> tuple[set[str], int]:
        last = last_groups(store, project, weeks, viewer="eva")
        assert last is not None and last.how == "letters"
        return {i for one in last.groups for i in one.alike.ids}, last.others

    assert kept() == ({"c0", "c1", "c2", "c3", "c4", "d1", "d2"}, 0)
    assert (
        last_groups(store, project, weeks, viewer="lea")
        is last_groups(store, project, ["2026-W01"], viewer="eva")
        is None
    )
    bring(store, [row("c9", "column_not_found")])
    accept(store, ["c0"], "old names", by="eva")
    name_mode(store, "dates", groups=["date_format"], by="lea")
    assert kept() == ({"c1", "c2", "c3", "c4"}, 1), "without what has a mode now"
