"""An erasure in a PostgreSQL database, by the owner of its tables and by the role that only erases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import flow_store
import pytest
from click.testing import CliRunner
from postgres_server import Server, shared_server
from quick_stores import ON_POSTGRES
from store_databases import store_in

from review.audit import chain
from review.audit.verifying import check_store, in_words
from review.commands.cli import spotcheck
from review.people.people import add_person
from storage.address import address_in, write_address
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.postgres_roles import grants
from storage.proof_key import VARIABLE
from storage.queries.erasing import cells_of_file
from storage.records_review import Annotation

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="these tests start a server of their own")
WORDS = "My neighbour Ottokar keeps the parcel in his cellar."


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = shared_server()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "a key for the stores of these tests")
        running.role("eraser")
        yield running
        close_pools()


def made(server: Server, file: Path) -> Path:
    """A store with a user in an open week, whose words also stand in an entry of the audit chain."""
    store = open_store(store_in(server, file))
    flow_store.add_people(store)
    add_person(store, "max", role="lead", by="lea")
    said = [{"role": "user", "content": WORDS}, {"role": "assistant", "content": "Let us ask Ottokar, then."}]
    rows = [
        *flow_store.records()[:60],
        {**flow_store.conversation(400), "id": "o", "user_id": "otto", "messages": said},
    ]
    flow_store.import_rows(store, rows)
    (file.parent / "log.jsonl").unlink()
    flow_store.open_the_week(store)
    flow_store.send(store, "ben", *(flow_store.entry(a) for a in flow_store.assignments(store, "ben")[:3]))
    add_person(store, "ben", role="none", by="lea")
    with store.transaction():
        chain.record(store, "lea", "note", "a case", words=WORDS)
    return file


def command(file: Path, *words: str) -> dict[str, object]:
    done = CliRunner().invoke(spotcheck, ["erase", *words, "--store", str(file), "--json"])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(("role", "sentences"), [("owner", ["write-ahead log"]), ("eraser", ["pages", "write-ahead"])])
def test_an_erasure_ends_and_says_what_it_cannot_prove(
    server: Server, tmp_path: Path, role: str, sentences: list[str]
) -> None:
    file = made(server, tmp_path / "spotcheck.db")
    database = str(address_in(file)).partition("///")[2].partition("?")[0]
    assert any("Ottokar" in str(cells) for _, _, cells in cells_of_file(file))
    for line in grants("eraser", erasure=True).splitlines():
        server.sql(line, database)
    write_address(file, server.address(database, role))
    asked = command(file, "request", "--user", "otto", "--as", "lea")
    done = command(file, "confirm", str(asked["id"])[:12], "--as", "max")
    assert (done["state"], done["left"]) == ("done", {})
    assert done["emptied"]["audit"] == 1, done["emptied"]  # type: ignore[index]
    told = done["proof"]["unproved"]  # type: ignore[index]
    assert len(told) == len(sentences) and all(word in one for word, one in zip(sentences, told, strict=True))
    assert not any("Ottokar" in str(cells) for _, _, cells in cells_of_file(file))
    asked = command(file, "request", "--reviewer", "ben", "--as", "lea")
    done = command(file, "confirm", str(asked["id"])[:12], "--as", "max")
    assert (done["state"], done["left"]) == ("done", {})
    store = open_store(file)
    assert not any("ben" in cells for _, _, cells in cells_of_file(file))
    assert len(store.find(Annotation, rater_id=f"reviewer-{str(asked['id'])[:12]}")) == 3
    assert check_store(store).holds, in_words(check_store(store))
