"""``spotcheck judge``: add, show, compare, run over a week and a file, and resume from the command line."""

import csv
import json

import pytest
from click.testing import CliRunner
from golden_store import BAD, GOOD, add_item, new_store, open_test_week, vote
from judged_store import DEV, NAMES, WEEK, judged
from openai_server import OpenAIServer, too_many
from run_store import obedient, speaks

from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.commands.cli import spotcheck
from review.golden.approve import approve
from review.golden.content import Wish
from review.judges.protocol.protocol import Opinion, Options
from review.judges.runs import running
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.judges.versions import add_judge
from review.statistics.calibration.split import split_of
from storage.records_judges import Judge, JudgeRun
from storage.records_review import Verdict

KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def run(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    judged(store)

    def call(*args, acting="eva", fails=None):
        names = ("list", "versions", "diff", "runs", "over-time")
        who = ["--as", acting] if acting and args[0] not in names else []
        words = ["judge", *args, *who, "--store", str(store.path)]
        result = CliRunner().invoke(spotcheck, words)
        if fails is not None:
            assert isinstance(result.exception, fails), result.output
            return result.exception.with_hint
        assert result.exception is None, f"{result.output}\n{result.exception!r}"
        return json.loads(result.stdout) if "--json" in args else result.stdout + result.stderr

    return call


@pytest.fixture
def server():
    with OpenAIServer(lambda text: {"politeness": "rude", "correctness": "wrong"}, key=KEY) as started:
        yield started


@pytest.fixture
def endpoint(server, store, monkeypatch):
    """The options that make an llm judge of the server."""
    monkeypatch.setenv("MY_KEY", KEY)
    store.path.with_name("spotcheck.toml").write_text(f'[judges]\nhosts = ["{server.place}"]\n', encoding="utf-8")
    return ("--kind", "llm", "--dimension", "politeness", "--set", f"endpoint={server.url}", "--set", "model=small",
            "--set", "key_env=MY_KEY")  # fmt: skip


def test_a_judge_is_added_changed_and_told_apart(run, endpoint, tmp_path, store):
    first = run("add", "tone", *endpoint, "--note", "first try", "--json")
    assert (first["id"], first["spec"]["model"], first["note"]) == ("tone@1", "small", "first try")
    assert "is already there with the same content" in run("add", "tone", "--set", "model=small")
    (tmp_path / "prompt.txt").write_text("Be strict.\n\n{material}\n\n{format}", encoding="utf-8")
    told = run("add", "tone", "--prompt", "prompt.txt", "--set", "parameters.temperature=0.5", "--set", "model=large")
    assert "tone@2" in told and "model: small → large" in told and "parameters.temperature: 0 → 0.5" in told
    assert "tone@2" in run("list") and "tone@1" not in run("list")
    history = run("versions", "tone", "--json")["versions"]
    assert history[0]["changes"] == [] and "model: small → large" in history[1]["changes"]
    assert "first try" in run("versions", "tone")
    diff = run("diff", "tone@1", "tone@2", "--json")
    assert "+Be strict." in diff["texts"]["prompt"] and diff["from"] == "tone@1"
    assert "+Be strict." in run("diff", "tone@1", "tone@2")
    assert "have the same content" in run("diff", "tone@1", "tone@1")
    # What is not said stays: the key's variable, the endpoint, the dimension.
    assert store.get(Judge, "tone@2").spec["key_env"] == "MY_KEY"
    cleared = run("add", "tone", "--set", "key_env=", "--json")
    assert cleared["spec"]["key_env"] == ""


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        (f'parameters.extra_body={{"api_key":"{KEY}"}}', "parameters.extra_body: found 'api_key'"),
        (f"parameters.extra_headers.Authorization=Bearer {KEY}", "parameters.extra_headers: found 'Authorization'"),
    ],
)
def test_a_key_deep_in_the_parameters_makes_no_version_and_is_not_shown(run, endpoint, store, setting, place):
    said = run("add", "tone", *endpoint, "--set", setting, fails=InputError)
    assert said.startswith(place) and "in key_env" in said and KEY not in said
    assert store.find(Judge) == []


