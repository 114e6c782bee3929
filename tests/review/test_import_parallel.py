"""An import in several processes, and one that knows its records, do what an import in one process does."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import orjson
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError, Refused
from review.basics.log_paths import LogPaths, log_of
from review.basics.record import Raw, batches
from review.checks.settings import CheckSettings
from review.log import append
from review.log.known_records import KnownRecords, found_in_log
from review.log.log import log_files, log_relation
from review.log.withdrawn import hide
from review.settings.privacy import Privacy
from review.sources import grouping, importing, known, processes, record_hashes, record_processes, trace_processes
from review.sources.conversations import NO_ANSWER
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.sources.tally import Tally
from storage.records_log import Import

VERDICTS = ({"judge": {"tone": "good"}}, {"judge": {"tone": {"value": "bad", "score": 0.5}}, "b": {"tone": "good"}}, {})


def rows(n: int) -> Iterator[dict[str, Any]]:
    """Rows of every fate: dated and not, with personal data, verdicts, an unreadable field, and some twice."""
    for i in range(n):
        row: dict[str, Any] = {
            "id": f"c{i % (n - n // 9)}",
            "created_at": f"2026-11-{1 + i % 28:02d}T09:00:00Z" if i % 5 else None,
            "question": f"Where is order #W{1_000_000 + i}?"
            + (f" Call 415-555-{1000 + i % 9000}." if i % 4 == 0 else ""),
            "answer": f"Write to a{i}@example.com." if i % 3 == 0 else "It is on its way.",
            "verdicts": VERDICTS[i % 3],
            "feedback": ("up", "down,copied", "meh", None, f"word {i % 7}")[i % 5],
            "extra": {"n": i, "x": [1.5, None, "é"]},
        }
        if i % 17 == 3:
            row["created_at"] = f"odd {i}"
        if i % 19 == 5:
            row["status"] = f"odd {i % 3}, a{i}@example.com"
        if i % 23 == 5:
            row["metadata"] = {"scores": [{"source": "app", "rater": "r"}]}
        yield row


def written(path: Path, n: int = 900) -> Path:
    lines = [orjson.dumps(row) for row in rows(n)]
    lines[50:50] = [b"{broken", b'{"id": "nan", "question": "q", "cost": NaN}', b"\xff\xfe"]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut a small file into many batches."""
    monkeypatch.setattr(record_processes, "RECORDS", 37)
    monkeypatch.setattr(trace_processes, "RECORDS", 37)


