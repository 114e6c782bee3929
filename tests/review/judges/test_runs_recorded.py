"""Recorded judges: a verdict file becomes a version once, and nothing is asked."""

import pytest
from judged_store import DEV, NAMES, WEEK, judged
from run_store import obedient, speaks

from review.basics.errors import InputError, Refused
from review.evidence.evidence import paired_labels
from review.exchange.verdict_export import export_verdicts
from review.exchange.verdicts import import_verdicts, read_verdicts
from review.judges.protocol.protocol import Options
from review.judges.recordings import add_recorded
from review.judges.runs import running
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.judges.versions import add_judge, judge_named
from storage.records_judges import Judge, JudgeResult
from storage.records_people import AuditEntry
from storage.records_review import Verdict

HEADER = "item,judge,version,dimension,label,score,rationale,latency_ms,cost\n"


def table(tmp_path, rows, name="said.csv", header=HEADER):
    path = tmp_path / name
    path.write_text(header + "".join(f"{r}\n" for r in rows), encoding="utf-8")
    return read_verdicts(path)


def rows_of(names=NAMES, judge="gpt", label="neutral", version="x"):
    return [f"{n},{judge},{version},politeness,{label},0.2,because,120,0.001" for n in names]


def test_a_file_becomes_a_version_with_its_verdicts(store, tmp_path):
    judged(store)
    made, done = add_recorded(store, "gpt", table(tmp_path, rows_of()), by="eva", note="as it was in November")
    assert (made.id, made.kind, made.dimensions) == ("gpt@1", "recorded", ("politeness",))
    assert made.spec["source"] == "file" and made.spec["file"] == "said.csv" and made.spec["rows"] == 40
    assert (done.added, done.no_verdict) == (40, {})
    # The version is ours, whatever the file calls it, and what the judge cost comes along.
    one = store.find(Verdict)[0]
    assert (one.judge, one.version, one.run_id, one.latency_ms, one.cost) == ("gpt", "1", None, 120.0, 0.001)
    assert [e.action for e in store.find(AuditEntry)][-2:] == ["judge", "import verdicts"]
    assert paired_labels(store, [WEEK], "gpt")["politeness"].data is not None


def test_the_same_rows_are_the_same_version_and_others_another(store, tmp_path):
    judged(store)
    first, _ = add_recorded(store, "gpt", table(tmp_path, rows_of()), by="eva")
    again, done = add_recorded(store, "gpt", table(tmp_path, rows_of(version="y"), "copy.csv"), by="eva")
    assert again == first and (done.added, done.unchanged) == (0, 40)
    other, done = add_recorded(store, "gpt", table(tmp_path, rows_of(label="rude")), by="eva")
    assert (other.id, done.added) == ("gpt@2", 40) and len(store.find(Verdict)) == 80


def test_of_a_file_with_several_judges_the_named_one_counts(store, tmp_path):
    judged(store)
    mixed = table(tmp_path, [*rows_of(judge="gpt"), *rows_of(judge="qwen", label="rude")])
    made, _ = add_recorded(store, "qwen", mixed, by="eva")
    assert {v.value for v in store.find(Verdict)} == {"rude"} and made.name == "qwen"
    with pytest.raises(InputError, match=r"found the judges gpt, qwen\. Keep one judge, or name it 'llama'"):
        add_recorded(store, "llama", mixed, by="eva")
    # With a single judge in the file its name there does not matter.
    renamed, _ = add_recorded(store, "llama", table(tmp_path, rows_of()), by="eva")
    assert renamed.id == "llama@1"


def test_nothing_is_half_recorded(store, tmp_path):
    judged(store)
    broken = table(tmp_path, [*rows_of(), "c00,gpt,x,tone,rude,,,,"])
    before = len(store.find(AuditEntry))
    with pytest.raises(InputError, match="line 42, column 'dimension'"):
        add_recorded(store, "gpt", broken, by="eva")
    with pytest.raises(Refused):
        add_recorded(store, "gpt", table(tmp_path, rows_of()), by="ana")
    assert store.find(Judge) == [] == store.find(Verdict) and len(store.find(AuditEntry)) == before


def test_a_run_of_a_recording_names_what_is_not_in_it(store, tmp_path):
    judged(store)
    rows = [*rows_of(DEV), f"{next(n for n in NAMES if n not in DEV)},gpt,x,politeness,,,,,"]
    add_recorded(store, "gpt", table(tmp_path, rows), by="eva")
    run = running.start_run(store, "gpt", JudgeTarget("week", WEEK), Options(), by="eva")
    done = work(store, run.id, environment={})
    # The dev half is recorded; of the rest one row says nothing, the others are not in the file.
    rest = len(NAMES) - len(DEV)
    assert (run.subjects, done.verdicts, done.calls) == (rest, 0, 0)
    assert done.missing == {"not_recorded": rest - 1, "missing": 1}
    assert {r.cached for r in store.find(JudgeResult)} == {True}
    again = running.start_run(store, "gpt", JudgeTarget("week", WEEK), Options(), by="eva", again=True)
    assert work(store, again.id, environment={}).verdicts == len(DEV)


def test_a_recording_is_told_from_a_judge_that_runs(store, tmp_path, monkeypatch):
    judged(store)
    speaks(monkeypatch, obedient)
    add_judge(store, "tone", kind="scripted", dimensions=["politeness"], spec={}, by="eva")
    file = table(tmp_path, rows_of(judge="tone", version="1"))
    with pytest.raises(InputError, match="found verdicts of tone@1, which is run here"):
        import_verdicts(store, file, by="eva")
    assert store.find(Verdict) == []
    run = running.start_run(store, "tone", JudgeTarget("week", WEEK), Options(), by="eva")
    work(store, run.id, environment={})
    # What went out and comes back in is what is there already.
    out = tmp_path / "out.csv"
    assert export_verdicts(store, out, by="eva") == 40
    back = import_verdicts(store, read_verdicts(out), by="eva")
    assert (back.added, back.unchanged, back.changed) == (0, 40, 0)


def test_a_wrong_spec_is_refused(store):
    judged(store)
    for spec, message in (({"model": "x"}, "found setting 'model'"), ({"source": "air"}, "source: found 'air'")):
        with pytest.raises(InputError, match=message):
            add_judge(store, "r", kind="recorded", dimensions=["politeness"], spec=spec, by="eva")
    made = add_judge(store, "r", kind="recorded", dimensions=["politeness"], spec={"source": "log"}, by="eva")
    assert judge_named(store, "r") == made