def test_a_spec_comes_from_a_file(run, endpoint, server, tmp_path):
    (tmp_path / "tone.toml").write_text(
        f'endpoint = "{server.url}"\nmodel = "small"\n[parameters]\nmax_tokens = 100\n', encoding="utf-8"
    )
    made = run("add", "tone", "--kind", "llm", "--dimension", "politeness", "--from", "tone.toml", "--json")
    assert made["spec"]["parameters"] == {"max_tokens": 100}
    (tmp_path / "tone.json").write_text(json.dumps({"endpoint": server.url, "model": "large"}), encoding="utf-8")
    assert run("add", "tone", "--from", "tone.json", "--json")["spec"]["model"] == "large"
    (tmp_path / "broken.toml").write_text("endpoint = ", encoding="utf-8")
    assert "broken.toml: not readable as TOML" in run("add", "tone", "--from", "broken.toml", fails=InputError)
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    assert "found list, expected a table" in run("add", "tone", "--from", "list.json", fails=InputError)
    assert "gone.toml: the file cannot be read" in run("add", "tone", "--from", "gone.toml", fails=InputError)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (("add", "new"), InputError, "kind of the new judge with --kind: one of llm, local, learned, recorded"),
        (("add", "new", "--kind", "oracle", "--dimension", "politeness"), InputError, "kind: found 'oracle'"),
        (("add", "new", "--kind", "llm"), InputError, "dimensions of the rubric with --dimension"),
        (("add", "tone", "--set", "model"), InputError, "--set: found 'model', expected KEY=VALUE"),
        (("add", "tone", "--set", "prompt={nonsense}"), InputError, "{nonsense}"),
        (
            ("add", "tone", "--file", "x.csv"),
            InputError,
            "found on a judge of another kind, expected a recorded one",
        ),
        (("add", "new", "--kind", "recorded"), InputError, "needs --file"),
        (("add", "tone", "--examples", "3"), NothingToDo, "no golden example of the dev half"),
        (("add", "tone", "--set", "endpoint=http://elsewhere.example.org/v1"), InputError, "elsewhere.example.org"),
        (("show", "nobody"), UnknownError, "judge 'nobody' is not in the store (there are: tone)"),
        (("show", "tone", "--item", "none"), UnknownError, "item 'none' is not in the store"),
        (("run", "tone"), InputError, "one of --week, --release and --file"),
        (("run", "tone", "--week", WEEK, "--release", "v1"), InputError, "one of --week, --release and --file"),
        (("run", "tone", "--week", "2026-W01"), UnknownError, "2026-W01"),
        (("run", "tone", "--release", "v1"), UnknownError, "release 'v1'"),
        (("run", "tone", "--file", "gone.csv"), InputError, "gone.csv"),
        (("run", "tone", "--week", WEEK, "--repeats", "0"), InputError, "repeats: found 0"),
        (("run", "tone", "--week", WEEK, "--out", "x.txt"), InputError, "x.txt: found the ending '.txt'"),
        (
            ("run", "tone", "--week", WEEK, "--out", "x.csv", "--background"),
            InputError,
            "--out: a run in the background cannot write it",
        ),
        (("pause", "none"), UnknownError, "run 'none' is not in the store"),
        (("resume", "none"), UnknownError, "run 'none' is not in the store"),
    ],
)
def test_bad_input_is_a_sentence_and_leaves_nothing_behind(run, endpoint, store, words, error, message):
    run("add", "tone", *endpoint)
    assert message in run(*words, fails=error)
    assert len(store.find(Judge)) == 1 and store.find(JudgeRun) == [] == store.find(Verdict)


