"""A store with a release, and a small product under test that behaves as a case asks it to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from golden_store import new_store

from review.experiments.versions.registry import Wanted, register
from review.golden.releases import release
from review.golden.written import import_examples, read_written
from storage.store import Store

AGENT = """
import json, os, subprocess, sys, threading, time
log = os.environ.get("ASKED")
for line in sys.stdin:
    asked = json.loads(line)
    if log:
        with open(log, "a") as file:
            file.write(asked["id"] + "\\n")
        with open(log + ".pid", "w") as file:
            file.write(str(os.getpid()))
    id_, question = asked["id"], asked["question"]
    word = question.split()[0]
    out = sys.stdout
    if word == "half":
        out.write('{"id": "' + id_); out.flush(); sys.exit(0)
    if word == "long":
        out.write('{"id": "%s", "answer": "%s"}\\n' % (id_, "x" * 11_000_000)); out.flush(); continue
    if word == "wrong":
        out.write('{"id": "nobody", "answer": "no"}\\n'); out.flush(); continue
    if word == "twice":
        out.write(json.dumps({"id": id_, "answer": "42"}) + "\\n")
        out.write(json.dumps({"id": id_, "answer": "43"}) + "\\n"); out.flush(); continue
    if word == "nothing":
        sys.exit(3)
    if word == "stderr":
        threading.Thread(target=lambda: [sys.stderr.write("noise ") for _ in iter(int, 1)], daemon=True).start()
    if word == "never":
        time.sleep(600)
    if word == "forks":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        sys.exit(0)
    if word == "text":
        out.write("not json\\n"); out.flush(); continue
    if word == "field":
        out.write(json.dumps({"id": id_, "answer": 7}) + "\\n"); out.flush(); continue
    if word == "error":
        out.write(json.dumps({"id": id_, "error": "no table"}) + "\\n"); out.flush(); continue
    out.write(json.dumps({"id": id_, "answer": "42", "cost": 0.5, "tokens_in": 10, "tokens_out": 2}) + "\\n")
    out.flush()
"""


def agent(folder: Path) -> str:
    """Write the product and return the command that starts it."""
    path = folder / "agent.py"
    path.write_text(AGENT, encoding="utf-8")
    return f"{sys.executable} {path}"


def examples(questions: list[str]) -> list[dict[str, Any]]:
    return [
        {"id": f"c-{k}", "question": q, "expected_answer": "42", "scenario": "orders", "must_pass": k == 0}
        for k, q in enumerate(questions)
    ]


def released(folder: Path, rows: list[dict[str, Any]], name: str = "r1", *, store: Store | None = None) -> Store:
    """A store with a release of these written examples, and the versions v1 and v2."""
    store = store or new_store(folder)
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    import_examples(store, read_written(path), by="eva")
    release(store, name, by="eva")
    if name == "r1":
        prompt = "Answer questions about orders."
        register(store, Wanted(id="v1", prompt=prompt, model="small"), by="eva")
        register(store, Wanted(id="v2", parent="v1", prompt=f"{prompt} Be brief.", model="small"), by="eva")
    return store
