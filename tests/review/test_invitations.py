"""Links that let people in: who may make them, what ends them, and what the store keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quick_stores import copy_store

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.errors import InputError, Refused
from review.people.identity import LINKS, Nobody, Visitor
from review.people.invitations import (
    UnknownLink,
    invitation_of,
    invitations,
    invite,
    invite_first_lead,
    leave,
    use,
    withdraw,
)
from review.people.link_cookie import cookie_value, read_cookie, visitor_of
from review.people.people import add_person, find_person, login_of, people
from storage.opening import open_store
from storage.queries.audit import all_entries
from storage.records_people import Invitation, LinkLogin, Role
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "spotcheck.db")) as one:
        first = invite_first_lead(one)
        assert first is not None
        use(one, first.token, name="Lea")
        yield one


def test_the_first_link_makes_the_lead_and_later_ones_are_for_people(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    first = invite_first_lead(store)
    assert first is not None and first.at("https://r.example/") == f"https://r.example/invite/{first.token}"
    login = use(store, first.token, name="Lea")
    assert (login.person.name, login.person.role) == ("Lea", "lead")
    assert invite_first_lead(store) is None
    ana = use(store, invite(store, "Ana Maria", role="annotator", by="lea").token)
    assert ana.person == find_person(store, "ana-maria") and ana.person.role == "annotator"
    assert check_store(store).holds


def test_a_new_start_replaces_the_first_link_and_a_lead_ends_it(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    older, newer = invite_first_lead(store), invite_first_lead(store)
    assert older and newer
    with pytest.raises(Refused, match="newer link"):
        use(store, older.token, name="Eve")
    add_person(store, "lea", role="lead", by="init")
    with pytest.raises(Refused, match="has a lead already"):
        use(store, newer.token, name="Eve")
    assert [p.name for p in people(store)] == ["lea"]


def test_a_link_works_once_also_when_two_use_it_at_the_same_time(store: Store) -> None:
    token = invite(store, "Ana", role="annotator", by="lea").token

    def entered() -> str:
        with closing(open_store(store.path)) as own:
            try:
                return use(own, token).person.name
            except Refused as error:
                return str(error)

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(lambda _: entered(), range(8)))
    assert said.count("Ana") == 1 and all("has been used" in text for text in said if text != "Ana")
    assert len(store.find(LinkLogin, rater_id="ana")) == 1 and len(store.find(Role, rater_id="ana")) == 1


def test_an_invitation_gives_nothing_until_it_is_used(store: Store) -> None:
    made = invite(store, "Ana", role="annotator", by="lea")
    assert [i.name for i in invitations(store)] == ["Ana"] and find_person(store, "ana") is None
    withdraw(store, made.invitation.id, by="lea")
    assert not invitations(store)
    with pytest.raises(Refused, match="withdrew"):
        use(store, made.token)
    with pytest.raises(Refused, match="no longer open"):
        withdraw(store, made.invitation.id, by="lea")
    assert find_person(store, "ana") is None


def test_it_ends_after_seven_days_and_a_login_after_thirty(store: Store) -> None:
    made = invite(store, "Ana", role="annotator", by="lea")
    with shifted(timedelta(days=7)), pytest.raises(Refused, match="after 7 days"):
        use(store, made.token)
    with shifted(timedelta(days=6, hours=23)):
        cookie = cookie_value(store, use(store, made.token))
        assert visitor_of(store, [cookie]) == Visitor(LINKS, "ana", "Ana")
    with shifted(timedelta(days=36, hours=22)):
        assert isinstance(visitor_of(store, [cookie]), Visitor)
    with shifted(timedelta(days=37)):
        assert isinstance(visitor_of(store, [cookie]), Nobody)


def test_only_a_lead_invites_and_withdraws(store: Store) -> None:
    use(store, invite(store, "Ana", role="annotator", by="lea").token)
    use(store, invite(store, "Eva", role="adjudicator", by="lea").token)
    made = invite(store, "Ben", role="annotator", by="lea")
    for somebody in ("ana", "eva", "nobody", ""):
        with pytest.raises(Refused, match="needs the role lead"):
            invite(store, "Zoe", role="lead", by=somebody)
        with pytest.raises(Refused, match="needs the role lead"):
            withdraw(store, made.invitation.id, by=somebody)
    for name, role in (("", "annotator"), ("x" * 81, "annotator"), ("Zoe", "owner"), ("ANA", "annotator")):
        with pytest.raises(InputError):
            invite(store, name, role=role, by="lea")


def test_a_link_is_void_once_its_person_or_its_maker_has_another_role(store: Store) -> None:
    use(store, invite(store, "Ana", role="annotator", by="lea").token)
    again = invite(store, "ana", role="adjudicator", by="lea")
    add_person(store, "ana", role="none", by="lea")
    assert not invitations(store)
    with pytest.raises(Refused, match="changed your role"):
        use(store, again.token)
    use(store, invite(store, "Max", role="lead", by="lea").token)
    of_max = invite(store, "Mallory", role="lead", by="max")
    add_person(store, "max", role="none", by="lea")
    with pytest.raises(Refused, match="no longer a lead"):
        use(store, of_max.token)
    assert find_person(store, "mallory") is None and getattr(find_person(store, "ana"), "role", None) == ""


def test_a_new_link_ends_the_logins_of_its_person_at_once(store: Store) -> None:
    old = cookie_value(store, use(store, invite(store, "Ana", role="annotator", by="lea").token))
    made = invite(store, "ana", role="annotator", by="lea")
    assert isinstance(visitor_of(store, [old]), Nobody)
    new = cookie_value(store, use(store, made.token))
    assert isinstance(visitor_of(store, [new]), Visitor) and isinstance(visitor_of(store, [old]), Nobody)
    assert len(store.find(Role, rater_id="ana")) == 1


def test_a_lead_who_makes_a_link_for_another_device_stays_until_it_is_used(store: Store) -> None:
    first = use(store, invite(store, "Max", role="lead", by="lea").token)
    here = cookie_value(store, first)
    other = invite(store, "max", role="lead", by="max")
    assert isinstance(visitor_of(store, [here]), Visitor)
    there = cookie_value(store, use(store, other.token))
    assert isinstance(visitor_of(store, [here]), Nobody) and isinstance(visitor_of(store, [there]), Visitor)


def test_somebody_who_leaves_is_nobody_until_the_next_link(store: Store) -> None:
    login = use(store, invite(store, "Ana", role="annotator", by="lea").token)
    leave(store, login.id, "wrong")
    assert isinstance(visitor_of(store, [cookie_value(store, login)]), Visitor)
    leave(store, login.id, login.secret)
    leave(store, login.id, login.secret)
    assert isinstance(visitor_of(store, [cookie_value(store, login)]), Nobody)


def test_people_who_chose_their_names_before_keep_their_id(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "lea", role="lead", by="init")
    add_person(store, "Ana", role="annotator", by="lea")
    login = use(store, invite(store, "Ana", role="annotator", by="lea").token)
    assert login.person.id == "ana" and len(people(store)) == 2


def test_a_cookie_of_another_store_is_nobody(store: Store, tmp_path: Path) -> None:
    login = use(store, invite(store, "Ana", role="annotator", by="lea").token)
    other = open_store(tmp_path / "other.db")
    add_person(other, "Ana", role="lead", by="init")
    assert isinstance(visitor_of(other, [cookie_value(store, login)]), Nobody)
    assert isinstance(visitor_of(other, [cookie_value(other, login)]), Nobody)


@given(st.lists(st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda b: b.decode("latin-1"))), max_size=3))
def test_no_text_that_the_store_did_not_sign_is_a_cookie(shared_store: Store, values: list[str]) -> None:
    assert read_cookie(shared_store, values) is None and isinstance(visitor_of(shared_store, values), Nobody)


@given(st.text(max_size=60))
def test_no_other_token_is_an_invitation(shared_store: Store, token: str) -> None:
    with pytest.raises(UnknownLink):
        invitation_of(shared_store, token)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(tmp_path_factory.mktemp("links") / "spotcheck.db")
    first = invite_first_lead(store)
    assert first is not None
    use(store, first.token, name="Lea")
    invite(store, "Ana", role="annotator", by="lea")
    return store


def test_two_cookies_of_one_name_count_for_nothing(store: Store) -> None:
    ana = cookie_value(store, use(store, invite(store, "Ana", role="annotator", by="lea").token))
    ben = cookie_value(store, use(store, invite(store, "Ben", role="annotator", by="lea").token))
    assert isinstance(visitor_of(store, [ana, ben]), Nobody)
    assert isinstance(visitor_of(store, [ana, ana]), Visitor)


def test_a_changed_cookie_is_nobody(store: Store) -> None:
    login = use(store, invite(store, "Ana", role="annotator", by="lea").token)
    cookie = cookie_value(store, login)
    for k in range(0, len(cookie) - 1, 7):
        changed = cookie[:k] + ("A" if cookie[k] != "A" else "B") + cookie[k + 1 :]
        assert isinstance(visitor_of(store, [changed]), Nobody)


def test_nothing_of_a_token_or_a_cookie_is_in_the_store(store: Store) -> None:
    made = invite(store, "Ana", role="annotator", by="lea")
    login = use(store, made.token)
    said = "".join(str(e) for e in all_entries(store)) + "".join(str(i) for i in store.find(Invitation))
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = store.path.read_bytes()
    for secret in (made.token, login.secret, cookie_value(store, login)):
        assert secret not in said and secret.encode() not in content
        assert secret[:12].encode() not in content and secret not in repr(store.find(LinkLogin))


def test_a_copy_that_somebody_reads_lets_nobody_in(store: Store, tmp_path: Path) -> None:
    """Who reads a backup has the key of the signature, but no secret of a login."""
    login = use(store, invite(store, "Ana", role="annotator", by="lea").token)
    store.close()
    copy = open_store(copy_store(store.path, tmp_path / "copy.db"))
    row = copy.find(LinkLogin, rater_id="ana")[0]
    forged = cookie_value(copy, type(login)(login.person, row.id, row.digest))
    assert isinstance(visitor_of(store, [forged]), Nobody)


def test_a_visitor_by_link_is_the_person_with_that_id(store: Store) -> None:
    assert getattr(login_of(store, Visitor(LINKS, "lea", "?")), "role", "") == "lead"
    assert login_of(store, Visitor(LINKS, "nobody", "?")) is None
    assert login_of(store, Visitor("https://login.example", "lea", "?")) is None
