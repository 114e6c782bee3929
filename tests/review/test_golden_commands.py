"""``spotcheck golden``, ``labels`` and ``verdicts`` on a real store."""

import json

import pytest
from click.testing import CliRunner
from golden_store import WEEK, reviewed_store

from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.commands.cli import spotcheck


@pytest.fixture
def run(tmp_path, monkeypatch):
    reviewed_store(tmp_path)
    monkeypatch.chdir(tmp_path)

    def call(*args, acting="eva", fails=None):
        who = ["--as", acting] if acting else []
        result = CliRunner().invoke(spotcheck, [*args, *who, "--store", str(tmp_path / "spotcheck.db")])
        if fails is not None:
            assert isinstance(result.exception, fails), result.output
            return str(result.exception)
        assert result.exception is None, result.output
        return json.loads(result.stdout) if "--json" in args else result.stdout

    return call


def test_from_candidates_to_an_exported_release(run, tmp_path):
    found = run("golden", "candidates", "--weeks", WEEK, "--json")["candidates"]
    assert [c["item_id"] for c in found] == ["h1", "u1", "u2", "s1"]
    assert "2 reviewers agree" in run("golden", "candidates")
    done = run("golden", "approve", "--bulk-unanimous", "--json")
    assert [e["item_id"] for e in done["approved"]] == ["h1", "u1"]
    assert [r["item_id"] for r in done["refused"]] == ["u2"]
    one = run(
        "golden",
        "approve",
        "u2",
        "--expected-behaviour",
        "refuse",
        "--kind",
        "adversarial",
        "--tag",
        "a",
        "--must-pass",
        "--json",
    )
    made = run("golden", "release", "v1", "--notes", "first", "--json")
    assert (made["name"], made["size"]) == ("v1", 3)
    listed = run("golden", "list", "--json", acting=None)
    assert len(listed["examples"]) == 3 and listed["releases"][0]["content_hash"] == made["content_hash"]
    assert "v1" in run("golden", "list", acting=None)
    out = run("golden", "export", "v1", "--to", "csv", "--json")
    assert out["files"] == [str(tmp_path / "v1.csv")] and (tmp_path / "v1.csv").is_file()
    assert "--force" in run("golden", "export", "v1", "--to", "csv", fails=Refused)
    assert str(tmp_path / "v1.csv") in run("golden", "export", "v1", "--to", "csv", "--force")
    assert run("golden", "verify", "v1", "--json", acting=None)["holds"] is True
    example = one["approved"][0]["example_id"]
    run("golden", "retire", example, "--note", "doubtful")
    run("golden", "release", "v2")
    assert run("golden", "diff", "v1", "v2", "--json", acting=None)["removed"] == [example]
    assert f"- {example}" in run("golden", "diff", "v1", "v2", acting=None)


def test_the_provenance_is_shown_to_people_and_programs(run):
    done = run("golden", "approve", "u1", "--json")
    example = done["approved"][0]["example_id"]
    chain = run("golden", "show", example, "--json", acting=None)
    assert chain["stratum"]["probability"] == 0.02 and len(chain["votes"]) == 2
    text = run("golden", "show", example, acting=None)
    assert "vote of ana" in text and "2 of 100, probability 0.02" in text


def test_coverage_is_compared_with_the_plan_of_the_project(run, tmp_path):
    run("golden", "approve", "u1")
    (tmp_path / "spotcheck.toml").write_text("[golden.plan]\norders = 3\nreturns = {normal = 2}\n")
    found = run("golden", "coverage", "--json", acting=None)
    assert (found["n"], found["target"], found["missing"]) == (1, 5, 4)
    assert "1 of 3" in run("golden", "coverage", acting=None)
    (tmp_path / "spotcheck.toml").write_text("[golden.plan]\norders = 'many'\n")
    assert "golden.plan.orders" in run("golden", "coverage", fails=InputError, acting=None)


def test_written_examples_are_imported(run, tmp_path):
    (tmp_path / "w.csv").write_text("question,expected_answer,colour\nWhy?,Because.,red\n")
    assert run("golden", "import", "w.csv", "--json")["added"] == 1
    assert "0 added, 0 corrected, 1 unchanged" in run("golden", "import", "w.csv")


def test_a_release_that_was_tampered_with_has_exit_code_1(run, tmp_path):
    from storage.opening import open_store

    run("golden", "approve", "u1")
    run("golden", "release", "v1")
    open_store(tmp_path / "spotcheck.db").db.conn.execute("DELETE FROM release_examples")
    result = CliRunner().invoke(spotcheck, ["golden", "verify", "v1", "--store", str(tmp_path / "spotcheck.db")])
    assert result.exit_code == 1 and "has CHANGED" in result.stdout


def test_wrong_use_is_explained(run):
    assert "Name one or more items" in run("golden", "approve", fails=InputError)
    assert "Leave the other options out" in run(
        "golden", "approve", "--bulk-unanimous", "--kind", "edge", fails=InputError
    )
    assert "unanimous" in run("golden", "approve", "s1", "--bulk-unanimous", fails=NothingToDo)
    assert "disputed" in run("golden", "approve", "d1", fails=Refused)
    assert "role adjudicator" in run("golden", "approve", "u1", acting="ana", fails=Refused)
    assert "ex-none" in run("golden", "show", "ex-none", acting=None, fails=UnknownError)
    assert "nobody called" in run("golden", "approve", "u1", acting="zoe", fails=UnknownError)
    assert "no golden example" in run("golden", "release", "v1", fails=NothingToDo)


def test_several_items_are_approved_together_or_not_at_all(run):
    run("golden", "approve", "u1", "d1", fails=Refused)
    assert run("golden", "list", "--json", acting=None)["examples"] == []


def test_labels_and_verdicts_are_imported_and_exported(run, tmp_path):
    (tmp_path / "l.csv").write_text("item,rater,label,mood\nu1,zoe,rude,x\nnew,zoe,neutral,y\n")
    done = run("labels", "import", "l.csv", "--dimension", "politeness", "--week", "2026-W40", "--json", acting="lea")
    assert (done["annotations"], done["new_items"], done["new_raters"]) == (2, 1, ["zoe"])
    assert "2 were there already" in run("labels", "import", "l.csv", "--dimension", "politeness", acting="lea")
    assert run("labels", "export", "out.csv", "--json")["rows"] > 2
    assert "labels" in run("labels", "export", "out.jsonl")
    (tmp_path / "v.csv").write_text("item,judge,label\nu1,gpt,rude\nnew,gpt,garbage\nnone,gpt,rude\n")
    again = ("verdicts", "import", "v.csv", "--dimension", "politeness", "--missing-as-no-verdict")
    done = run(*again, "--json")
    assert (done["added"], done["no_verdict"], done["unknown_items"]) == (2, {"unparseable": 1}, 1)
    assert "1 is about an item" in run(
        "verdicts", "import", "v.csv", "--dimension", "politeness", "--missing-as-no-verdict"
    )
    assert run("verdicts", "export", "v.parquet", "--json")["rows"] == 2
    assert "l.csv, line 2" in run("labels", "import", "l.csv", "--dimension", "intent", acting="lea", fails=InputError)


@pytest.mark.parametrize("group", ["golden", "labels", "verdicts"])
def test_every_command_has_help(group):
    names = CliRunner().invoke(spotcheck, [group, "--help"])
    assert names.exit_code == 0
    for command in {"golden": ["import", "approve", "export"], "labels": ["import", "export"]}.get(group, ["import"]):
        result = CliRunner().invoke(spotcheck, [group, command, "--help"])
        assert result.exit_code == 0 and "--store" in result.output and "--json" in result.output
