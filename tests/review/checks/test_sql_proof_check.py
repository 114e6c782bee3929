"""The proof of queries as a check: it runs on import where [sql] says how, and chooses failing cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.checks.catalogue import CHEAP
from review.checks.protocol import Texts, texts_of
from review.checks.running import ready
from review.checks.sql_proof import CHECK, sql_proof
from review.log.log import log_relation
from review.settings.project import Project, project_of
from review.sources.importing import import_file
from review.sources.options import import_options
from storage.records_log import Conversation

SCHEMA = """CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, amount REAL, made DATE);
CREATE TABLE promotions (id INTEGER PRIMARY KEY);"""


def project(folder: Path, toml: str) -> Project:
    (folder / "shop.sql").write_text(SCHEMA, encoding="utf-8")
    (folder / "spotcheck.toml").write_text(toml, encoding="utf-8")
    return project_of(folder / "spotcheck.db")


LANE = '[sql]\ndialect = "sqlite"\nschema = "shop.sql"\n[sql.words]\n"promotion" = ["promotions"]\n'


def found(here: Project, sql: str, question: str = "How many orders?", at: str = "2026-11-17") -> dict[str, Any]:
    said: tuple[Any, ...] = ({"role": "user", "content": question}, {"role": "assistant", "content": "Two."})
    one = Conversation(id="a", source="s", source_id="a", created_at=at, week="2026-W47", messages=said, sql=sql)
    ((_, check, options),) = ready(here.checks, ["sql_proof"])
    return dict(check.find(texts_of(one), options))


def test_a_query_is_proved_refused_or_not_checked(tmp_path: Path) -> None:
    here = project(tmp_path, LANE)
    assert found(here, "SELECT count(*) FROM orders")["value"] == "proved"
    wrong = found(here, "SELECT sum(amout) FROM orders")
    assert wrong["flagged"] and wrong["value"] == "refused"
    assert wrong["spans"] == [{"field": "sql", "start": 11, "end": 16, "kind": "columns"}]
    assert wrong["note"].startswith("error: a query names only columns") and "amout" not in wrong["note"]
    unread = found(here, "SELECT FROM WHERE (")
    assert unread["value"] == "not checked" and not unread["flagged"] and unread["note"]
    asked = found(here, "SELECT count(*) FROM orders", question="How did the promotion do?")
    assert asked["flagged"] and "words of the question" in asked["note"]


def test_a_date_slip_is_doubtful_and_flags_only_where_warnings_do(tmp_path: Path) -> None:
    slip = ("SELECT count(*) FROM orders WHERE made >= '2025-03-01' AND made < '2025-04-01'", "How many last month?")
    here = project(tmp_path, LANE)
    doubtful = found(here, *slip)
    assert (doubtful["value"], doubtful["flagged"]) == ("doubtful", False)
    stricter = project(tmp_path, LANE + '[checks.sql_proof]\nflags = "warning"\n')
    assert found(stricter, *slip)["flagged"]
    mistaken = project(tmp_path, LANE + '[checks.sql_proof]\nflags = "all"\n')
    with pytest.raises(InputError, match=r"checks.sql_proof.flags: found 'all'"):
        ready(mistaken.checks, ["sql_proof"])


@pytest.mark.parametrize(
    ("answer", "result", "value"),
    [
        ("42 orders came in.", {"columns": ["n"], "rows": [[42]]}, "proved"),
        ("61 orders came in.", {"columns": ["n"], "rows": [[42]]}, "contradicted"),
        ("61 orders came in.", {"columns": ["n"], "rows": [[42], [3]]}, "doubtful"),
        ("61 orders came in.", {"columns": ["n"], "rows": [[42]], "total": 900}, "proved"),
        ("61 orders came in.", {"text": "42 rows"}, "proved"),
        ("61 orders came in.", None, "proved"),
    ],
)
def test_a_figure_that_the_logged_result_does_not_explain_is_doubtful(
    tmp_path: Path, answer: str, result: Any, value: str
) -> None:
    said: tuple[Any, ...] = ({"role": "user", "content": "How many orders?"}, {"role": "assistant", "content": answer})
    one = Conversation(id="a", source="s", source_id="a", created_at="2026-11-17", week="2026-W47", messages=said,
                       sql="SELECT count(*) FROM orders", result=result)  # fmt: skip
    ((_, check, options),) = ready(project(tmp_path, LANE).checks, ["sql_proof"])
    seen = check.find(texts_of(one), options)
    assert (seen["value"], seen["flagged"]) == (value, value == "contradicted")
    if value in ("doubtful", "contradicted"):
        assert seen["spans"] == [{"field": "messages.1.content", "start": 0, "end": 2, "kind": "figures"}]
        assert "figures of the worded answer" in seen["note"] and "61" not in seen["note"]


def test_it_runs_by_default_only_where_sql_is_declared(tmp_path: Path) -> None:
    assert project(tmp_path, LANE).checks.run == (*CHEAP, "sql_proof")
    assert project(tmp_path, "").checks.run == CHEAP
    with pytest.raises(InputError, match="names no dialect, schema or engine"):
        project(tmp_path, '[checks]\nrun = ["sql_proof"]\n')
    assert sql_proof(Texts(fields={"sql": "SELECT 1"}), CHECK.options)["value"] == "not checked"
    lost = project(tmp_path, LANE.replace("shop.sql", "gone.sql"))
    with pytest.raises(InputError, match="there is no file"):
        ready(lost.checks)


def test_refused_queries_are_failing_cases_of_an_import(tmp_path: Path) -> None:
    here = project(tmp_path, LANE + '[checks]\nrun = ["length", "sql_proof"]\nfailing = ["sql_proof"]\n')
    rows = [{"id": str(k), "created_at": "2026-11-17", "question": "How many?", "answer": "Two orders.", "sql": sql}
            for k, sql in enumerate(["SELECT count(*) FROM orders", "DELETE FROM orders", ""])]  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    log = log_of(tmp_path / "spotcheck.db")
    import_file(file, import_options(here), log=log, key=b"key", by="ana")
    with duckdb.connect() as db:
        flagged = dict(db.execute(f"SELECT id, flagged FROM {log_relation(log)}").fetchall())
    assert flagged == {"0": "", "1": "sql_proof", "2": ""}
