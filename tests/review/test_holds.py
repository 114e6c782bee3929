"""Legal holds: who may set one, what they name, how they end, and that the audit chain covers them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flow_store import add_people, conversation, import_rows

from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.log.log import read_conversations
from review.privacy.holds import Held, add_holds, every_hold, held, release_hold
from review.privacy.user_ids import user_hash
from storage.opening import open_store
from storage.records_retention import LegalHold
from storage.store import Store


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(tmp_path_factory.mktemp("holds") / "spotcheck.db")
    add_people(store)
    import_rows(store, [{**conversation(1), "user_id": "anna@example.com"}, conversation(2)])
    return store


def command(store: Store, *arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(spotcheck, ["hold", *arguments, "--store", str(store.path), "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout else result.exception


def test_a_hold_lasts_until_a_lead_releases_it(store: Store) -> None:
    add_people(store)
    rows = add_holds(store, conversations=["c1", "c1"], users=["anna"], reason=" Case 12 ", by="lea")
    assert [(r.kind, r.reason) for r in rows] == [("conversation", "Case 12"), ("user", "Case 12")]
    now = held(store)
    assert now == Held(frozenset({"c1"}), frozenset({user_hash(store, "anna")}))
    assert now.holds("c1", None) and now.holds("c9", user_hash(store, "anna")) and not now.holds("c9", "x")
    with pytest.raises(NothingToDo, match="on hold already"):
        add_holds(store, conversations=["c1"], reason="again", by="lea")
    release_hold(store, rows[0].id[:8], reason="settled", by="lea")
    assert held(store).conversations == frozenset() and len(held(store).users) == 1
    with pytest.raises(Refused, match="lea released it"):
        release_hold(store, rows[0].id, reason="settled", by="lea")
    assert len(add_holds(store, conversations=["c1"], reason="again", by="lea")) == 1
    assert [one.release is None for one in every_hold(store)] == [False, True, True]
    assert check_store(store).holds
    store.db.execute("UPDATE legal_holds SET subject = 'c2'")
    store.db.conn.commit()
    assert {c.table for c in check_store(store).changes} == {"legal_holds"}


def test_only_a_lead_sets_and_ends_a_hold_and_says_why(store: Store) -> None:
    add_people(store)
    for who in ("eva", "ana", "nobody"):
        with pytest.raises(Refused, match="needs the role lead"):
            add_holds(store, conversations=["c1"], reason="x", by=who)
        with pytest.raises(Refused, match="needs the role lead"):
            release_hold(store, "abcdef", reason="x", by=who)
    for wrong in ("", "  ", "x" * 501):
        with pytest.raises(InputError, match="reason"):
            add_holds(store, conversations=["c1"], reason=wrong, by="lea")
    with pytest.raises(InputError, match="found neither"):
        add_holds(store, reason="x", by="lea")
    with pytest.raises(InputError, match="expected the id of a user"):
        add_holds(store, users=[" "], reason="x", by="lea")
    with pytest.raises(UnknownError, match="found 0 holds"):
        release_hold(store, "", reason="x", by="lea")
    assert store.find(LegalHold) == []


def test_a_reason_is_kept_masked(store: Store) -> None:
    add_people(store)
    [row] = add_holds(store, conversations=["c1"], reason="asked by bob@example.com", by="lea")
    assert "bob@example.com" not in row.reason and "asked by" in row.reason


def test_the_commands_name_a_user_as_the_product_does(logged: Store) -> None:
    [found] = read_conversations(log_of(logged.path), ["c001"])
    code, said = command(logged, "add", "--user", "anna@example.com", "--reason", "Case 12", "--as", "lea")
    assert code == 0 and said["holds"][0]["subject"] == found.user_id
    assert held(logged).holds("c001", found.user_id) and not held(logged).holds("c002", None)
    assert Path(logged.path).read_bytes().find(b"anna@example.com") < 0
    code, said = command(logged, "add", "--conversation", "c0002", "--reason", "Case 12", "--as", "lea")
    assert code == 1 and "neither the log nor the store" in str(said)
    code, said = command(logged, "add", "--user", "ana@example.com", "--reason", "Case 12", "--as", "lea")
    assert code == 1 and "'ana@example.com': found 0 conversations" in str(said) and len(every_hold(logged)) == 1
    code, said = command(logged, "add", "--user", "new", "--reason", "Case 13", "--even-if-none", "--as", "lea")
    assert code == 0 and said["holds"][0]["conversations"] == 0
    release_hold(logged, said["holds"][0]["id"], reason="wrong case", by="lea")
    assert {h["conversations"] for h in command(logged, "list", "--as", "lea")[1]["holds"]} == {1}
    for who in ("ana", "eva"):
        code, said = command(logged, "list", "--as", who)
        assert isinstance(said, Refused) and "needs the role auditor" in str(said)
    code, said = command(logged, "release", found.user_id[:6] if found.user_id else "", "--reason", "x", "--as", "lea")
    assert isinstance(said, UnknownError)
    hold = command(logged, "list", "--as", "lea")[1]["holds"][0]["id"]
    assert command(logged, "release", hold, "--reason", "over", "--as", "lea")[1]["holds"][0]["released"]["by"] == "lea"
    assert command(logged, "list", "--as", "lea")[1] == {"holds": []}
    assert len(command(logged, "list", "--all", "--as", "lea")[1]["holds"]) == 2
