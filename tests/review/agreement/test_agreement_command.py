import json

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from agreement_cases import published

CASE = published("krippendorff_2011")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ratings.csv"
    rows = [
        f"u{i:02},{rater},{value or ''}" for rater, column in CASE["ratings"].items() for i, value in enumerate(column)
    ]
    path.write_text("\n".join(["item,rater,label", *rows]) + "\n")
    return path


def written(tmp_path, text, name="ratings.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_the_json_is_the_contract(file, spotcheck):
    done = spotcheck("agreement", "--file", file, "--scale", "ordinal", "--values", "1,2,3,4,5", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {k: found[k] for k in ("items", "pairable_items", "raters", "ratings", "scale", "values")} == {
        "items": 12, "pairable_items": 11, "raters": 4, "ratings": 41, "scale": "ordinal", "values": list("12345"),
    }  # fmt: skip
    assert sum(found["prevalence"].values()) == pytest.approx(1)
    assert found["degenerate_replicates"] == 0
    assert set(found["pairs"][0]) >= {"raters", "n", "percent_agreement", "cohen_kappa"}
    assert set(found["per_rater"][0]) >= {"rater", "n", "leave_one_out_agreement"}
    for name, expected in CASE["expected"].items():
        q = found["coefficients"][name]
        assert set(q) == {"value", "ci", "se", "method", "method_se", "n", "undefined"}
        assert q["value"] == pytest.approx(expected["value"], abs=1e-6)
        assert q["ci"][0] < q["value"] < q["ci"][1] or q["ci"][1] == 1
        assert "bootstrap" in q["method"]


def test_without_bootstrap_the_interval_is_analytic_and_a_seed_repeats_itself(file, spotcheck):
    options = ("agreement", "--file", file, "--scale", "nominal", "--json")
    analytic = json.loads(spotcheck(*options, "--bootstrap", "0").stdout)["coefficients"]["gwet_ac1"]
    assert analytic["method"].startswith("analytic (ratio linearisation over pairable items)")
    # 0.775444 -/+ t(0.975; 10) * 0.124737 = 0.775444 -/+ 2.228139 * 0.124737
    assert analytic["ci"] == [pytest.approx(0.497513, abs=1e-5), 1.0]
    printed = json.loads(spotcheck(*options, "--bootstrap", "0", "--se", "gwet").stdout)["coefficients"]["gwet_ac1"]
    assert printed["method"].startswith("analytic (Gwet 2014)")
    assert printed["method_se"] == "Gwet 2014"
    # 0.775444 -/+ t(0.975; 11) * 0.142950 = 0.775444 -/+ 2.200985 * 0.142950
    assert printed["ci"] == [pytest.approx(0.460814, abs=1e-5), 1.0]
    assert spotcheck(*options, "--seed", "7").stdout == spotcheck(*options, "--seed", "7").stdout


def test_people_get_sentences_and_tables(file, spotcheck):
    done = spotcheck("agreement", "--file", file, "--scale", "nominal")
    assert done.returncode == 0
    assert "Any two of four reviewers agree on 82%" in done.stdout
    assert "krippendorff_alpha.nominal" in done.stdout
    assert "undefined: fleiss_kappa" in done.stdout


def test_a_dimension_column_gives_one_object_for_each_dimension(tmp_path, spotcheck):
    path = written(
        tmp_path,
        "item,rater,dimension,value\ni1,a,tone,rude\ni1,b,tone,rude\ni2,a,tone,kind\ni2,b,tone,kind\n"
        "i1,a,intent,x\ni1,b,intent,y\n",
    )
    both = json.loads(spotcheck("agreement", "--file", path, "--scale", "nominal", "--json").stdout)
    assert set(both) == {"dimensions"}
    assert both["dimensions"]["tone"]["values"] == ["kind", "rude"]
    one = spotcheck("agreement", "--file", path, "--scale", "nominal", "--dimension", "intent", "--json")
    assert set(json.loads(one.stdout)["dimensions"]) == {"intent"}


def test_a_set_becomes_a_yes_or_no_dimension_for_each_value(tmp_path, spotcheck):
    path = written(tmp_path, "item,rater,label\ni1,a,x|y\ni1,b,x\ni2,a,|\ni2,b,y\ni3,a,x\ni3,b,\n")
    done = spotcheck("agreement", "--file", path, "--scale", "set", "--values", "x,y", "--json")
    found = json.loads(done.stdout)["dimensions"]
    assert found["x"]["coefficients"]["percent_agreement"]["value"] == 1
    assert found["y"]["coefficients"]["percent_agreement"]["value"] == 0
    assert found["x"]["pairable_items"] == 2


def test_standard_input_jsonl_and_parquet_are_read_alike(file, tmp_path, spotcheck):
    rows = [line.split(",") for line in file.read_text().splitlines()[1:]]
    records = [{"item": i, "rater": r, "label": float(v) if v else None} for i, r, v in rows]
    jsonl = written(tmp_path, "\n".join(orjson.dumps(r).decode() for r in records), "ratings.jsonl")
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "ratings.parquet")
    options = ("--scale", "interval", "--json", "--bootstrap", "0")
    expected = spotcheck("agreement", "--file", file, *options).stdout
    assert spotcheck("agreement", "--file", "-", *options, stdin=file.read_text()).stdout == expected
    assert spotcheck("agreement", "--file", jsonl, *options).stdout == expected
    assert spotcheck("agreement", "--file", tmp_path / "ratings.parquet", *options).stdout == expected


def test_clusters_are_drawn_whole(tmp_path, spotcheck):
    rows = [f"i{i},{r},{'ab'[(i // 7 + (r == 'y') * (i % 3 == 0)) % 2]},u{i // 5}" for i in range(40) for r in "xy"]
    path = written(tmp_path, "\n".join(["item,rater,label,user", *rows]))
    done = spotcheck("agreement", "--file", path, "--scale", "nominal", "--cluster", "user", "--json")
    assert "over clusters" in json.loads(done.stdout)["coefficients"]["gwet_ac1"]["method"]


BAD = {
    "a label outside the declared values": (
        "item,rater,label\ni1,a,low\ni1,b,lo\n", ["--scale", "ordinal", "--values", "low,high"],
        ["line 3", "column 'label'", "'lo'", "did you mean 'low'"],
    ),
    "ordinal text without an order": (
        "item,rater,label\ni1,a,low\ni1,b,high\n", ["--scale", "ordinal"], ["line 2", "'low'", "--values"],
    ),
    "a word on an interval scale": (
        "item,rater,label\ni1,a,3\ni1,b,three\n", ["--scale", "interval"], ["line 3", "'three'", "a number"],
    ),
    "a negative amount": (
        "item,rater,label\ni1,a,3\ni1,b,-3\n", ["--scale", "ratio"], ["line 3", "'-3'", "not negative"],
    ),
    "a word declared for an interval scale": (
        "item,rater,label\ni1,a,3\ni1,b,3\n", ["--scale", "interval", "--values", "1,two"], ["--values", "'two'"],
    ),
    "a rater twice on an item": (
        "item,rater,label\ni1,a,x\ni1,b,x\ni1,a,y\n", ["--scale", "nominal"],
        ["line 4", "second label by rater 'a' on item 'i1'", "first is on line 2", "remove"],
    ),
    "a missing column": ("item,person,label\ni1,a,x\n", ["--scale", "nominal"], ["line 1", "'rater'", "item, person"]),
    "an empty rater": ("item,rater,label\ni1,,x\n", ["--scale", "nominal"], ["line 2", "column 'rater'"]),
    "no rows": ("item,rater,label\n", ["--scale", "nominal"], ["no rows"]),
    "a cluster column that is not there": (
        "item,rater,label\ni1,a,x\n", ["--scale", "nominal", "--cluster", "user"], ["'user' is missing"],
    ),
    "an item in two clusters": (
        "item,rater,label,user\ni1,a,x,u1\ni1,b,x,u2\n", ["--scale", "nominal", "--cluster", "user"],
        ["line 3", "'u2'", "'u1'"],
    ),
    "an unknown dimension": (
        "item,rater,label,dimension\ni1,a,x,tone\n", ["--scale", "nominal", "--dimension", "intent"],
        ["'intent'", "tone"],
    ),
    "a dimension without its column": (
        "item,rater,label\ni1,a,x\n", ["--scale", "nominal", "--dimension", "intent"], ["'dimension' is missing"],
    ),
    "no scale": ("item,rater,label\ni1,a,x\n", [], ["--scale"]),
    "a set without values": ("item,rater,label\ni1,a,x\n", ["--scale", "set"], ["--values"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "options", "said"), BAD.values(), ids=BAD)
def test_bad_input_exits_2_with_the_place_and_the_remedy(tmp_path, text, options, said, spotcheck):
    done = spotcheck("agreement", "--file", written(tmp_path, text), *options, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    for part in said:
        assert part in done.stderr


def test_no_file_says_what_to_give(spotcheck):
    done = spotcheck("agreement", "--scale", "nominal")
    assert done.returncode == 2
    assert "--file" in done.stderr


def test_undefined_is_a_result_and_exits_0(tmp_path, spotcheck):
    done = spotcheck(
        "agreement", "--file", written(tmp_path, "item,rater,label\ni1,a,x\ni2,b,x\n"), "--scale", "nominal", "--json"
    )
    assert done.returncode == 0
    alpha = json.loads(done.stdout)["coefficients"]["krippendorff_alpha.nominal"]
    assert alpha["value"] is None
    assert alpha["undefined"]


def test_a_file_of_empty_labels_is_undefined_and_not_an_error(tmp_path, spotcheck):
    done = spotcheck(
        "agreement", "--file", written(tmp_path, "item,rater,label\ni1,a,\ni1,b,\n"), "--scale", "interval"
    )
    assert done.returncode == 0
    assert "there are no ratings" in done.stdout


def test_numbers_of_an_ordinal_scale_sort_as_numbers_and_undeclared_values_are_noted(tmp_path, spotcheck):
    text = "item,rater,label\n" + "".join(f"i{i},{r},{i + 1}\n" for i in range(11) for r in "ab")
    done = spotcheck("agreement", "--file", written(tmp_path, text), "--scale", "ordinal", "--json")
    assert json.loads(done.stdout)["values"] == [str(i) for i in range(1, 12)]
    assert "were not declared" in done.stderr


def test_unknown_columns_are_ignored_with_a_note(tmp_path, spotcheck):
    text = "item,comment,rater,label\ni1,hm,a,x\ni1,,b,x\n"
    done = spotcheck("agreement", "--file", written(tmp_path, text), "--scale", "nominal", "--json")
    assert done.returncode == 0
    assert "comment" in done.stderr
