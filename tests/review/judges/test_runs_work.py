"""Runs in this process: each subject exactly once, whatever happens on the way."""

import threading

import pytest
from judged_store import DEV, NAMES, TEST, WEEK, judged
from quick_stores import all_text_of
from run_store import OPTIONS, OVER, AnySpec, obedient, speaks, store_with_judge

from review.audit import chain
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.current.verdicts import verdicts_of
from review.judges import kinds
from review.judges.llm.spec import LlmSpec
from review.judges.protocol.protocol import Kind, Opinion, Options
from review.judges.runs import running, work_run
from review.judges.runs.locks import held
from review.judges.runs.results import result_rows
from review.judges.runs.targets import JudgeTarget
from review.judges.versions import add_judge
from review.people.people import add_person
from storage.records_judges import JudgeResult, JudgeRun, RunEvent
from storage.records_people import AuditEntry
from storage.records_review import Verdict
from storage.records_weeks import Week

AT_ONCE = ("correctness", "politeness")


def start(store, ref="j", target=OVER, options=OPTIONS, **more):
    return running.start_run(store, ref, target, options, by="eva", **more)


def work(store, run, **more):
    return work_run.work(store, run.id, environment={}, **more)


def events(store, run):
    return [e.event for e in store.find(RunEvent, run_id=run.id)]


