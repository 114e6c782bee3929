"""Runs of LangSmith: rows in any order, those of one trace by ``trace_id`` and ``dotted_order``.

The root run gives question, answer, status and totals; the session and user stand in its metadata, because the field
``session_id`` is the project. Messages, model and tools come from the runs below it. Feedback inside a run, or in rows
among the runs, is a verdict where a model gave it; what people said stays in the metadata.

Facts: langsmith 0.15 (``schemas.py``: RunBase, Run), langchain-ai/docs ``run-data-format.mdx`` and ``threads.mdx``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.langsmith_feedback import fed_back, is_feedback, said_at
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_fields import fields_of
from review.sources.readers.span_values import amount_of, count_of, list_in, mapping_of, milliseconds, opened, words_of
from review.sources.readers.spans import LLM, RETRIEVER, TOOL, Span

KINDS = {"llm": LLM, "tool": TOOL, "retriever": RETRIEVER}
SESSIONS = ("session_id", "thread_id", "conversation_id")
USERS = ("user_id", "user", "end_user")
VERSIONS = ("prompt_version", "lc_hub_commit_hash", "revision_id")


def recognise(record: Record) -> bool:
    """Whether there are a run type and the inputs of a run, or the run and the key of feedback."""
    return (isinstance(record.get("run_type"), str) and "inputs" in record) or is_feedback(record)


def parts(record: Record) -> Iterator[Record | Unreadable]:
    """Yield a run and the runs that it holds, as the SDK nests them in one record."""
    waiting = [dict(record)]
    while waiting:
        run = waiting.pop()
        children = list_in(run.pop("child_runs", None))
        yield run
        shared = {"trace_id": _trace(run), "parent_run_id": run.get("id")}
        for child in children:
            if isinstance(child, Mapping):
                waiting.append({**shared, **_without_empty(child)})
            else:
                yield Unreadable("child_runs", child, "a run")


def _without_empty(run: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        name: value for name, value in run.items() if value is not None or name not in ("trace_id", "parent_run_id")
    }


def _above(record: Record) -> list[str]:
    """Return the ids of the runs from the root down to a run, from its place in the order of the trace."""
    steps = str(record.get("dotted_order") or "").split(".")
    return [step.partition("Z")[2] for step in steps if "Z" in step]


def key(record: Record) -> str:
    """Return the id of the trace; a run without one is a trace of its own. Raises Unreadable without any id."""
    found = _trace(record)
    if found is None:
        raise Unreadable("trace_id", record.get("trace_id"), "the id of a trace, or the id of a run")
    if words_of(record.get("id")) is None and not is_feedback(record):
        raise Unreadable("id", record.get("id"), "the id of a run")
    return found


def _trace(record: Record) -> str | None:
    if is_feedback(record):
        return words_of(record.get("trace_id")) or words_of(record.get("run_id"))
    return words_of(record.get("trace_id")) or next(iter(_above(record)), None) or words_of(record.get("id"))


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Return the conversation of one trace, or what its feedback tells of it where only that is there."""
    name, rows = key(records[0]), [record for record in records if is_feedback(record)]
    records = [record for record in records if not is_feedback(record)]
    rows += [one for record in records for one in list_in(record.get("feedback")) if isinstance(one, Mapping)]
    told = fed_back(rows)
    if not records:
        return [{"late": True, "id": name, "created_at": said_at(rows), "messages": [], **told}]
    spans = [_span(record) for record in records]
    roots = [record for record in records if _root(record)]
    root = roots[-1] if roots else records[0]
    metadata = _metadata(root)
    given: Fields = {
        "tokens_in": count_of(root.get("prompt_tokens")) or None,
        "tokens_out": count_of(root.get("completion_tokens")) or None,
        "cost": amount_of(root.get("total_cost")) or None,
        "feedback": told.get("feedback") or _feedback(mapping_of(root.get("feedback_stats"))),
        "verdicts": told["verdicts"],
        "metadata": {
            **{name: value for name, value in metadata.items() if name not in (*SESSIONS, *USERS)},
            **{name: root[name] for name in ("app_path", "reference_example_id") if root.get(name)},
            **told["metadata"],
        },
    }
    return [fields_of(spans, id=name, given=given)]


