"""Golden content has one reader and one writer: old stores are read as they are, and hashes stay the same."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from golden_store import reviewed_store

from review.audit.store_secrets import store_id
from review.basics.canonical import digest
from review.basics.errors import InputError, Refused
from review.golden.approve import approve
from review.golden.content import Wish, content_of
from review.golden.examples import current_examples, latest_version, latest_versions
from review.golden.provenance import provenance
from review.golden.reader import Misfit, misfit
from review.golden.releases import diff, early_release_hash, examples_of, frozen, frozen_examples, release, verify
from review.golden.rows import exported
from review.golden.writers.catalogue import export
from storage.opening import open_store
from storage.proof_key import key_file
from storage.records_base import StoredLabels
from storage.records_golden import FrozenExample, GoldenContent, GoldenVote
from storage.store import Store

DUMP = Path(__file__).resolve().parents[1] / "data" / "store_of_version_0_1.sql"
"""A store that version 0.1 has written: six examples, two releases, a hidden span. Figures below come from 0.1 too."""
RELEASES = {
    "v1": "2c6039c1013f49dfdab0d6ab517a12f113cb445c93916132f6afff537e782f03",
    "v2": "a2bc3ebadeb812b38d5783dd727bb1e3417c7c50d568f9d503bc9b729a9eddaa",
}
EXPORTS = {
    "jsonl": "30bfe77644c1b6af66c7a42034fd0fc0e657c99179c2ae7783e9be77abdd3daa",
    "csv": "f6beb43ac84117814407db7035381a7f5513872823fab6a07614e68fca792f6b",
    "promptfoo": "6c6ff854b5b0bf00e1075f93eb6326482e19dfae661e5f7b1e3e64539e445a1d",
    "deepeval": "91322e3ae83a67a9d3ac82ab2de3115737512fd9c9c6715d44734fab175917da",
    "langsmith": "181b6d794cc1dc1559fdbc6938490b7388007bdb71e49eb3e026775024fcbd97",
}
"""SHA-256 of the files that version 0.1 exports from release v1."""


@pytest.fixture
def old(tmp_path: Path) -> Store:
    """An old store, as on a machine that has not written it yet; all copies share one id."""
    with sqlite3.connect(tmp_path / "spotcheck.db") as db:
        db.executescript(DUMP.read_text(encoding="utf-8"))
    store = open_store(tmp_path / "spotcheck.db")
    key_file(store_id(store)).unlink(missing_ok=True)
    return store


def change(store: Store, table: str, expression: str, name: str) -> None:
    """Change the JSON of one example from outside."""
    store.db.execute(f"UPDATE {table} SET content = {expression} WHERE example_id = ?", [name])
    store.db.conn.commit()


def test_releases_of_an_old_store_keep_their_hashes(old: Store) -> None:
    for name, recorded in RELEASES.items():
        check = verify(old, name)
        assert (check.holds, check.recorded, check.recomputed) == (True, recorded, recorded)
    found = diff(old, "v1", "v2")
    assert (len(found.added), len(found.removed), [c.fields for c in found.changed]) == (0, 1, [("expected_answer",)])


def test_examples_of_an_old_store_are_frozen_to_the_same_hash(old: Store) -> None:
    adjudicators = {r.example_id: r.content["adjudicator"] for r in frozen_examples(old, "v2")}
    rows = [e for e in latest_versions(old).values() if not e.retired]
    assert early_release_hash([frozen(e, adjudicator=adjudicators[e.example_id]) for e in rows]) == RELEASES["v2"]


@pytest.mark.parametrize("form", EXPORTS)
def test_an_old_release_is_exported_to_the_same_bytes(old: Store, tmp_path: Path, form: str) -> None:
    [file] = export(old, "v1", to=form, target=tmp_path / "out", by="lea")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == EXPORTS[form]


def test_the_writer_builds_the_content_that_version_0_1_built(old: Store, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    new = approve(reviewed_store(tmp_path / "new"), "u1", by="eva")
    before = next(r for r in frozen_examples(old, "v1") if r.example_id == new.example_id)
    content = {key: before.content[key] for key in new.content}  # type: ignore[literal-required]
    assert digest(content) == digest(new.content)
    assert set(new.content) == GoldenContent.__required_keys__


def test_every_example_of_an_old_store_can_be_read(old: Store) -> None:
    assert len(current_examples(old)) == 5 and len(examples_of(old, "v1")) == 6 and len(exported(old, "v2")[0]) == 5
    for name in latest_versions(old):
        assert provenance(old, name).to_json()["example"]["example_id"] == name


def test_a_key_that_nobody_knows_is_kept(old: Store) -> None:
    name = current_examples(old)[0].example_id
    change(old, "golden_examples", "json_set(content, '$.colour', 'red')", name)
    found = latest_version(old, name)
    assert found is not None and found.content["colour"] == "red"  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("json_remove(content, '$.tags')", "content.tags: found nothing, expected a list"),
        ("json_set(content, '$.question', 7)", "content.question: found 7, expected a text"),
        ("json_set(content, '$.context', json('[1]'))", "content.context[0]: found 1, expected a text"),
        ("json_set(content, '$.prior_turns', json('[{}]'))", "content.prior_turns[0].role: found nothing, expected"),
        (
            "json_set(content, '$.origin.redacted', json('true'))",
            "content.origin.redacted: found True, expected a whole",
        ),
        ("json_set(content, '$.origin', 'x')", "content.origin: found 'x', expected an object"),
        (
            "json_set(content, '$.expected_result', 'x')",
            "content.expected_result: found 'x', expected an object or null",
        ),
    ],
)
def test_a_field_without_its_type_is_named(old: Store, expression: str, message: str) -> None:
    name = current_examples(old)[0].example_id
    change(old, "golden_examples", expression, name)
    for read in (current_examples, latest_versions, lambda store: release(store, "v3", by="eva")):
        with pytest.raises(InputError) as error:
            read(old)
        assert f"golden example '{name}', {message}" in str(error.value) and "backup" in str(error.value)


def test_a_frozen_example_without_its_type_is_named_when_read_and_damaged_when_checked(
    old: Store,
) -> None:
    name = frozen_examples(old, "v1")[0].example_id
    change(old, "release_examples", "json_remove(content, '$.split', '$.example_id')", name)
    with pytest.raises(
        InputError, match=rf"release 'v1', example '{name}', content\.(split|example_id): found nothing"
    ):
        examples_of(old, "v1")
    assert verify(old, "v1").damaged == (name,)
    with pytest.raises(Refused, match="has changed since it was made"):
        exported(old, "v1")


VOTE: dict[str, Any] = {
    "rater": "ana", "submission_id": "s", "labels": {"a": "x", "b": ["y"]}, "rubric_version": 1, "stratum": None,
    "probability": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "hint", "wrong"),
    [
        (VOTE, GoldenVote, None),
        ({**VOTE, "probability": "[HIDDEN_1]"}, GoldenVote, None),
        ({**VOTE, "probability": "0.5"}, GoldenVote, Misfit(".probability", "'0.5'", "a number or null")),
        ({**VOTE, "rubric_version": 1.5}, GoldenVote, Misfit(".rubric_version", "1.5", "a whole number")),
        ({**VOTE, "labels": {"a": 1}}, GoldenVote, Misfit(".labels.a", "1", "a text or a list")),
        ([], StoredLabels, Misfit("", "[]", "an object")),
        ({}, list[str], Misfit("", "{}", "a list")),
        (content_of("q", expected_answer="a", wish=Wish()), GoldenContent, None),
        (content_of("q", expected_answer="a", wish=Wish()), FrozenExample, Misfit(".example_id", "nothing", "a text")),
    ],
)
def test_the_first_part_that_does_not_fit_is_found(value: Any, hint: Any, wrong: Misfit | None) -> None:
    assert misfit(value, hint) == wrong
