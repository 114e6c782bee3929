import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from review.basics.errors import ReviewError
from review.commands.cli import spotcheck

QUANTITY = {"value", "ci", "se", "method", "method_se", "n", "undefined"}
FIGURES = {"precision", "recall", "specificity", "accuracy", "prevalence", "f1", "mcc", "cohen_kappa"}


@pytest.fixture
def run(tmp_path):
    def call(command, text, *options, name="labels.csv"):
        file = tmp_path / name
        file.write_text(text)
        return CliRunner().invoke(spotcheck, [command, "--file", str(file), *options])

    return call


def result(outcome):
    assert outcome.exit_code == 0, outcome.output + repr(outcome.exception)
    return json.loads(outcome.stdout)


def refused(outcome, message):
    assert isinstance(outcome.exception, ReviewError)
    assert outcome.exception.exit_code == 2
    assert message in str(outcome.exception)


PLAIN = "item,truth,verdict\na,1,1\nb,1,0\nc,0,0\nd,0,\ne,,1\n"


def test_json_has_the_fixed_keys(run):
    found = result(run("calibrate", PLAIN, "--json"))
    assert set(found) == {
        "n", "no_verdict", "positive", "confusion", "classes", "weighted", "unweighted", "n_effective", "warnings"
    }  # fmt: skip
    assert (found["n"], found["no_verdict"], found["positive"]) == (3, 1, "1")
    assert found["confusion"] == {"0": {"0": 1, "1": 0}, "1": {"0": 1, "1": 1}}
    assert set(found["weighted"]) == set(found["unweighted"]) == FIGURES
    assert set(found["classes"]["1"]) == {"precision", "recall", "f1", "support"}
    assert found["classes"]["1"]["support"] == 2
    assert set(found["weighted"]["recall"]) == QUANTITY
    assert found["weighted"]["recall"]["value"] == 0.5
    assert any("1 of 4 labelled items have no verdict" in w for w in found["warnings"])


def test_missing_verdicts_can_be_counted_wrong(run):
    found = result(run("calibrate", PLAIN, "--json", "--missing", "wrong"))
    assert found["n"] == 4 and found["weighted"]["accuracy"]["value"] == 0.5


@pytest.mark.parametrize("options", [[], ["--values", "0,1"]])
def test_numbers_written_differently_are_one_value(run, options):
    found = result(run("calibrate", "item,truth,verdict\na,1,1.0\nb,0,0.0\nc,1,1\n", "--json", *options))
    assert found["confusion"] == {"0": {"0": 1, "1": 0}, "1": {"0": 0, "1": 2}}


def test_a_word_among_the_numbers_does_not_split_their_spellings(run):
    found = result(run("calibrate", "item,truth,verdict\na,1.0,1\nb,2.0,garbage\n", "--json", "--values", "1,2"))
    assert found["confusion"] == {"1": {"1": 1, "2": 0}, "2": {"1": 0, "2": 0}}
    assert found["no_verdict"] == 1


def test_codes_that_look_like_numbers_keep_their_spelling(run):
    found = result(run("calibrate", "item,truth,verdict\na,007,007\nb,010,007\n", "--json"))
    assert list(found["classes"]) == ["007", "010"]


def test_a_dimension_column_gives_one_object_each_with_the_rubrics_positive_class(run):
    text = "item,dimension,truth,verdict\na,correctness,wrong,wrong\nb,correctness,ok,ok\na,intent,refund,order\n"
    found = result(run("calibrate", text, "--json"))["dimensions"]
    assert found["correctness"]["positive"] == "wrong"
    assert found["correctness"]["weighted"]["recall"]["value"] == 1
    assert found["intent"]["positive"] is None
    assert found["intent"]["weighted"]["accuracy"]["value"] == 0


def test_values_that_are_not_declared_are_no_verdict(run):
    text = "item,truth,verdict\na,ok,ok\nb,wrong,garbage\n"
    found = result(run("calibrate", text, "--json", "--values", "ok,wrong,partly", "--positive", "partly"))
    assert found["no_verdict"] == 1
    assert list(found["classes"]) == ["ok", "wrong", "partly"]
    assert found["weighted"]["recall"]["undefined"]


def test_scores_add_their_own_object(run):
    rows = "".join(f"i{k},{k % 2},{k % 2},{0.9 if k % 2 else 0.2}\n" for k in range(40))
    found = result(run("calibrate", "item,truth,verdict,score\n" + rows, "--json", "--bootstrap", "50"))
    assert found["scores"]["average_precision"]["value"] == 1
    assert found["scores"]["brier"]["value"] == pytest.approx((0.01 + 0.04) / 2)
    assert found["scores"]["threshold"]["value"] == 0.9


def test_strata_and_populations_weigh_the_rows(run):
    # stratum a 2 of 10 rows (weight 5), stratum b 2 of 100 (weight 50): recall = 5 / (5 + 50)
    text = "item,truth,verdict,stratum,population\na,1,1,a,10\nb,0,0,a,10\nc,1,0,b,100\nd,0,0,b,100\n"
    found = result(run("calibrate", text, "--json", "--positive", "1"))
    assert found["weighted"]["recall"]["value"] == pytest.approx(5 / 55)
    assert found["unweighted"]["recall"]["value"] == 0.5
    assert found["n_effective"] == pytest.approx(110**2 / (2 * 25 + 2 * 2500))


