"""Import into the embedded log: everything or nothing, the first version wins, a second time adds nothing."""

from dataclasses import replace
from pathlib import Path

import duckdb
import orjson
import pyarrow.parquet as pq
import pytest
from examples import examples
from filelock import FileLock
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import review.log.append
import review.log.staging
from review.basics.errors import InputError, Refused
from review.basics.log_paths import log_of
from review.checks.catalogue import CHEAP
from review.log.append import Appended, append
from review.log.columns import COLUMNS
from review.log.log import log_files, log_relation, read_conversations, weeks_in_log
from review.log.rows import Entry
from review.privacy.originals import reveal_original, write_originals
from review.settings.privacy import Privacy
from review.sources.conversations import content_hash
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from storage.records_log import Conversation

REAL = Path(__file__).parents[2] / "../shared/data"


@pytest.fixture
def log(tmp_path):
    return log_of(tmp_path / "a[1] '*.db")


def write(folder, *records, name="log.jsonl"):
    path = folder / name
    path.write_bytes(b"\n".join(r if isinstance(r, bytes) else orjson.dumps(r) for r in records))
    return path


def record(i, **more):
    return {
        "id": f"c{i}",
        "created_at": f"2026-11-{16 + i % 14:02d}T10:00:00Z",
        "question": f"q{i}",
        "answer": "a",
        **more,
    }


def imported(path, log, **options):
    watchers = {name: options.pop(name) for name in ("progress", "on_detected") if name in options}
    return import_file(path, ImportOptions(**options), log=log, key=b"key", by="ana", **watchers)


def counts(done):
    return {name: getattr(done, name) for name in ("read", "added", "duplicate", "changed", "rejected", "undated")}


def test_what_goes_in_comes_out(tmp_path, log):
    full = record(
        1,
        context=["passage"],
        steps=[{"thought": "join"}],
        sql="SELECT 1",
        result=[{"n": 1}],
        status="error",
        error_type="UnknownColumn",
        error_message="no column",
        repair_rounds=3,
        repaired=False,
        confidence=0.25,
        low_confidence=True,
        latency_ms=1200.5,
        tokens_in=10,
        tokens_out=20,
        cost=0.01,
        retries=1,
        model="m",
        prompt_version="v3",
        variant="B",
        user_id="u",
        session_id="s",
        feedback="down",
        scenario="sales",
        language="de",
        tags=["a", "b"],
        verdicts={"judge": {"politeness": "rude"}},
        extra=[1, {"x": None}],
    )
    done = imported(write(tmp_path, full), log)
    assert counts(done) == {"read": 1, "added": 1, "duplicate": 0, "changed": 0, "rejected": 0, "undated": 0}
    (read,) = read_conversations(log, ["c1"])
    assert read.content_hash == content_hash(read)
    # The answer is one letter long, which is worth a look.
    assert list(read.checks) == list(CHEAP) and read.checks["length"]["flagged"]
    assert replace(read, content_hash="", user_id=None, session_id=None, checks={}) == Conversation(
        id="c1",
        source="production",
        source_id="c1",
        created_at="2026-11-17T10:00:00.000+00:00",
        week="2026-W47",
        messages=({"role": "user", "content": "q1"}, {"role": "assistant", "content": "a"}),
        context=("passage",),
        steps=({"thought": "join"},),
        sql="SELECT 1",
        result={"columns": ["n"], "rows": [[1]], "total": 1},
        status="error",
        error_type="UnknownColumn",
        error_message="no column",
        repair_rounds=3,
        repaired=False,
        confidence=0.25,
        low_confidence=True,
        latency_ms=1200.5,
        tokens_in=10,
        tokens_out=20,
        cost=0.01,
        retries=1,
        model="m",
        prompt_version="v3",
        variant="B",
        feedback="down",
        scenario="sales",
        language="de",
        tags=("a", "b"),
        verdicts={"judge": {"politeness": "rude"}},
        metadata={"extra": [1, {"x": None}]},
    )


def test_a_second_import_adds_nothing(tmp_path, log):
    path = write(tmp_path, *(record(i) for i in range(30)))
    assert counts(imported(path, log))["added"] == 30
    files = log_files(log)
    assert counts(imported(path, log)) == {
        "read": 30, "added": 0, "duplicate": 30, "changed": 0, "rejected": 0, "undated": 0,
    }  # fmt: skip
    assert log_files(log) == files


def test_an_undated_record_is_the_same_next_week(tmp_path, log):
    path = write(tmp_path, {"question": "q"})
    assert counts(imported(path, log, week="2026-W46")) | {"read": 1} == {
        "read": 1, "added": 1, "duplicate": 0, "changed": 0, "rejected": 0, "undated": 1,
    }  # fmt: skip
    assert imported(path, log, week="2026-W47").duplicate == 1
    assert weeks_in_log(log) == {"2026-W46": 1}


