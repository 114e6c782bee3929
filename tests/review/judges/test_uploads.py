"""Uploaded files are kept for their run, readable by the owner alone, and no longer."""

import stat

import pytest
from judged_store import judged
from run_store import OPTIONS, obedient, speaks

from review.basics.errors import InputError, Refused
from review.judges.runs import running
from review.judges.runs.locks import runs_folder
from review.judges.runs.results import written_results
from review.judges.runs.targets import JudgeTarget, subjects_of
from review.judges.runs.uploads import forget, kept, looked_at
from review.judges.runs.work_run import work
from review.judges.versions import add_judge

CONTENT = b"id,question,answer\na,q,a\n"


@pytest.fixture
def there(store, monkeypatch):
    judged(store)
    speaks(monkeypatch, obedient)
    add_judge(store, "j", kind="scripted", dimensions=["correctness"], spec={}, by="eva")
    return store


def started(store, name="answers.csv"):
    with kept(store, name, CONTENT, by="eva") as path:
        return path, running.start_run(store, "j", JudgeTarget("file", str(path)), OPTIONS, by="eva")


def test_it_is_there_until_its_run_has_finished(there):
    path, run = started(there)
    assert path.read_bytes() == CONTENT and runs_folder(there.path).resolve() in path.parents
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert work(there, run.id, environment={}).verdicts == 1
    assert not path.exists() and not path.parent.exists()
    assert len(written_results(there, run.id, by="eva").splitlines()) == 2, "what was said of it stays"


def test_it_stays_while_another_run_has_to_read_it(there):
    path, first = started(there)
    add_judge(there, "k", kind="scripted", dimensions=["correctness"], spec={}, by="eva")
    second = running.start_run(there, "k", JudgeTarget("file", str(path)), OPTIONS, by="eva")
    work(there, first.id, environment={})
    assert path.exists()
    work(there, second.id, environment={})
    assert not path.exists()


def test_a_run_that_is_refused_leaves_nothing_behind(there):
    with pytest.raises(RuntimeError), kept(there, "a.csv", CONTENT, by="eva") as path:
        raise RuntimeError
    assert not path.exists()
    with pytest.raises(Refused, match="needs the role adjudicator"), kept(there, "a.csv", CONTENT, by="ana"):
        pass


def test_the_same_file_is_not_run_twice_at_once_and_stays_for_the_first(there):
    made = running.start_run
    with kept(there, "a.csv", CONTENT, by="eva") as path:
        run = made(there, "j", JudgeTarget("file", str(path)), OPTIONS, by="eva", background=True)
    with pytest.raises(Refused, match=f"run '{run.id}'"), kept(there, "a.csv", CONTENT, by="eva") as path:
        made(there, "j", JudgeTarget("file", str(path)), OPTIONS, by="eva")
    assert path.exists()


def test_a_file_of_the_command_line_is_nobody_of_ours(there, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(CONTENT)
    run = running.start_run(there, "j", JudgeTarget("file", str(path)), OPTIONS, by="eva")
    work(there, run.id, environment={})
    forget(there, str(path))
    assert path.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "/a/b.csv", ".hidden.csv", "x" * 300 + ".csv", "a\n[b].csv"])
def test_a_name_leads_nowhere_else(there, name):
    with kept(there, name, CONTENT, by="eva") as path:
        assert path.parent.parent == runs_folder(there.path).resolve() / "files"
        assert path.suffix == ".csv" and not path.name.startswith(".") and path.name.isprintable()


def test_what_is_wrong_with_it_is_said_with_its_name_alone(there):
    with (
        pytest.raises(InputError, match=r"^answers.csv, line 2, column 'id'"),
        looked_at("answers.csv", b"id,question,answer\n,q,a\n") as path,
    ):
        subjects_of(there, JudgeTarget("file", str(path)))
    assert not path.exists()