def test_a_run_judges_everything_once_and_writes_verdicts_of_items(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    told = []
    run = start(store)
    done = work(store, run, progress=lambda n, total: told.append((n, total)))
    # 40 subjects in 2 dimensions = 80 results, and as many verdicts of items.
    assert (done.state, done.done, done.total, done.verdicts, done.missing) == ("finished", 40, 40, 80, {})
    assert told == [(k, 40) for k in range(1, 41)] and events(store, run) == ["started", "finished"]
    results, verdicts = store.find(JudgeResult), store.find(Verdict)
    assert len(results) == len({(r.subject, r.dimension) for r in results}) == 80
    assert {(v.judge, v.version, v.run_id) for v in verdicts} == {("j", "1", run.id)} and len(verdicts) == 80
    assert [v.value for v in verdicts[:2]] == ["correct", "friendly"] and verdicts[0].latency_ms == 10.0
    actions = [(e.actor, e.action) for e in store.find(AuditEntry) if e.subject == run.id]
    assert (actions[0], actions[-1]) == (("eva", "judge run"), ("eva", "judge run finished"))
    assert set(actions[1:-1]) == {("eva", "judge results")} and chain.verify(store)[1] is None
    assert running.runs(store) == [done]


def test_half_a_week_and_a_second_run_over_the_rest(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    first = start(store, target=JudgeTarget("week", WEEK, "dev"))
    assert first.subjects == len(DEV)
    work(store, first)
    rest = start(store)
    assert rest.subjects == 40 - len(DEV)
    work(store, rest)
    with pytest.raises(NothingToDo, match="j@1 has already judged everything in week 2026-W45") as failed:
        start(store)
    assert failed.value.command_hint == "`--again` judges it once more."
    again = start(store, again=True)
    fresh = start(store, options=Options(fresh=True))
    assert (again.subjects, fresh.subjects) == (40, 40)


def test_missing_verdicts_are_tried_again_and_the_judge_keeps_what_it_said(store, monkeypatch):
    fails = set(NAMES[:5])

    def often_late(bench, subjects):
        for s in subjects:
            late = s.id in fails
            yield Opinion(
                subject=s.id,
                dimension="politeness",
                value=None if late else "neutral",
                error="timed_out" if late else "",
            )

    store_with_judge(store, monkeypatch, often_late, "politeness")
    first = start(store)
    done = work(store, first)
    assert (done.verdicts, done.missing) == (35, {"timed_out": 5})
    fails.clear()
    second = start(store)
    assert second.subjects == 5
    assert work(store, second).verdicts == 5
    said = verdicts_of(store, [WEEK], "j@1")
    assert len(store.find(Verdict)) == 45 and {v.value for v in said.values()} == {"neutral"}
    with pytest.raises(NothingToDo):
        start(store)


def test_what_is_not_asked_is_not_missing_and_is_not_asked_again(store, monkeypatch):
    def speak(bench, subjects):
        for s in subjects:
            yield Opinion(subject=s.id, dimension="correctness", value="correct")
            yield Opinion(subject=s.id, dimension="reasons", value=None, error="not_asked")

    store_with_judge(store, monkeypatch, speak, "correctness", "reasons")
    run = start(store, target=JudgeTarget("week", WEEK, "dev"))
    done = work(store, run)
    assert (done.state, done.done, done.verdicts, done.missing) == ("finished", len(DEV), len(DEV), {})
    (finished,) = store.find(RunEvent, run_id=run.id, event="finished")
    assert finished.detail == {"verdicts": len(DEV), "missing": 0}
    assert {v.dimension for v in store.find(Verdict)} == {"correctness"}
    assert {r["dimension"] for r in result_rows(store, run.id)} == {"correctness"}
    with pytest.raises(NothingToDo, match="j@1 has already judged everything"):
        start(store, target=JudgeTarget("week", WEEK, "dev"))


def test_a_paused_run_begins_nothing_new_and_goes_on_where_it_stopped(store, monkeypatch):
    reached, judged_so_far = threading.Event(), []

    def slow(bench, subjects):
        for k, s in enumerate(subjects):
            if bench.stopped():
                return
            if k == 10 and not reached.is_set():
                reached.set()
                # The worker looks for a pause on its own; nothing here hurries it.
                paused = threading.Event()
                while not bench.stopped():
                    paused.wait(0.01)
                return
            judged_so_far.append(s.id)
            yield from obedient(bench, [s])

    store_with_judge(store, monkeypatch, slow)
    run = start(store)
    worker = threading.Thread(target=lambda: work(store, run))
    worker.start()
    assert reached.wait(10)
    assert running.status_of(store, run.id).state == "running"
    running.ask_pause(store, run.id, by="eva")
    worker.join(10)
    assert not worker.is_alive()
    status = running.status_of(store, run.id)
    assert (status.state, status.done, status.total) == ("paused", 10, 40)
    assert work(store, run).state == "paused", "a paused run is left as it is until somebody resumes it"
    running.ask_resume(store, run.id, by="lea")
    assert running.status_of(store, run.id).state == "interrupted"
    done = work(store, run)
    assert (done.state, done.done) == ("finished", 40)
    assert sorted(judged_so_far) == sorted(NAMES), "nobody was judged twice"
    assert events(store, run) == ["started", "paused", "resumed", "finished"]
    assert len(store.find(JudgeResult)) == 80


def test_a_pause_that_comes_when_all_is_said_holds_nothing_up(store, monkeypatch):
    def pausing(bench, subjects):
        yield from obedient(bench, subjects)
        running.ask_pause(store, store.find(JudgeRun)[0].id, by="eva")
        waiting = threading.Event()
        while not bench.stopped():
            waiting.wait(0.01)

    store_with_judge(store, monkeypatch, pausing)
    run = start(store)
    assert work(store, run).state == "finished"


def test_what_concerns_the_whole_run_leaves_it_failed_with_its_sentence(store, monkeypatch):
    def locked_out(bench, subjects):
        raise Refused(f"the endpoint refused the key {bench.environment['MY_KEY']}.")
        yield

    store_with_judge(store, monkeypatch, locked_out, key_env="MY_KEY")
    run = start(store)
    with pytest.raises(Refused, match=r"refused the key \[key\]"):
        work_run.work(store, run.id, environment={"MY_KEY": "sk-very-secret"})
    status = running.status_of(store, run.id)
    assert (status.state, status.done, status.said) == ("failed", 0, "the endpoint refused the key [key].")
    assert store.find(JudgeResult) == [] == store.find(Verdict)
    assert "sk-very-secret" not in all_text_of(store), "the key stands nowhere in the store"
    speaks(monkeypatch, obedient)
    running.ask_resume(store, run.id, by="eva")
    assert work(store, run).state == "finished"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Opinion(subject="c00", dimension="politeness", value="lovely"), "'lovely'"),
        (Opinion(subject="c00", dimension="politeness", value=None, error="whatever"), "'whatever'"),
        (Opinion(subject="c00", dimension="politeness", value="rude", error="timed_out"), "'timed_out'"),
        (Opinion(subject="elsewhere", dimension="politeness", value="rude"), "'elsewhere'"),
        (Opinion(subject="c00", dimension="tone", value="rude"), "'tone'"),
    ],
)
def test_a_kind_that_breaks_its_promise_fails_the_run(store, monkeypatch, said, message):
    store_with_judge(store, monkeypatch, lambda bench, subjects: iter([said]), "politeness")
    run = start(store)
    with pytest.raises(InputError) as told:
        work(store, run)
    assert message in str(told.value) and running.status_of(store, run.id).state == "failed"
    assert store.find(JudgeResult) == []


