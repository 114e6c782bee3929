"""Evals of OpenAI: the log of a run, output items of the API, and samples with an ideal answer."""

from pathlib import Path

import orjson
import pytest
from trace_files import read_files, read_records

FORMATS = Path(__file__).parents[2] / "../shared/data/formats"
ASK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How many?"}]
SPEC = {"spec": {"completion_fns": ["gpt-4o-mini"], "eval_name": "shop.dev.v0", "run_id": "r"}}


def event(number, kind, sample="s.0", **data):
    moment = f"2026-11-09 08:00:{number:02d}+00:00"
    return {"run_id": "r", "event_id": number, "sample_id": sample, "type": kind, "data": data, "created_at": moment}


LOG = [
    SPEC,
    event(0, "sampling", prompt=ASK, sampled=["Seven."]),
    event(1, "match", correct=False, expected="Eight.", picked=None, sampled="Seven."),
    event(2, "metrics", accuracy=0.5, choice="B", ok=True),
    event(3, "sampling", "s.1", prompt="And?", sampled=[]),
    event(4, "error", "s.1", type="TimeoutError", message="too late"),
    event(5, "error", "s.2", type="TimeoutError", message="too late"),
    {"final_report": {"accuracy": 0.0}},
]


def test_a_log_is_read_by_sample_with_the_verdicts_and_the_model_of_its_run():
    read = read_records("openai_evals", LOG)
    first, second = read.conversations
    assert (first.id, first.question, first.answer, first.model) == ("r/s.0", "How many?", "Seven.", "gpt-4o-mini")
    assert first.created_at == "2026-11-09T08:00:00.000+00:00"
    assert {name: cell["value"] for name, cell in first.verdicts["openai_evals"].items()} == {
        **{"match": "fail", "accuracy": 0.5, "choice": "B", "ok": "pass"},
    }
    assert first.metadata == {"run": "r", "eval": "shop.dev.v0", "ideal": "Eight."}
    assert (second.question, second.answer, second.status) == ("And?", "", "error")
    assert (second.error_type, second.error_message) == ("TimeoutError", "too late")
    [(_, error)] = read.errors
    assert (error.field, error.found) == ("data.prompt", "TimeoutError: too late")


def test_events_stand_in_any_order_and_a_graders_call_is_a_step():
    grader = event(2, "sampling", prompt=[{"role": "user", "content": "Is it right?"}], sampled=["Yes."])
    longer = [*ASK, {"role": "assistant", "content": "Seven."}, {"role": "user", "content": "Sure?"}]
    events = [event(3, "sampling", prompt=longer, sampled=["Yes, seven."]), grader, LOG[1]]
    [read] = read_records("openai_evals", [SPEC, *events]).conversations
    assert [m["content"] for m in read.messages] == ["Be brief.", "How many?", "Seven.", "Sure?", "Yes, seven."]
    assert [step["output"] for step in read.steps] == ["Yes."]


def test_samples_with_an_ideal_answer_are_questions():
    rows = [{"input": ASK, "ideal": ["Eight.", "8"]}, {"input": "2 + 2?", "ideal": "4"}]
    read = read_records("openai_evals", rows)
    assert [(c.question, c.answer, c.metadata["ideal"]) for c in read.conversations] == [
        *(("How many?", "", ["Eight.", "8"]), ("2 + 2?", "", "4")),
    ]
    assert len({c.id for c in read.conversations}) == 2 and read.notes[0].startswith("no answer: a sample")
    again = read_records("openai_evals", rows[::-1])
    assert {c.id for c in again.conversations} == {c.id for c in read.conversations}


def test_output_items_of_the_api_are_read():
    item = {
        **{"object": "eval.run.output_item", "id": "outputitem_1", "run_id": "evalrun_1", "created_at": 1762675200},
        "datasource_item": {"ideal": "Eight."},
        "sample": {
            **{"input": ASK, "output": [{"role": "assistant", "content": "Seven."}], "model": "gpt-4o-mini"},
            **{"usage": {"prompt_tokens": 9, "completion_tokens": 2}, "error": {"code": "", "message": ""}},
        },
        "results": [{"name": "String check", "passed": False, "score": 0.0}],
    }
    failed = {
        **item,
        "id": "outputitem_2",
        "sample": {"input": ASK, "error": {"code": "server_error", "message": "no"}},
    }
    one, two = read_records("openai_evals", [item, failed]).conversations
    assert (one.answer, one.model, one.tokens_in, one.tokens_out) == ("Seven.", "gpt-4o-mini", 9, 2)
    assert one.verdicts == {"openai_evals": {"String check": {"value": "fail", "score": 0.0}}}
    assert (one.metadata["ideal"], one.status) == ("Eight.", "ok")
    assert (two.status, two.error_type, two.error_message) == ("error", "server_error", "no")


@pytest.mark.parametrize("rows", [LOG, [{"input": ASK, "ideal": "x"}]], ids=["log", "samples"])
def test_files_are_detected(tmp_path, rows):
    path = tmp_path / "evals.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    read = read_files(path)
    assert read.format == "openai_evals" and read.conversations


@pytest.mark.skipif(not FORMATS.exists(), reason="the shared samples are not here")
def test_the_shared_sample_is_read():
    read = read_files(FORMATS / "openai_evals_log.jsonl")
    assert [(c.question, c.answer, c.model) for c in read.conversations] == [
        ("Where is my order 4411?", "It has shipped.", "gpt-4o-mini")
    ]
    assert [line for line, _ in read.errors] == [4]
