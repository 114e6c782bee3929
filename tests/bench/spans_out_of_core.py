"""How much memory a file of spans in any order takes that is far larger than memory.

Run: python tests/bench/spans_out_of_core.py [--gigabytes 5]. The spans of all traces stand in random order, eight in an
OTLP request on a line, with the texts of an assistant that gets its whole conversation with each call: input messages
of 2 to 8 kB. A process of its own imports the file; the peak is the sum over it and all that it starts, looked at ten
times a second. The file and what waits on disk take two and a half times the gigabytes.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path
from typing import Any

import orjson
from process_memory import megabytes
from trace_speed import span

PER_LINE = 8
SPANS = 4
"""In each trace: an agent, a tool and two calls of a model."""
WORDS = (
    *("order", "parcel", "carrier", "invoice", "refund", "address", "delivery", "replacement", "customer", "account"),
    *(
        "was",
        "is",
        "has",
        "been",
        "will",
        "the",
        "a",
        "your",
        "our",
        "and",
        "to",
        "from",
        "with",
        "within",
        "two",
        "days",
    ),
)


def make_text(rng: random.Random) -> str:
    """A million characters of words, of which messages are parts."""
    return " ".join(rng.choices(WORDS, k=170_000))


def span_of(trace: int, number: int, text: str) -> dict[str, Any]:
    """One span of a trace; its texts depend on the numbers alone, so that none has to be kept."""
    rng = random.Random(trace)
    sizes = [rng.randrange(100, 400), *(rng.randrange(900, 4_000) for _ in range(3))]
    parts = [text[at : at + size] for size in sizes for at in (rng.randrange(900_000),)]
    asked, passages, told, again = f"Where is order #W{trace}? {parts[0]}", *parts[1:]
    history = [message("system", passages), message("user", asked)]
    if number == 0:
        return span(
            trace, 1, 0, "agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": f"s{trace}"}
        )
    if number == 1:
        tool = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "order",
            "gen_ai.tool.call.result": passages,
        }
        return span(trace, 2, 1, "tool", {**tool, "gen_ai.tool.call.arguments": f'{{"id": {trace}}}'})
    if number == 3:
        history += [message("assistant", told), message("user", f"And when does #W{trace} arrive?")]
    call: dict[str, str | int] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.input.messages": orjson.dumps(history).decode(),
        "gen_ai.output.messages": orjson.dumps([message("assistant", told if number == 2 else again)]).decode(),
        "gen_ai.usage.input_tokens": 900 * number,
        "gen_ai.usage.output_tokens": 300,
    }
    return span(trace, number + 1, 1, "chat", call)


def message(role: str, content: str) -> dict[str, Any]:
    """One message as the conventions of OpenTelemetry write it."""
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def write_spans(path: Path, size: int) -> int:
    """Write the spans of so many traces in random order that the file has the size; return how many traces."""
    rng = random.Random(0)
    text = make_text(rng)
    some = sum(len(orjson.dumps(span_of(trace, n, text))) for trace in range(200) for n in range(SPANS))
    traces = max(1, 200 * size // some)
    order = array("q", range(traces * SPANS))  # eight bytes a span: nothing else grows with the file
    rng.shuffle(order)
    with path.open("wb") as file:
        for at in range(0, len(order), PER_LINE):
            spans = [span_of(n // SPANS, n % SPANS, text) for n in order[at : at + PER_LINE]]
            file.write(orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}) + b"\n")
    return traces


def import_spans(file: Path, store: Path) -> None:
    """Import the file, and print what came of it as JSON."""
    from review.basics.log_paths import log_of
    from review.sources.importing import import_file

    begun = time.perf_counter()
    done = import_file(file, log=log_of(store), key=b"key", by="bench")
    own = resource.getrusage(resource.RUSAGE_SELF)
    said = {"added": done.added, "rejected": done.rejected, "seconds": time.perf_counter() - begun}
    print(orjson.dumps({**said, "own": own.ru_maxrss / 1024, "busy": own.ru_utime + own.ru_stime}).decode())


def main() -> None:
    """Write the file, import it in a process of its own, and print rows, seconds and the peak of the memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=5)
    parser.add_argument("--import", nargs=2, type=Path, dest="files", metavar=("FILE", "STORE"), help="used by itself")
    parser.add_argument("--folder", type=Path, help="where the file is written; left out: the one for temporary files")
    chosen = parser.parse_args()
    if chosen.files:
        import_spans(*chosen.files)
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        file = Path(folder) / "spans.jsonl"
        traces = write_spans(file, int(chosen.gigabytes * 1e9))
        print(f"{traces * SPANS:,} spans of {traces:,} traces, {file.stat().st_size / 1e9:.2f} GB", flush=True)
        command = [sys.executable, __file__, "--import", str(file), str(Path(folder) / "spotcheck.db")]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        peak = 0.0
        while child.poll() is None:
            peak = max(peak, megabytes(child.pid))
            time.sleep(0.1)
        if child.stdout is None or child.returncode:
            raise SystemExit(f"The import ended with {child.returncode}.")
        done = orjson.loads(child.stdout.read())
    rate = traces / done["seconds"]
    print(
        f"{done['added']:,} conversations added, {done['rejected']:,} rejected, in {done['seconds']:.1f} s "
        f"({done['busy']:.1f} s of processor): {rate:,.0f} conversations and {rate * SPANS:,.0f} spans a second"
    )
    print(f"peak RSS {max(peak, done['own']):.0f} MB, of the process that imports alone {done['own']:.0f} MB")


if __name__ == "__main__":
    main()
