"""An evidence pack after retention: what expired is counted, and what went otherwise is named."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flow_store import WEEK
from retained_store import ON, closed_store

from review.basics.log_paths import log_of
from review.basics.weeks import monday_of
from review.compliance.pack.making import make_pack
from review.compliance.pack.verifying import verify_pack
from review.failures.rules import failure_rules
from review.log.log import log_files
from review.monitoring.retention import run_retention
from review.settings.project import project_of
from storage.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A closed week, packed and then expired."""
    folder = tmp_path_factory.mktemp("expired")
    store = closed_store(folder)
    (folder / "spotcheck.toml").write_text(ON)
    project = project_of(store.path)
    make_pack(store, project, folder / "p.pack", first=f"{monday_of(WEEK)}", last="2099-12-31", by="lea")
    run_retention(store, project, failure_rules(store, project), by="lea", clock_is_right=True)
    return store


def pack_of(store: Store) -> Path:
    return store.path.parent / "p.pack"


def test_what_expired_is_counted_with_the_store_and_with_the_log_alone(store: Store) -> None:
    with_store = verify_pack(pack_of(store), store=store)
    log_alone = verify_pack(pack_of(store), log=log_of(store.path).logs)
    assert with_store.compared["expired"] == log_alone.compared["expired"] > 100
    assert not with_store.differences and not log_alone.differences


def test_a_row_that_is_missing_beside_them_is_named(store: Store) -> None:
    (file,) = log_files(log_of(store.path), weeks=[WEEK])
    whole = pq.read_table(file)
    gone = whole.column("id")[0].as_py()
    pq.write_table(whole.slice(1), file)
    with_store = verify_pack(pack_of(store), store=store)
    log_alone = verify_pack(pack_of(store), log=log_of(store.path).logs)
    assert [one.name for one in with_store.differences if one.where == "log"] == [f"conversation {gone}"]
    assert [one.name for one in log_alone.differences] == [WEEK]
