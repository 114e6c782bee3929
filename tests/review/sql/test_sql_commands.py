"""The commands of `spotcheck sql`, by their contracts."""

import csv
import json
import time

import pytest
from command_line import spotcheck
from sql_databases import sqlite_shop
from sql_shop import SHOP

from review.settings.project import project_of


def table(path, columns, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split(","))
        writer.writerows(rows)
    return path.name


def answer(folder, *words, code=0):
    done = spotcheck(folder, "sql", *words, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "shop.sql").write_text(SHOP)
    return tmp_path


def test_check_gives_the_contract_and_its_exit_code(shop):
    good, bad = "  SELECT name FROM customers", "SELECT nme FROM customers"
    name = table(shop / "a.csv", "id,sql,question", ("1", good, "?"), ("2", bad, ""), ("3", "no sql (", ""))
    found = answer(shop, "check", "--file", name, "--schema", "shop.sql", code=1)
    assert {k: found[k] for k in ("n", "parsed", "ok", "findings")} == {
        "n": 3, "parsed": 2, "ok": 1, "findings": {"columns": 1, "parse": 1},
    }  # fmt: skip
    assert [i["ok"] for i in found["items"]] == [True, False, None]
    [finding] = found["items"][1]["findings"]
    assert bad[finding["start"] : finding["end"]] == "nme"
    assert set(finding) == {"rule", "message", "start", "end", "severity"} and finding["severity"] == "error"
    name = table(shop / "b.csv", "id,sql", ("1", good))
    assert answer(shop, "check", "--file", name, "--schema", "shop.sql")["ok"] == 1


def test_check_reads_other_columns_rules_databases_and_answers(shop):
    schema = {"one": {"tables": {"t": {"columns": [{"name": "a", "type": "TEXT"}]}}}, "two": {"tables": {}}}
    (shop / "s.json").write_text(json.dumps(schema))
    name = table(shop / "a.csv", "id,query,db", ("1", "SELECT a FROM t", "one"), ("2", "SELECT a FROM t", "two"))
    found = answer(shop, "check", "--file", name, "--schema", "s.json", "--sql-column", "query", code=1)
    assert [i["ok"] for i in found["items"]] == [True, False]
    found = answer(
        shop, "check", "--file", name, "--schema", "s.json", "--sql-column", "query", "--rules", "parse,star"
    )
    assert found["ok"] == 2
    name = table(shop / "c.csv", "id,query,db", ("1", "SELECT a FROM t", "three"))
    done = spotcheck(shop, "sql", "check", "--file", name, "--schema", "s.json", "--sql-column", "query")
    assert done.returncode == 2 and "line 2, column 'db'" in done.stderr and "one of one, two" in done.stderr
    done = spotcheck(shop, "sql", "check", "--file", name, "--sql-column", "query", "--rules", "nonsense")
    assert done.returncode == 2 and "nonsense" in done.stderr
    result = json.dumps({"columns": ["n"], "rows": [[1234]]})
    name = table(shop / "d.csv", "id,sql,answer,result", ("1", "SELECT 1", "It is 4,321.", result))
    [item] = answer(shop, "check", "--file", name, code=1)["items"]
    [finding] = item["findings"]
    assert (item["ok"], finding["rule"], finding["severity"]) == (False, "figures", "error")
    assert finding["message"] == "The answer says '4,321', and the result is 1,234."
    several = json.dumps({"columns": ["n"], "rows": [[1234], [5]]})
    cut = json.dumps({"columns": ["n"], "rows": [[1234]], "truncated": True})
    rows = [(str(k), "SELECT 1", "It is 4,321.", one) for k, one in enumerate((several, cut))]
    name = table(shop / "e.csv", "id,sql,answer,result", *rows)
    for item in answer(shop, "check", "--file", name)["items"]:
        [finding] = item["findings"]
        assert item["ok"] and "4,321" in finding["message"] and finding["severity"] == "warning"


