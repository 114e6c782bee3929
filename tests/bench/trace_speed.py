"""How fast, and in how much memory, spans anywhere in a file become conversations in the log.

Run: python tests/bench/trace_speed.py [--traces 50000] [--processes 2]. The spans of all traces stand in random order,
one OTLP request with four spans on a line, so that no trace is whole anywhere. ``--only-group`` leaves out masking and
the log: what remains is the way from requests, as the spool holds them, to the fields of conversations. Two processes
share it, as in an import of a large file. ``--protobuf`` writes the requests as clients send them to the collector.
``--file`` names a file to keep, and to read again when it is there: writing a million spans takes longer than reading.
"""

import argparse
import base64
import os
import random
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from process_memory import megabytes

from review.basics.clock import now
from review.basics.input_file import InputFile
from review.basics.log_paths import log_of
from review.sources.assembling import traces
from review.sources.files import opened_file
from review.sources.grouping import Grouping
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.sources.processes import Job, mapped, pool_for, working
from review.sources.readers.otlp import READER
from review.sources.tally import Tally
from review.sources.trace_frames import Group
from review.sources.trace_processes import assembled_in, gather, length_of

TEXT = "Order #W{n} was handed to the carrier on 2026-11-12, who expects to deliver it within three working days. "
PER_LINE = 4


def value(found: str | int) -> dict[str, Any]:
    """One attribute's value as OTLP/JSON writes it."""
    return {"stringValue": found} if isinstance(found, str) else {"intValue": str(found)}


def span(trace: int, number: int, parent: int, name: str, attributes: dict[str, str | int]) -> dict[str, Any]:
    """One span."""
    start = 1763717400_000000000 + trace * 10**9 + number * 10**7
    return {
        "traceId": f"{trace + 1:032x}",
        "spanId": f"{trace + 1:08x}{number:08x}",
        "parentSpanId": f"{trace + 1:08x}{parent:08x}" if parent else "",
        "name": name,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 10**9),
        "attributes": [{"key": key, "value": value(found)} for key, found in attributes.items()],
        "status": {},
    }


def spans_of(trace: int) -> Iterator[dict[str, Any]]:
    """The five spans of a trace: an agent, a retrieval, a tool and two calls of a model."""
    question, answer = f"Where is order #W{trace}?", TEXT.format(n=trace) * 3
    asked = orjson.dumps([{"role": "user", "parts": [{"type": "text", "content": question}]}]).decode()
    told = orjson.dumps([{"role": "assistant", "parts": [{"type": "text", "content": answer}]}]).decode()
    session: dict[str, str | int] = {"gen_ai.conversation.id": f"s{trace}"}
    yield span(trace, 1, 0, "agent", {"gen_ai.operation.name": "invoke_agent", **session})
    documents: dict[str, str | int] = {"openinference.span.kind": "RETRIEVER"}
    documents |= {f"retrieval.documents.{i}.document.content": TEXT.format(n=i) * 2 for i in range(4)}
    yield span(trace, 2, 1, "retrieve", documents)
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "order", "gen_ai.tool.call.result": "shipped"}
    yield span(trace, 3, 1, "tool", {**tool, "gen_ai.tool.call.arguments": f'{{"id": {trace}}}'})
    for number in (4, 5):
        usage: dict[str, str | int] = {
            "gen_ai.usage.input_tokens": 200,
            "gen_ai.usage.output_tokens": 40,
            "gen_ai.request.model": "m",
        }
        call: dict[str, str | int] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": asked,
            "gen_ai.output.messages": told,
        }
        yield span(trace, number, 1, "chat", {**call, **usage})


def write_spans(path: Path, count: int) -> None:
    """Write the spans of so many traces in random order."""
    rng = random.Random(0)
    # A number for each span, so that the order needs little memory.
    order = list(range(count * 5))
    rng.shuffle(order)
    with path.open("wb") as file:
        for at in range(0, len(order), PER_LINE):
            spans = [list(spans_of(n // 5))[n % 5] for n in order[at : at + PER_LINE]]
            request = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
            if path.suffix == ".pb":
                message = in_protobuf(request)
                file.write(len(message).to_bytes(4, "big") + message)
            else:
                file.write(orjson.dumps(request) + b"\n")


def in_protobuf(request: dict[str, Any]) -> bytes:
    """The same request as clients send it; the library of protobuf reads ids in base64."""
    for one in request["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            one[name] = base64.b64encode(bytes.fromhex(one[name])).decode()
    return bytes(ParseDict(request, ExportTraceServiceRequest()).SerializeToString())


def grouped(file: Path, scratch: Path, processes: int) -> int:
    """Put the spans of a file together, and return how many conversations they made."""
    raws = opened_file(InputFile(str(file), path=file), format="otlp", mapping={}).raws
    job = Job(ImportOptions(), b"key", "otlp", "bench", now())
    pool = pool_for(job, file.stat().st_size, (), processes)
    if pool is None:
        return sum(1 for one in traces(raws, READER, scratch=scratch) if one.fields)
    with working(pool), Grouping(scratch) as grouping:
        gather(pool, raws, grouping, Tally())
        return sum(mapped(pool, count_in, grouping.blocks(), length_of))


def count_in(block: bytes | Group) -> int:
    """Make the conversations of a block, in one of the processes."""
    return sum(1 for one in assembled_in(block) if one.fields)


def processor_seconds() -> float:
    """The processor time of this process and of those that it has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Peak:
    """The most memory of this process and all that it started, in MB, looked at ten times a second."""

    def __enter__(self) -> "Peak":
        self.most, self._ended = 0.0, threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self.most = max(self.most, megabytes(os.getpid()))

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watching.join()


def main() -> None:
    """Print spans a second, conversations a second and the peak of the memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--traces", type=int, default=50_000)
    parser.add_argument("--only-group", action="store_true")
    parser.add_argument("--protobuf", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        named = f"spans.{'pb' if chosen.protobuf else 'jsonl'}"
        file, spans = chosen.file or Path(folder) / named, chosen.traces * 5
        if not file.exists():
            write_spans(file, chosen.traces)
        load = os.getloadavg()[0]
        print(f"{spans:,} spans of {chosen.traces:,} traces, {file.stat().st_size / 1e6:,.0f} MB; load {load:.1f}")
        with Peak() as peak:
            start, busy = time.perf_counter(), processor_seconds()
            if chosen.only_group:
                done = grouped(file, Path(folder), chosen.processes)
            else:
                log = log_of(Path(folder) / "spotcheck.db")
                done = import_file(file, log=log, key=b"key", by="bench", processes=chosen.processes).added
            seconds, busy = time.perf_counter() - start, processor_seconds() - busy
        print(
            f"{done:,} conversations in {seconds:.1f} s ({busy:.1f} s of processor): {spans / busy:,.0f} spans and "
            f"{done / busy:,.0f} conversations a second of processor, peak RSS of all processes {peak.most:.0f} MB"
        )


if __name__ == "__main__":
    main()
