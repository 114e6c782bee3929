"""`spotcheck gate --file`: decisions as exit codes, for people, programs and pull requests."""

from __future__ import annotations

import json
import sys

import pytest

from review.commands.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    def call(text: str, *options: str, name: str = "cases.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["spotcheck", "gate", "--file", str(path), *options])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def table(broke: int, fixed: int, passed: int, header: str = "case,baseline,candidate", rest: str = "") -> str:
    cells = ["1,0"] * broke + ["0,1"] * fixed + ["1,1"] * passed
    return header + "\n" + "".join(f"c{i},{pair}{rest}\n" for i, pair in enumerate(cells))


@pytest.mark.parametrize(
    ("counts", "decision", "code"),
    [((12, 2, 86), "fail", 1), ((0, 0, 200), "pass", 0), ((7, 2, 191), "inconclusive", 3)],
)
def test_the_decision_is_the_exit_code(run, counts, decision, code):
    got, out, _ = run(table(*counts), "--json")
    data = json.loads(out)
    assert (data["decision"], got) == (decision, code)
    assert data["n"] == sum(counts)
    assert (data["broke"], data["fixed"]) == counts[:2]
    assert data["drop"]["value"] == pytest.approx((counts[0] - counts[1]) / sum(counts))
    assert len(data["flipped"]) == counts[0] + counts[1]
    for key in ("reasons", "mid_p", "smallest_detectable_drop", "cases_needed", "slices"):
        assert key in data


def test_a_suspect_slice_exits_3_and_is_listed(run):
    text = "case,baseline,candidate,scenario\n" + "".join(
        f"{s}{i},{pair},{s}\n"
        for s, pairs in (
            ("date", ["1,0"] * 5 + ["0,1"] + ["1,1"] * 24),
            *((s, ["0,1"] * 2 + ["1,1"] * 80) for s in "abcd"),
        )
        for i, pair in enumerate(pairs)
    )
    code, out, _ = run(text, "--json")
    data = json.loads(out)
    assert (code, data["decision"], data["beyond_margin"]) == (3, "inconclusive", False)
    assert data["drop_upper"] < data["margin"]
    assert [(s["kind"], s["name"], s["status"]) for s in data["suspects"]] == [("scenario", "date", "suspect")]
    code, out, _ = run(text)
    assert code == 3
    assert out.startswith("INCONCLUSIVE: a slice may have collapsed")
    assert "let a second named person waive this slice with a reason" in " ".join(out.split())


def test_scenarios_tags_and_must_pass_are_read(run):
    text = "case,baseline,candidate,scenario,tags,must_pass\n"
    text += 'a,1,0,date,"iso; old",yes\n' + "".join(f"b{i},1,1,join,old,0\n" for i in range(50))
    code, out, _ = run(text, "--json")
    data = json.loads(out)
    assert code == 1
    assert data["reasons"] == ["1 must-pass case broke: a"]
    assert {(s["kind"], s["name"], s["n"]) for s in data["slices"]} == {
        ("scenario", "date", 1), ("scenario", "join", 50), ("tag", "iso", 1),
    }  # fmt: skip
    assert data["flipped"][0] | {"case": "a", "change": "broke", "must_pass": True} == data["flipped"][0]


def test_strict_mode_prints_its_error_rates(run):
    code, out, _ = run(table(12, 8, 180), "--strict")
    assert code == 0
    assert "rejects an unchanged version in 15.6% of runs" in " ".join(out.split())


def test_repeats_and_fractions_use_the_seeded_permutation_test(run):
    text = "case,baseline,candidate\n" + "".join(
        f"c{i},{b},{c}\n" for i in range(40) for b, c in ((0.9, 0.7 + 0.005 * i), (0.8, 0.75))
    )
    first, second = (json.loads(run(text, "--json", "--seed", "4")[1]) for _ in range(2))
    assert first == second
    assert first["n"] == 40
    assert first["test"] == "sign-flip permutation, one-sided"
    assert first["decision"] == "fail"


def test_jsonl_with_lists_and_booleans_is_read(run):
    lines = [
        {"case": f"c{i}", "baseline": True, "candidate": i > 0, "tags": ["x", "y"][: 1 + i % 2]} for i in range(150)
    ]
    _, out, _ = run("\n".join(json.dumps(line) for line in lines), "--json", name="cases.jsonl")
    assert [s["name"] for s in json.loads(out)["slices"]] == ["y"], "a tag on all cases is the total"


def test_people_see_the_decision_first(run):
    code, out, _ = run(table(7, 2, 191))
    assert code == 3
    assert out.startswith("INCONCLUSIVE")
    assert "repeat each case 3 to 5 times" in " ".join(out.split())
    assert "broke: c0 1.00 -> 0.00" in out


def test_markdown_for_a_pull_request(run):
    code, out, _ = run(table(12, 2, 86), "--markdown")
    assert code == 1
    assert out.startswith("## Regression gate: FAIL")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case,baseline,candidate\na,1,2\n", "line 2, column 'candidate': found '2', expected a result from 0 to 1"),
        ("case,baseline,candidate\na,1,93\n", "Divide percentages by 100."),
        ("case,baseline,candidate\na,1,\n", "no row has the results of both versions"),
        ("case,baseline,candidate\na,1,good\n", "expected a number"),
        ("case,baseline\na,1\n", "column 'candidate' is missing"),
        ("case,baseline,candidate,scenario\na,1,1,x\na,1,1,y\n", "line 3, column 'scenario': found 'y'"),
        ("case,baseline,candidate,must_pass\na,1,1,maybe\n", "found 'maybe', expected 1 or 0"),
        ("case,baseline,candidate,tags\na,1,1,[x\n", "a JSON list"),
        ("case,baseline,candidate\n", "there are no rows"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(run, text, message):
    code, out, err = run(text, "--json")
    assert code == 2
    assert out == ""
    assert message in err


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--margin", "2"], "two points are 0.02"), (["--alpha", "0.7"], "alpha"), (["--json", "--markdown"], "not both")],
)
def test_impossible_settings_are_exit_2(run, options, message):
    code, _, err = run(table(1, 1, 10), *options)
    assert code == 2
    assert message in err


def test_without_a_file_the_usage_says_what_to_give(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["spotcheck", "gate"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert "--file" in capsys.readouterr().err


MISSING = ["", "NA", "N/A", "nan", "None", "null", "-"]


@pytest.mark.parametrize("written", MISSING)
def test_a_missing_result_is_left_out_counted_and_said(run, written):
    code, out, err = run(table(0, 0, 300) + f"lost,1,{written}\n", "--json")
    data = json.loads(out)
    assert (code, data["decision"], data["n"], data["missing_cases"]) == (0, "pass", 300, ["lost"])
    shown = f"'{written}'" if written else "empty"
    assert f"1 result is missing: {shown} (1). Their rows are left out." in " ".join(err.split())
    assert data["remarks"][0] == "1 of 301 cases has no result of both versions and is left out: lost"


def test_missing_results_that_may_hide_a_drop_do_not_pass(run):
    lost = "".join(f"lost{i},1,NA\n" for i in range(10))
    for options in ((), ("--strict",)):
        code, out, _ = run(table(0, 0, 300) + lost, "--json", *options)
        data = json.loads(out)
        assert (code, data["decision"], len(data["missing_cases"])) == (3, "inconclusive", 10)
        assert "10 of 310 cases have no result, which may hide a drop of 3.2 points" in data["reasons"][0]
    text = table(0, 0, 300, "case,baseline,candidate,must_pass", ",0") + "key,1,null,1\n"
    code, out, _ = run(text)
    assert code == 3 and "1 must-pass case has no result: key; run again" in " ".join(out.split())
    assert out.startswith("INCONCLUSIVE: results are missing")


def test_a_repeat_without_result_costs_only_that_repeat(run):
    _, out, _ = run("case,baseline,candidate\na,1,1\na,1,NA\nb,0,0\n", "--json")
    data = json.loads(out)
    assert (data["n"], data["missing_cases"]) == (2, [])


def test_a_file_without_any_result_is_refused(run):
    code, _, err = run("case,baseline,candidate\na,NA,NA\n")
    assert code == 2 and "no row has the results of both versions" in " ".join(err.split())
