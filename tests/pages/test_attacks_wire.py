"""Attacks on the running application without a browser: forged entries, widgets of other roles, forged paths.

The attackers have a login of their own and everything that a page ever sent to somebody else. They try to write for
others, to act beyond their role, and to read files of the server.
"""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import app_pages
import pytest
from adjudicate_app import DISPUTED, RIGHT, build_voted_store
from annotate_app import AT, WEEK
from raw_client import Visit, served, visit

from review.people.people import Person, add_person
from storage.opening import open_store
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import Assignment
from storage.store import Store

SECRET = "0123456789abcdef0123"
HOST = "review.example.org"
ANNOTATOR, ADJUDICATOR = "spotcheck_annotator", "spotcheck_adjudicator"
ROLES = {"ana": "annotator", "eva": "adjudicator", "lea": "lead"}


class House(NamedTuple):
    """The store, the port, and who logs in there."""

    store: Store
    port: int
    people: dict[str, Person]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A week in which two have voted; Ana annotates, Eva adjudicates and Lea leads, behind a proxy."""
    folder = tmp_path_factory.mktemp("wire")
    (folder / "spotcheck.toml").write_text(f'[access]\nmode = "proxy"\nallowed_hosts = ["{HOST}"]\n')
    store = build_voted_store(folder / "spotcheck.db")
    people = {
        name: add_person(store, f"{name}@example.org", role=role, by="lea", issuer="proxy", subject=name)
        for name, role in ROLES.items()
    }
    ana = people["ana"].id
    for old in store.find(Assignment, rater_id="noa"):
        new = f"ana-{old.item_id}"
        store.add(
            Assignment(
                id=new,
                item_id=old.item_id,
                rater_id=ana,
                week=WEEK,
                position=old.position,
                rubric_version=old.rubric_version,
                at=AT,
                by="lea",
            )
        )
    with served(Path(store.path), {"SPOTCHECK_PROXY_SECRET": SECRET}) as port:
        with entering(port, "lea") as first:  # a fresh server runs pages without the router until somebody came
            first.run("week")
        yield House(store, port, people)


def entering(port: int, name: str) -> Any:
    return visit(port, host=HOST, headers=[("X-Forwarded-User", name), ("X-Spotcheck-Proxy", SECRET)])


def contents(house: House) -> str:
    """Return a digest over every row of every table."""
    store = open_store(house.store.path)
    names = [r["name"] for r in store.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", {})]
    rows = [[n, *sorted(repr(dict(r)) for r in store.query(f'SELECT * FROM "{n}"', {}))] for n in names]
    store.close()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def entry(number: int, assignment: str, **fields: Any) -> dict[str, Any]:
    identity = f"00000000-0000-4000-8000-{number:012d}"
    said = {"submission_id": identity, "kind": "annotation", "assignment": assignment, "labels": RIGHT}
    return said | fields


def outbox(*entries: Any, rater: str | None = None) -> str:
    return json.dumps({"outbox": {"rater": rater, "sequence": 1, "have": [], "entries": list(entries)}})


def send(one: Visit, page: str, component: str, *entries: Any, rater: str | None = None) -> dict[str, Any]:
    """Send an outbox as the state of the component and return the data that comes back."""
    one.run(page, states={one.components[component]: outbox(*entries, rater=rater)})
    told: dict[str, Any] = one.data[component]
    return told


FORGED = {
    "somebody else's assignment": (entry(1, "noa-0000"), "not dealt to you"),
    "an assignment that does not exist": (entry(2, "no-such-assignment"), "not dealt to you"),
    "as somebody else": (entry(3, "noa-0000", rater="noa", rater_id="noa"), "not dealt to you"),
    "a label outside its scale": (
        entry(4, "ana-item-0000", labels={**RIGHT, "correctness": "perfect"}),
        "expected one",
    ),
    "a dimension that is not there": (entry(5, "ana-item-0000", labels={**RIGHT, "mood": "x"}), "found dimension"),
    "a label too few": (entry(6, "ana-item-0000", labels={"correctness": "wrong"}), "has no value"),
    "a comment of 10 MB": (entry(7, "ana-item-0000", comment="x" * 10_000_000), "10,000,000 characters"),
    "a decision": (entry(8, "item-0000", kind="decision", approve=True, reason="slip"), "kind: found 'decision'"),
    "an undo of somebody's vote": (entry(9, "", kind="withdraw", withdraws="zelda0000-ballot"), "no such submission"),
    "a flag on somebody else's item": (entry(10, "noa-0000", kind="flag", flag="privacy", span="Order"), "not dealt"),
    "a skip of somebody else's item": (entry(11, "noa-0000", kind="skip", reason="no"), "not dealt to you"),
    "an id that is in use": ({**entry(12, "ana-item-0000"), "submission_id": "00000-ballot"}, "somebody else used it"),
    "something else": ({"submission_id": "12345678", "kind": ["annotation"], "labels": 1}, "kind: found"),
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_forged_entry_is_refused_and_writes_nothing(house: House, attack: str) -> None:
    sent, sentence = FORGED[attack]
    before = contents(house)
    with entering(house.port, "ana") as one:
        one.run("annotate")
        told = send(one, "annotate", ANNOTATOR, sent)
    assert told["ack"] == []
    assert [sentence in why for _, why in told["rejected"]] == [True], told["rejected"]
    assert contents(house) == before


def test_an_outbox_of_somebody_else_is_not_even_read(house: House) -> None:
    before = contents(house)
    with entering(house.port, "ana") as one:
        one.run("annotate")
        told = send(one, "annotate", ANNOTATOR, entry(20, "ana-item-0000"), rater="noa")
    assert (told["ack"], told["rejected"]) == ([], [])
    assert contents(house) == before


@pytest.mark.parametrize("state", ["[]", "null", '"text"', '{"outbox": 7}', '{"outbox": {"entries": {"a": 1}}}'])
def test_a_state_that_is_no_outbox_does_the_page_no_harm(house: House, state: str) -> None:
    before = contents(house)
    with entering(house.port, "ana") as one:
        one.run("annotate")
        said = one.run("annotate", states={one.components[ANNOTATOR]: state})
        assert "exception {" not in said and one.data[ANNOTATOR]["order"]
    assert contents(house) == before


@pytest.mark.parametrize("state", ["", "{", "[" * 5000], ids=["empty", "broken", "deep"])
def test_an_unreadable_state_is_refused_without_an_exception(house: House, state: str) -> None:
    before = contents(house)
    with entering(house.port, "eva") as other, entering(house.port, "ana") as one:
        one.run("annotate")
        said = one.run("annotate", states={one.components[ANNOTATOR]: state})
        assert "exception {" not in said and "Traceback" not in said
        assert one.run("annotate") and one.data[ANNOTATOR]["order"]
        assert f"Week {WEEK}" in other.run("week")
    assert contents(house) == before


def test_an_honest_entry_is_accepted_the_same_way(house: House) -> None:
    """Without this test the refusals above could mean that nothing was sent."""
    with entering(house.port, "ana") as one:
        one.run("annotate")
        sent = entry(30, "ana-item-0001")
        assert send(one, "annotate", ANNOTATOR, sent)["ack"] == [sent["submission_id"]]
    (kept,) = open_store(house.store.path).find(Annotation, assignment_id="ana-item-0001")
    assert kept.rater_id == house.people["ana"].id


def test_a_reviewer_cannot_send_the_entries_of_an_adjudicator(house: House) -> None:
    decision = entry(40, DISPUTED[0], kind="decision", approve=True, reason="slip")
    with entering(house.port, "eva") as eva:
        eva.run("adjudicate")
        component, fragments = eva.components[ADJUDICATOR], list(eva.fragments)
        decision["state"] = next(i["state"] for i in eva.data[ADJUDICATOR]["items"] if i["item"] == DISPUTED[0])
    before = contents(house)
    with entering(house.port, "ana") as ana:
        ana.run("annotate")
        for page in ("adjudicate", "annotate"):
            for fragment in fragments:
                ana.ask(page, states={component: outbox(decision)}, fragment=fragment)
            said = ana.run(page, states={component: outbox(decision)})
            assert ADJUDICATOR not in ana.components
            assert "ballot" not in said
    assert contents(house) == before
    with entering(house.port, "eva") as eva:  # the same from her is taken
        eva.run("adjudicate")
        assert send(eva, "adjudicate", ADJUDICATOR, decision)["ack"] == [decision["submission_id"]]
    assert open_store(house.store.path).find(Adjudication)


def test_pressing_the_buttons_of_a_lead_does_nothing(house: House) -> None:
    """Ids of widgets are the same for everybody, but a page ignores widgets that it does not draw."""
    pressed: dict[str, str] = {}
    with entering(house.port, "lea") as lea:
        for page in app_pages.pages():
            lea.run(page)
            pressed |= {f"{page} {label}": found for label, found in lea.buttons.items()}
    assert {label.partition(" ")[2] for label in pressed} >= {"Close", "Hand over", "Save"}
    before = contents(house)
    with entering(house.port, "ana") as ana:
        for page in app_pages.pages():
            ana.run(page, triggers=sorted(set(pressed.values())), query=f"week={WEEK}&rater=lea")
    assert contents(house) == before


SECRETS = (b"root:", b"SQLite format 3", b"cookie_secret", b"[access]", b"def test_", b"streamlit run")
UP = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "..%5c", "..\\", "....//", "..;/", "%c0%ae%c0%ae/", "..%00/")
BASES = (
    *("/", "/static/", "/media/", "/component/", "/app/static/", "/_stcore/", "/_stcore/bidi-components/"),
    *("/_stcore/upload_file/", "/component/spotcheck_annotator/", "/_stcore/bidi-components/spotcheck_annotator/"),
)


def asked(port: int, path: str) -> tuple[int, bytes]:
    """Send a request with exactly this path, because HTTP clients normalise paths."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        wire.putrequest("GET", path, skip_host=True)
        for name, value in (("Host", HOST), ("X-Forwarded-User", "ana"), ("X-Spotcheck-Proxy", SECRET)):
            wire.putheader(name, value)
        wire.endheaders()
        answer = wire.getresponse()
        return answer.status, answer.read()
    finally:
        wire.close()