@pytest.fixture
def ready_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take processes that have imported and loaded everything. New ones, as an import starts them, take two seconds."""
    # Where the process that forks looks for what it preloads.
    path = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warm_import"])
    monkeypatch.setattr(processes, "multiprocessing", SimpleNamespace(get_context=lambda _: context))


def run(path: Path, log: LogPaths, *, n: int, progress: Any = None, **options: Any) -> tuple[Import, Tally]:
    tally = Tally()
    chosen = ImportOptions(week="2026-W10", **options)
    done = import_file(path, chosen, log=log, key=b"key", by="ana", tally=tally, processes=n, progress=progress)
    return replace(done, id="", at="", file=""), tally


def contents(log: LogPaths) -> list[tuple[Any, ...]]:
    """Every cell of the log, in the order of its files, without the import and its time."""
    found = []
    for file in log_files(log):
        relation = duckdb.sql(f"SELECT * EXCLUDE (import_id, imported_at) FROM read_parquet('{file}')")
        found += [(file.name, *row) for row in relation.fetchall()]
    return found


def originals(log: LogPaths) -> list[tuple[Any, ...]]:
    files = sorted(str(file) for file in log.originals.glob("*/*.parquet"))
    return duckdb.sql(f"SELECT * FROM read_parquet({files})").fetchall()


def rejects(tally: Tally) -> bytes:
    return tally.rejects_file.read_bytes() if tally.rejects_file else b""


def counts(tally: Tally) -> tuple[Any, ...]:
    return (tally.read, tally.rejected, tally.undated, tally.rejections, tally.verdicts, tally.mended,
            tally.odd_feedback, list(tally.odd_feedback), tally.unread, list(tally.unread), tally.human_scores,
            [list(c) for c in tally.verdicts.values()], rejects(tally))  # fmt: skip


def test_two_processes_make_what_one_makes(tmp_path: Path, request: pytest.FixtureRequest, small_batches: None) -> None:
    path = written(tmp_path / "log.jsonl")
    logs = {n: log_of(tmp_path / f"{n}.db") for n in (1, 2)}
    done = {n: run(path, log, n=n) for n, log in logs.items()}
    assert done[1][0] == done[2][0] and done[1][0].rejected > 50 and done[1][0].changed > 50
    assert counts(done[1][1]) == counts(done[2][1]) and done[1][1].mended == {"number": 1, NO_ANSWER: 1}
    assert done[1][1].unread.total() > 30 and done[1][1].human_scores["r"] > 20
    assert contents(logs[1]) == contents(logs[2]) and originals(logs[1]) == originals(logs[2])
    request.getfixturevalue("ready_processes")  # new processes have shown that they make the same
    for n, log in logs.items():
        again = run(path, log, n=n)
        assert again[0].added == 0 and again[0].read == done[1][0].read and not list(log.logs.glob(".partial*"))


def spans(n: int) -> Iterator[bytes]:
    """Requests with spans of traces in any order: with a failed root, without one, without text, and what is none."""
    parts = [(trace, number) for trace in range(n) for number in range(3)]
    np.random.default_rng(3).shuffle(parts)
    for at in range(0, len(parts), 5):
        made = []
        for trace, number in parts[at : at + 5]:
            said = f"Call 415-555-{1000 + int(trace)}." if trace % 11 else ""
            texts = {"input.value": f"Where is #{trace}?", "output.value": said} if trace % 13 and number == 1 else {}
            made.append({
                "traceId": f"{trace + 1:032x}" if trace % 17 or number else "",
                "spanId": f"{number + 1:016x}",
                "parentSpanId": f"{1 if trace % 7 else 9:016x}" if number else "",
                "name": "s", "startTimeUnixNano": str(1763717400 * 10**9 + int(trace)),
                "attributes": [{"key": key, "value": {"stringValue": text}} for key, text in texts.items()],
                "status": {"code": 2 if trace % 5 == 0 and not number else 0},
            })  # fmt: skip
        yield orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": made}]}]})


@pytest.mark.parametrize("memory", [grouping.MEMORY, 4_000])
def test_two_processes_put_traces_together_as_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int, small_batches: None, ready_processes: None
) -> None:
    path = tmp_path / "spans.jsonl"
    huge = [{"traceId": "f" * 32, "spanId": f"{n + 1:016x}", "name": "x" * 3_000} for n in range(2)]
    path.write_bytes(
        b"\n".join([*spans(200), b"{broken", orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": huge}]}]})])
    )
    monkeypatch.setattr(grouping, "MEMORY", memory)
    logs = {n: log_of(tmp_path / f"{n}.db") for n in (1, 2)}
    seen: list[tuple[int, int]] = []
    done = {n: run(path, log, n=n, progress=lambda *at: seen.append(at)) for n, log in logs.items()}
    assert done[1][0] == replace(done[2][0], rejections=done[1][0].rejections) and done[1][0].added > 100
    assert [sorted(map(str, row.rejections)) for row, _ in done.values()] == [
        sorted(map(str, done[1][0].rejections))
    ] * 2
    assert done[1][0].rejected > 20 and done[1][1].mended == done[2][1].mended and seen[-1][0] == seen[-1][1]
    assert sorted(map(str, contents(logs[1]))) == sorted(map(str, contents(logs[2])))
    assert originals(logs[2]) and sorted(originals(logs[1])) == sorted(originals(logs[2]))
    too_large = any("in one trace" in row["expected"] for row in done[2][0].rejections)
    assert too_large == (memory == 4_000) and not list(tmp_path.glob("tmp*"))


def test_requests_of_a_batch_wait_for_their_answers_in_two_processes_too(
    tmp_path: Path, small_batches: None, ready_processes: None
) -> None:
    path = tmp_path / "in.jsonl"
    body = {"model": "m", "messages": [{"role": "user", "content": "How many?"}]}
    asked = [{"custom_id": f"c-{n}", "method": "POST", "url": "/v1/chat/completions", "body": body} for n in range(90)]
    path.write_bytes(b"\n".join(map(orjson.dumps, asked)))
    done, tally = run(path, log_of(tmp_path / "s.db"), n=2)
    assert (done.format, done.added, done.rejected, tally.waits) == ("openai_batch", 0, 90, 90)


@pytest.mark.parametrize(
    "options",
    [
        {"privacy": Privacy(patterns={"ORDER": "#W[0-9]+"}, originals="none", countries=("DE",), addresses=True)},
        {"checks": CheckSettings(run=("length",)), "source": "mails", "mapping": {"scenario": "extra.n"}},
    ],
)
def test_settings_reach_the_processes(
    tmp_path: Path, options: dict[str, Any], small_batches: None, ready_processes: None
) -> None:
    path = written(tmp_path / "log.jsonl", 120)
    logs = {n: log_of(tmp_path / f"{n}.db") for n in (1, 2)}
    done = {n: run(path, log, n=n, **options) for n, log in logs.items()}
    assert done[1][0] == done[2][0] and done[1][0].added > 90 and contents(logs[1]) == contents(logs[2])


def known_first(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, n: int = 1) -> list[tuple[Any, ...]]:
    """Import twice, with records recognised and without: the second time, what is said and what the log holds."""
    found = []
    for recognised in (True, False):
        log = log_of(folder / f"{recognised}.db")
        run(path, log, n=n)
        with monkeypatch.context() as patch:
            if not recognised:
                patch.setattr(importing, "is_read_alone", lambda format: False)
            done, tally = run(path, log, n=1)
        found.append((done, counts(tally), [row[:-1] for row in contents(log)]))
    return found


def test_a_second_import_says_the_same_whether_its_records_are_recognised_or_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = known_first(written(tmp_path / "log.jsonl"), tmp_path, monkeypatch)
    assert quick == slow and quick[0].duplicate > 600 and quick[0].changed > 50 and quick[0].rejected > 50


def test_only_new_records_are_masked_in_a_second_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [orjson.dumps({"id": str(i), "question": f"q{i}", "answer": "a"}) for i in range(60)]
    path, log = tmp_path / "log.jsonl", log_of(tmp_path / "s.db")
    path.write_bytes(b"\n".join(lines[:50]))
    run(path, log, n=1)
    path.write_bytes(b"\n".join(lines))
    seen: list[Raw] = []
    real = importing.masked_conversations
    monkeypatch.setattr(importing, "masked_conversations", lambda raws, rules: real(watched(raws, seen), rules))
    done, _ = run(path, log, n=1)
    assert (done.added, done.duplicate, [raw.line for raw in seen]) == (10, 50, list(range(51, 61)))


def watched(raws: Iterator[Raw], seen: list[Raw]) -> Iterator[Raw]:
    for raw in raws:
        seen.append(raw)
        yield raw


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "mails"},
        {"mapping": {"scenario": "question"}},
        {"values": {"model": {"a": "b"}}},
        {"privacy": Privacy(patterns={"Q": "q1"})},
        {"time_zone": "Europe/Berlin"},
    ],
)
def test_other_settings_make_another_record(tmp_path: Path, changed: dict[str, Any]) -> None:
    ours = record_hashes.record_hash(ImportOptions(), key=b"key", format="jsonl")({"question": "q1"})
    theirs = record_hashes.record_hash(ImportOptions(**changed), key=b"key", format="jsonl")({"question": "q1"})
    same = ImportOptions(week="2026-W01", privacy=Privacy(originals="none", rejects_days=3))
    assert ours != theirs and ours == record_hashes.record_hash(same, key=b"key", format="jsonl")({"question": "q1"})
    assert ours != record_hashes.record_hash(ImportOptions(), key=b"another", format="jsonl")({"question": "q1"})
    assert ours != record_hashes.record_hash(ImportOptions(), key=b"key", format="openai")({"question": "q1"})


def test_an_import_that_was_undone_comes_in_again(tmp_path: Path) -> None:
    path, log = written(tmp_path / "log.jsonl", 60), log_of(tmp_path / "s.db")
    first = import_file(path, log=log, key=b"key", by="ana")
    hide(log, first.id)
    again = import_file(path, log=log, key=b"key", by="ana")
    assert again.added == first.added > 0


@pytest.mark.parametrize("scanned", [0, 1, 10])
def test_a_large_import_finds_what_the_log_holds_as_a_small_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanned: int
) -> None:
    for module in (known, append):
        monkeypatch.setattr(module, "SCANNED", scanned)
    monkeypatch.setattr(known, "AT_ONCE", 20)
    monkeypatch.setattr(append, "LOOKED_UP", 20)
    log, first = log_of(tmp_path / "s.db"), written(tmp_path / "first.jsonl", 60)
    before = import_file(first, log=log, key=b"key", by="ana")
    # The same content from records that differ in a field nobody reads: only the look-up of ids recognises them.
    more = tmp_path / "more.jsonl"
    more.write_bytes(b"".join(orjson.dumps(row | {"unread": 1}) + b"\n" for row in [*rows(60), *rows(60)]))
    for path in (first, more):
        again = import_file(path, log=log, key=b"key", by="ana")
        assert (again.added, again.duplicate + again.changed) == (0, again.read - again.rejected), path.name
    assert before.added > 3 * known.AT_ONCE // 2


def test_a_log_of_an_earlier_version_has_no_hashes_and_is_read(tmp_path: Path) -> None:
    path, log = written(tmp_path / "log.jsonl", 60), log_of(tmp_path / "s.db")
    first = import_file(path, log=log, key=b"key", by="ana")
    for file in log_files(log):
        duckdb.sql(f"SELECT * EXCLUDE (raw_hash) FROM read_parquet('{file}')").write_parquet(str(file) + ".new")
        Path(f"{file}.new").replace(file)
    assert KnownRecords(log).find([b"x" * 16]) == [None]
    again = import_file(path, log=log, key=b"key", by="ana")
    assert (again.added, again.duplicate + again.changed) == (0, first.added + first.duplicate + first.changed)
    assert duckdb.sql(f"SELECT count(*) FROM {log_relation(log)}").fetchall() == [(first.added,)]


@given(
    hashes=st.lists(st.binary(min_size=16, max_size=16), max_size=30),
    asked=st.lists(st.binary(min_size=16, max_size=16), max_size=9),
)
@examples(60)
def test_a_hash_is_found_where_the_log_has_it(
    tmp_path_factory: pytest.TempPathFactory, hashes: list[bytes], asked: list[bytes]
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    log = log_of(tmp_path_factory.mktemp("hashes") / "s.db")
    for k, part in enumerate((hashes[::2], hashes[1::2])):
        (log.logs / str(k)).mkdir(parents=True)
        cells = [*part, None, b"short"]
        table = pa.table(
            {"raw_hash": pa.array(cells, pa.binary()), "created_at": [None if k else "2026"] * len(cells),
             "verdicts": [f'{{"j": {k}}}'] * len(cells), "feedback": ["up" if k else None] * len(cells)},
            schema=pa.schema([("raw_hash", pa.binary()), ("created_at", pa.string()), ("verdicts", pa.string()),
                              ("feedback", pa.string())]),
        )  # fmt: skip
        pq.write_table(table, log.logs / str(k) / "2026-W01-0001.parquet")
    known_ones = KnownRecords(log)
    # Of several hashes with the same first half only one is kept; the others are read again.
    firsts = [h[:8] for h in dict.fromkeys(hashes)]
    for one in [*asked, *hashes]:
        (found,) = known_ones.find([one])
        if one not in hashes:
            assert found is None
        elif firsts.count(one[:8]) == 1:
            assert found is not None and found.verdicts in ('{"j": 0}', '{"j": 1}')
    looked_up = found_in_log(log, [*asked, *hashes])
    assert [one is not None for one in looked_up] == [one in hashes for one in (*asked, *hashes)]
    assert known_ones.find([*asked, *hashes]) == [known_ones.find([one])[0] for one in (*asked, *hashes)]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 9), st.integers(1, 120))
def test_batches_hold_every_record_once_in_order(sizes: list[int], most: int, most_bytes: int) -> None:
    done = np.cumsum(sizes).tolist()
    raws = [Raw(k + 1, {}, None, at) for k, at in enumerate(done)]
    found = list(batches(iter(raws), records=most, size=most_bytes))
    assert [raw for batch in found for raw in batch] == raws and all(0 < len(batch) <= most for batch in found)


@pytest.mark.parametrize("n", [1, 2])
def test_a_damaged_archive_adds_nothing(tmp_path: Path, n: int, small_batches: None, ready_processes: None) -> None:
    packed = gzip.compress(written(tmp_path / "log.jsonl").read_bytes())
    path, log = tmp_path / "log.jsonl.gz", log_of(tmp_path / "s.db")
    path.write_bytes(packed[: len(packed) - 200])
    with pytest.raises(InputError, match="not readable as gzip"):
        run(path, log, n=n)
    assert not log_files(log) and not list(log.logs.glob(".partial*")) and not log.rejects.exists()


def test_a_process_that_the_system_ends_adds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_batches: None, ready_processes: None
) -> None:
    path, log = written(tmp_path / "log.jsonl"), log_of(tmp_path / "s.db")
    real = processes.pool_for

    def killed(*arguments: Any) -> Any:
        pool = real(*arguments)
        submit = pool.submit
        sent = []

        def then_kill(work: Any, batch: list[Raw]) -> Any:
            sent.append(batch)
            if len(sent) == 3:
                submit(os.getpid).result()
                os.kill(next(iter(pool._processes)), signal.SIGKILL)
            return submit(work, batch)

        pool.submit = then_kill
        return pool

    monkeypatch.setattr(importing, "pool_for", killed)
    with pytest.raises(Refused, match="a process of the import was ended by the system"):
        run(path, log, n=2)
    assert not log_files(log) and not list(log.logs.glob(".partial*")) and not log.rejects.exists()


STOPPED = """
import signal
import sys
from pathlib import Path
from review.basics.log_paths import log_of
from review.sources.importing import import_file

