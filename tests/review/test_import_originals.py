"""Originals: kept apart, encrypted or not at all; only what was masked; found again by id."""

import orjson
import pytest
from cryptography.fernet import Fernet

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.log.log import read_conversations
from review.privacy.originals import KEY_VARIABLE, reveal_original, seal_of
from review.settings.privacy import Privacy
from review.sources.importing import import_file
from review.sources.options import ImportOptions

ROWS = [
    {"id": "with", "question": "I am anna@example.com", "answer": "Thanks.", "sql": "SELECT 1", "user_id": "anna"},
    {"id": "without", "question": "How many?", "answer": "Seven."},
]


def imported(folder, mode):
    log = log_of(folder / "spotcheck.db")
    path = folder / "log.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, ROWS)))
    import_file(path, ImportOptions(privacy=Privacy(originals=mode)), log=log, key=b"key", by="ana")
    return log


def everything(folder):
    return b"".join(p.read_bytes() for p in folder.rglob("*.parquet"))


def test_apart_keeps_the_content_of_masked_conversations_alone_and_for_the_owner_alone(tmp_path):
    log = imported(tmp_path, "apart")
    original = reveal_original(log, "with")
    assert original["messages"][0] == {"role": "user", "content": "I am anna@example.com"}
    assert original["sql"] == "SELECT 1"
    assert "user_id" not in original
    assert reveal_original(log, "without") is None
    assert reveal_original(log, "unknown") is None
    (file,) = log.originals.rglob("*.parquet")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_log_itself_holds_no_original(tmp_path):
    log = imported(tmp_path, "apart")
    (masked,) = read_conversations(log, ["with"])
    assert masked.question == "I am [EMAIL_1]"
    assert masked.redacted == 1
    assert masked.user_id != "anna"
    assert "anna" not in str(masked)


def test_encrypted_needs_its_key_to_write_and_to_read(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(InputError, match=r"SPOTCHECK_ORIGINALS_KEY is not set.*generate_key"):
        imported(tmp_path, "encrypted")
    monkeypatch.setenv(KEY_VARIABLE, "too short")
    with pytest.raises(InputError, match=r"no Fernet key.*generate_key"):
        imported(tmp_path, "encrypted")
    key = Fernet.generate_key().decode()
    monkeypatch.setenv(KEY_VARIABLE, key)
    log = imported(tmp_path, "encrypted")
    assert b"anna@example.com" not in everything(log.originals)
    assert reveal_original(log, "with")["messages"][0]["content"] == "I am anna@example.com"
    with pytest.raises(InputError, match="another key"):
        reveal_original(log, "with", environment={KEY_VARIABLE: Fernet.generate_key().decode()})
    with pytest.raises(InputError, match="is not set"):
        reveal_original(log, "with", environment={})


def test_none_keeps_nothing(tmp_path):
    log = imported(tmp_path, "none")
    assert reveal_original(log, "with") is None
    assert not log.originals.exists()


def test_an_unknown_setting_is_refused():
    with pytest.raises(InputError, match="found 'elsewhere', expected one of apart, encrypted, none"):
        seal_of("elsewhere")
