"""The real server in proxy mode: forged headers have no effect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import app_pages
import pytest
import requests
from annotate_app import AT, build_store
from raw_client import seen, served, visit
from websockets.exceptions import InvalidStatus

from review.people.identity import Visitor
from review.people.people import add_person, arrived
from storage.opening import open_store
from storage.records_people import Rater
from storage.records_review import Annotation
from storage.records_weeks import Assignment
from storage.store import Store

SECRET = "0123456789abcdef0123"
HOST = "review.example.org"
SIGNED = ("X-Spotcheck-Proxy", SECRET)
ANA, LEA, BEN = (("X-Forwarded-User", f"{name}@example.org") for name in ("ana", "lea", "ben"))
OUTSIDE = "did not come through the proxy"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Ana annotates, Lea leads; both log in through the proxy."""
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "spotcheck.toml").write_text(f'[access]\nmode = "proxy"\nallowed_hosts = ["{HOST}"]\n')
    built = build_store(folder / "spotcheck.db", items=6, raters=("bob",))
    for header, role in ((ANA, "annotator"), (LEA, "lead")):
        who = add_person(built, header[1], role=role, by="lea", issuer="proxy", subject=header[1])
        for old in built.find(Assignment, rater_id="bob"):
            new = f"{who.id}-{old.item_id}"
            built.add(
                Assignment(
                    id=new,
                    item_id=old.item_id,
                    rater_id=who.id,
                    week=old.week,
                    position=old.position,
                    rubric_version=old.rubric_version,
                    at=AT,
                    by="lea",
                )
            )
    return built


@pytest.fixture(scope="module")
def port(store: Store) -> Iterator[int]:
    with served(Path(store.path), {"SPOTCHECK_PROXY_SECRET": SECRET}) as port:
        yield port


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [LEA],
        [LEA, ("X-Spotcheck-Proxy", "")],
        [LEA, ("X-Spotcheck-Proxy", "wrong")],
        [LEA, ("X-Spotcheck-Proxy", "wrong"), SIGNED],
        [LEA, SIGNED, SIGNED],
        [LEA, ("X_Spotcheck_Proxy", SECRET)],
        [LEA, ("Cookie", f"X-Spotcheck-Proxy={SECRET}")],
    ],
)
@pytest.mark.parametrize("page", app_pages.pages())
def test_a_forged_header_opens_no_session(port: int, headers: list[tuple[str, str]], page: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        seen(port, page, host=HOST, headers=headers, query="rater=lea")
    answer = requests.get(f"http://127.0.0.1:{port}/{page}", headers={"Host": HOST}, timeout=20)
    assert answer.status_code == 403 and OUTSIDE in answer.text


def test_with_the_secret_the_user_of_the_proxy_is_logged_in(port: int) -> None:
    said = seen(port, "week", host=HOST, headers=[ANA, SIGNED])
    assert "ana@example.org · annotator" in said and "Week 2026-W47" in said
    assert "lea@example.org · lead" in seen(port, "sampling", host=HOST, headers=[LEA, SIGNED])


@pytest.mark.parametrize(
    "users", [[], [("X-Forwarded-User", "")], [("X-Forwarded-User", "  ")], [ANA, LEA], [LEA, ANA]]
)
def test_an_empty_user_or_two_users_are_not_logged_in(port: int, users: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        seen(port, "week", host=HOST, headers=[*users, SIGNED])


@pytest.mark.parametrize("query", ["rater=lea", "rater=lea@example.org", "rater=lea&rater=lead"])
def test_a_name_in_the_address_has_no_effect(port: int, query: str) -> None:
    said = seen(port, "sampling", host=HOST, headers=[ANA, SIGNED], query=query)
    assert "needs the role lead; yours is annotator" in said


@pytest.mark.parametrize("page", app_pages.pages())
def test_people_without_a_role_see_no_page(port: int, store: Store, page: str) -> None:
    said = seen(port, page, host=HOST, headers=[BEN, SIGNED])
    assert "No role yet" in said and "2026-W47" not in said
    assert [r.subject for r in store.find(Rater, issuer="proxy")].count(BEN[1]) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "evil.example", f"{HOST}.evil.example"])
def test_another_host_name_is_refused(port: int, host: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        seen(port, host=host, headers=[LEA, SIGNED])


def test_another_origin_is_refused(port: int) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        seen(port, host=HOST, headers=[LEA, SIGNED], origin="https://evil.example")


def test_a_session_is_not_resumed_as_somebody_else(port: int) -> None:
    with visit(port, host=HOST, headers=[LEA, SIGNED]) as one:
        assert "lea@example.org · lead" in one.run()
        left = one.session
    again = {"host": HOST, "tokens": ("streamlit", "none", left)}
    with visit(port, headers=[ANA, SIGNED], **again) as other:
        said = other.run()
        assert "ana@example.org · annotator" in said and "lea@example.org · lead" not in said
        assert other.session and other.session != left
    with visit(port, headers=[LEA, SIGNED], **again) as same:
        same.run()
        assert same.session == left


def test_losing_the_role_ends_the_open_page(port: int, store: Store) -> None:
    """The Annotate page reruns only a fragment of itself, and the fragment checks the role again."""
    who = arrived(store, Visitor("proxy", "eva@example.org", "eva@example.org"))
    add_person(store, who.id, role="annotator", by="lea")
    held = store.find(Assignment, rater_id="bob")[0]
    store.add(
        Assignment(
            id=f"{who.id}-1",
            item_id=held.item_id,
            rater_id=who.id,
            week=held.week,
            position=1,
            rubric_version=held.rubric_version,
            at=AT,
            by="lea",
        )
    )
    with visit(port, host=HOST, headers=[("X-Forwarded-User", "eva@example.org"), SIGNED]) as one:
        assert "request 0" in one.run("annotate")
        part = one.fragments[-1]
        assert "No role" not in one.run("annotate", fragment=part)
        add_person(store, who.id, role="none", by="lea")
        said = one.run("annotate", fragment=part)
        assert "No role yet" in said and "request 0" not in said
    assert open_store(store.path).find(Annotation) == []