def test_an_annotator_may_not_do_any_of_it(run, endpoint, store):
    run("add", "tone", *endpoint)
    for words in (("add", "x", *endpoint), ("run", "tone", "--week", WEEK), ("show", "tone")):
        assert "needs the role adjudicator" in run(*words, acting="ana", fails=Refused)
    assert store.find(JudgeRun) == []


def test_the_prompt_is_shown_as_it_would_be_sent_without_a_key(run, endpoint):
    run("add", "tone", *endpoint)
    shown = run("show", "tone", "--item", "c07", "--json")
    assert "answer 7 of c07" in shown["messages"][-1]["content"] and KEY not in json.dumps(shown)
    text = run("show", "tone@1")
    assert "politeness" in text and "answer 39 of c39" in text and KEY not in text and 'key_env = "MY_KEY"' in text


def test_examples_come_from_the_golden_dataset(run, endpoint, tmp_path, store):
    names = [f"g{k}" for k in range(8)]
    open_test_week(store, "2026-W46")
    for k, name in enumerate(names):
        add_item(store, name, week="2026-W46")
        vote(store, name, "ana", GOOD if k % 2 else BAD, week="2026-W46")
        approve(store, name, Wish(expected_answer="Right."), by="eva")
    made = run("add", "tone", *endpoint, "--examples", "2", "--json")
    rows = made["spec"]["examples"]
    assert len(rows) == 2 and {split_of(r["conversation_id"]) for r in rows} == {"dev"}
    picked = ",".join(r["example_id"] for r in reversed(rows))
    assert [r["example_id"] for r in run("add", "tone", "--examples", picked, "--json")["spec"]["examples"]] == (
        picked.split(",")
    )
    assert run("add", "tone", "--examples", "0", "--json")["spec"]["examples"] == []


def test_a_week_is_planned_run_and_listed(run, endpoint, server, store):
    run("add", "tone", *endpoint, "--set", "price_in=1", "--set", "price_out=2")
    plan = run("run", "tone", "--week", "W45", "--split", "dev", "--dry-run", "--json")
    assert (plan["subjects"], plan["host"], plan["cost"]["value"]) == (len(DEV), server.place, None)
    assert "Their masked text goes to" in run("run", "tone", "--week", WEEK, "--dry-run")
    assert server.seen == [] and store.find(JudgeRun) == []
    done = run("run", "tone", "--week", WEEK, "--split", "dev", "--json")["run"]
    assert (done["state"], done["done"], done["verdicts"], done["missing"]) == ("finished", len(DEV), len(DEV), {})
    assert done["cost"] == pytest.approx(len(DEV) * 140 / 1e6)
    text = run("run", "tone", "--week", WEEK)
    rest = 40 - len(DEV)
    assert f"{rest} of {rest} subjects" in text and "latency P50" in text
    assert "tone@1 has already judged everything" in run("run", "tone", "--week", WEEK, fails=NothingToDo)
    # Judging all of it again costs nothing: every reply is remembered.
    again = run("run", "tone", "--week", WEEK, "--again", "--json")["run"]
    assert (again["calls"], again["cached"]) == (0, 40) and len(server.seen) == 40
    listed = run("runs", "--json")["runs"]
    assert [r["total"] for r in listed] == [40, rest, len(DEV)]
    table = run("runs", "tone", "--limit", "2")
    assert "finished" in table and "tone@1" in table


def test_nothing_private_of_a_written_example_reaches_the_endpoint(run, endpoint, server, store, tmp_path):
    row = {
        "question": "I am eva@example.org, card 4111 1111 1111 1111", "expected_answer": "Hello eva@example.org",
        "reference_sql": "SELECT 1 FROM users WHERE mail = 'eva@example.org'",
    }  # fmt: skip
    (tmp_path / "written.jsonl").write_text(json.dumps(row), encoding="utf-8")
    for words in (["import", str(tmp_path / "written.jsonl")], ["release", "v1"]):
        done = CliRunner().invoke(spotcheck, ["golden", *words, "--as", "eva", "--store", str(store.path)])
        assert done.exception is None, done.output
    material = "{question} {expected_answer} {reference_sql} {format}"
    run("add", "tone", *endpoint, "--set", f"prompt={material}")
    assert run("run", "tone", "--release", "v1", "--json")["run"]["verdicts"] == 1
    sent = json.dumps(server.seen, default=str)
    assert "[EMAIL_1]" in sent and "[CARD_1]" in sent
    assert "eva@example.org" not in sent and "4111" not in sent