def test_the_first_version_wins_and_others_are_counted(tmp_path, log):
    path = write(tmp_path, record(1), record(1, answer="other"), record(1), record(2))
    assert counts(imported(path, log)) | {"undated": 0} == {
        "read": 4, "added": 2, "duplicate": 1, "changed": 1, "rejected": 0, "undated": 0,
    }  # fmt: skip
    assert imported(write(tmp_path, record(2, answer="later"), name="b.jsonl"), log).changed == 1
    assert [c.answer for c in read_conversations(log, ["c1", "c2"])] == ["a", "a"]


@pytest.mark.parametrize(("batch", "looked_up"), [(7, 2_000), (50_000, 3), (7, 3), (1, 1)])
def test_duplicates_are_known_across_batches(tmp_path, log, monkeypatch, batch, looked_up):
    monkeypatch.setattr(review.log.append, "BATCH_ROWS", batch)
    monkeypatch.setattr(review.log.append, "LOOKED_UP", looked_up)
    path = write(tmp_path, *(record(i % 50) for i in range(120)))
    done = imported(path, log)
    assert (done.added, done.duplicate) == (50, 70)
    assert sum(weeks_in_log(log).values()) == 50


def test_only_new_conversations_are_examined(log):
    seen = []

    def examine(new):
        for entry in new:
            seen.append(entry.conversation.id)
            yield entry

    def append_these(*numbers, as_import):
        given = [Entry(replace(conversation(i), content_hash=f"hash {i}")) for i in numbers]
        return append(log, given, import_id=as_import, at="now", examine=examine)

    assert append_these(1, 2, 1, as_import="i1") == Appended(added=2, duplicate=1, changed=0)
    assert append_these(2, 3, 1, as_import="i2") == Appended(added=1, duplicate=2, changed=0)
    assert seen == [conversation(i).id for i in (1, 2, 3)]


def test_rejections_name_line_field_found_and_expected_and_are_masked(tmp_path, log):
    path = write(
        tmp_path, record(1), b"{broken", record(2, created_at="ask anna@example.com"), {"id": 3, "question": {"a": 1}}
    )
    done = imported(path, log)
    assert counts(done) == {"read": 4, "added": 1, "duplicate": 0, "changed": 0, "rejected": 3, "undated": 0}
    assert [(r["line"], r["column"], r["found"]) for r in done.rejections] == [
        (2, "line", "{broken"),
        (3, "created_at", "ask [EMAIL_1]"),
        (4, "question", '{"a":1}'),
    ]


def test_at_most_a_hundred_rejections_are_kept_and_all_are_counted(tmp_path, log):
    done = imported(write(tmp_path, record(1), *([b"x"] * 150)), log)
    assert (done.rejected, len(done.rejections)) == (150, 100)


def test_records_nested_too_deeply_are_rejected(tmp_path, log):
    deep = b'{"id": "d", "question": "q", "x": ' + b"[" * 600 + b"]" * 600 + b"}"
    done = imported(write(tmp_path, record(1), deep), log)
    assert (done.added, done.rejected) == (1, 1)


