"""`spotcheck quality --file` as people and programs meet it: real files, real exit codes."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from review.commands.agreement import agreement
from review.commands.cli import main
from review.commands.quality import quality

HEADER = "item,verdict,truth"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    def call(text: str, *options: str, command: str = "quality", name: str = "t.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["spotcheck", command, "--file", str(path), *options])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def rows(*groups: tuple[int, str]) -> str:
    """Numbered rows: each group is a count and the cells after the item."""
    lines, n = [], 0
    for count, cells in groups:
        for _ in range(count):
            n += 1
            lines.append(f"i{n},{cells}")
    return "\n".join(lines) + "\n"


SIMPLE = f"{HEADER}\n" + rows((77, "ok,ok"), (3, "ok,bad"), (5, "bad,ok"), (15, "bad,bad"), (720, "ok,"), (180, "bad,"))


def test_the_json_follows_the_contract(run):
    code, out, _ = run(SIMPLE, "--positive", "ok", "--json")
    data = json.loads(out)
    assert code == 0
    assert (data["labelled"], data["unlabelled"], data["no_verdict"]) == (100, 900, 0)
    assert data["people"]["value"] == pytest.approx(0.82)
    assert data["judge_alone"] == pytest.approx(0.8)
    # .8 + (5 - 3)/100
    assert data["difference"]["value"] == pytest.approx(0.82)
    # cov = (77 - 80 * 82/100)/99 = .11515; var = .8 * .2 * 1000/999 = .16016; .11515/((1 + 100/900) * .16016)
    assert data["ppi"]["lambda"] == pytest.approx(0.6471, abs=0.0001)
    assert data["ppi"]["undefined"] is None
    assert data["rogan_gladen"]["value"] is None
    assert "difference estimator applies" in data["rogan_gladen"]["undefined"]
    assert isinstance(data["labels_saved"], int)
    assert set(data["people"]) == {"value", "ci", "se", "method", "method_se", "n", "undefined"}


def test_the_headline_comes_with_its_basis_and_what_the_labels_prove(run):
    text = f"{HEADER}\n" + rows((2, "wrong,wrong"), (98, "ok,ok"), (198, "wrong,"), (9702, "ok,"))
    code, out, _ = run(text, "--positive", "wrong", "--json")
    data = json.loads(out)
    assert code == 0
    # No label contradicts the judge, which called 2% wrong. PPI says 0.
    assert data["headline"]["value"] == pytest.approx(0.02, abs=0.002) and data["headline"]["ci"][0] > 0
    assert data["headline"]["basis"] and data["headline"]["undefined"] is None
    assert data["proven"] == pytest.approx([2 / 10_000, 1 - 98 / 10_000])
    assert data["ppi"]["value"] >= 2 / 10_000
    assert data["unsettled"] == {} and data["range"] is None
    assert data["missed_errors"]["withheld"]


def test_labels_from_elsewhere_make_rogan_gladen_the_headline(run):
    code, out, _ = run(SIMPLE, "--positive", "ok", "--separate", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["headline"]["value"] == data["rogan_gladen"]["value"] is not None


def test_the_help_names_one_default():
    found = CliRunner().invoke(quality, ["--help"])
    assert found.output.count("latest week") == 1 and "last four" not in found.output
    assert "Default: the last four" in " ".join(CliRunner().invoke(agreement, ["--help"]).output.split())


def test_people_read_a_table_and_sentences(run):
    code, out, _ = run(SIMPLE, "--positive", "ok")
    assert code == 0
    assert "people alone" in out
    assert "0.820 [0.733, 0.883]" in out
    assert "The judge saved" in " ".join(out.split())


def test_strata_and_populations_weigh_the_labels(run):
    text = f"{HEADER},stratum,population\n" + rows(
        (30, ",ok,failing,100"), (70, ",bad,failing,100"), (90, ",ok,rest,9900"), (9, ",bad,rest,9900")
    )
    code, out, _ = run(text, "--positive", "ok", "--json")
    data = json.loads(out)
    assert code == 0
    # .01 * .3 + .99 * 90/99 = .003 + .9
    assert data["people"]["value"] == pytest.approx(0.903)
    assert data["population"] == 10_000
    assert data["difference"]["undefined"] == "no conversation has a verdict"
    assert data["judge_alone"] is None


def test_numbers_written_with_a_decimal_are_the_same_value(run):
    # a column with gaps is often saved as 1.0 beside a complete one saved as 1
    text = f"{HEADER}\na,1,1.0\nb,0,0.0\nc,1,\nd,0,\n"
    data = json.loads(run(text, "--positive", "1", "--json")[1])
    assert data["people"]["value"] == 0.5
    assert data["judge_alone"] == 0.5


def test_a_separate_calibration_set_gives_rogan_gladen_and_nothing_else(run):
    text = f"{HEADER}\n" + rows(
        (90, "ok,ok"), (10, "bad,ok"), (40, "bad,bad"), (10, "ok,bad"), (700, "ok,"), (300, "bad,")
    )
    data = json.loads(run(text, "--positive", "ok", "--separate", "--json")[1])
    # (.7 + .8 - 1)/(.9 + .8 - 1)
    assert data["rogan_gladen"]["value"] == pytest.approx(0.5 / 0.7)
    assert data["people"]["value"] is None
    assert data["ppi"]["lambda"] is None
    assert (data["labelled"], data["unlabelled"]) == (150, 1000)


def test_undefined_is_a_result_and_not_a_failure(run):
    code, out, _ = run(f"{HEADER}\na,ok,\nb,bad,\n", "--positive", "ok", "--json")
    assert code == 0
    assert json.loads(out)["people"]["undefined"] == "no conversation is labelled"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\na,ok,ok\na,ok,ok\n", "line 3, column 'item': found 'a', expected each item once"),
        (f"{HEADER}\na,yes,no\n", "'ok' occurs neither"),
        (f"{HEADER},stratum,population\na,ok,ok,x,1\nb,ok,ok,x,1\n", "population 1 is smaller than its 2 rows"),
        (f"{HEADER},stratum,population\na,ok,ok,x,5\nb,ok,ok,x,6\n", "line 3, column 'population'"),
        (f"{HEADER},stratum,population\na,ok,ok,x,5\nb,ok,ok,y,\n", "stratum 'y' has no population"),
        (f"{HEADER},stratum,population\na,ok,ok,x,2.5\n", "a whole number"),
        (f"{HEADER},stratum\na,ok,ok,\n", "line 2, column 'stratum'"),
        ("item,verdict\na,ok\n", "column 'truth' is missing"),
        (f"{HEADER}\n", "there are no rows"),
        ("", "the file is empty"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(run, text, message):
    code, out, err = run(text, "--positive", "ok", "--json")
    assert code == 2
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_separate_without_traffic_says_what_is_missing(run):
    code, _, err = run(f"{HEADER}\na,ok,ok\n", "--positive", "ok", "--separate")
    assert code == 2
    assert "Add the traffic" in err


@pytest.mark.parametrize("options", [[], ["--positive", "ok"]])
def test_without_a_file_the_usage_says_what_to_give(monkeypatch, capsys, options):
    monkeypatch.setattr(sys, "argv", ["spotcheck", "quality", *options])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert "--file" in capsys.readouterr().err


def test_a_judge_that_never_says_the_value_is_noted(run):
    code, _, err = run(f"{HEADER}\na,good,ok\nb,bad,ok\nc,good,\n", "--positive", "ok")
    assert code == 0
    assert "no verdict is 'ok'; the verdicts are bad, good" in " ".join(err.split())