def progress(done, size):
    print("read", flush=True)

if __name__ == "__main__":
    # A shell that starts the tests in the background lets its children ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(sys.argv[1])
    import_file(folder / "log.jsonl", log=log_of(folder / "s.db"), key=b"key", by="a", progress=progress, processes=2)
"""


def test_control_c_ends_every_process_and_adds_nothing(tmp_path: Path) -> None:
    """As in a terminal: the whole group gets the signal."""
    written(tmp_path / "log.jsonl", 8_000)
    (tmp_path / "stopped.py").write_text(STOPPED)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "stopped.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as program:
        assert program.stdout is not None and program.stdout.readline() == "read\n"
        for _ in range(3):
            program.stdout.readline()
        os.killpg(program.pid, signal.SIGINT)
        _, said = program.communicate(timeout=120)
    assert program.returncode != 0 and said.count("KeyboardInterrupt") == 1
    log = log_of(tmp_path / "s.db")
    assert not log_files(log) and not list(log.logs.glob(".partial*"))
    assert gone(program.pid)


def gone(group: int) -> bool:
    """Whether no process of a group is left; waits for those that are just ending."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)  # between two looks at processes that are ending there is no state to wait on
    return False


def test_small_files_models_and_records_under_a_head_take_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    job = processes.Job(ImportOptions(), b"key", "jsonl", "i", "now")
    assert processes.pool_for(job, 20_000, (), None) is None
    monkeypatch.setattr(processes, "LARGE", 1)
    monkeypatch.setattr(processes, "_cores", lambda: 1)
    assert processes.pool_for(job, 20_000, (), None) is None
    monkeypatch.setattr(processes, "_cores", lambda: 2)
    pool = processes.pool_for(job, 20_000, (), None)
    assert pool is not None
    pool.shutdown()
    assert processes.pool_for(job._replace(format="openai_evals"), 20_000, (), None) is None