def test_nobody_is_judged_twice_and_nobody_is_lost(store, monkeypatch):
    def twice(bench, subjects):
        yield Opinion(subject=subjects[0].id, dimension="politeness", value="rude")
        yield Opinion(subject=subjects[0].id, dimension="politeness", value="neutral")

    store_with_judge(store, monkeypatch, twice, "politeness")
    run = start(store)
    with pytest.raises(InputError, match="which was not asked for or is there already"):
        work(store, run)
    # What was said before that stands; the second answer does not.
    assert [r.value for r in store.find(JudgeResult)] == ["rude"]
    speaks(monkeypatch, lambda bench, subjects: iter(()))
    running.ask_resume(store, run.id, by="eva")
    done = work(store, run)
    assert (done.state, done.done, done.verdicts, done.missing) == ("finished", 40, 1, {"missing": 39})


def test_two_workers_on_one_run_are_one_too_many(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    monkeypatch.setattr("review.judges.runs.locks.PATIENCE", 0.05)
    run = start(store)
    with held(store, run.id, None):
        assert running.status_of(store, run.id).state == "running"
        with pytest.raises(Refused, match="another process is working on run"):
            work(store, run)
        with pytest.raises(Refused, match="is in progress; wait for it or pause it"):
            start(store)
        with pytest.raises(Refused, match="is already in progress"):
            running.ask_resume(store, run.id, by="eva")
        # A half of it is asked by that run too.
        with pytest.raises(Refused, match=rf"run '{run.id}' of j@1 over week {WEEK} is in progress; wait for it"):
            start(store, target=JudgeTarget("week", WEEK, "dev"))
    assert running.status_of(store, run.id).state == "interrupted"
    assert work(store, run).state == "finished"


def test_two_runs_over_the_same_subjects_are_one_too_many(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    dev = start(store, target=JudgeTarget("week", WEEK, "dev"))
    with held(store, dev.id, None):
        with pytest.raises(Refused, match=rf"run '{dev.id}' of j@1 over week {WEEK}, dev half is in progress"):
            start(store)
        # The other half, another version or another judge may run meanwhile.
        other = start(store, target=JudgeTarget("week", WEEK, "test"))
    assert other.subjects == len(TEST)
    with held(store, other.id, None):
        running.ask_resume(store, dev.id, by="eva")
    whole = start(store)
    with held(store, whole.id, None), pytest.raises(Refused, match=rf"run '{whole.id}' .* is in progress; wait for it"):
        running.ask_resume(store, dev.id, by="eva")


def test_an_item_drawn_after_the_start_is_not_in_the_run(store, monkeypatch):
    from storage.records_weeks import Item

    store_with_judge(store, monkeypatch)
    run = start(store)
    store.add(
        Item(
            id="late",
            conversation_id="c00",
            week=WEEK,
            at="2999-01-01T00:00:00.000+00:00",
            draw_id="d1",
            stratum="rest",
        )
    )
    assert work(store, run).done == 40
    assert "late" not in {r.subject for r in store.find(JudgeResult)}


def test_another_run_meanwhile_takes_nothing_away(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    run = start(store)
    other = start(store, target=JudgeTarget("week", WEEK, "dev"))
    work(store, other)
    done = work(store, run)
    assert (done.done, done.total) == (40, 40)
    assert len(store.find(JudgeResult)) == 80 + 2 * len(DEV)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"by": "ana"}, Refused, "needs the role adjudicator"),
        ({"ref": "k"}, UnknownError, "judge 'k' is not in the store (there are: j)"),
        ({"ref": "j@3"}, UnknownError, "judge 'j' has no version 3"),
        ({"target": JudgeTarget("week", "2026-W01")}, UnknownError, "week '2026-W01' is not in the store"),
        ({"target": JudgeTarget("release", "v1")}, UnknownError, "release 'v1' is not in the store"),
        ({"target": JudgeTarget("file", "gone.csv")}, InputError, "gone.csv: the file cannot be read"),
        ({"target": JudgeTarget("week", "2026-W46")}, NothingToDo, "week 2026-W46 holds nothing to judge"),
        ({"options": Options(repeats=0)}, InputError, "repeats: found 0, expected 1 to 25"),
        ({"options": Options(concurrency=1000)}, InputError, "concurrency: found 1000"),
        ({"options": Options(timeout=0.0)}, InputError, "timeout: found 0.0"),
    ],
)
def test_what_cannot_run_is_refused_and_nothing_is_written(store, monkeypatch, change, error, message):
    store_with_judge(store, monkeypatch)
    store.add(
        Week(
            name="2026-W46",
            opened_at="2026-11-20",
            opened_by="lea",
            due="2026-12-04",
            seed="s",
            unit="session",
            overlap=0.2,
            overlap_raters=0,
            raters=("ana",),
            rubric_version=1,
        )
    )
    wish = {"ref": "j", "target": OVER, "options": OPTIONS, "by": "eva", **change}
    before = len(store.find(AuditEntry))
    with pytest.raises(error) as told:
        running.start_run(store, wish["ref"], wish["target"], wish["options"], by=wish["by"])
    assert message in str(told.value)
    assert store.find(JudgeRun) == [] and len(store.find(AuditEntry)) == before


