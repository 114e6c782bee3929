"""Entries cut off the end of the audit chain: what the store and this machine notice without any set-up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from quick_stores import ON_POSTGRES, copy_store, damage

from review.audit import chain, heads
from review.audit.store_secrets import store_id
from review.audit.verifying import check_store, in_words
from review.commands.cli import spotcheck
from review.people.people import add_person
from review.serving.nightly import run_nightly
from storage.connection import StorageError
from storage.opening import open_store
from storage.proof import COVERED
from storage.proof_key import VARIABLE
from storage.proof_seen import seen_file
from storage.records_people import AuditEntry
from storage.store import Store

of_a_file = pytest.mark.skipif(ON_POSTGRES, reason="this test is about a file and its key beside it")


def verify(path: Path) -> tuple[int, dict[str, Any], str]:
    result = CliRunner().invoke(spotcheck, ["audit", "verify", "--store", str(path), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    words = CliRunner().invoke(spotcheck, ["audit", "verify", "--store", str(path)])
    return result.exit_code, json.loads(result.stdout), " ".join(words.stdout.split())


def cut_the_end(path: Path, first: int, *, rows: bool = True, lines: bool = True) -> None:
    """Remove the entries from ``first`` on, with the lines they signed and the rows these are about."""
    store = open_store(path)
    for table, primary in COVERED.values() if rows else ():
        gone = f"SELECT key FROM audit_rows WHERE entry >= {first} AND \"table\" = '{table}'"
        if store.query(f"SELECT 1 FROM {table} WHERE CAST({primary} AS TEXT) IN ({gone})"):
            damage(store, f"DELETE FROM {table} WHERE CAST({primary} AS TEXT) IN ({gone})")
    if lines:
        damage(store, f"DELETE FROM audit_rows WHERE entry >= {first}")
    damage(store, f"DELETE FROM audit WHERE sequence >= {first}")
    store.close()


def grown(store: Store, *names: str) -> int:
    """Add people, and return how many entries there are."""
    for name in names:
        add_person(store, name, role="annotator", by="visitor")
    last = chain.head(store)
    assert last is not None
    return last.sequence


def test_a_cleanly_cut_end_is_noticed_on_the_machine_that_wrote_it(demo: Store) -> None:
    last = grown(demo, "zoe", "yan")
    code, said, words = verify(demo.path)
    assert code == 0 and said["seen_here"]["sequence"] == last
    assert f"this machine last saw entry {last:,}, and it is in the chain" in words
    demo.close()
    cut_the_end(demo.path, last)
    code, said, words = verify(demo.path)
    assert (code, said["broken_at"], said["changes"], said["altered"]) == (1, None, [], [])
    assert f"entry {last} " in said["trouble"] and f"ends at entry {last - 1}" in said["trouble"]
    assert "cut off" in words and "the chain holds" not in words


def test_what_was_noticed_stays_noticed_when_writing_goes_on(demo: Store) -> None:
    last = grown(demo, "zoe", "yan", "xia")
    cut_the_end(demo.path, last - 1)
    assert grown(demo, "eve", "mal", "tom", "joe") > last
    code, said, _ = verify(demo.path)
    assert code == 1 and f"entry {last} " in said["trouble"] and "another entry in its place" in said["trouble"]


@pytest.mark.parametrize("rows", [True, False])
def test_signed_lines_without_their_entry_are_said_without_any_note(demo: Store, tmp_path: Path, *, rows: bool) -> None:
    last = grown(demo, "zoe")
    other = copy_store(demo.path, tmp_path / "elsewhere.db")
    cut_the_end(other, last, rows=rows, lines=False)
    code, said, _ = verify(other)
    assert code == 1 and said["seen_here"] is None
    assert f"rows are signed by entry {last}" in said["trouble"] and f"ends at entry {last - 1}" in said["trouble"]
    with pytest.raises(StorageError, match="entries were removed from the end of the audit chain"):
        add_person(open_store(other), "yan", role="annotator", by="visitor")


def test_a_copy_elsewhere_has_no_note_and_says_what_it_cannot_see(demo: Store, tmp_path: Path) -> None:
    last = grown(demo, "zoe")
    other = copy_store(demo.path, tmp_path / "elsewhere.db")
    cut_the_end(other, last)
    code, said, words = verify(other)
    assert (code, said["seen_here"], said["trouble"]) == (0, None, "")
    assert "entries cut off the end would not show" in words
    assert verify(demo.path)[0] == 0


def test_another_process_and_an_older_note_do_not_raise_a_false_alarm(demo: Store) -> None:
    grown(demo, "zoe")
    file = seen_file(store_id(demo), demo.path)
    older = file.read_bytes()
    last = grown(open_store(demo.path), "yan")
    file.write_bytes(older)
    code, said, _ = verify(demo.path)
    assert code == 0 and said["seen_here"]["sequence"] == last - 1


def test_a_rolled_back_transaction_is_not_noted(demo: Store) -> None:
    last = grown(demo, "zoe")
    with pytest.raises(ZeroDivisionError), demo.transaction():
        add_person(demo, "yan", role="annotator", by="visitor")
        raise ZeroDivisionError
    code, said, _ = verify(demo.path)
    assert code == 0 and said["seen_here"]["sequence"] == last


@pytest.mark.parametrize("content", [b"x", b"1\tabc\t2026\tdef\n"])
def test_a_note_that_was_changed_is_trouble(demo: Store, content: bytes) -> None:
    grown(demo, "zoe")
    seen_file(store_id(demo), demo.path).write_bytes(content)
    grown(demo, "yan")
    code, said, _ = verify(demo.path)
    assert code == 1 and "was changed by other means" in said["trouble"]


@of_a_file
def test_a_folder_that_cannot_be_written_loses_no_write(
    demo: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, (seen_file(store_id(demo), demo.path).parent / f"{store_id(demo)}.key").read_text())
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "another"))
    seen_file(store_id(demo), demo.path).mkdir(parents=True)
    grown(demo, "zoe")
    code, said, words = verify(demo.path)
    assert (code, said["seen_here"]) == (0, None) and "would not show" in words


@of_a_file
def test_a_restored_backup_says_in_the_chain_what_is_lost(demo: Store, tmp_path: Path) -> None:
    grown(demo, "zoe")
    demo.backup(tmp_path / "backup.db")
    last = grown(demo, "yan", "xia")
    demo.close()
    run = CliRunner().invoke(
        spotcheck, ["store", "restore", str(tmp_path / "backup.db"), "--force", "--store", str(demo.path)]
    )
    assert run.exit_code == 0, run.output
    printed = " ".join(run.output.split())
    assert f"entries up to entry {last} of the former store are not in it" in printed, printed
    assert "has noted no entry" not in printed and f"this machine last saw entry {last - 1}" in printed
    code, said, words = verify(demo.path)
    assert code == 0 and f"entry {last}" in words and "restored from a backup" in words
    entry = open_store(demo.path).find(AuditEntry)[-1]
    assert (entry.action, entry.detail["lost"], entry.detail["backup"]) == ("restore", last, "backup.db")
    assert said["seen_here"]["hash"] == entry.hash


@of_a_file
def test_a_backup_that_was_copied_by_hand_is_trouble_until_it_is_restored_by_the_command(
    demo: Store, tmp_path: Path
) -> None:
    demo.backup(tmp_path / "backup.db")
    grown(demo, "yan")
    demo.close()
    for part in demo.path.parent.glob(f"{demo.path.name}-*"):
        part.unlink()
    shutil.copyfile(tmp_path / "backup.db", demo.path)
    assert verify(demo.path)[0] == 1
    night = {outcome.name: outcome.status for outcome in run_nightly(open_store(demo.path))}
    assert night["verify"] == "failed"
    command = ["store", "restore", str(tmp_path / "backup.db"), "--force", "--store", str(demo.path)]
    assert CliRunner().invoke(spotcheck, command).exit_code == 0
    assert verify(demo.path)[0] == 0


def test_an_entry_about_a_restore_that_nobody_signed_does_not_help(demo: Store) -> None:
    last = grown(demo, "zoe", "yan")
    lost = chain.head(demo)
    assert lost is not None
    cut_the_end(demo.path, last)
    damage(
        demo,
        f"INSERT INTO audit SELECT sequence + 1, at, actor, 'restore', '{lost.hash}', '{{}}', hash, '{'f' * 64}' "
        "FROM audit ORDER BY sequence DESC LIMIT 1",
    )
    check = check_store(open_store(demo.path))
    assert not check.holds and check.broken_at == last and "the chain holds" not in in_words(check)[0]


def test_the_heads_of_a_file_are_read_once(demo: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "heads.txt"
    heads.note_head(demo, file)
    reads = []
    real = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, **how: (reads.append(self), real(self, **how))[1])
    assert "already" in heads.note_head(demo, file)
    assert reads == [file]


def test_a_changed_store_id_is_an_error_of_the_store(demo: Store) -> None:
    damage(demo, "UPDATE settings SET value = '../x' WHERE name = 'store_id'")
    with pytest.raises(StorageError, match="the id of the store is"):
        demo.signing_key()
