"""Keys come from the environment or the secrets file, and are removed from messages."""

import pytest
from run_store import judge_of

from review.basics.errors import InputError, UnknownError
from review.judges.keys import environment_of, key_variable_of, without_key
from review.judges.runs.worker import in_background
from review.settings.project import Project


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "here" / ".streamlit").mkdir(parents=True)
    (tmp_path / "store" / ".streamlit").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    return Project(path=tmp_path / "store" / "spotcheck.toml")


def secrets(folder, text):
    (folder / ".streamlit" / "secrets.toml").write_text(text, encoding="utf-8")


def test_the_environment_counts_more_than_the_store_folder_and_that_more_than_the_current_one(
    project, tmp_path, monkeypatch
):
    secrets(tmp_path / "here", 'ONE = "here"\nTWO = "here"\nTHREE = "here"\n[auth]\nsecret = "x"\n')
    secrets(tmp_path / "store", 'TWO = "store"\nTHREE = "store"\nNUMBER = 5\n')
    monkeypatch.setenv("THREE", "environment")
    found = environment_of(project)
    assert (found["ONE"], found["TWO"], found["THREE"]) == ("here", "store", "environment")
    assert "auth" not in found and "NUMBER" not in found


def test_without_a_secrets_file_it_is_the_environment(project, monkeypatch):
    monkeypatch.setenv("ONLY_HERE", "1")
    assert environment_of(project)["ONLY_HERE"] == "1"


def test_a_secrets_file_that_cannot_be_read_is_named_without_its_content(project, tmp_path):
    secrets(tmp_path / "here", 'KEY = "sk-very-secret\n')
    with pytest.raises(InputError, match=r"secrets\.toml: not readable as TOML") as told:
        environment_of(project)
    assert "sk-very" not in str(told.value)


def test_a_key_is_blotted_out_of_what_is_said():
    judge, environment = judge_of({"key_env": "K"}), {"K": "sk-123456"}
    assert without_key("it sent sk-123456, sk-123456.", judge, environment) == "it sent [key], [key]."
    assert without_key("it sent sk-123456.", judge, {"K": "sk-123456\n"}) == "it sent [key]."
    assert without_key("nothing", judge_of({}), {"": "nothing"}) == "nothing"
    # A value of three characters is no key and stands in half of all words.
    assert without_key("the end", judge, {"K": "the"}) == "the end"


@pytest.mark.parametrize(("spec", "variable"), [({}, ""), ({"key_env": None}, ""), ({"key_env": "MY_KEY"}, "MY_KEY")])
def test_the_variable_with_the_key_is_read_from_any_stored_spec(spec, variable):
    assert key_variable_of(judge_of(spec)) == variable


def test_a_worker_is_started_for_a_run_that_is_there(store):
    with pytest.raises(UnknownError, match="run 'none' is not in the store"):
        in_background(store.path, "none")
