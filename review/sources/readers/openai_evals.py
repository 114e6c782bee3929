"""OpenAI evals: the log of a run by sample, the output items of the API, and the samples themselves.

A log begins with the ``spec`` of its run; the events of a sample (sampling, match, metrics, error) stand anywhere after
it. Matches and metrics are verdicts. A sample file (``input`` and ``ideal``) has questions without answers.

Facts: openai/evals ``evals/record.py``, and EvalRun output items of the package openai 3.57.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from review.basics.record import Unreadable
from review.sources.readers.call_log import tokens
from review.sources.readers.fields import Fields, Record, messages_of, text_of
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_values import amount_of, list_in, mapping_of, words_of

JUDGE = "openai_evals"
ITEM = "eval.run.output_item"
EVENT = frozenset(("sample_id", "type", "data"))


def recognise(record: Record) -> bool:
    """Whether there is an event of a sample, an output item, or a sample with its ideal answer."""
    if record.get("object") == ITEM or set(record) >= EVENT or isinstance(record.get("spec"), Mapping):
        return "sample" in record or "completion_fns" in mapping_of(record.get("spec")) or set(record) >= EVENT
    return _is_sample(record)


def _is_sample(record: Record) -> bool:
    return "ideal" in record and isinstance(record.get("input"), str | list) and "sample_id" not in record


def head(record: Record) -> Fields | None:
    """Return what the spec of a run says of all its samples; None for another record."""
    spec = mapping_of(record.get("spec"))
    if not spec:
        return None
    models = [str(one) for one in list_in(spec.get("completion_fns"))]
    return {"run": {"model": models[0] if len(models) == 1 else None, "eval": words_of(spec.get("eval_name"))}}


def parts(record: Record) -> tuple[Record, ...]:
    """Return an event or sample; nothing for the spec and the report of a run."""
    return () if "spec" in record or "final_report" in record else (record,)


def key(record: Record) -> str:
    """Return the run and the sample of an event; a sample is named by its content."""
    if record.get("object") == ITEM or _is_sample(record):
        named = words_of(record.get("id"))
        return named or hashlib.blake2b(orjson.dumps(record, default=str), digest_size=16).hexdigest()
    sample = words_of(record.get("sample_id"))
    if sample is None:
        raise Unreadable("sample_id", record.get("sample_id"), "the sample of an event")
    return f"{words_of(record.get('run_id')) or ''}\0{sample}"


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Return the conversation of one sample."""
    first = records[0]
    if first.get("object") == ITEM:
        return [_of_item(records[-1])]
    return [_of_sample(first)] if _is_sample(first) else [_of_events(records)]


def _of_sample(record: Record) -> Fields:
    return {
        "id": record.get("id"),
        "messages": _prompt(record["input"], "input"),
        "metadata": {"ideal": record["ideal"], **mapping_of(record.get("metadata"))},
        "notes": ["no answer: a sample of evals holds the question and the ideal answer"],
    }


def _of_events(records: Sequence[Record]) -> Fields:
    messages: list[Fields] = []
    others: list[Fields] = []
    verdicts: Fields = {}
    found: Fields = {}
    metadata: Fields = {}
    run = mapping_of(records[0].get("run"))
    for event in sorted(records, key=_order):
        data, kind = mapping_of(event.get("data")), str(event.get("type"))
        if kind == "sampling":
            told = [*_prompt(data.get("prompt"), "data.prompt"), *_sampled(data.get("sampled"))]
            if messages and told[: len(messages)] != messages:
                others.append({"kind": "llm", "name": "sampling", "output": told[-1]["content"]})
                continue
            messages, found["model"] = told, words_of(data.get("model")) or words_of(run.get("model"))
            found["created_at"] = found.get("created_at") or event.get("created_at")
        elif kind == "error":
            found |= {"status": "error", "error_type": words_of(data.get("type"))}
            found["error_message"] = words_of(data.get("message")) or "the run gives no reason"
        else:
            verdicts |= _verdicts(kind, data)
            metadata |= {"ideal": data["expected"]} if data.get("expected") is not None else {}
    if not messages:
        failed = ": ".join(str(found[n]) for n in ("error_type", "error_message") if found.get(n))
        raise Unreadable("data.prompt", failed or "events without a prompt", "a sampling event with the prompt")
    kept = {"run": records[0].get("run_id"), "eval": run.get("eval"), **metadata}
    return {
        "id": key(records[0]).replace("\0", "/"),
        "messages": messages,
        "steps": others,
        **found,
        "verdicts": {JUDGE: verdicts} if verdicts else {},
        "metadata": {name: value for name, value in kept.items() if value is not None},
    }


