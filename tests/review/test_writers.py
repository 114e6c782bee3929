"""Every export format: what holds for all of them, then the shape of each."""

import csv
import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest
from golden_store import GOOD, WEEK, new_store, open_test_week, reviewed_store, vote
from golden_store import add_item as add

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.golden.approve import approve, bulk_approve
from review.golden.content import Wish
from review.golden.examples import current_examples
from review.golden.releases import examples_of, release, release_named, verify
from review.golden.retire import retire
from review.golden.rows import agreement, exported
from review.golden.writers import evidently, openai_dpo, promptfoo
from review.golden.writers.catalogue import WRITERS, export
from review.golden.written import import_examples, read_written
from review.privacy.hidden_spans import hide_span
from review.settling.adjudication import adjudicate
from storage.records_people import AuditEntry
from storage.records_review import Verdict
from storage.records_weeks import Assignment

EVIL = "=HYPERLINK(\"http://x\")\n{{ env.KEY }} ünïcödé 🎉 'quoted', <b>"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A release of six: unanimous, hand-picked, adjudicated, single, hostile text, written by hand."""
    folder = tmp_path_factory.mktemp("store")
    store = reviewed_store(folder)
    bulk_approve(store, ["u1", "h1"], by="eva")
    adjudicate(store, "d1", by="eva", labels=GOOD, reason="slip")
    approve(store, "d1", by="lea")
    approve(store, "s1", Wish(kind="edge", tags=("one", "two")), by="lea")
    messages = ({"role": "user", "content": EVIL}, {"role": "assistant", "content": "@SUM(A1)"})
    add(store, "evil", messages=messages, redacted=2)
    vote(store, "evil", "ana", GOOD)
    approve(store, "evil", Wish(split="dev"), by="eva")
    rows = folder / "written.csv"
    rows.write_text(
        "question,reference_sql,kind,expected_behaviour\nHow many?,SELECT 1,normal,\nDrop it,,adversarial,refuse\n"
    )
    import_examples(store, read_written(rows), by="eva")
    store.add(
        Verdict(
            id="v1",
            item_id="u1",
            judge="gpt",
            version="1",
            dimension="politeness",
            value="friendly",
            at="2026-11-20",
            score=0.9,
            rationale="polite",
        ),
        Verdict(
            id="v2",
            item_id="u1",
            judge="gpt",
            version="1",
            dimension="correctness",
            value=None,
            at="2026-11-20",
            raw="garbage",
            error="unparseable",
        ),
    )
    release(store, "v1", by="eva")
    return store


CARRIED = {
    *("release", "release_version", "content_hash", "rubric_version", "n_votes", "agreement", "adjudicated"),
    *("inclusion_probability", "stratum", "source_system", "source_conversation", "redacted"),
}


ROWS = {
    name for name, writer in WRITERS.items() if writer.suffix.endswith((".parquet", ".csv", ".jsonl", ".json", "-hf"))
}
"""The formats whose rows the tests can read back."""


TUNING = ("openai_sft", "openai_dpo")
"""Formats whose lines trainers read as a whole, so that they carry nothing else; some releases have none."""
FORMS = [name for name in WRITERS if name not in TUNING]


def carried_of(files: list[Path]) -> list[dict]:
    """What each row of an export carries, read back from its files; no rows of files in any other form."""
    rows: list[dict] = []
    for file in (f for f in files if not f.name.endswith("judges.json")):
        if file.suffix == ".parquet":
            rows += pq.read_table(file).to_pylist()
        elif file.suffix == ".csv":
            rows += csv.DictReader(file.open(encoding="utf-8", newline=""))
        elif file.suffix == ".jsonl":
            rows += [orjson.loads(line) for line in file.read_bytes().splitlines()]
        elif file.suffix == ".json" and file.name != evidently.DEFINITION:
            found = orjson.loads(file.read_bytes())
            rows += found if isinstance(found, list) else [{"metadata": row} for row in found["metadata"]]
    return [r.get("metadata") or r.get("additional_metadata") or r for r in rows]


@pytest.mark.parametrize("form", FORMS)
def test_every_row_of_every_format_has_its_provenance(store, tmp_path, form):
    files = export(store, "v1", to=form, target=tmp_path / "out", by="eva")
    rows = carried_of(files)
    if not rows and form not in ROWS:
        text = "".join(f.read_text(encoding="utf-8") for f in files)
        wanted = [release_named(store, "v1").content_hash, *(e.content["example_id"] for e in exported(store, "v1")[0])]
        assert all(word in text for word in wanted)
        return
    assert len({r["example_id"] for r in rows}) == 7
    assert all(r.keys() >= CARRIED for r in rows)
    assert {r["content_hash"] for r in rows} == {release_named(store, "v1").content_hash}
    one = next(r for r in rows if str(r["source_conversation"]) == "d1")
    # d1: two votes differ in correctness and politeness and agree on intent; reasons has one vote: (0 + 0 + 1) / 3.
    assert float(one["agreement"]) == pytest.approx(1 / 3)
    assert (float(one["inclusion_probability"]), one["stratum"], int(one["n_votes"])) == (0.5, "failing", 2)
    assert str(one["adjudicated"]).lower() == "true"


@pytest.mark.parametrize("form", FORMS)
def test_exporting_a_release_twice_gives_the_same_bytes(store, tmp_path, form):
    one, two = (export(store, "v1", to=form, target=tmp_path / name, by="eva") for name in ("a", "b"))
    digests = [[hashlib.sha256(f.read_bytes()).hexdigest() for f in files] for files in (one, two)]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_replaced_without_force_and_nothing_is_left_beside_it(store, tmp_path, form):
    first = export(store, "v1", to=form, target=tmp_path / "out", by="eva")
    with pytest.raises(Refused, match="--force"):
        export(store, "v1", to=form, target=tmp_path / "out", by="eva")
    again = export(store, "v1", to=form, target=tmp_path / "out", by="eva", force=True)
    assert first == again and all(f.is_file() for f in again)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_writer_that_fails_leaves_the_earlier_export_as_it_was(store, tmp_path, form, monkeypatch):
    before = export(store, "v1", to=form, target=tmp_path / "out", by="eva")
    bytes_before = [f.read_bytes() for f in before]

    def full_disk(examples, info, target):
        if target.is_dir():
            target = target / "half"
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(WRITERS, form, replace(WRITERS[form], write=full_disk))
    with pytest.raises(InputError, match="No space left"):
        export(store, "v1", to=form, target=tmp_path / "out", by="eva", force=True)
    assert [f.read_bytes() for f in before] == bytes_before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_release_of_one_written_example_can_be_written_in_every_format(tmp_path, form):
    store = new_store(tmp_path)
    rows = tmp_path / "w.csv"
    rows.write_text("question,expected_answer\nWhy?,Because.\n")
    import_examples(store, read_written(rows), by="eva")
    release(store, "v1", by="eva")
    rows = carried_of(export(store, "v1", to=form, target=tmp_path / "out", by="eva"))
    assert [r["n_votes"] for r in rows[:1]] in ([0], ["0"], [] if form not in ROWS else [0])


def test_an_export_is_logged_and_needs_the_role_a_release_and_a_folder(store, tmp_path):
    export(store, "v1", to="csv", target=tmp_path, by="eva")
    assert (tmp_path / "v1.csv").is_file()
    entry = store.find(AuditEntry, action="export")[-1]
    assert (entry.actor, entry.subject, entry.detail["format"], entry.detail["examples"]) == ("eva", "v1", "csv", 7)
    assert chain.verify(store)[1] is None
    with pytest.raises(Refused, match="role"):
        export(store, "v1", to="csv", target=tmp_path / "x.csv", by="ana")
    with pytest.raises(UnknownError, match="v9"):
        export(store, "v9", to="csv", target=tmp_path / "x.csv", by="eva")
    with pytest.raises(InputError, match="expected one of"):
        export(store, "v1", to="xls", target=tmp_path / "x.csv", by="eva")
    with pytest.raises(InputError, match="does not exist"):
        export(store, "v1", to="csv", target=tmp_path / "no" / "x.csv", by="eva")


def test_somebody_who_owes_an_item_of_a_release_cannot_export_it(tmp_path):
    store = reviewed_store(tmp_path)
    bulk_approve(store, ["u1", "u2"], by="lea")
    release(store, "v1", by="lea")
    store.add(
        Assignment(
            id="eva-u1", item_id="u1", rater_id="eva", week=WEEK, position=9, rubric_version=1, at=now(), by="lea"
        )
    )
    with pytest.raises(Refused, match="holds 1 item that eva has not reviewed yet"):
        export(store, "v1", to="jsonl", target=tmp_path / "v1.jsonl", by="eva")
    assert not (tmp_path / "v1.jsonl").exists() and not store.find(AuditEntry, action="export")
    assert export(store, "v1", to="jsonl", target=tmp_path / "v1.jsonl", by="lea")


def test_force_never_replaces_a_folder_that_is_not_an_export(store, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    logged = len(store.find(AuditEntry, action="export"))
    with pytest.raises(Refused, match="not an earlier export"):
        export(store, "v1", to="hf", target=tmp_path / "mine", by="eva", force=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert len(store.find(AuditEntry, action="export")) == logged


def test_jsonl_holds_everything_that_was_frozen_and_the_verdicts(store, tmp_path):
    [file] = export(store, "v1", to="jsonl", target=tmp_path / "out.jsonl", by="eva")
    rows = {r["item_id"]: r for r in map(orjson.loads, file.read_bytes().splitlines())}
    assert rows["evil"]["question"] == EVIL
    assert rows["evil"]["redacted"] is True and rows["u1"]["redacted"] is False
    assert [v["labels"] for v in rows["u1"]["votes"]] == [GOOD, GOOD]
    assert [(v["dimension"], v["value"], v["error"]) for v in rows["u1"]["judge_verdicts"]] == [
        ("politeness", "friendly", ""),
        ("correctness", None, "unparseable"),
    ]


def test_no_cell_of_the_csv_is_a_formula(store, tmp_path):
    [file] = export(store, "v1", to="csv", target=tmp_path / "out.csv", by="eva")
    rows = list(csv.reader(file.open(encoding="utf-8", newline="")))
    assert len({len(r) for r in rows}) == 1
    assert not [c for r in rows for c in r if c[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")]
    evil = next(r for r in rows if "HYPERLINK" in str(r))
    assert f"'{EVIL}" in evil and "'@SUM(A1)" in evil


def test_parquet_has_typed_columns_and_names_its_release(store, tmp_path):
    [file] = export(store, "v1", to="parquet", target=tmp_path / "out.parquet", by="eva")
    table = pq.read_table(file)
    types = {f.name: str(f.type) for f in table.schema}
    assert (types["tags"], types["agreement"], types["n_votes"]) == ("list<element: string>", "double", "int64")
    assert (types["adjudicated"], types["label_correctness"]) == ("bool", "string")
    info = orjson.loads(table.schema.metadata[b"spotcheck"])
    assert (info["name"], info["version"], info["size"]) == ("v1", 1, 7)


def test_hugging_face_datasets_reads_the_folder(store, tmp_path, monkeypatch):
    for name, value in (("HF_HUB_OFFLINE", "1"), ("TRANSFORMERS_OFFLINE", "1"), ("HF_HOME", str(tmp_path / "home"))):
        monkeypatch.setenv(name, value)
    datasets = pytest.importorskip("datasets")
    folder = tmp_path / "golden"
    export(store, "v1", to="hf", target=folder, by="eva")

    def load(config):
        return datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path / "cache"))

    items = load("items")
    rows = {r["item_id"] or r["example_id"]: r for split in items.values() for r in split}
    assert set(items) == {"dev", "test"} and len(rows) == 7
    assert rows["s1"]["tags"] == ["one", "two"] and rows["u1"]["label_politeness"] == "friendly"
    assert rows["u1"]["prior_turns"][0] == {"role": "user", "content": "Hello"}
    assert all(r["split"] == name for name, split in items.items() for r in split)
    votes = [r for split in load("votes").values() for r in split]
    # u1, h1 and d1 have two votes each, s1 and evil one: 3 * 2 + 2 = 8.
    assert len(votes) == 8 and {v["rater"] for v in votes} == {"ana", "ben"}
    assert {v["label_reasons"] for v in votes if v["item_id"] == "d1"} == {None, "wrong_fact"}
    verdicts = [r for split in load("judge_verdicts").values() for r in split]
    assert {(v["dimension"], v["value"]) for v in verdicts} == {("politeness", "friendly"), ("correctness", None)}


def test_hugging_face_datasets_reads_a_folder_without_votes_or_verdicts(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    store = new_store(tmp_path)
    rows = tmp_path / "w.csv"
    rows.write_text("question,expected_answer\nWhy?,Because.\n")
    import_examples(store, read_written(rows), by="eva")
    release(store, "v1", by="eva")
    export(store, "v1", to="hf", target=tmp_path / "hf", by="eva")
    assert datasets.get_dataset_config_names(str(tmp_path / "hf")) == ["items"]
    loaded = datasets.load_dataset(str(tmp_path / "hf"), cache_dir=str(tmp_path / "cache"))
    assert [len(split) for split in loaded.values()] == [1]


def test_promptfoo_assertions_depend_on_what_is_expected_and_run_no_template(store, tmp_path):
    [file] = export(store, "v1", to="promptfoo", target=tmp_path / "out.json", by="eva")
    cases = {c["vars"]["question"]: c for c in orjson.loads(file.read_bytes())}
    assert all(set(c) == {"description", "vars", "assert", "metadata"} for c in cases.values())
    assert all(isinstance(v, str) for c in cases.values() for v in c["vars"].values())  # a list would multiply the case
    kinds = {q: [a["type"] for a in c["assert"]] for q, c in cases.items()}
    assert kinds["Where is my order u1?"] == ["factuality"]
    assert kinds["How many?"] == ["is-sql"] and kinds["Drop it"] == ["llm-rubric"]
    evil = next(c for q, c in cases.items() if "HYPERLINK" in q)
    assert evil["vars"]["question"] == EVIL.replace("{{ env.KEY }}", "{{ '{{' }} env.KEY {{ '}}' }}")


def test_deepeval_goldens_have_exactly_the_known_keys(store, tmp_path):
    [file] = export(store, "v1", to="deepeval", target=tmp_path / "out.jsonl", by="eva")
    rows = {r["name"]: r for r in map(orjson.loads, file.read_bytes().splitlines())}
    keys = {
        *("input", "actual_output", "expected_output", "context", "retrieval_context", "tools_called"),
        *("expected_tools", "additional_metadata", "comments", "name", "source_file", "custom_column_key_values"),
    }
    assert all(r.keys() == keys for r in rows.values())
    u1 = next(r for r in rows.values() if r["input"] == "Where is my order u1?")
    assert u1["actual_output"] == u1["expected_output"] == "Order u1 arrives on Friday."
    assert u1["retrieval_context"] == ["Order u1: in transit"]


def test_langsmith_examples_have_inputs_outputs_metadata_split_and_a_stable_id(store, tmp_path):
    [file] = export(store, "v1", to="langsmith", target=tmp_path / "out.jsonl", by="eva")
    rows = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    assert all(r.keys() == {"id", "inputs", "outputs", "metadata", "split"} for r in rows)
    assert len({r["id"] for r in rows}) == 7
    u1 = next(r for r in rows if r["inputs"]["question"] == "Where is my order u1?")
    assert u1["inputs"]["messages"][-1] == {"role": "user", "content": "Where is my order u1?"}
    assert u1["outputs"]["answer"] == "Order u1 arrives on Friday." and u1["metadata"]["labels"] == GOOD


@pytest.mark.parametrize("form", FORMS)
def test_a_span_hidden_after_the_release_is_exported_in_no_format(tmp_path, form):
    store = new_store(tmp_path)
    open_test_week(store)
    add(store, "x")
    vote(store, "x", "ana", GOOD)
    e = approve(store, "x", Wish(expected_answer="Order x arrives on Friday."), by="eva")
    store.add(
        Verdict(
            id="v",
            item_id="x",
            judge="gpt",
            version="1",
            dimension="intent",
            value="other",
            at="2026-11-20",
            rationale="Order x is named",
        )
    )
    release(store, "v1", by="eva")
    hide_span(store, "x", "Order x", by="ana")
    assert "Order x" not in str([current_examples(store), examples_of(store, "v1")])
    assert verify(store, "v1").holds
    files = export(store, "v1", to=form, target=tmp_path / "out", by="eva")
    found, info = exported(store, "v1")
    assert info.hidden_since == 1 and found[0].carried["redacted"] is True
    text = str(carried_of(files)) + "".join(f.read_text() for f in files if f.suffix != ".parquet")
    assert "Order x" not in text and "[HIDDEN_1]" in text
    # A later release takes over the example without the span too, once it is approved again.
    retire(store, e.example_id, by="eva", note="replaced")
    approve(store, "x", by="eva")
    assert "Order x" not in str([c.content for c in current_examples(store)])


def test_agreement_on_an_item_is_the_share_of_agreeing_pairs_over_dimensions_with_two_votes():
    assert agreement([]) is None
    assert agreement([{"a": "x"}]) is None
    # three votes x x y: of 6 ordered pairs the two of x agree, 2 / 6
    assert agreement([{"a": "x"}, {"a": "x"}, {"a": "y"}]) == pytest.approx(1 / 3)
    # a set is one value; b has one vote and does not count
    assert agreement([{"a": ["p", "q"], "b": "z"}, {"a": ["p", "q"]}]) == 1.0


def lines_of(store, to, tmp_path):
    [file] = export(store, "v1", to=to, target=tmp_path / f"out.{to}.jsonl", by="eva")
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


def test_a_text_that_promptfoo_would_load_or_run_stays_a_text():
    for text, expected in (
        ("package: where?", " package: where?"),
        ("file://x", " file://x"),
        ("a {# b #} {% c %}", "a {{ '{#' }} b {{ '#}' }} {{ '{%' }} c {{ '%}' }}"),
        ("half {{ open", "half {{ '{{' }} open"),
        ("plain", "plain"),
    ):
        assert promptfoo._literal(text) == expected


def test_items_of_langfuse_have_stable_ids_and_the_expected_output(store, tmp_path):
    rows = lines_of(store, "langfuse", tmp_path)
    assert len({row["id"] for row in rows}) == len(rows) == 7
    assert {row["datasetName"] for row in rows} == {"v1"} and {row["status"] for row in rows} == {"ACTIVE"}
    assert all(row["input"]["messages"][-1]["role"] == "user" for row in rows)
    assert all(set(row["expectedOutput"]) >= {"answer", "expected_behaviour", "reference_sql"} for row in rows)


def test_the_lists_for_phoenix_are_parallel(store, tmp_path):
    [file] = export(store, "v1", to="phoenix", target=tmp_path / "out.json", by="eva")
    body = orjson.loads(file.read_bytes())
    assert {len(body[name]) for name in ("inputs", "outputs", "metadata", "splits")} == {7}
    assert body["action"] == "create" and body["name"].startswith("v1-")


def test_records_of_braintrust_have_an_id_an_input_and_what_is_expected(store, tmp_path):
    rows = lines_of(store, "braintrust", tmp_path)
    assert all(set(row) == {"id", "input", "expected", "metadata", "tags"} for row in rows) and len(rows) == 7


def test_chats_for_tuning_end_with_the_expected_answer(store, tmp_path):
    rows = lines_of(store, "openai_sft", tmp_path)
    assert rows and all(set(row) == {"messages"} for row in rows)
    assert all([m["role"] for m in row["messages"]][-2:] == ["user", "assistant"] for row in rows)
    assert all(row["messages"][-1]["content"] for row in rows)


def test_preference_pairs_need_a_correction(store, tmp_path):
    with pytest.raises(NothingToDo, match="another one that a reviewer expected"):
        lines_of(store, "openai_dpo", tmp_path)
    content = {"question": "Q", "prior_turns": [], "answer": "No.", "expected_answer": "Yes."}
    assert openai_dpo._is_corrected(content) and not openai_dpo._is_corrected({**content, "answer": " Yes.\n"})
    pair = openai_dpo._pair(content)
    assert pair["input"]["messages"] == [{"role": "user", "content": "Q"}]
    assert [pair[name][0]["content"] for name in ("preferred_output", "non_preferred_output")] == ["Yes.", "No."]


def test_the_definition_for_evidently_names_columns_of_its_file(store, tmp_path):
    data, definition, _ = export(store, "v1", to="evidently", target=tmp_path / "evidently", by="eva")
    columns = set(pq.read_schema(data).names)
    given = orjson.loads(definition.read_bytes())
    assert {given["id_column"], *given["text_columns"], *given["categorical_columns"]} <= columns
    [one] = [c for c in given["classification"] if c["target"] == "label_politeness"]
    assert pq.read_table(data).to_pylist()[0].keys() >= {one["target"], one["prediction_labels"]}


LOADERS_PYTHON = "SPOTCHECK_LOADERS_PYTHON"
"""The Python of an environment with tests/clients/loaders.txt."""


@pytest.mark.skipif(LOADERS_PYTHON not in os.environ, reason=f"{LOADERS_PYTHON} names no environment with the loaders")
@pytest.mark.parametrize("to", ["deepeval", "deepeval_json", "langsmith", "evidently", "braintrust", "phoenix"])
def test_the_real_library_loads_the_export(store, tmp_path, to):
    files = export(store, "v1", to=to, target=tmp_path / f"out{WRITERS[to].suffix}", by="eva")
    script = Path(__file__).parents[1] / "clients" / "load.py"
    words = [os.environ[LOADERS_PYTHON], str(script), to, *map(str, files)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=180)
    assert done.returncode == 0 and done.stdout.split()[-1] == "7", done.stdout + done.stderr


PROMPTFOO = "SPOTCHECK_PROMPTFOO"
"""The folder whose node_modules hold promptfoo, 0.119 with node 20."""


@pytest.mark.skipif(PROMPTFOO not in os.environ, reason=f"{PROMPTFOO} names no folder with promptfoo")
def test_promptfoo_gives_each_text_to_the_model_as_it_is(store, tmp_path):
    [file] = export(store, "v1", to="promptfoo", target=tmp_path / "cases.json", by="eva")
    cases = [{**case, "assert": []} for case in orjson.loads(file.read_bytes())]
    more = ["package: where?", "half {{ open", "a {# b #} c", "use {% if %} tag", "{{question}} and {{ 7*7 }}"]
    texts = [promptfoo._literal(text) for text in more]
    file.write_bytes(orjson.dumps([*cases, *({"vars": {"question": text}} for text in texts)]))
    quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_CONFIG_DIR": str(tmp_path)}
    script = Path(__file__).parents[1] / "clients" / "promptfoo.cjs"
    words = ["node", str(script), os.environ[PROMPTFOO], str(file)]
    done = subprocess.run(words, env={**os.environ, **quiet}, capture_output=True, text=True, timeout=180)
    answers = orjson.loads(done.stdout.splitlines()[-1])
    assert EVIL in answers and [text.strip() for text in answers[7:]] == more, done.stdout + done.stderr
