"""A step that failed and was repaired in its trace is a repaired execution, whatever reader the trace came through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from failed_log import bring
from golden_store import new_store

from review.basics.log_paths import log_of
from review.failures.archive import failure_shown, failures, steps_of
from review.failures.grouped import groups_of
from review.log.failed import Narrowed
from review.log.log import log_files
from review.log.told import ToldBySteps
from review.settings.project import project_of
from review.sources.import_into import import_into
from review.sources.options import ImportOptions
from review.sources.step_errors import told_by_steps
from storage.store import Store

SAID = 'psycopg.errors.UndefinedColumn: column "claim_state" does not exist'
AT = 1_794_819_600


def _calls(*, repaired: bool) -> list[tuple[str, str, str]]:
    """The steps of a trace: name, kind and error of each."""
    again = [("write_sql", "llm", ""), ("run_sql", "tool", "")] if repaired else []
    return [("write_sql", "llm", ""), ("run_sql", "tool", SAID), *again, ("agent", "llm", "")]


def _langfuse(name: str, calls: list[tuple[str, str, str]]) -> list[Any]:
    def observation(n: int, step: str, kind: str, error: str) -> dict[str, Any]:
        return {
            "id": f"{name}-{n}", "traceId": name, "type": "GENERATION" if kind == "llm" else "TOOL", "name": step,
            "startTime": f"2026-11-16T09:00:0{n}.000Z", "endTime": f"2026-11-16T09:00:0{n}.500Z", "input": {"sql": "x"},
            "output": None if error else "Seven.", "level": "ERROR" if error else "DEFAULT",
            "statusMessage": error or None, "parentObservationId": None,
        }  # fmt: skip

    steps = [observation(n, *call) for n, call in enumerate(calls)]
    root = {**observation(0, "agent", "llm", ""), "id": f"{name}-root", "type": "AGENT"}
    steps = [root, *({**one, "parentObservationId": root["id"]} for one in steps)]
    told = {"input": {"question": "How many?"}, "output": {"answer": "Seven."}, "timestamp": "2026-11-16T09:00:00Z"}
    return [{"id": name, "name": "agent", **told, "observations": steps, "scores": []}]


def _otlp(name: str, calls: list[tuple[str, str, str]]) -> list[Any]:
    def span(n: int, step: str, kind: str, error: str, parent: str | None) -> dict[str, Any]:
        told = {
            "openinference.span.kind": kind.upper(),
            "input.value": "How many?",
            "output.value": "" if error else "Seven.",
        }
        return {
            "traceId": name, "spanId": f"{n + 1:016x}", **({"parentSpanId": parent} if parent else {}), "name": step,
            "startTimeUnixNano": str((AT + n) * 10**9), "endTimeUnixNano": str((AT + n) * 10**9 + 5),
            "status": {"code": 2, "message": error} if error else {"code": 1},
            "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in told.items()],
        }  # fmt: skip

    root = span(0, "agent", "agent", "", None)
    spans = [root, *(span(n, *call, root["spanId"]) for n, call in enumerate(calls, start=1))]
    return [{"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "t"}, "spans": spans}]}]}]


def _langsmith(name: str, calls: list[tuple[str, str, str]]) -> list[Any]:
    def run(n: int, step: str, kind: str, error: str, parent: str | None) -> dict[str, Any]:
        return {
            "id": f"{name}-{n}", "trace_id": f"{name}-0", "parent_run_id": parent, "name": step, "run_type": kind,
            "start_time": f"2026-11-16T09:00:0{n}", "end_time": f"2026-11-16T09:00:0{n}.5", "session_id": "p",
            "inputs": {"input": "How many?"}, "outputs": None if error else {"output": "Seven."},
            "error": error or None, "status": "error" if error else "success", "dotted_order": f"{n}",
        }  # fmt: skip

    return [run(0, "agent", "chain", "", None), *(run(n, *c, f"{name}-0") for n, c in enumerate(calls, start=1))]


def _plain(name: str, calls: list[tuple[str, str, str]]) -> list[Any]:
    steps = [{"name": step, "kind": kind, **({"error": error} if error else {})} for step, kind, error in calls]
    return [{"id": name, "created_at": "2026-11-16", "question": "How many?", "answer": "Seven.", "steps": steps}]


@pytest.mark.parametrize(
    ("written", "format"), [(_langfuse, "langfuse"), (_otlp, "otlp"), (_langsmith, "langsmith"), (_plain, "jsonl")]
)
def test_the_errors_of_steps_become_the_failure_of_the_trace(tmp_path: Path, written: Any, format: str) -> None:
    store, rows = new_store(tmp_path), list[Any]()
    for name, calls in {
        f"{1:032x}": _calls(repaired=True),
        f"{2:032x}": _calls(repaired=False),
        f"{3:032x}": [c for c in _calls(repaired=True) if not c[2]],
    }.items():
        rows += written(name, calls)
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    import_into(store, file, ImportOptions(format=format), by="lea")
    found = {f.row.id[31]: f for f in failures(store, project_of(store.path), Narrowed())}
    assert {name: (f.row.cause, f.row.repair_rounds) for name, f in found.items()} == {
        "1": ("repaired", 1),
        "2": ("low_confidence", None),
    }
    for one in found.values():
        assert (one.row.kind, one.offending, one.step) == ("column_not_found", "claim_state", "run_sql")
        assert one.row.error_type == "psycopg.errors.UndefinedColumn"


def _as_an_early_version_left_it(store: Store) -> None:
    """Have the log and its import say what version 0.2 read: nothing of what failed in the steps of a trace."""
    store.engine.connection.execute("UPDATE imports SET expired = NULL, erased = NULL")
    for file in log_files(log_of(store.path)):
        rows = pq.read_table(file)
        for name in ToldBySteps._fields:
            at = rows.column_names.index(name)
            rows = rows.set_column(at, rows.schema.field(at), pa.nulls(len(rows), rows.schema.field(at).type))
        pq.write_table(rows, file)


def test_traces_of_an_early_version_gain_their_repairs_without_a_new_import(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    traces = {"one": _calls(repaired=True), "two": _calls(repaired=False), "fine": _calls(repaired=True)[3:]}
    bring(store, [one for name, calls in traces.items() for one in _plain(name, calls)])
    project, wanted = project_of(store.path), Narrowed(weeks=["2026-W47"])
    now, groups = failures(store, project, wanted), groups_of(store, project)
    assert {f.row.id: (f.row.cause, f.row.repair_rounds) for f in now} == {
        "one": ("repaired", 1),
        "two": ("low_confidence", None),
    }
    _as_an_early_version_left_it(store)
    assert failures(store, project, wanted) == now and groups_of(store, project) == groups
    assert steps_of(store, project, "2026-W47") == {"run_sql": 2}
    shown = failure_shown(store, project, "one").failure
    assert shown is not None and (shown.row.cause, shown.row.repair_rounds) == ("repaired", 1)
    store.engine.connection.execute("UPDATE imports SET expired = 0")
    assert failures(store, project, wanted) == [], "an import of today is taken at its word"


def _step(name: str, error: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, **({"error": error} if error else {}), **more}


@pytest.mark.parametrize(
    ("steps", "repaired", "rounds"),
    [
        ([_step("book", "503"), _step("book", "503"), _step("book", "503"), _step("book")], True, 3),
        ([_step("execute 1", "boom"), _step("execute 2")], True, 1),
        ([_step("execute", "boom"), _step("repair, round 1")], True, 1),
        ([_step("gpt", "rate limit", kind="llm"), _step("other model", kind="llm")], True, 1),
        ([_step("run", "boom", kind="sql"), _step("run again", kind="sql")], True, 1),
        ([_step("book", "503", kind="tool"), _step("search", kind="tool")], False, None),
        ([_step("book", "503"), _step("say sorry", kind="llm")], False, None),
        ([_step("run"), _step("run", "boom")], False, None),
        ([_step("run", "boom"), _step("run"), _step("book", "503")], False, None),
        ([_step("attempt", "boom", kind="chain", milliseconds=9), _step("run", "boom", kind="tool", milliseconds=5),
          _step("run", kind="tool", milliseconds=5)], True, 1),
        ([_step("run", status="error"), _step("run", status="ok")], True, 1),
    ],
)  # fmt: skip
def test_what_repairs_a_step(steps: list[Any], repaired: bool, rounds: int | None) -> None:
    told = told_by_steps(steps, {"status": "ok"})
    assert (told["repaired"], told.get("repair_rounds")) == (repaired, rounds)


@pytest.mark.parametrize(
    "steps",
    [
        [], ["think", "act", 7, None], [_step("run", error="none")], [_step("run", status="ok", status_message="done")],
        [{"name": "run", "error": False}, {"name": "run", "error": {}}],
    ],
)  # fmt: skip
def test_steps_without_an_error_tell_nothing(steps: list[Any]) -> None:
    assert told_by_steps(steps, {"status": "ok"}) == {}


def test_what_the_conversation_says_itself_stays() -> None:
    steps = [_step("run", SAID), _step("run")]
    said = {"status": "ok", "repaired": False, "repair_rounds": 2, "error_type": "X", "error_message": "it said"}
    assert told_by_steps(steps, said) == {}
    failed = told_by_steps(steps[:1], {"status": "error", "error_message": "the agent failed"})
    assert failed == {"error_type": "psycopg.errors.UndefinedColumn", "error_message": f"the agent failed\n{SAID}"}
