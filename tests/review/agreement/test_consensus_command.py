import json

import pytest
from agreement_cases import published

CASE = published("dawid_skene_1979")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ratings.csv"
    rows = ["item,rater,label,occasion"]
    for item, row in CASE["ratings"].items():
        for observer, values in enumerate(row.split(), start=1):
            rows += [f"{item},{observer},{value},{occasion}" for occasion, value in enumerate(values, start=1)]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_the_command_prints_the_contract(file, spotcheck):
    done = spotcheck("consensus", "--file", file, "--method", "dawid-skene", "--values", "1,2,3,4", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) >= {"items", "ties", "prevalence", "log_likelihood", "iterations", "raters"}
    assert set(found["items"][0]) >= {"item", "label", "tie", "votes", "posterior"}
    assert found["raters"][0]["confusion"]["1"]["1"] == pytest.approx(0.8895, abs=5e-4)
    assert found["log_likelihood"] == pytest.approx(-192.89088, abs=1e-3)
    plain = json.loads(spotcheck("consensus", "--file", file, "--json").stdout)
    tie = next(i for i in plain["items"] if i["tie"])
    assert (tie["item"], tie["label"], tie["votes"]) == ("p12", None, {"2": 3, "3": 3, "4": 1})


def test_the_command_shows_ties_first_to_people(file, spotcheck):
    done = spotcheck("consensus", "--file", file, "--method", "dawid-skene")
    assert done.returncode == 0
    assert "1 with tied votes" in done.stdout
    assert "3 (votes tie)" in done.stdout


def test_repeated_ratings_are_accepted_but_not_twice_on_one_occasion(tmp_path, spotcheck):
    path = tmp_path / "r.csv"
    path.write_text("item,rater,label\ni1,a,x\ni1,a,x\ni1,b,y\n")
    assert spotcheck("consensus", "--file", path, "--json").returncode == 0
    path.write_text("item,rater,label,occasion\ni1,a,x,1\ni1,a,x,1\ni1,b,y,1\n")
    done = spotcheck("consensus", "--file", path, "--json")
    assert done.returncode == 2
    assert "line 3" in done.stderr
    assert "at occasion '1'" in done.stderr


def test_no_file_says_what_to_give(spotcheck):
    done = spotcheck("consensus")
    assert done.returncode == 2
    assert "--file" in done.stderr
