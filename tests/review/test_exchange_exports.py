"""Labels and verdicts in files of conversations, and files of labels that somebody takes for conversations."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from golden_store import new_store

from review.basics.errors import InputError, NothingToDo, UnknownError
from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.current.settled import annotations_of
from review.exchange.exports import export_of
from review.exchange.labels import read_labels
from review.exchange.tools.catalogue import LABEL_READERS, VERDICT_READERS
from review.sources.import_into import import_into
from review.sources.jobs import Job, dismiss, run
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import PLAIN, READERS, detect
from review.sources.tally import Tally
from review.sources.uploads import keep

EITHER = ("arena", "deepeval", "openinference", "promptfoo")
"""Exports whose records are conversations too."""


@pytest.fixture
def store(tmp_path):
    return new_store(tmp_path)


def write(tmp_path, records, name="export.jsonl"):
    path = tmp_path / name
    path.write_bytes(b"".join(orjson.dumps(r, option=orjson.OPT_APPEND_NEWLINE) for r in records))
    return path


def command(store, *words):
    return CliRunner().invoke(spotcheck, [*words, "--as", "lea", "--store", str(store.path), "--json"])


def score(rater, value="wrong", **more):
    return {
        **{"id": f"{rater}-{value}", "name": "correctness", "source": "ANNOTATION", "dataType": "CATEGORICAL"},
        **{"value": 0, "stringValue": value, "authorUserName": rater, **more},
    }


def langfuse(name, *scores):
    trace = (
        READERS["langfuse"].sample[0] if isinstance(READERS["langfuse"].sample, tuple) else READERS["langfuse"].sample
    )
    return {**trace, "id": name, "scores": list(scores)}


def langsmith(name, *feedback):
    root = {**READERS["langsmith"].sample[1], "id": name, "trace_id": name}
    said = [
        {"key": "correctness", "value": value, "feedback_source": {"type": kind, "user_name": rater}}
        for rater, kind, value in feedback
    ]
    return {**root, "feedback": said}


def otlp(name, *said):
    request = READERS["otlp"].sample[0]
    (span,) = request["resourceSpans"][0]["scopeSpans"][0]["spans"]
    attributes = [
        {"key": f"annotations.{n}.annotation.{key}", "value": {"stringValue": value}}
        for n, (rater, kind, label) in enumerate(said)
        for key, value in (
            ("name", "correctness"), ("label", label), ("annotator_kind", kind), ("identifier", rater),
        )
    ]  # fmt: skip
    made = {
        **span,
        "traceId": name.rjust(32, "0"),
        "parentSpanId": "",
        "attributes": [*span["attributes"], *attributes],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [made]}]}]}


TRACES = {
    "langfuse_traces": (
        [
            langfuse("t-1", score("Mara"), score("Ben", "correct"), score("", "wrong", source="API", id="api")),
            langfuse("t-2", score("Mara", "correct"), score("", "wrong", source="EVAL", id="eval")),
        ],
        ["t-1", "t-2"],
    ),
    "langsmith_runs": (
        [
            langsmith("t-1", ("Mara", "app", "wrong"), ("Ben", "app", "correct"), ("", "api", "wrong")),
            langsmith("t-2", ("Mara", "app", "correct"), ("", "model", "wrong")),
        ],
        ["t-1", "t-2"],
    ),
    "openinference": (
        [
            otlp("1", ("Mara", "HUMAN", "wrong"), ("Ben", "HUMAN", "correct"), ("gpt", "LLM", "wrong")),
            otlp("2", ("Mara", "HUMAN", "correct")),
        ],
        ["1".rjust(32, "0"), "2".rjust(32, "0")],
    ),
}


@pytest.mark.parametrize("tool", TRACES)
def test_an_import_of_traces_counts_the_human_scores_inside_and_labels_import_takes_them(store, tmp_path, tool):
    records, names = TRACES[tool]
    file = write(tmp_path, records, "traces.json" if tool == "otlp" else "traces.jsonl")
    done = command(store, "import", str(file))
    assert done.exit_code == 0, done.output
    notes = orjson.loads(done.stdout)["files"][0]["notes"]
    assert "3 human scores by 2 people were found. They do not count as labels yet." in notes
    assert f"`spotcheck labels import {file}` takes the labels in it." in " ".join(done.stderr.split())
    taken = command(store, "labels", "import", str(file))
    assert taken.exit_code == 0, taken.output
    found = orjson.loads(taken.stdout)
    assert (found["format"], found["annotations"], found["new_raters"]) == (tool, 3, ["Mara"])
    (week,) = found["weeks"]
    assert {(n.item_id, n.rater_id, n.labels["correctness"]) for n in annotations_of(store, [week])} == {
        (f"labels/{names[0]}", "mara", "wrong"),
        (f"labels/{names[0]}", "ben", "correct"),
        (f"labels/{names[1]}", "mara", "correct"),
    }
    assert orjson.loads(command(store, "labels", "import", str(file)).stdout)["duplicate"] == 3


@pytest.mark.parametrize("tool", TRACES)
def test_the_human_scores_of_an_import_are_taken_from_the_log_too(store, tmp_path, tool):
    records, _ = TRACES[tool]
    file = write(tmp_path, records, "traces.jsonl")
    (brought,) = orjson.loads(command(store, "import", str(file)).stdout)["imports"]
    taken = command(store, "labels", "import", "--scores-of", brought["id"])
    assert taken.exit_code == 0, taken.output
    assert orjson.loads(taken.stdout)["annotations"] == 3
    assert orjson.loads(command(store, "labels", "import", str(file)).stdout)["new_items"] == 0
    plain = write(tmp_path, [{"id": "1", "question": "Q", "metadata": {"scores": "none"}}], "plain.jsonl")
    (other,) = orjson.loads(command(store, "import", str(plain)).stdout)["imports"]
    assert isinstance(command(store, "labels", "import", "--scores-of", other["id"]).exception, NothingToDo)
    assert isinstance(command(store, "labels", "import", "--scores-of", "x").exception, UnknownError)


def test_parts_of_traces_in_several_files_are_taken_from_the_log(store, tmp_path):
    records, _ = TRACES["langsmith_runs"]
    files = [str(write(tmp_path, [one], f"{n}.jsonl")) for n, one in enumerate(records)]
    said = command(store, "import", *files)
    (brought,) = orjson.loads(said.stdout)["imports"]
    assert f"`spotcheck labels import --scores-of {brought['id']}` takes the labels in them." in said.stderr


def test_verdicts_of_models_in_feedback_of_runs_are_verdicts_of_the_log(store, tmp_path):
    tally = Tally()
    import_into(store, write(tmp_path, TRACES["langsmith_runs"][0]), by="lea", tally=tally)
    assert tally.verdicts == {"correctness": {"wrong": 1}} and tally.human_scores == {"Mara": 2, "Ben": 1}


def test_feedback_in_rows_among_the_runs_joins_its_trace_and_alone_it_waits_for_one(store, tmp_path):
    run_row, feedback = langsmith("t-1"), dict(LABEL_READERS["langsmith_feedback"].sample)
    rows = [run_row, {**feedback, "run_id": "t-1"}, {**feedback, "run_id": "elsewhere"}]
    tally = Tally()
    done = import_into(store, write(tmp_path, rows), by="lea", tally=tally)
    assert tally.human_scores == {"Mara": 2} and (done.added, done.waiting, done.rejected) == (1, 1, 0)
    table = read_labels(write(tmp_path, rows))
    assert table.format == "langsmith_feedback" and [row.cells["item"] for row in table.rows] == ["t-1", "elsewhere"]


def test_scores_far_down_among_observations_are_found(tmp_path):
    observation = {"id": "o", "traceId": "t-1", "type": "SPAN", "name": "a", "startTime": "2026-11-21T09:30:00Z"}
    rows = [*[observation] * 40, {"trace_id": "t-1", "data_type": "CATEGORICAL", "string_value": "wrong", "value": 0,
                                  "name": "correctness", "source": "ANNOTATION", "author_user_id": "u-1"}]  # fmt: skip
    table = read_labels(write(tmp_path, rows))
    assert table.format == "langfuse_scores"
    assert [(row.cells["item"], row.cells["rater"], row.cells["label"]) for row in table.rows] == [
        ("t-1", "u-1", "wrong")
    ]


def test_the_page_keeps_a_file_with_human_scores_until_the_job_is_dismissed(store):
    text = orjson.dumps(TRACES["langfuse_traces"][0][0])
    ((file,), _), ((plain,), _) = (
        keep(store.path, n, d) for n, d in (("t.json", text), ("p.json", b'{"question":"Q"}'))
    )
    job = Job(store_path=Path(store.path), file=file, name="t.json", options=ImportOptions(), by="lea")
    other = Job(store_path=Path(store.path), file=plain, name="p.json", options=ImportOptions(), by="lea")
    run(job)
    run(other)
    assert job.scored == (file,) and file.exists() and other.scored == () and not plain.exists()
    assert any("2 human scores by 2 people were found" in note for note in job.notes)
    dismiss(job)
    assert not file.exists()


JOINED = ("langfuse_scores", "langsmith_feedback", "openai_evals")
"""Exports that are also read as conversations, or join those of the log."""
ALL = {
    f"{kind} {name}": (tool, kind)
    for kind, tools in (("labels", LABEL_READERS), ("verdicts", VERDICT_READERS))
    for name, tool in tools.items()
    if name not in (*EITHER, *JOINED, "langfuse_traces", "langsmith_runs")
}
BOTH = ("verdicts label_studio", "verdicts argilla")
"""Samples of verdicts that hold labels too: these come first."""


@pytest.mark.parametrize("which", ALL)
def test_every_export_given_as_conversations_is_recognised_as_what_it_is(which):
    tool, kind = ALL[which]
    records = [tool.sample]
    try:
        format = detect(records, "jsonl", file="f", mapping={}).format
    except InputError:
        format = None
    found = export_of(records, format)
    assert found is not None and found.kind == ("labels" if which in BOTH else kind)


@pytest.mark.parametrize("name", [name for name in READERS if name not in PLAIN.values()])
def test_no_format_of_conversations_is_taken_for_labels(name):
    sample = READERS[name].sample
    assert export_of(list(sample) if isinstance(sample, tuple) else [sample], name) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("labels", "id,question,answer,annotator,annotation_id,lead_time,verdict\nc-1,Q,A,5,1,2.0,good\n"),
        ("labels", "item,rater,label\nc-1,ana,good\n"),
        ("verdicts", "item,judge,label\nc-1,gpt,good\n"),
        ("verdicts", "user_input,response,faithfulness\nQ,A,0.7\n"),
    ],
)
def test_the_command_points_to_the_import_that_takes_the_file(store, tmp_path, kind, text):
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    refused = command(store, "import", str(path))
    assert isinstance(refused.exception, InputError) and "expected conversations. Nothing was imported." in str(
        refused.exception
    )
    assert f"`spotcheck {kind} import {path}`" in refused.exception.command_hint
    assert not log_of(store.path).logs.exists() or not list(log_of(store.path).logs.rglob("*.parquet"))


def test_fields_that_somebody_names_make_conversations_of_such_a_file(store, tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("id,user_input,response,faithfulness\n1,Q,A,0.7\n", encoding="utf-8")
    mapped = command(store, "import", str(path), "--map", "question=user_input", "--map", "answer=response")
    assert mapped.exit_code == 0, mapped.output
    path.write_text("id,user_input,response,faithfulness\n2,Q,A,0.8\n", encoding="utf-8")
    assert orjson.loads(command(store, "import", str(path)).stdout)["added"] == 1


def test_an_evaluation_run_whose_conversations_came_in_points_to_its_verdicts(store, tmp_path):
    done = command(store, "import", str(write(tmp_path, [VERDICT_READERS["deepeval"].sample], "run.json")))
    assert "spotcheck verdicts import" in done.stderr


WIDE = [{"item": str(n), "A": "2", "B": "3", "C": None} for n in range(3)]


@pytest.mark.parametrize(
    ("records", "kind"),
    [
        (WIDE, "labels"),
        ([{**one, "Answer": "It has shipped."} for one in WIDE], None),
        ([{**one, "A": f"a text of its own, number {n}, that is no label"} for n, one in enumerate(WIDE)], None),
        ([{"item": "1", "price": "2"}], None),
        ([{"id": "1", "A": "2", "B": "3"}], None),
    ],
    ids=["people", "a log", "long texts", "one column", "no item"],
)
def test_a_table_with_a_column_for_each_person_is_recognised_as_labels(records, kind):
    found = export_of(records, None)
    assert (found and found.kind) == kind