def test_a_spec_that_does_not_hold_any_more_is_refused_before_anything_is_asked(store, monkeypatch):
    store_with_judge(store, monkeypatch)

    def refuses(spec, dimensions, settings):
        raise InputError("the host is not allow-listed any more.")

    monkeypatch.setitem(
        kinds.JUDGES, "scripted", Kind(title="x", read=AnySpec.from_json, checked=refuses, judge=obedient)
    )
    with pytest.raises(InputError, match="not allow-listed any more"):
        start(store)
    assert store.find(JudgeRun) == []


def test_pause_and_resume_need_the_role_and_a_run_in_the_right_state(store, monkeypatch):
    store_with_judge(store, monkeypatch)
    run = start(store)
    for act in (running.ask_pause, running.ask_resume):
        with pytest.raises(Refused, match="needs the role adjudicator"):
            act(store, run.id, by="ana")
        with pytest.raises(UnknownError, match=f"'none' is not in the store \\(the latest are: {run.id}"):
            act(store, "none", by="eva")
    with pytest.raises(Refused, match="is interrupted; only a run in progress can be paused"):
        running.ask_pause(store, run.id, by="eva")
    work(store, run)
    with pytest.raises(NothingToDo, match="has finished"):
        running.ask_resume(store, run.id, by="eva")
    assert work(store, run).state == "finished" and len(store.find(JudgeResult)) == 80


