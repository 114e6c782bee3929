"""Exports of annotation and evaluation tools: one contract, each tool's own shape, and how they fill the rubric."""

from functools import cache
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from examples import examples
from golden_store import add_item, new_store, open_test_week
from hypothesis import given
from hypothesis import strategies as st

from review.basics.clock import now
from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.current.settled import annotations_of
from review.exchange.labels import import_labels, read_labels
from review.exchange.tool_tables import found_in
from review.exchange.tools.catalogue import LABEL_READERS, VERDICT_READERS
from review.exchange.tools.label_studio import CANCELLED
from review.exchange.tools.langfuse import CORRECTION
from review.exchange.tools.tool import LABEL, NO_VALUE, VERDICT, Rating
from review.exchange.verdicts import import_verdicts, read_verdicts
from storage.queries.verdicts import verdicts_on
from storage.records_log import Conversation
from storage.records_weeks import Item

SHARED = Path(__file__).parents[2] / "../shared"
TOOLS = {
    **{f"labels {name}": (LABEL_READERS, name) for name in LABEL_READERS},
    **{f"verdicts {name}": (VERDICT_READERS, name) for name in VERDICT_READERS},
}


@pytest.fixture
def store(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    for item in ("c-1", "c-2"):
        add_item(store, item)
    return store


def write(tmp_path, records, name="export.jsonl"):
    path = tmp_path / name
    path.write_bytes(b"".join(orjson.dumps(r, option=orjson.OPT_APPEND_NEWLINE) for r in records))
    return path


def cells(table):
    columns = ("item", "rater" if "rater" in table.rows[0].cells else "judge", "dimension", "label")
    return [tuple(row.cells.get(c) for c in columns) for row in table.rows]


@pytest.mark.parametrize("which", TOOLS)
def test_the_sample_of_every_tool_holds_a_rating_of_item_c_1(which):
    tools, name = TOOLS[which]
    found = list(tools[name].ratings(tools[name].sample, "mara.jsonl"))
    assert found and {one.item for one in found} == {"c-1"}
    assert all(one.name and (one.label is not None or one.error) and one.by for one in found)
    assert tools[name].about and tools[name].sign


@pytest.mark.parametrize("which", TOOLS)
def test_every_sample_is_recognised_by_exactly_one_tool(which):
    tools, name = TOOLS[which]
    assert [other for other, tool in tools.items() if tool.recognise(tools[name].sample)] == [name]


@cache
def odd_fields(which: str) -> st.SearchStrategy[dict]:
    """Up to three fields of a record of this tool, with odd values; making it takes longer than drawing from it."""
    tools, name = TOOLS[which]
    keys = st.sampled_from([*tools[name].sample, "type", "value", "result", "name", "score", "label"])
    values = st.recursive(
        st.none() | st.booleans() | st.integers(-5, 9) | st.floats() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=6,
    )
    return st.dictionaries(keys, values, max_size=3)


@pytest.mark.parametrize("which", TOOLS)
@given(data=st.data())
@examples(40)
def test_a_tool_reads_any_record_that_it_recognises(which, data):
    tools, name = TOOLS[which]
    record = {**tools[name].sample, **data.draw(odd_fields(which))}
    if tools[name].recognise(record):
        for one in tools[name].ratings(record, "f.csv"):
            assert isinstance(one, Rating) and isinstance(one.item, str) and isinstance(one.by, str)
            assert isinstance(one.name, str) and isinstance(one.comment, str) and isinstance(one.at, str)
        assert all(isinstance(cause, str) and cause for cause in tools[name].left_out(record))


def test_label_studio_labels_become_annotations_under_the_dimensions_given(store, tmp_path):
    def result(name, kind, value):
        return {"from_name": name, "type": kind, "value": value}

    task = {
        "id": 7,
        "data": {"trace_id": "c-1"},
        "annotations": [
            {
                "completed_by": {"email": "ana@example.org"},
                "updated_at": "2026-11-23T10:00:00Z",
                "lead_time": 9.0,
                "result": [
                    result("verdict", "choices", {"choices": ["wrong"]}),
                    result("why", "choices", {"choices": ["incomplete", "wrong_fact"]}),
                    result("note", "textarea", {"text": ["no date"]}),
                    result("stars", "rating", {"rating": 4}),
                ],
            },
            {
                "completed_by": 2,
                "was_cancelled": True,
                "result": [result("verdict", "choices", {"choices": ["correct"]})],
            },
        ],
    }
    table = read_labels(write(tmp_path, [task]))
    assert table.format == "label_studio" and "read as label_studio" in table.notes[0]
    questions = {"verdict": "correctness", "why": "reasons", "note": "comment"}
    done = import_labels(store, table, by="lea", questions=questions)
    assert (done.annotations, done.format, done.rows) == (1, "label_studio", 5)
    assert any(note.endswith(f"left out: 1 × {CANCELLED}") for note in table.notes)
    assert "no dimension was given for them: 'stars' (1)" in done.notes[0]
    (found,) = [n for n in annotations_of(store, ["2026-W47"]) if n.rater_id == "ana-example-org"]
    assert found.labels == {"correctness": "wrong", "reasons": ["wrong_fact", "incomplete"]}
    assert (found.comment, found.seconds, found.item_id) == ("no date", 9.0, "c-1")
    again = import_labels(store, read_labels(write(tmp_path, [task])), by="lea", questions=questions)
    assert (again.annotations, again.unchanged) == (0, 1)


def feedback(key, kind, **more):
    return {"run_id": "c-1", "key": key, "score": 1, "feedback_source": {"type": kind, "user_name": "Mara"}, **more}


def score(source, **more):
    return {"traceId": "c-1", "source": source, "name": "verdict", "dataType": "NUMERIC", "value": 1, **more}


ANSWERED = {"result": [{"from_name": "verdict", "type": "choices", "value": {"choices": ["good"]}}]}
LEFT_OUT = {
    "langsmith_feedback": (
        [feedback("a", "app"), feedback("b", "model"), feedback("c", "api"), feedback("d", "app", score=None)],
        {VERDICT: 1, NO_VALUE: 1},
        {LABEL: 2},
    ),
    "label_studio": (
        [
            {
                "id": 1,
                "data": {"conv_id": "c-1"},
                "annotations": [{"completed_by": 5, **ANSWERED}, {"completed_by": 6, "was_cancelled": True}],
                "predictions": [{"model_version": "m", **ANSWERED}],
            }
        ],
        {VERDICT: 1, CANCELLED: 1},
        {LABEL: 1},
    ),
    "langfuse_scores": (
        [score("ANNOTATION", authorUserName="Mara"), score("EVAL"), score("API"), score("API", dataType="CORRECTION")],
        {VERDICT: 1, CORRECTION: 1},
        {LABEL: 1, CORRECTION: 1},
    ),
    "argilla": (
        [
            {
                **{"id": "c-1", "fields": {"a": "A"}, "responses": {"q": [{"value": "good", "user_id": "5"}]}},
                "suggestions": {"q": {"value": "good", "agent": "m"}},
            }
        ],
        {VERDICT: 1},
        {LABEL: 1},
    ),
}


def event(kind, **data):
    return {"run_id": "r", "event_id": 1, "sample_id": "c-1", "type": kind, "data": data}


GRADED = {"gradingResult": {"componentResults": [{"pass": True, "assertion": {"metric": "verdict"}}]}}
ASKED = {"id": "c-1", "promptIdx": 0, "testCase": {}}
SAMPLED = {"id": "c-1", "user_input": "How many?", "response": "Seven.", "verdict": "0.9"}
VERDICTS_LEFT_OUT = {
    "promptfoo": (
        [{"evalId": "e", "results": {"results": [{**ASKED, **GRADED}, {**ASKED, "gradingResult": None}, 5]}}],
        {"test without an assertion": 1, "entry that is no object": 1},
    ),
    "deepeval": (
        [{"testCases": [{"name": "c-1", "metricsData": [{"name": "verdict", "success": True}, 1]}, {"name": "d"}]}],
        {"entry that is no object": 1, "test case without a metric": 1},
    ),
    "ragas": (
        [SAMPLED, {**SAMPLED, "verdict": "broken", "other": "0.5"}],
        {"cell beside the sample that is no number, so no score": 1},
    ),
    "evidently": (
        [{"id": "c-1", "verdict": "good", "verdict reasoning": "Right.", "tone reasoning": "Kind."}],
        {"reasoning without the column of its judge": 1},
    ),
    "openai_evals": (
        [event("match", correct=True), event("sampling"), event("error"), event("metrics", a=None, b=True)],
        {"event of type sampling": 1, "sample that failed with an error": 1, NO_VALUE: 1},
    ),
}


OUTPUT = {
    **{"object": "eval.run.output_item", "id": "outputitem_1", "created_at": 1762675200, "sample": {}},
    "datasource_item": {"id": 7, "conversation_id": "c-1"},
    "results": [{"name": "correctness", "passed": False, "score": 0.25}, {"name": "tone", "passed": None}],
}


def test_output_items_of_openai_evals_have_a_verdict_for_each_grader_and_find_their_conversation(store, tmp_path):
    page = {"object": "list", "data": [OUTPUT, {**OUTPUT, "id": "outputitem_2", "results": []}]}
    table = read_verdicts(write(tmp_path, [page]))
    assert cells(table) == [("outputitem_1", "openai_evals", "correctness", "fail")]
    assert found_in(table) == 3 and any("output that no grader looked at" in note for note in table.notes)
    done = import_verdicts(store, table, by="lea", translate=["correctness:fail=wrong"])
    (kept,) = verdicts_on(store, {"c-1"})
    assert (done.added, kept.value, kept.score) == (1, "wrong", 0.25)


def test_verdicts_of_a_log_of_openai_evals_find_the_conversations_that_the_same_log_brought(store, tmp_path):
    add_item(store, "r/s.0")
    table = read_verdicts(write(tmp_path, [{**event("match", correct=True), "sample_id": "s.0"}]))
    done = import_verdicts(
        store, table, by="lea", metrics={"match": "correctness"}, translate=["correctness:pass=correct"]
    )
    assert (done.added, done.unknown_items) == (1, 0)


@pytest.mark.parametrize("name", VERDICTS_LEFT_OUT)
def test_every_row_of_an_evaluation_tool_that_gives_no_verdict_is_counted_with_its_cause(tmp_path, name):
    records, causes = VERDICTS_LEFT_OUT[name]
    table = read_verdicts(write(tmp_path, records))
    assert table.format == name
    said = {note.partition("left out: ")[2] for note in table.notes if "left out: " in note}
    assert said == {f"{n} × {cause}" for cause, n in causes.items()}
    assert found_in(table) == len(table.rows) + sum(causes.values())


def test_a_pair_of_an_arena_without_a_vote_is_counted(tmp_path):
    turns = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    pair = {"question_id": "c-1", "judge": "ana", "model_a": "a", "model_b": "b", "conversation_a": turns,
            "conversation_b": turns}  # fmt: skip
    table = read_labels(write(tmp_path, [{**pair, "winner": "model_a"}, {**pair, "winner": None}]))
    assert [row.text("label") for row in table.rows] == ["model_a"]
    assert any(f"left out: 1 × {NO_VALUE}" in note for note in table.notes)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_every_rating_that_is_left_out_is_counted_with_its_cause(tmp_path, name):
    records, of_labels, of_verdicts = LEFT_OUT[name]
    path = write(tmp_path, records)
    for table, causes in ((read_labels(path), of_labels), (read_verdicts(path), of_verdicts)):
        said = [note.partition("left out: ")[2] for note in table.notes if "left out: " in note]
        assert said[: len(causes)] and {f"{n} × {cause}" for cause, n in causes.items()} <= set(said)
        others = sum("name no" in note for note in table.notes)
        assert found_in(table) == len(table.rows) + sum(causes.values()) + others


def test_names_like_a_dimension_need_no_option_and_others_are_left_out_with_a_word(store, tmp_path):
    rows = [{"annotator": 5, "annotation_id": 1, "lead_time": 2.0, "id": 9, "conv_id": "c-1", "Correctness": "correct"}]
    table = read_labels(write(tmp_path, [rows[0] | {"stars": [{"rating": 4}]}]))
    done = import_labels(store, table, by="lea")
    assert done.values == {"correctness": {"correct": 1}}
    assert "the rubric has no such dimension: 'stars' (1)" in done.notes[0]


def test_an_export_without_a_dimension_of_the_rubric_is_refused_with_its_names(store, tmp_path):
    table = read_labels(write(tmp_path, [LABEL_READERS["label_studio"].sample]))
    with pytest.raises(InputError, match=r"found 'verdict' \(1\), expected dimensions of the rubric") as failed:
        import_labels(store, table, by="lea")
    assert "--dimension NAME=DIMENSION" in failed.value.command_hint and "--" not in str(failed.value)
    with pytest.raises(InputError, match="there is no 'stars'"):
        import_labels(store, table, by="lea", questions={"stars": "correctness"})
    with pytest.raises(InputError, match="there is no dimension 'quality'"):
        import_labels(store, table, by="lea", questions={"verdict": "quality"})


def test_a_file_with_one_question_fills_the_dimension_that_is_named(store, tmp_path):
    table = read_labels(write(tmp_path, [LABEL_READERS["label_studio"].sample]))
    done = import_labels(store, table, by="lea", dimension="correctness", translate=["correctness:good=correct"])
    assert done.values == {"correctness": {"correct": 1}}


def test_scores_without_an_author_come_in_only_under_a_name(tmp_path):
    score = {"traceId": "c-1", "name": "thumbs", "dataType": "BOOLEAN", "value": 1, "source": "API"}
    people = dict(LABEL_READERS["langfuse_scores"].sample)
    file = write(tmp_path, [score, people])
    table = read_labels(file)
    assert cells(table) == [("c-1", "Mara", "verdict", "good")]
    assert "1 rating left out, which name no rater: 'thumbs' (1)" in table.notes[-1]
    assert cells(read_labels(file, rater="customers"))[0] == ("c-1", "customers", "thumbs", 1)


def test_a_path_to_the_item_and_the_rater_of_an_export_is_followed(tmp_path):
    record = {**LABEL_READERS["label_studio"].sample, "data": {"ticket": {"no": 12}}, "meta": {"who": "eva"}}
    table = read_labels(write(tmp_path, [record]), names={"item": "ticket.no", "rater": "meta.who"})
    assert cells(table) == [("12", "eva", "verdict", "good")]
    with pytest.raises(InputError, match=r"column 'ticket\.nr'"):
        read_labels(write(tmp_path, [record]), names={"item": "ticket.nr"})
    with pytest.raises(InputError, match="says itself where 'comment' is"):
        read_labels(write(tmp_path, [record]), names={"comment": "meta.who"})


def test_any_json_comes_in_by_paths_to_item_rater_and_label(tmp_path):
    record = {"task": {"conv": "c-1"}, "who": {"name": "ana"}, "answer": {"correctness": "wrong"}}
    names = {"item": "task.conv", "rater": "who.name", "label": "answer.correctness"}
    table = read_labels(write(tmp_path, [record]), names=names)
    assert [row.cells["label"] for row in table.rows] == ["wrong"] and table.format == "jsonl"
    assert table.notes == ()
    with pytest.raises(InputError, match=r"there is no column 'who.nick'; found task, who, answer"):
        read_labels(write(tmp_path, [record]), names=names | {"rater": "who.nick"})


def test_the_nested_export_of_argilla_says_what_it_cannot_tell_and_the_flat_one_leaves_out_discarded(tmp_path):
    nested, flat = LABEL_READERS["argilla"].sample, LABEL_READERS["argilla_flat"].sample
    assert "discarded" in " ".join(read_labels(write(tmp_path, [nested])).notes)
    assert cells(read_labels(write(tmp_path, [flat]))) == [("c-1", "5", "verdict", "good")]


def test_raters_of_prodigy_lose_the_dataset_only_where_that_is_certain(tmp_path):
    sample = LABEL_READERS["prodigy"].sample
    records = [sample, {**sample, "_annotator_id": "my-data-anna-lena"}, {**sample, "answer": "ignore"}]
    assert [row[1] for row in cells(read_labels(write(tmp_path, records)))] == ["mara", "my-data-anna-lena"]


def test_a_wide_table_from_a_spreadsheet_is_recognised_and_said(store, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(
        "id,question,answer,Ana,Ben,comment_Ana,consensus\n"
        "c-1,How?,So.,wrong,NA,no date,wrong\n"
        "c-2,Why?,Thus.,correct,wrong,,-\n",
        encoding="utf-8",
    )
    table = read_labels(path)
    said = " ".join(table.notes)
    assert "column 'id' names the items" in said and "one column per rater (Ana, Ben)" in said
    done = import_labels(store, table, by="lea", dimension="correctness")
    assert (done.added, done.empty) == (3, 1)
    assert {n.comment for n in annotations_of(store, ["2026-W47"]) if n.item_id == "c-1"} == {"no date"}


def test_a_table_with_long_texts_is_not_taken_for_a_wide_one(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(f"id,first,second\n1,{'a' * 60},b\n2,c,d\n", encoding="utf-8")
    with pytest.raises(InputError, match="column 'item'"):
        read_labels(path)


def test_verdicts_of_tools_are_pass_and_fail_with_score_reason_and_judge(store, tmp_path):
    run = {
        "testRunData": {
            "testCases": [
                {
                    "name": "c-1",
                    "metricsData": [
                        {"name": "Correctness", "success": True, "score": 0.9, "reason": "r", "evaluationModel": "m"},
                        {"name": "Faithfulness", "success": False, "error": "timeout"},
                    ],
                },
                {"name": "c-2", "metricsData": [{"name": "Correctness", "success": False, "error": "timeout"}]},
            ]
        }
    }
    table = read_verdicts(write(tmp_path, [run], "run.json"))
    values = ["correctness:pass=correct", "correctness:fail=wrong"]
    done = import_verdicts(store, table, by="lea", translate=values)
    assert (done.added, done.no_verdict, done.judges, done.format) == (2, {"timeout": 1}, ("m", "deepeval"), "deepeval")
    assert "'Faithfulness' (1)" in done.notes[0]
    found = {v.item_id: v for v in verdicts_on(store, {"c-1", "c-2"})}
    assert (found["c-1"].value, found["c-1"].score, found["c-1"].rationale) == ("correct", 0.9, "r")
    assert (found["c-2"].value, found["c-2"].error) == (None, "timeout")


def test_scores_pass_at_a_threshold(store, tmp_path):
    rows = [{"id": i, "user_input": "Q", "response": "A", "faithful": s} for i, s in (("c-1", "0.7"), ("c-2", "0.69"))]
    table = read_verdicts(write(tmp_path, [*rows, rows[0] | {"faithful": None}]), thresholds={"faithful": 0.7})
    assert [row.cells["label"] for row in table.rows] == ["pass", "fail", None]
    assert table.rows[2].cells["error"] == "missing"
    with pytest.raises(InputError, match="there is no score 'other'"):
        read_verdicts(write(tmp_path, rows), thresholds={"other": 0.7})
    plain = write(tmp_path, [{"item": "c-1", "judge": "j", "label": "wrong"}], "plain.jsonl")
    with pytest.raises(InputError, match="this file has labels"):
        read_verdicts(plain, thresholds={"x": 0.5})


def test_a_test_that_failed_with_an_error_has_no_verdict_and_a_grader_is_the_judge():
    graded = {"pass": False, "score": 0.2, "reason": "r", "assertion": {"type": "llm-rubric", "provider": "openai:m"}}
    row = {"id": "1", "vars": {"conversation_id": "c-9"}, "promptIdx": 0, "promptId": "abc", "testCase": {}}
    (one,) = VERDICT_READERS["promptfoo"].ratings(row | {"gradingResult": {"componentResults": [graded]}}, "f")
    assert (one.item, one.also, one.by, one.name, one.label) == ("1", "c-9", "openai:m", "llm-rubric", "fail")
    failed = row | {
        "gradingResult": None,
        "failureReason": 2,
        "error": "502",
        "testCase": {"assert": [{"metric": "any"}]},
    }
    (one,) = VERDICT_READERS["promptfoo"].ratings(failed, "f")
    assert (one.name, one.label, one.error) == ("any", None, "502")


def test_a_verdict_finds_its_item_by_the_other_id_too(store, tmp_path):
    table = read_verdicts(write(tmp_path, [VERDICT_READERS["promptfoo"].sample | {"id": "e"}], "run.json"))
    (row,) = table.rows
    row.cells.update({"item": "result-1", "also": "c-1"})
    done = import_verdicts(
        store, table, by="lea", metrics={"verdict": "correctness"}, translate=["correctness:pass=correct"]
    )
    assert (done.added, done.unknown_items) == (1, 0)


def test_the_records_in_a_page_of_an_api_are_read(tmp_path):
    page = {"data": [LABEL_READERS["langfuse_scores"].sample] * 2, "meta": {"page": 1}}
    assert len(read_labels(write(tmp_path, [page], "page.json")).rows) == 2
    page = {"data": [{"x": 1}], "item": "c-1", "judge": "j", "label": "wrong"}
    assert [row.cells["label"] for row in read_verdicts(write(tmp_path, [page], "one.jsonl")).rows] == ["wrong"]


def test_the_commands_import_exports_under_the_dimensions_and_values_given(store, tmp_path):
    def run(*words, fails=False):
        result = CliRunner().invoke(spotcheck, [*words, "--as", "lea", "--store", str(store.path), "--json"])
        assert (result.exception is not None) == fails, result.output
        return result.exception if fails else orjson.loads(result.stdout)

    task = write(tmp_path, [LABEL_READERS["label_studio"].sample], "task.json")
    assert "expected dimensions of the rubric" in str(run("labels", "import", str(task), fails=True))
    given = ("--dimension", "verdict=correctness", "--value", "correctness:good=correct")
    done = run("labels", "import", str(task), *given)
    assert (done["format"], done["added"], done["values"]) == ("label_studio", 1, {"correctness": {"correct": 1}})
    assert run("labels", "import", str(task), *given)["duplicate"] == 1
    rows = write(tmp_path, [{"id": "c-1", "user_input": "Q", "response": "A", "faithful": "0.8"}], "ragas.jsonl")
    given = (
        "--threshold",
        "faithful=0.7",
        "--dimension",
        "faithful=correctness",
        "--value",
        "correctness:pass=correct",
    )
    done = run("verdicts", "import", str(rows), "--threshold", "faithful=0.7", *given)
    assert (done["format"], done["added"], done["judges"]) == ("ragas", 1, ["ragas"])
    assert "expected NAME=SCORE" in str(run("verdicts", "import", str(rows), "--threshold", "faithful", fails=True))
    refused = run("judge", "add", "j", "--kind", "recorded", "--file", str(rows), fails=True)
    assert "found an export of ragas" in str(refused) and "verdicts import" in refused.command_hint
    two = ("--dimension", "correctness", "--dimension", "intent")
    assert "expected one dimension" in str(run("verdicts", "import", str(rows), *two, fails=True))
    assert "expected one of auto, table" in str(run("labels", "import", str(task), "--format", "csv", fails=True))


def test_the_trace_id_of_a_tool_finds_the_conversation_of_any_source(store, tmp_path):
    for source in ("langfuse", "phoenix"):
        conversation = Conversation(
            id=f"{source}/t-1", source=source, source_id="t-1", created_at=None, week="2026-W47", messages=()
        )
        item = Item(id=f"i-{source}", conversation_id=conversation.id, week="2026-W47", at=now(), purposive=True)
        store.add(conversation, item)
        score = LABEL_READERS["langfuse_scores"].sample | {"traceId": "t-1"}
        table = read_labels(write(tmp_path, [score]))
        given = {"dimension": "correctness", "translate": ["correctness:good=correct"]}
        if source == "langfuse":
            assert import_labels(store, table, by="lea", **given).new_items == 0
            assert [n.item_id for n in annotations_of(store, ["2026-W47"])] == ["i-langfuse"]
        else:
            with pytest.raises(InputError, match="this conversation has 2"):
                import_labels(store, table, by="lea", **given)


def test_an_unknown_export_and_records_of_another_kind_are_refused(tmp_path):
    file = write(tmp_path, [LABEL_READERS["prodigy"].sample])
    with pytest.raises(InputError, match="found 'labelbox', expected one of auto, table, label_studio"):
        read_labels(file, format="labelbox")
    with pytest.raises(InputError, match="no record is one of doccano; expected text, label and Comments"):
        read_labels(file, format="doccano")
    mixed = write(tmp_path, [LABEL_READERS["prodigy"].sample, LABEL_READERS["doccano"].sample], "mixed.jsonl")
    with pytest.raises(InputError, match="several exports: prodigy, doccano"):
        read_labels(mixed)
    assert "1 record of another kind" in " ".join(read_labels(mixed, format="prodigy").notes)


OURS = {
    "label-studio-json": "label_studio",
    "label-studio-json_min": "label_studio_min",
    "label-studio-csv": "label_studio_min",
    "argilla-records": "argilla",
    "prodigy": "prodigy",
    "doccano-jsonl": "doccano",
    "langfuse-scores-export": "langfuse_scores",
    "langsmith-feedback": "langsmith_feedback",
    "promptfoo-results": "promptfoo",
    "deepeval-test-run": "deepeval",
    "ragas-csv": "ragas",
    "openai-evals-log": "openai_evals",
    "wide-csv": "csv",
    "lmsys-arena-pair": "arena",
}
VERDICTS_ALONE = {"promptfoo-results", "deepeval-test-run", "ragas-csv", "openai-evals-log"}
BOTH = {"label-studio-json", "argilla-records", "langfuse-scores-export", "langsmith-feedback"}


def collected(given):
    if not (SHARED / "data/formats/expected.json").is_file():
        pytest.skip("the collected samples are not here")
    files = orjson.loads((SHARED / "data/formats/expected.json").read_bytes())["files"]
    return next(f for f in files if f["format"] == given)


def text(value):
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("given", [name for name in OURS if name not in VERDICTS_ALONE])
def test_the_collected_labels_of_people_are_read_as_expected(given):
    file = collected(given)
    people = [one for one in file["labels"] if one.get("kind", "human") == "human"]
    table = read_labels(SHARED / "data/formats" / file["file"])
    assert table.format == OURS[given]
    rater = "doccano_mara" if given == "doccano-jsonl" else None
    expected = {(o["item"], rater or o["rater"], o.get("name"), text(o["value"]).lower()) for o in people}
    found = {
        (i, r, d if "name" in people[0] else None, text(v).lower())
        for i, r, d, v in cells(table)
        if v not in (None, "")
    }
    assert found == expected
    assert {row.cells["comment"] for row in table.rows if row.cells.get("comment")} == {
        one["comment"] for one in people if one.get("comment")
    }


@pytest.mark.parametrize("given", sorted(VERDICTS_ALONE | BOTH))
def test_the_collected_verdicts_of_judges_are_read_as_expected(given):
    file = collected(given)
    judged = [o for o in file.get("labels", []) if o.get("kind") in ("judge", "check")] + file.get("judge_labels", [])
    table = read_verdicts(SHARED / "data/formats" / file["file"])
    assert table.format == OURS[given].replace("_min", "")
    found = {(row.cells["item"], row.cells["dimension"]): row for row in table.rows if row.cells["label"] is not None}
    assert set(found) == {(one["item"], one["name"]) for one in judged}
    for one in judged:
        row = found[one["item"], one["name"]]
        if "passed" in one or isinstance(one["value"], bool):
            assert row.cells["label"] == ("pass" if one.get("passed", one["value"]) else "fail")
        elif isinstance(one["value"], str):
            assert row.cells["label"] == one["value"]
        if isinstance(one["value"], float):
            assert row.cells["score"] == pytest.approx(one["value"])
        assert row.cells["rationale"] == (one.get("comment") or "")
        assert one.get("judge") in (None, row.cells["judge"])


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        (
            "label-studio.json",
            [("5", "ana@example.org", "correctness", "correct"), ("5", "ben@example.org", "correctness", "wrong")],
        ),
        (
            "label-studio.csv",
            [("5", "ana@example.org", "correctness", "correct"), ("5", "ben@example.org", "correctness", "wrong")],
        ),
        ("prodigy.jsonl", [("11", "ana", "choice", "correct"), ("11", "ben", "choice", "wrong")]),
    ],
)
def test_the_cases_of_annotation_tools_are_read(file, rows):
    if not (SHARED / "cases" / file).is_file():
        pytest.skip("the cases are not here")
    assert cells(read_labels(SHARED / "cases" / file)) == rows


def test_the_case_of_an_evaluation_tool_is_read():
    if not (SHARED / "cases/deepeval-testrun.json").is_file():
        pytest.skip("the cases are not here")
    assert cells(read_verdicts(SHARED / "cases/deepeval-testrun.json")) == [("tc0", "deepeval", "Faithfulness", "fail")]
