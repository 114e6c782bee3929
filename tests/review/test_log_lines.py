"""Lines of the log: one form, the number of the request in each, and nothing of a person."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from review.basics import request_id
from review.basics.errors import InputError
from review.serving.log_lines import Lines, begin_logging, say
from review.settings.logs import LogSettings
from review.settings.project import project_of

OURS = logging.getLogger("a test of lines")


@pytest.fixture
def logged() -> Iterator[None]:
    """Give the root logger its handlers back."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_line_is_json_with_the_number_of_its_request(logged: None, capsys: pytest.CaptureFixture[str]) -> None:
    begin_logging(LogSettings("json", "info"))
    request_id.begin("abc-123")
    say(OURS, "request", kind="page", status=200)
    OURS.debug("too small")
    request_id.begin("bad number\n")
    OURS.warning("nothing was read\nahead")
    first, second = lines(capsys.readouterr().err)
    assert first | {"at": ""} == {
        "at": "", "level": "info", "logger": "a test of lines", "request": "abc-123", "message": "request",
        "kind": "page", "status": 200,
    }  # fmt: skip
    assert second["message"] == "nothing was read\nahead" and second["request"] not in ("", "abc-123", "bad number\n")


def test_no_line_holds_what_a_person_said_or_who_they_are(logged: None, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("json", "text"):
        begin_logging(LogSettings(form, "warning"))
        OURS.warning("pull of %s: %s", "desk", "ana.berg@example.org wrote from +49 151 23456789")
        try:
            raise KeyError("Ana Berg lives in Ulm, ana.berg@example.org")
        except KeyError:
            OURS.exception("Uncaught app execution")
        logging.getLogger("streamlit.error_util").error("for ana.berg@example.org")
        written = capsys.readouterr().err
        assert written.count("\n") == 3 and "[EMAIL_1]" in written
        assert not [word for word in ("Berg", "Ulm", "ana.", "23456789") if word in written], written
        assert "KeyError" in written and "test_log_lines.py" in written, "the error is named, and where it came from"


def test_a_text_line_stays_one_line() -> None:
    record = logging.makeLogRecord({"name": "x", "msg": "two\nlines %s", "args": ("in one",)})
    assert "\n" not in Lines(as_json=False).format(record)


def test_a_process_goes_on_under_the_number_of_the_one_that_started_it(tmp_path: Path) -> None:
    number = request_id.begin()
    code = (
        "import os, sys; sys.argv = ['spotcheck', '--version']; from review.commands import cli; cli.main(); "
        "print(os.environ['SPOTCHECK_REQUEST_ID'])"
    )
    for environment, expected in ((request_id.environment(), number), ({**os.environ, request_id.VARIABLE: "é"}, "")):
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        said = done.stdout.split()[-1]
        assert said == expected if expected else len(said) == 12


@pytest.mark.parametrize(("line", "wrong"), [('format = "xml"', "log.format"), ('level = "loud"', "log.level")])
def test_wrong_settings_are_named(tmp_path: Path, line: str, wrong: str) -> None:
    (tmp_path / "spotcheck.toml").write_text(f"[log]\n{line}\n")
    with pytest.raises(InputError, match=rf"{wrong}: found .*expected"):
        project_of(tmp_path / "spotcheck.db")


def test_a_line_that_cannot_be_written_says_nothing_of_its_words(
    logged: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("json", "text"):
        begin_logging(LogSettings(form, "warning"))
        OURS.warning("file of ana.berg@example.org: %s", "half a \udcf6 letter")
        OURS.warning("%d", "ana.berg@example.org")
        written = capsys.readouterr().err
        assert "[EMAIL_1]: half a ? letter" in written and "was not written (TypeError)" in written
        assert "ana." not in written and "Traceback" not in written


def test_what_streamlit_loads_later_writes_our_lines(
    logged: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit import logger as theirs

    monkeypatch.setattr(theirs, "setup_formatter", theirs.setup_formatter)
    begin_logging(LogSettings("json", "warning"))
    theirs.get_logger("streamlit.of_a_test").error("could not convert 'ana.berg@example.org'")
    [line] = lines(capsys.readouterr().err)
    assert line["message"] == "could not convert '[EMAIL_1]'"