def test_a_file_without_any_record_is_refused_with_its_first_line(tmp_path, log):
    with pytest.raises(InputError, match=r"log.jsonl, line 1: found 'not json'.*None of the first 2 lines"):
        imported(write(tmp_path, b"not json", b"nor this"), log, format="jsonl")
    assert not log.logs.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "excel"}, "format: found 'excel', expected auto or one of jsonl"),
        ({"source": "a/b"}, "source: found"),
        ({"week": "47"}, "ISO week"),
        ({"mapping": {"querstion": "x"}}, "no field 'querstion'"),
        ({"privacy": Privacy(patterns={"A": "["})}, "not a valid regular expression"),
        ({"privacy": Privacy(originals="somewhere")}, "apart, encrypted, none"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_written(tmp_path, log, options, message):
    with pytest.raises(InputError, match=message):
        imported(write(tmp_path, record(1)), log, **options)
    assert not log.logs.exists()


def test_an_import_that_fails_half_way_leaves_the_log_as_it_was(tmp_path, log, monkeypatch):
    imported(write(tmp_path, record(0, question="mail x@example.com")), log)
    before = sorted(p for folder in (log.logs, log.originals) for p in folder.rglob("*"))
    monkeypatch.setattr(review.log.append, "BATCH_ROWS", 2)

    def entries():
        for i in range(1, 6):
            yield Entry(conversation(i), "original")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        append(log, entries(), import_id="i2", at="now")
    assert sorted(p for folder in (log.logs, log.originals) for p in folder.rglob("*")) == before


def test_what_a_killed_import_left_is_invisible_and_swept_away(tmp_path, log):
    imported(write(tmp_path, record(0)), log)
    for folder in (log.logs, log.originals):
        (folder / ".partial-dead").mkdir(parents=True)
    (log.logs / ".partial-dead" / "2026-W01-0001.parquet").write_bytes(log_files(log)[0].read_bytes())
    assert weeks_in_log(log) == {"2026-W47": 1}
    imported(write(tmp_path, record(1), name="b.jsonl"), log)
    assert not list(tmp_path.rglob(".partial-*"))


def test_originals_of_an_import_that_was_killed_between_its_two_renamings_are_found_after_the_next(tmp_path, log):
    done = imported(write(tmp_path, record(0, question="mail x@example.com")), log)
    (log.originals / done.id).rename(log.originals / f".partial-{done.id}")
    assert reveal_original(log, "c0") is None
    imported(write(tmp_path, record(1), name="b.jsonl"), log)
    assert reveal_original(log, "c0")["messages"][0]["content"] == "mail x@example.com"


def test_originals_that_a_draw_kept_outlive_every_import(tmp_path, log):
    write_originals(log.originals / "draw-1" / "2026-W47-1.parquet", [("d1", '{"sql": "SELECT 1"}')], encrypted=False)
    imported(write(tmp_path, record(1)), log)
    assert reveal_original(log, "d1") == {"sql": "SELECT 1"}


def test_originals_survive_when_their_renaming_fails(tmp_path, log, monkeypatch):
    rename = Path.rename

    def once(self, target):
        if self.parent == log.originals and not (log.originals / "failed").exists():
            (log.originals / "failed").touch()
            raise OSError("no permission")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(OSError, match="no permission"):
        imported(write(tmp_path, record(0, question="mail x@example.com")), log)
    assert weeks_in_log(log) == {"2026-W47": 1}
    assert reveal_original(log, "c0") is not None


def test_two_imports_do_not_run_at_once(tmp_path, log, monkeypatch):
    monkeypatch.setattr(review.log.staging, "LOCK_SECONDS", 0.1)
    log.logs.mkdir()
    with FileLock(log.logs / ".lock"), pytest.raises(Refused, match="another import is running"):
        imported(write(tmp_path, record(1)), log)


def conversation(i, **more):
    fields = {"source": "production", "source_id": f"s{i}", "created_at": None, "week": "2026-W47"}
    return Conversation(
        id=f"s{i}", messages=({"role": "user", "content": "q"},), content_hash="h", **{**fields, **more}
    )


def test_an_empty_log_has_all_columns_and_no_rows(log):
    assert read_conversations(log, ["c1"]) == []
    assert weeks_in_log(log) == {}
    with duckdb.connect() as db:
        relation = db.sql(f"SELECT * FROM {log_relation(log)}")
        assert relation.columns == list(COLUMNS)
        assert [str(t) for t in relation.types] == list(COLUMNS.values())
        assert relation.fetchall() == []


def test_the_log_has_typed_columns_and_files_named_by_week(tmp_path, log):
    imported(write(tmp_path, *(record(i) for i in range(28))), log)
    with duckdb.connect() as db:
        relation = db.sql(f"SELECT * FROM {log_relation(log)}")
        assert dict(zip(relation.columns, map(str, relation.types), strict=True)) == COLUMNS
        weeks = db.sql(f"SELECT week, count(*) FROM {log_relation(log)} GROUP BY ALL ORDER BY ALL").fetchall()
    assert dict(weeks) == weeks_in_log(log) == {"2026-W47": 14, "2026-W48": 14}
    only = log_files(log, weeks=["2026-W48"])
    assert [p.name for p in only] == ["2026-W48-0001.parquet"]
    assert set(pq.read_table(only[0], columns=["week"])["week"].to_pylist()) == {"2026-W48"}


def test_conversations_are_read_in_the_order_asked_for_and_unknown_ids_left_out(tmp_path, log):
    imported(write(tmp_path, *(record(i) for i in range(9))), log)
    assert [c.id for c in read_conversations(log, ["c7", "none", "c2", "c7"])] == ["c7", "c2"]
    assert read_conversations(log, []) == []


def test_weeks_follow_the_project_s_time_zone(tmp_path, log):
    late = record(1, created_at="2026-11-22T23:30:00Z")
    imported(write(tmp_path, late), log, time_zone="Europe/Berlin")
    assert weeks_in_log(log) == {"2026-W48": 1}


def test_progress_ends_at_the_size_of_the_file(tmp_path, log):
    seen = []
    path = write(tmp_path, *(record(i) for i in range(1200)))
    imported(path, log, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and len(seen) == 4
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_the_format_is_announced_with_its_reason(tmp_path, log):
    said = []
    imported(write(tmp_path, record(1)), log, on_detected=said.append)
    assert said[0].format == "jsonl" and "the first record has" in said[0].reason


def test_a_mapping_and_value_tables_reach_every_format(tmp_path, log):
    nested = {"id": "m", "input": {"text": "q"}, "out": ["a"], "thumb": "good"}
    mapping = {"question": "input.text", "answer": "out.0", "feedback": "thumb"}
    imported(write(tmp_path, nested), log, mapping=mapping, values={"feedback": {"good": "up"}})
    chat = {"conversations": [{"from": "human", "value": "q"}], "meta": {"id": "s"}, "thumb": "good"}
    mapping = {"id": "meta.id", "answer": "meta.id", "feedback": "thumb"}
    imported(write(tmp_path, chat, name="b.jsonl"), log, mapping=mapping, values={"feedback": {"good": "up"}})
    read = read_conversations(log, ["m", "s"])
    assert [(c.question, c.answer, c.feedback) for c in read] == [("q", "a", "up"), ("q", "s", "up")]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_csv_and_parquet_come_out_as_jsonl_does(tmp_path, log, suffix):
    import pandas as pd

    rows = [record(i, tokens_in=i, confidence=0.5, verdicts={"j": {"d": "x"}}) for i in range(3)]
    imported(write(tmp_path, *rows), log)
    path = tmp_path / f"log.{suffix}"
    if suffix == "csv":
        pd.DataFrame([{**r, "verdicts": orjson.dumps(r["verdicts"]).decode()} for r in rows]).to_csv(path, index=False)
    else:
        frame = pd.DataFrame(rows)
        frame["created_at"] = pd.to_datetime(frame["created_at"])
        frame.to_parquet(path)
    assert counts(imported(path, log))["duplicate"] == 3


@pytest.mark.parametrize(
    ("file", "mapping", "count"),
    [
        ("dialogues/tau_bench_retail_few_shot.jsonl", {}, 69),
        ("dialogues/sgd_dev_dialogues_007.json", {}, 68),
        ("dialogues/abcd_sample.json", {}, 3),
        ("intents/banking77_test.csv", {"question": "text"}, 3080),
    ],
)
def test_real_files_are_imported_whole_and_only_once(log, file, mapping, count):
    path = REAL / file
    if not path.exists():
        pytest.skip("the real data is not here")
    first = imported(path, log, mapping=mapping, source="real")
    assert (first.read, first.added, first.rejected) == (count, count, 0)
    assert imported(path, log, mapping=mapping, source="real").duplicate == count
    with duckdb.connect() as db:
        ids = [row[0] for row in db.sql(f"SELECT id FROM {log_relation(log)}").fetchall()]
    read = read_conversations(log, ids)
    assert len(read) == count
    assert all(c.id.startswith("real/") and c.question and "@example.com" not in str(c) for c in read)


texts = st.text(min_size=1, max_size=30).filter(str.strip)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_without_personal_data_comes_out_as_it_went_in(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("round")
    log = log_of(folder / "s.db")
    rows = [{"id": str(i), "question": q, "answer": a} for i, (q, a) in enumerate(pairs)]
    done = imported(write(folder, *rows), log, privacy=Privacy(originals="none"))
    assert done.added == len(rows)
    for row, read in zip(rows, read_conversations(log, [r["id"] for r in rows]), strict=True):
        if not read.redacted:
            assert (read.question, read.answer) == (row["question"], row["answer"])


def test_what_a_judge_wrote_in_a_log_is_masked(tmp_path, log):
    said = {"gpt": {"politeness": {"value": "rude", "rationale": "the user jane@example.org asked"}}}
    imported(write(tmp_path, record(1, verdicts=said)), log)
    (found,) = read_conversations(log, ["c1"])
    assert found.verdicts == {"gpt": {"politeness": {"value": "rude", "rationale": "the user [EMAIL_1] asked"}}}


@pytest.mark.parametrize("moment", ["9999-12-31T23:00:00Z", "0001-01-01T00:00:00Z", "1899-12-30"])
def test_a_date_that_no_conversation_has_is_a_reject_with_its_reason(log, tmp_path, moment):
    done = import_file(write(tmp_path, record(1, created_at=moment)), log=log, key=b"k", by="lea")
    assert (done.added, done.rejected) == (0, 1)
    [found] = done.rejections
    assert found["column"] == "created_at" and "from 1970 to 2100" in found["expected"]