def _root(record: Record) -> bool:
    return record.get("parent_run_id") in (None, "") and words_of(record.get("id")) == key(record)


def _metadata(record: Record) -> Mapping[str, Any]:
    return mapping_of(mapping_of(record.get("extra")).get("metadata"))


def _span(record: Record) -> Span:
    run, metadata = words_of(record.get("id")), _metadata(record)
    if run is None:
        raise Unreadable("id", record.get("id"), "the id of a run")
    kind = str(record.get("run_type"))
    outputs = opened(record.get("outputs"))
    error = words_of(record.get("error"))
    if error is None and record.get("status") == "error":
        error = "the run failed without a message"
    name = words_of(metadata.get("ls_prompt_name") or metadata.get("lc_hub_repo"))
    version = next((str(metadata[v]) for v in VERSIONS if metadata.get(v)), None)
    return Span(
        id=run,
        parent=words_of(record.get("parent_run_id")) or next(iter(_above(record)[-2:-1]), None),
        name=words_of(record.get("name")) or kind,
        kind=KINDS.get(kind, kind),
        start=milliseconds(record.get("start_time")),
        end=milliseconds(record.get("end_time")),
        order=str(record.get("dotted_order") or ""),
        input=_tool_input(record.get("inputs")) if kind == "tool" else opened(record.get("inputs")),
        output=outputs,
        error=error,
        error_type=_error_type(error),
        model=_model(metadata, outputs),
        tokens_in=count_of(record.get("prompt_tokens")) or None,
        tokens_out=count_of(record.get("completion_tokens")) or None,
        cost=amount_of(record.get("total_cost")) or None,
        documents=list_in(mapping_of(outputs).get("documents")) if kind == "retriever" else [],
        prompt=f"{name}@{version}" if name and version else name or version,
        user=next((str(metadata[u]) for u in USERS if metadata.get(u)), None),
        session=next((str(metadata[s]) for s in SESSIONS if metadata.get(s)), None),
        tags=[str(tag) for tag in list_in(record.get("tags")) if _is_own(str(tag))],
    )


def _is_own(tag: str) -> bool:
    """Whether a tag is a person's, not one of the steps that LangChain numbers."""
    return not tag.startswith(("seq:step:", "map:key:", "graph:step:", "langsmith:"))


def _tool_input(value: Any) -> Any:
    """Return the arguments of a tool, which may be JSON text under ``input``."""
    given = opened(value)
    if isinstance(given, dict) and set(given) == {"input"}:
        return opened(given["input"])
    return given


def _model(metadata: Mapping[str, Any], outputs: Any) -> str | None:
    named = metadata.get("ls_model_name")
    return words_of(named) or words_of(mapping_of(outputs).get("model"))


def _error_type(error: str | None) -> str | None:
    """Return the name of the exception that begins the text of an error, such as TimeoutError(...)."""
    word = (error or "").partition("(")[0].strip()
    return word if word.isidentifier() and word != error else None


def _feedback(stats: Mapping[str, Any]) -> str | None:
    """Return the thumb of the user as up or down, from the average of the score that has this name."""
    average = amount_of(mapping_of(stats.get("user_score")).get("avg"))
    return None if average is None or 0 < average < 1 else "up" if average >= 1 else "down"


READER = TraceReader(
    about="runs of LangSmith, put together by trace",
    sign="run_type and inputs",
    recognise=recognise,
    parts=parts,
    key=key,
    assemble=assemble,
    sample=(
        {
            "id": "2",
            "trace_id": "1",
            "parent_run_id": "1",
            "run_type": "llm",
            "name": "ChatOpenAI",
            "start_time": "2026-11-21T09:30:01",
            "inputs": {"messages": [{"role": "user", "content": "How many?"}]},
            "outputs": {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]},
        },
        {
            "id": "1",
            "trace_id": "1",
            "run_type": "chain",
            "name": "agent",
            "start_time": "2026-11-21T09:30:00",
            "inputs": {"question": "How many?"},
            "outputs": {"answer": "Seven."},
        },
    ),
)