def test_runs_are_those_of_a_judge_or_of_one_version(run, store, monkeypatch):
    speaks(monkeypatch, obedient)
    for spec in ({}, {"x": 1}):
        add_judge(store, "j", kind="scripted", dimensions=["correctness"], spec=spec, by="eva")
    add_judge(store, "k", kind="scripted", dimensions=["correctness"], spec={}, by="eva")
    for ref in ("j@1", "j@2", "k"):
        made = running.start_run(store, ref, JudgeTarget("week", WEEK), Options(), by="eva")
        work(store, made.id, environment={})

    def versions(*words):
        return [f"{r['run']['judge']}@{r['run']['version']}" for r in run("runs", *words, "--json")["runs"]]

    assert versions() == ["k@1", "j@2", "j@1"]
    assert versions("j") == ["j@2", "j@1"] and versions("j@1") == ["j@1"]
    assert "judge 'nosuch' is not in the store (there are: j, k)" in run("runs", "nosuch", fails=UnknownError)
    assert "judge 'j' has no version 3; it has 1 to 2" in run("runs", "j@3", fails=UnknownError)


def test_a_file_gives_a_verdict_table(run, endpoint, tmp_path):
    (tmp_path / "answers.csv").write_text("id,question,answer\na,=1+1?,2\nb,hi,go away\n", encoding="utf-8")
    run("add", "tone", *endpoint)
    done = run("run", "tone", "--file", "answers.csv", "--out", "said.csv", "--json")["run"]
    assert done["verdicts"] == 2
    with (tmp_path / "said.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == "item,judge,version,dimension,label,score,rationale,raw,error,latency_ms,cost"
    assert sorted((r["item"], r["judge"], r["version"], r["label"]) for r in rows) == [
        ("a", "tone", "1", "rude"), ("b", "tone", "1", "rude"),
    ]  # fmt: skip
    assert float(rows[0]["latency_ms"]) > 0
    assert "exists already" in run("run", "tone", "--file", "answers.csv", "--out", "said.csv", fails=Refused)
    run("run", "tone", "--file", "answers.csv", "--out", "said.parquet")
    run("run", "tone", "--file", "answers.csv", "--out", "said.csv", "--force")
    finished = run("runs", "--json")["runs"][0]["run"]["id"]
    run("resume", finished, "--out", "late.jsonl")
    assert len((tmp_path / "late.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert "has finished" in run("resume", finished, fails=NothingToDo)


def test_a_refused_key_leaves_the_run_failed_and_it_goes_on_with_a_right_one(run, endpoint, monkeypatch, store):
    run("add", "tone", *endpoint)
    monkeypatch.setenv("MY_KEY", "sk-wrong-123456789")
    said = run("run", "tone", "--week", WEEK, fails=InputError)
    assert "MY_KEY" in said and "sk-wrong" not in said
    listed = run("runs", "--json")["runs"][0]
    assert listed["state"] == "failed" and listed["said"] == said and store.find(Verdict) == []
    assert "MY_KEY" in run("runs")
    monkeypatch.setenv("MY_KEY", KEY)
    assert run("resume", listed["run"]["id"], "--json")["run"]["state"] == "finished"
    assert len(store.find(Verdict)) == 40


def test_missing_verdicts_are_told_by_cause_in_words(run, endpoint, server):
    run("add", "tone", *endpoint)
    server.faults = {"answer 3 of": [too_many()] * 9}
    text = run("run", "tone", "--week", WEEK, "--attempts", "1")
    assert "1 missing: the endpoint answered with an error" in text


def test_a_recorded_judge_is_added_from_its_file(run, tmp_path, store):
    rows = "".join(f"{n},gpt,politeness,neutral\n" for n in NAMES)
    (tmp_path / "said.csv").write_text(f"item,judge,dimension,label\n{rows}nowhere,gpt,politeness,rude\n", "utf-8")
    told = run("add", "gpt", "--kind", "recorded", "--file", "said.csv")
    assert (
        "gpt@1: recorded, politeness" in told and "40 verdicts added" in told and "1 row skipped, about items" in told
    )
    assert len(store.find(Verdict, judge="gpt", version="1")) == 40


def test_a_learned_judge_is_trained_run_and_calibrated(run, store):
    made = run(
        "add", "cheap", "--kind", "learned", "--dimension", "correctness", "--set", f'weeks=["{WEEK}"]', "--json"
    )
    assert made["spec"]["training"] and run("run", "cheap", "--week", WEEK, "--json")["run"]["verdicts"] == 40
    again = run("add", "cheap", "--set", "seed=1", "--json")
    assert again["version"] == "2" and again["spec"]["training"] == made["spec"]["training"]
    result = CliRunner().invoke(
        spotcheck, ["calibrate", "--judge", "cheap@1", "--week", WEEK, "--json", "--bootstrap", "0",
                    "--store", str(store.path)],
    )  # fmt: skip
    assert result.exception is None, result.output
    assert "correctness" in json.loads(result.stdout)["dimensions"]


def test_judges_are_compared_and_followed_over_time(run, store, monkeypatch):
    speaks(monkeypatch, obedient)
    for name, spec in (("kind", {}), ("strict", {"x": 1})):
        add_judge(store, name, kind="scripted", dimensions=["correctness"], spec=spec, by="eva")
        made = running.start_run(store, name, JudgeTarget("week", WEEK), Options(), by="eva")
        work(store, made.id, environment={})
    compared = run("compare", "kind", "strict", "--week", WEEK, "--json")
    assert "correctness" in compared["dimensions"]
    followed = run("over-time", "--json")
    assert [j["judge"] for j in followed["judges"]] == ["kind@1", "strict@1"]
    assert followed["agreement"]["correctness"]["raters"] == 2
    assert "kind@1 · correctness" in run("over-time", "kind")


def test_over_time_says_what_to_do_when_nobody_has_spoken(run):
    assert "`spotcheck judge run` makes some" in run("over-time", fails=NothingToDo)


def test_an_interrupted_run_says_how_it_goes_on(run, store, monkeypatch):
    def interrupted(bench, subjects):
        yield Opinion(subject=subjects[0].id, dimension="politeness", value="rude")
        raise KeyboardInterrupt

    speaks(monkeypatch, interrupted)
    add_judge(store, "j", kind="scripted", dimensions=["politeness"], spec={}, by="eva")
    result = CliRunner().invoke(
        spotcheck, ["judge", "run", "j", "--week", WEEK, "--as", "eva", "--store", str(store.path)]
    )
    assert result.exit_code == 1 and "was interrupted; `spotcheck judge resume" in result.stderr
    listed = run("runs", "--json")["runs"][0]
    assert (listed["state"], listed["done"]) == ("interrupted", 1)
    speaks(monkeypatch, obedient)
    assert run("resume", listed["run"]["id"], "--json")["run"]["done"] == 40


def test_an_empty_store_says_what_to_do(tmp_path):
    store = new_store(tmp_path)
    for words, said in ((("list",), "no judge yet"), (("runs",), "no run yet")):
        result = CliRunner().invoke(spotcheck, ["judge", *words, "--store", str(store.path)])
        assert result.exit_code == 0 and said in result.stderr
