"""Who may ask and confirm, what a hold stops, and an erasure that is killed or finds the disk full."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import flow_store
import pytest
from click.testing import CliRunner
from small_disks import mounted

from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.commands.cli import spotcheck
from review.erasure import proof, requests
from review.erasure.person import Person
from review.erasure.places import PLACES
from review.erasure.proof import own_files
from review.erasure.requests import confirm, preview, request_erasure, withdraw
from review.erasure.running import run
from review.erasure.states import erasure
from review.people.people import add_person
from review.privacy.holds import add_holds, every_hold, release_hold
from review.privacy.recognisers import Recognisers
from storage.connection import StorageError
from storage.opening import open_store
from storage.queries.erasing import open_erasures
from storage.records_erasure import ErasedKey
from storage.records_log import Conversation
from storage.store import Store

ROOT = Path(__file__).resolve().parents[3]
WORDS = "My neighbour Ottokar keeps the parcel in his cellar."


def made(folder: Path) -> Store:
    """A store with a user in an open week."""
    store = open_store(folder / "spotcheck.db")
    flow_store.add_people(store)
    add_person(store, "max", role="lead", by="lea")
    said = [{"role": "user", "content": WORDS}, {"role": "assistant", "content": "Let us ask Ottokar, then."}]
    rows = flow_store.records()[:60]
    rows += [{**flow_store.conversation(n), "id": f"o{n}", "user_id": "otto", "messages": said} for n in (400, 440)]
    flow_store.import_rows(store, rows)
    (folder / "log.jsonl").unlink()
    flow_store.open_the_week(store)
    return store


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return made(tmp_path_factory.mktemp("shared"))


def test_two_people_are_needed_or_a_reason(shared: Store) -> None:
    for by in ("ana", "eva", "nobody"):
        with pytest.raises(Refused, match="needs the role lead"):
            request_erasure(shared, "user", "otto", by=by)
    asked = request_erasure(shared, "user", "otto", by="lea")
    assert asked.in_words == "waits for a second person" and asked.request.found["log"] == 2
    with pytest.raises(Refused, match="is open: waits for a second person"):
        request_erasure(shared, "user", "otto", by="max")
    with pytest.raises(Refused, match="somebody else has to confirm"):
        confirm(shared, asked.request.id, by="lea")
    with pytest.raises(Refused, match="waits for a second person to confirm"):
        run(shared, asked.request.id, by="max")
    assert "otto" not in json.dumps(shared.query("SELECT * FROM erasure_requests"))
    assert [one.id for one in open_erasures(shared)] == [asked.request.id] and not shared.find(ErasedKey)
    with pytest.raises(Refused, match="needs the role lead"):
        withdraw(shared, asked.request.id, by="eva", reason="")
    assert withdraw(shared, asked.request.id, by="max", reason="a mistake").state == "withdrawn"
    assert open_erasures(shared) == [] and not Path(f"{shared.path}.erasing").exists()
    with pytest.raises(NothingToDo, match="withdrawn already"):
        confirm(shared, asked.request.id, by="max")


def test_a_hold_stops_it_until_it_is_released(shared: Store) -> None:
    asked = request_erasure(shared, "conversation", "o440", by="lea")
    add_holds(shared, users=["otto"], reason="a lawsuit", by="lea")
    with pytest.raises(Refused, match="legal hold names this user"):
        request_erasure(shared, "user", "otto", by="lea")
    add_holds(shared, conversations=["o440"], reason="a lawsuit", by="lea")
    with pytest.raises(Refused, match="legal hold names conversation o440"):
        confirm(shared, asked.request.id, by="max")
    for one in every_hold(shared):
        release_hold(shared, one.hold.id, reason="it is over", by="lea")
    withdraw(shared, asked.request.id, by="max", reason="")


def test_a_hold_on_a_user_stops_the_erasure_of_one_of_their_conversations(shared: Store) -> None:
    (hold,) = add_holds(shared, users=["otto"], reason="a dispute", by="lea")
    with pytest.raises(Refused, match="a legal hold names the user of conversation o400"):
        request_erasure(shared, "conversation", "o400", by="lea")
    release_hold(shared, hold.id, reason="settled", by="lea")
    asked = request_erasure(shared, "conversation", "o400", by="lea")
    withdraw(shared, asked.request.id, by="lea", reason="only a test")


def test_wrong_ids_and_unknown_requests_are_named(shared: Store) -> None:
    with pytest.raises(InputError, match="expected the id of a user"):
        preview(shared, "user", "  ", by="lea")
    with pytest.raises(UnknownError, match="found 0 requests"):
        erasure(shared, "abcdef")
    assert preview(shared, "conversation", "never seen", by="lea") == {}


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from review.erasure import places, running, tables
from review.log import erasing
from review.privacy.recognisers import Recognisers
from storage.connection import StorageError
from storage.opening import open_store

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def run(at):
    if at == "log":
        erasing.sync = die
    elif at == "table":
        tables.record_emptied = die
    elif at == "proof":
        running.proof_of = die
    elif at == "vacuum":
        running.leave_nothing_behind = die
    else:
        places.PLACES[at] = places.PLACES[at]._replace(empty=die)
    running.run(open_store(sys.argv[1]), sys.argv[2], by="max")

for at in sys.argv[3:]:
    child = os.fork()
    if not child:
        run(at)
    print(at, os.waitpid(child, 0)[1], flush=True)
"""
STEPS = ("log", "table", "comments", "vacuum", "proof")