def test_a_command_that_the_parser_reads_in_part_is_not_logged(shop):
    name = table(shop / "a.csv", "id,sql", ("1", "CALL secret_of_ana()"))
    done = spotcheck(shop, "sql", "check", "--file", name, "--schema", "shop.sql", "--json")
    assert done.returncode == 1 and "secret_of_ana" not in done.stderr


def test_check_reads_the_schema_of_a_live_database_and_the_settings(shop):
    address = sqlite_shop(shop)
    name = table(shop / "a.csv", "id,sql", ("1", "SELECT * FROM customers"), ("2", "SELECT amount FROM orders"))
    assert answer(shop, "check", "--file", name, "--schema", address)["ok"] == 2
    (shop / "spotcheck.toml").write_text('[sql]\nschema = "shop.db"\nrules = ["tables", "star"]\n')
    found = answer(shop, "check", "--file", name, code=1)
    assert [i["ok"] for i in found["items"]] == [False, True]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('rules = ["nope"]', "sql.rules"), ('severity = { star = "loud" }', "sql.severity.star"),
        ("weights = [0.5, 0.6]", "sum to 1"), ("max_rows = 0", "sql.max_rows"), ('dialect = "klingon"', "SQL dialect"),
        ('words = { "(" = "x" }', "regular expression"), ("limits = { hours = 1 }", "hours"), ("tabels = []", "tabels"),
        ('keys = { t = "id" }', "sql.keys.t"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(shop, settings, said):
    (shop / "spotcheck.toml").write_text(f"[sql]\n{settings}\n")
    name = table(shop / "a.csv", "id,sql", ("1", "SELECT 1"))
    done = spotcheck(shop, "sql", "check", "--file", name)
    assert done.returncode == 2 and said in done.stderr and "spotcheck.toml" in done.stderr + "spotcheck.toml"


def test_compare_on_an_engine_and_its_figures(shop):
    address = sqlite_shop(shop)
    rows = [
        ("same", "SELECT name FROM customers", "SELECT name FROM customers"),
        ("alternative", "SELECT name FROM customers", "SELECT id FROM orders; SELECT {id, name} FROM customers"),
        ("wrong", "SELECT amount FROM orders WHERE id < 3", "SELECT amount FROM orders"),
        ("refused", "DELETE FROM orders", "SELECT amount FROM orders"),
        ("empty", "SELECT id FROM orders WHERE id > 99", "SELECT id FROM orders WHERE id > 98"),
        ("reference", "SELECT id FROM orders", "SELECT nope FROM orders"),
        ("accident", "SELECT count(*) FROM orders", "SELECT count(*) FROM customers"),
    ]
    name = table(shop / "a.csv", "id,generated,reference", *rows)
    found = answer(shop, "compare", "--file", name, "--engine", address, "--perturb", "2")
    items = {i["id"]: i for i in found["items"]}
    assert {n: i["outcome"] for n, i in items.items()} == {
        "same": "equal", "alternative": "equal", "wrong": "different", "refused": "generated_failed",
        "empty": "both_empty", "reference": "reference_failed", "accident": "equal",
    }  # fmt: skip
    assert items["alternative"]["reference"] == 3 and items["wrong"]["first_difference"]["reference"] == [7.0]
    assert items["accident"]["accidental"] and not items["same"]["accidental"] and found["accidental"] == 1
    share = found["execution_accuracy"]
    assert (share["value"], share["n"]) == (0.6, 5) and share["ci"][0] < 0.6 < share["ci"][1]
    counted = answer(shop, "compare", "--file", name, "--engine", address, "--empty-is-right")
    assert counted["execution_accuracy"]["n"] == 6
    shown = spotcheck(shop, "sql", "compare", "--file", name, "--engine", address)
    assert "Execution accuracy 60.0%" in shown.stdout and shown.returncode == 0


def test_compare_and_sort_refuse_a_row_before_any_statement_runs(shop):
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    name = table(shop / "a.csv", "id,generated,reference", ("a", endless, "SELECT 1"), ("b", "SELECT 1", ""))
    began = time.monotonic()
    done = spotcheck(shop, "sql", "compare", "--file", name, "--engine", sqlite_shop(shop))
    assert done.returncode == 2 and "line 3, column 'reference'" in done.stderr
    name = table(shop / "b.csv", "id,sql,as_of", ("a", endless, "2026-11-29"), ("b", "SELECT 1", "soon"))
    done = spotcheck(shop, "sql", "sort", "--file", name, "--engine", "sqlite:///shop.db")
    assert done.returncode == 2 and "line 3, column 'as_of'" in done.stderr
    assert time.monotonic() - began < 10, "a statement of ten seconds ran first"


def test_the_engine_of_the_settings_is_one_place_from_every_folder(shop, monkeypatch):
    (shop / "spotcheck.toml").write_text('[sql]\nengine = "shop.db"\n')
    monkeypatch.chdir(shop)
    near = project_of("spotcheck.db").sql.engine
    monkeypatch.chdir(shop.parent)
    assert project_of(f"{shop.name}/spotcheck.db").sql.engine == near == str(shop / "shop.db")


def test_compare_with_results_in_the_file(shop):
    one, two = ({"columns": ["a", "b"], "rows": r} for r in ([[1, "x"], [2, "y"]], [[2, "y"], [1, "x"]]))
    ordered = "SELECT a, b FROM t ORDER BY a"
    rows = [
        ("free", ordered.split(" ORDER")[0], json.dumps(one), json.dumps(two)),
        ("ordered", ordered, json.dumps(one), json.dumps(two)),
        ("failed", ordered, "", json.dumps(two)),
    ]
    name = table(shop / "a.csv", "id,reference,generated_result,reference_result", *rows)
    found = answer(shop, "compare", "--file", name)
    assert [i["outcome"] for i in found["items"]] == ["equal", "different", "generated_failed"]
    name = table(shop / "b.csv", "id,reference,generated_result,reference_result", ("x", "", "nonsense", "{}"))
    done = spotcheck(shop, "sql", "compare", "--file", name)
    assert done.returncode == 2 and "line 2" in done.stderr


def test_execute_runs_what_the_proof_lets_through(shop):
    address = sqlite_shop(shop)
    name = table(shop / "a.csv", "id,sql", ("1", "SELECT id FROM orders"), ("2", "DROP TABLE orders"))
    found = answer(shop, "execute", "--file", name, "--engine", address, "--max-rows", "2")
    first, second = found["items"]
    assert first["rows"] == [[1], [2]] and first["truncated"] and second["ending"] == "refused"
    assert found["endings"] == {"done": 1, "refused": 1}
    done = spotcheck(shop, "sql", "execute", "--file", name)
    assert done.returncode == 2 and "--engine" in done.stderr


def test_rules_check_what_examples_demand(shop):
    (shop / "spotcheck.toml").write_text(
        '[sql]\nschema = "shop.sql"\n[sql.words]\n"promotion|discount" = "promotions"\n'
    )
    ask = "How much did we sell last month?"
    rows = [
        ("met", "SELECT sum(amount) FROM sales WHERE month = '2026-10'", ask, "2026-11-30", "sales"),
        ("slip", "SELECT sum(amount) FROM sales WHERE month = '2026-11'", ask, "2026-11-30", ""),
        ("word", "SELECT sum(amount) FROM sales", "Sales with promotions?", "", ""),
        ("table", "SELECT sum(amount) FROM orders", "Sales?", "", "sales"),
        ("none", "SELECT 1", "", "", ""),
    ]
    name = table(shop / "a.csv", "id,sql,question,as_of,required_tables", *rows)
    found = answer(shop, "rules", "--file", name)
    scores = {i["id"]: i["score"] for i in found["items"]}
    assert scores == {"met": 1.0, "slip": 0.0, "word": 0.0, "table": 0.0, "none": None}
    assert found["semantic"]["value"] == 0.25 and found["semantic"]["n"] == 4


def test_accuracy_joins_both_layers(shop):
    rows = [("a", "1", "1", "x"), ("b", "0", "1", "x"), ("c", "", "0.5", "y"), ("d", "1", "", "y"), ("e", "", "", "y")]
    name = table(shop / "a.csv", "case,execution,semantic,scenario", *rows)
    found = answer(shop, "accuracy", "--file", name)
    assert found["n"] == 5 and found["combined"]["n"] == 4
    assert found["combined"]["value"] == pytest.approx((1 + 0.3 + 0.5 + 1) / 4)
    assert found["execution"]["value"] == pytest.approx(2 / 3) and found["semantic"]["value"] == pytest.approx(2.5 / 3)
    assert (
        set(found["scenarios"]) == {"x", "y"} and found["without_execution"] == ["c"] and found["not_scored"] == ["e"]
    )
    assert found["without_meaning"] == ["d"]
    shown = spotcheck(shop, "sql", "accuracy", "--file", name).stdout
    assert "meaning alone: c" in shown and "execution alone: d" in shown and "Not scored: e" in shown
    half = answer(shop, "accuracy", "--file", name, "--weights", ".5,.5")
    assert half["combined"]["value"] == pytest.approx((1 + 0.5 + 0.5 + 1) / 4)
    for weights in ("1", "a,b", ".5,.6"):
        assert spotcheck(shop, "sql", "accuracy", "--file", name, "--weights", weights).returncode == 2
    name = table(shop / "b.csv", "case,execution,semantic", ("a", "1.5", "1"))
    done = spotcheck(shop, "sql", "accuracy", "--file", name)
    assert done.returncode == 2 and "line 2, column 'execution'" in done.stderr


def test_a_file_of_statements_is_checked_one_by_one(shop):
    text = "-- customers; all of them\nSELECT name FROM customers; SELECT nme FROM customers;\n\n;\n/* c; */\n"
    text += "SELECT ';' AS x;\nDELETE FROM customers"
    (shop / "q.SQL").write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = answer(shop, "check", "--file", "q.SQL", "--schema", "shop.sql", code=1)
    assert [(item["id"], item["ok"]) for item in found["items"]] == [
        ("1 (line 2)", True), ("2 (line 2)", False), ("3 (line 6)", True), ("4 (line 7)", False),
    ]  # fmt: skip
    [finding] = found["items"][1]["findings"]
    assert (finding["rule"], finding["start"], finding["end"]) == ("columns", 7, 10)
    address = sqlite_shop(shop)
    (shop / "two.sql").write_text("SELECT 1 AS a;\nSELECT 'a;b' AS b")
    done = answer(shop, "execute", "--file", "two.sql", "--engine", address)
    assert [item["rows"] for item in done["items"]] == [[[1]], [["a;b"]]]
    assert answer(shop, "sort", "--file", "two.sql", "--engine", address)["person"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b" -- nothing\n;", "found no statement"), (b"SELECT 1;\nSELECT '\xff'", "line 2: found bytes that are no UTF-8")],
)
def test_a_file_of_statements_that_cannot_be_read(shop, content, said):
    (shop / "q.sql").write_bytes(content)
    done = spotcheck(shop, "sql", "check", "--file", "q.sql", "--dialect", "sqlite")
    assert done.returncode and f"q.sql{', ' if 'line' in said else ': '}{said}" in done.stderr
    compared = spotcheck(shop, "sql", "compare", "--file", "q.sql")
    assert compared.returncode and "found statements, expected a table" in compared.stderr


def test_a_statement_without_end_is_not_checked(shop):
    (shop / "q.sql").write_text("SELECT 'a; SELECT 1")
    [item] = answer(shop, "check", "--file", "q.sql", "--dialect", "sqlite", code=1)["items"]
    assert item["ok"] is None and item["findings"][0]["rule"] == "parse"