@pytest.mark.parametrize(
    "text, options, message",
    [
        ("item,truth\na,1\n", [], "column 'verdict' is missing"),
        ("item,truth,verdict\na,1,1\na,1,0\n", [], "line 3, column 'item': found 'a', expected each item once"),
        ("item,truth,verdict,weight\na,1,1,-2\n", [], "line 2, column 'weight': found -2.0"),
        ("item,truth,verdict,weight\na,1,1,much\n", [], "expected a number"),
        ("item,truth,verdict,stratum,population\na,1,1,s,1\nb,1,1,s,1\n", [], "line 2, column 'population': found '1'"),
        (PLAIN, ["--positive", "2"], "--positive: found '2', expected one of the values 0, 1"),
        (PLAIN, ["--values", "0,2"], "line 2, column 'truth': found '1', expected one of the declared values 0, 2"),
    ],
)
def test_bad_input_is_refused_with_place_and_remedy(run, text, options, message):
    refused(run("calibrate", text, *options), message)


def test_an_undefined_figure_exits_zero(run):
    found = result(run("calibrate", "item,truth,verdict\na,1,\nb,,1\n", "--json"))
    assert found["n"] == 0
    assert found["weighted"]["recall"]["value"] is None and found["weighted"]["recall"]["undefined"]


def test_people_get_tables_and_sentences(run):
    shown = run("calibrate", PLAIN).output
    assert "recall" in shown and "3 items have both a label" in shown


def test_without_a_file_the_usage_says_what_to_give():
    outcome = CliRunner().invoke(spotcheck, ["calibrate"])
    assert outcome.exit_code == 2 and "--file" in outcome.output


def test_compare_judges_of_two_and_of_three(run):
    text = "item,truth,verdict_a,verdict_b\n" + "".join(f"i{k},1,1,{int(k > 4)}\n" for k in range(10))
    found = result(run("compare-judges", text, "--json"))
    # a alone right on 5 items, b on none: exact 2/32, mid-p 1/32
    assert (found["b"], found["c"]) == (5, 0)
    assert found["mcnemar"] == pytest.approx({"exact_p": 0.0625, "mid_p": 0.03125})
    three = text.replace("verdict_b\n", "verdict_b,verdict_c\n").replace(",1\n", ",1,1\n").replace(",0\n", ",0,0\n")
    found = result(run("compare-judges", three, "--json"))
    assert [p["judges"] for p in found["pairs"]] == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert found["pairs"][0]["holm"]["exact_p"] == pytest.approx(0.1875)
    assert "a / b" in run("compare-judges", three).output


def test_compare_judges_needs_two_verdict_columns(run):
    refused(run("compare-judges", "item,truth,verdict_a\na,1,1\n"), "expected at least two of the form verdict_NAME")


def alt_rows(judge="1", n=40):
    rows = [f"i{k},{r},1" for k in range(n) for r in ("ana", "ben", "eva")] + [f"i{k},gpt,{judge}" for k in range(n)]
    return "item,rater,label\n" + "\n".join(rows) + "\n"


def test_alt_test_json_has_the_fixed_keys(run):
    found = result(run("alt-test", alt_rows(), "--judge", "gpt", "--json", "--scoring", "rmse"))
    assert {
        "epsilon",
        "scoring",
        "raters",
        "winning_rate",
        "average_advantage_probability",
        "passed",
        "undefined",
    } <= set(found)
    assert (found["epsilon"], found["scoring"], found["passed"], found["undefined"]) == (0.2, "rmse", True, None)
    assert set(found["raters"][0]) == {
        "rater", "n", "judge_at_least_as_close", "rater_at_least_as_close", "p", "rejected"
    }  # fmt: skip
    assert "passes" in run("alt-test", alt_rows(), "--judge", "gpt").output


def test_alt_test_with_too_few_items_is_undefined_and_exits_zero(run):
    found = result(run("alt-test", alt_rows(n=10), "--judge", "gpt", "--json"))
    assert found["winning_rate"] is None and found["passed"] is None and "30 items" in found["undefined"]


@pytest.mark.parametrize(
    "text, options, message",
    [
        (alt_rows(), ["--judge", "claude"], "found no label of the judge 'claude', expected it among the raters ana"),
        (alt_rows() + "i0,gpt,1\n", ["--judge", "gpt"], "one label per item and rater"),
        (alt_rows("rude"), ["--judge", "gpt", "--scoring", "rmse"], "found the label 'rude', expected numbers"),
    ],
)
def test_alt_test_refuses_bad_input(run, text, options, message):
    refused(run("alt-test", text, *options), message)


def test_the_installed_command_prints_one_sentence_and_exits_two(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("item,truth,verdict\na,1,1\na,0,0\n")
    done = subprocess.run(
        [sys.executable, "-c", "from review.commands.cli import main; main()", "calibrate", "--file", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.startswith("error: ") and "line 3" in done.stderr