def _order(event: Record) -> tuple[int, str]:
    number = event.get("event_id")
    return number if isinstance(number, int) else 0, str(event.get("created_at") or "")


def _verdicts(kind: str, data: Mapping[str, Any]) -> Fields:
    """Return the verdict of a match under its kind, and of metrics each value under its name."""
    if isinstance(data.get("correct"), bool):
        return {kind: {"value": "pass" if data["correct"] else "fail"}}
    if kind != "metrics":
        return {}
    found = {name: value for name, value in data.items() if isinstance(value, str | int | float) and value != ""}
    return {
        name: {"value": value if not isinstance(value, bool) else "pass" if value else "fail"}
        for name, value in found.items()
    }


def _of_item(record: Record) -> Fields:
    sample = mapping_of(record.get("sample"))
    asked = messages_of(sample.get("input") or [], at="sample.input")
    usage, error = mapping_of(sample.get("usage")), mapping_of(sample.get("error"))
    failed = words_of(error.get("code")) or words_of(error.get("message"))
    verdicts: Fields = {}
    for row in list_in(record.get("results")):
        name, passed = mapping_of(row).get("name"), mapping_of(row).get("passed")
        if isinstance(name, str) and isinstance(passed, bool):
            cell = {"value": "pass" if passed else "fail", "score": amount_of(mapping_of(row).get("score"))}
            verdicts[name] = {k: v for k, v in cell.items() if v is not None}
    ideal = mapping_of(record.get("datasource_item")).get("ideal")
    return {
        "id": record.get("id"),
        "created_at": record.get("created_at"),
        "messages": [*asked, *messages_of(sample.get("output") or [], at="sample.output")],
        "model": words_of(sample.get("model")),
        **tokens("tokens_in", usage.get("prompt_tokens")),
        **tokens("tokens_out", usage.get("completion_tokens")),
        **(_failure(error) if failed else {}),
        "verdicts": {JUDGE: verdicts} if verdicts else {},
        "metadata": {"run": record.get("run_id"), **({"ideal": ideal} if ideal is not None else {})},
    }


def _failure(error: Mapping[str, Any]) -> Fields:
    kind, message = (text_of("error", error.get(name)) for name in ("code", "message"))
    return {"status": "error", "error_type": kind, "error_message": message}


def _prompt(value: Any, at: str) -> list[Fields]:
    return [{"role": "user", "content": value}] if isinstance(value, str) else messages_of(value, at=at)


def _sampled(value: Any) -> list[Fields]:
    texts = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
    return [{"role": "assistant", "content": texts[0]}] if texts else []


READER = TraceReader(
    about="evals of OpenAI: logs of runs, output items of the API, and samples with their ideal answer",
    sign="sample_id with type and data, an eval.run.output_item, or input with ideal",
    recognise=recognise,
    head=head,
    parts=parts,
    key=key,
    assemble=assemble,
    sample=(
        {
            **{"run_id": "r", "event_id": 1, "sample_id": "1", "type": "sampling"},
            "data": {"prompt": [{"role": "user", "content": "How many?"}], "sampled": ["Seven."]},
        },
        {"run_id": "r", "event_id": 2, "sample_id": "1", "type": "match", "data": {"correct": True}},
    ),
)