def test_the_rubric_of_the_version_counts_and_not_the_latest(store, monkeypatch):
    from review.rubric.rubric import current_rubric, rubric_document, rubric_from, save_rubric

    store_with_judge(store, monkeypatch)
    document = rubric_document(current_rubric(store))
    correctness = next(d for d in document["dimensions"] if d["name"] == "correctness")
    correctness["values"], correctness["keys"] = ["bad", *correctness["values"][1:], "perfect"], []
    correctness.pop("positive", None)
    correctness.pop("value_guidance", None)
    document["dimensions"] = [d for d in document["dimensions"] if not d["shown_when"]]
    save_rubric(store, rubric_from(document), by="lea")
    done = work(store, start(store))
    assert done.state == "finished"
    assert {v.value for v in store.find(Verdict, dimension="correctness")} == {"correct"}


def test_a_run_over_a_file_leaves_no_verdict_of_an_item(store, monkeypatch, tmp_path):
    store_with_judge(store, monkeypatch)
    path = tmp_path / "answers.csv"
    # c00 is the name of an item too; a row of a file is something else.
    path.write_text("id,question,answer\nc00,q,a\nz,q,a\n", encoding="utf-8")
    run = start(store, target=JudgeTarget("file", str(path)))
    assert run.target["name"] == str(path.resolve()) and run.subjects == 2
    assert work(store, run).verdicts == 4
    assert store.find(Verdict) == [] and len(store.find(JudgeResult)) == 4
    assert start(store, target=JudgeTarget("file", str(path))).subjects == 2, "every run over a file judges all of it"
    assert start(store).subjects == 40


def test_the_file_that_changed_fails_a_run_that_is_resumed(store, monkeypatch, tmp_path):
    store_with_judge(store, monkeypatch)
    path = tmp_path / "answers.csv"
    path.write_text("id,question,answer\na,q,a\n", encoding="utf-8")
    run = start(store, target=JudgeTarget("file", str(path)))
    path.write_text("id,question,answer\nb,q,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="has changed since the run was started"):
        work(store, run)
    assert running.status_of(store, run.id).state == "failed"


def test_examples_in_a_prompt_lose_what_was_hidden_since(store, monkeypatch):
    from review.privacy.hidden_spans import hide_span

    seen = []

    def looking(bench, subjects):
        seen.append(list(bench.spec.examples))
        yield from obedient(bench, subjects)

    example = {"example_id": "ex-1", "conversation_id": "c01", "question": "q", "answer": "answer 1 of c01"}
    example |= {"labels": {"politeness": "rude"}}
    llm = Kind(
        title="Looks at its examples",
        read=LlmSpec.from_json,
        checked=lambda spec, dimensions, settings: spec,
        judge=looking,
    )
    monkeypatch.setitem(kinds.JUDGES, "llm", llm)
    monkeypatch.setattr("review.judges.versions.vouched_for", lambda store, asked, dimensions, before: asked)
    judged(store)
    spec = {"endpoint": "http://localhost:1/v1", "model": "m", "examples": [example]}
    add_judge(store, "j", kind="llm", dimensions=["politeness"], spec=spec, by="eva")
    hide_span(store, "c01", "of c01", by="ana")
    work(store, start(store))
    assert seen == [[{**example, "answer": "answer 1 [HIDDEN_1]"}]]
    store.path.with_name("spotcheck.toml").write_text('[privacy.patterns]\nANSWER = "answer [0-9]"\n', encoding="utf-8")
    work(store, start(store, again=True))
    assert seen[1] == [{**example, "answer": "[ANSWER_1] [HIDDEN_1]"}], "a pattern that was added later holds too"


def test_a_role_taken_away_is_felt_at_once(store):
    judged(store)
    add_person(store, "eva", role="none", by="lea")
    with pytest.raises(Refused):
        add_judge(store, "j", kind="recorded", dimensions=["politeness"], spec={}, by="eva")