@pytest.mark.parametrize("base", BASES)
def test_no_path_leads_out_of_what_is_served(house: House, base: str) -> None:
    folder = Path(house.store.path).parent
    index = asked(house.port, "/week")[1]
    targets = ("etc/passwd", "app.py", "review/people/people.py", str(house.store.path).lstrip("/"), "spotcheck.toml")
    paths = [base + up * depth + target for up in UP for depth in (1, 3, 8, 16) for target in targets]
    paths += [
        base + target
        for target in ("/etc/passwd", "%2fetc%2fpasswd", f"/{folder}/spotcheck.toml", "file:///etc/passwd")
    ]
    for path in paths:
        status, body = asked(house.port, path)
        assert status in (200, 400, 403, 404, 405, 422), (path, status)
        if status == 200:
            assert body == index, path  # the application's own page, which knows every path
        assert not any(secret in body for secret in SECRETS), path


def test_the_folders_of_the_project_are_not_served(house: House) -> None:
    index = asked(house.port, "/week")[1]
    for name in ("spotcheck.db", "spotcheck.toml", ".streamlit/secrets.toml", "app.py", ".git/config", "pages/week.py"):
        for base in ("/", "/app/static/", "/static/", "/media/"):
            status, body = asked(house.port, base + name)
            assert status in (403, 404) or body == index, base + name