def test_a_killed_erasure_goes_on(tmp_path: Path) -> None:
    store = made(tmp_path)
    asked = request_erasure(store, "user", "otto", by="lea")
    confirm(store, asked.request.id, by="max")
    words = [sys.executable, "-c", KILLED.format(root=str(ROOT)), str(store.path), asked.request.id, *STEPS]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert ended.stdout.splitlines() == [f"{at} {int(signal.SIGKILL)}" for at in STEPS], ended.stderr
    now = erasure(store, asked.request.id)
    assert now.state == "running" and now.left and check_store(store).holds
    done = run(store, asked.request.id, by="max")
    assert (done.in_words, dict(done.left)) == ("done", {})
    assert done.emptied["log"] == 2 and done.emptied["conversations"] >= 1
    assert not any(b"Ottokar" in path.read_bytes() for path in own_files(store.path))
    assert check_store(store).holds and not Path(f"{store.path}.erasing").exists()


@pytest.mark.durable
def test_a_full_disk_leaves_it_running_and_it_goes_on(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "30m") as folder, closing(made(folder)) as store:
        asked = request_erasure(store, "user", "otto", by="lea")
        confirm(store, asked.request.id, by="max")
        filler = folder / "filler.bin"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass
        with pytest.raises(StorageError, match="disk is full"):
            run(store, asked.request.id, by="max")
        assert erasure(store, asked.request.id).state == "running" and check_store(store).holds
        free, done = 1 << 18, None
        while done is None or done.state == "running":  # each time more is free, so it fails a place later
            with filler.open("r+b") as file:
                file.truncate(max(0, filler.stat().st_size - free))
            free *= 3
            with suppress(StorageError):
                done = run(store, asked.request.id, by="max")
            assert check_store(store).holds
        assert free > 1 << 20
        assert (done.state, done.emptied["log"]) == ("done", 2)


def erased_by_command(store: Store, request: str):
    words = ["erase", "confirm", request[:12], "--as", "max", "--store", str(store.path), "--json"]
    return CliRunner().invoke(spotcheck, words)


def test_an_unread_item_in_an_open_week_is_taken_back(shared: Store) -> None:
    done = CliRunner().invoke(
        spotcheck,
        ["erase", "request", "--conversation", "o400", "--as", "lea", "--store", str(shared.path), "--json"],
    )
    asked = json.loads(done.stdout)
    assert done.exit_code == 0 and asked["found"]["log"] == 1
    shown = CliRunner().invoke(spotcheck, ["erase", "list", "--as", "lea", "--store", str(shared.path), "--json"])
    assert json.loads(shown.stdout)["requests"][0]["state"] == "waiting"
    said = json.loads(erased_by_command(shared, asked["id"]).stdout)
    assert said["state"] == "done" and said["left"] == {} and set(said["emptied"]) <= set(PLACES)
    held = [a for rater in flow_store.RATERS for a in flow_store.assignments(shared, rater) if a.item_id == "o400"]
    for one in held:  # in the page of a reviewer who had the text before
        assert "was erased" in flow_store.refusal(shared, one.rater_id, flow_store.entry(one, comment=WORDS))
    assert held
    other = shared.get(Conversation, "o440")
    assert other is None or other.question == WORDS


def test_the_proof_reads_the_files_of_a_store_with_any_name(tmp_path: Path) -> None:
    store = tmp_path / "team [1].db"
    for name in (store.name, f"{store.name}-wal", f"{store.name}.before-1", "team 1.db"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in own_files(store)] == [store.name, f"{store.name}-wal"]


def test_a_request_is_confirmed_or_withdrawn_and_never_both(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for the texts of a person takes minutes in a large log; somebody withdraws meanwhile."""
    asked = request_erasure(shared, "conversation", "c003", by="lea").request.id
    looked = requests.with_texts

    def slowly(store: Store, person: Person) -> Person:
        withdraw(store, asked, by="lea", reason="a mistake")
        return looked(store, person)

    monkeypatch.setattr(requests, "with_texts", slowly)
    with pytest.raises(NothingToDo, match="confirmed or withdrawn already"):
        confirm(shared, asked, by="max")
    assert erasure(shared, asked).state == "withdrawn" and not Path(f"{shared.path}.erasing").exists()
    assert not [one for one in shared.find(ErasedKey) if one.request_id == asked]
    monkeypatch.undo()
    asked = request_erasure(shared, "conversation", "c003", by="lea").request.id

    def meanwhile(text: str, wanted: Recognisers) -> tuple[str, list[object]]:
        monkeypatch.undo()
        confirm(shared, asked, by="max")
        return text, []

    monkeypatch.setattr(requests, "mask_text", meanwhile)
    with pytest.raises(Refused, match="cannot be withdrawn any more"):
        withdraw(shared, asked, by="lea", reason="a mistake")
    assert erasure(shared, asked).state == "running"


def test_a_file_of_somebody_else_does_not_keep_a_proof_from_passing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    for name in ("closed.txt", "gone.txt", "copy.txt"):
        (tmp_path / name).write_text(WORDS)
    (tmp_path / "private").mkdir()
    read = proof.read_apart
    listed = Path.iterdir

    def apart(path: Path) -> object:
        if path.name == "closed.txt":
            raise PermissionError
        if path.name == "gone.txt":
            path.unlink()
        return read(path)

    def closed(path: Path) -> object:
        if path.name == "private":
            raise PermissionError
        return listed(path)

    monkeypatch.setattr(proof, "read_apart", apart)
    monkeypatch.setattr(Path, "iterdir", closed)
    person = Person(request="r", kind="user", given="otto", texts=frozenset((WORDS,)))
    found = proof.proof_of(store, person)
    assert (found.left, found.copies, found.larger) == ((), ("copy.txt",), ("closed.txt", "private"))
